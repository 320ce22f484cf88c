/* SPDX-License-Identifier: Apache-2.0 */
/* Non-negative double singular value decomposition (Boutsidis & Gallopoulos 2008, Pattern Recognition
 * 41(4)): of each of the k largest singular triplets s u v', the non-negative parts of u and v, or of -u and
 * -v, whichever are larger:
 *
 *     U_f = sqrt(s |u+| |v+|) u+ / |u+|        V_f = sqrt(s |u+| |v+|) v+ / |v+|
 *
 * The triplets are those of R in the space that some powers of R'R turn random vectors into (Halko, Martinsson
 * & Tropp 2011, SIAM Review 53(2), algorithm 4.4): a few more vectors than are wanted, as many as fill the
 * registers, orthogonal after every product. Beside products with R there are but symmetric matrices of that few rows.
 */
#include "train/nndsvd.h"

#include "base/random.h"
#include "base/symmetric.h"
#include "base/threads.h"
#include "model/gram.h"

#include <math.h>
#include <string.h>

enum { OVERSAMPLING = 5, POWERS = 6, ROWS_OF_TASK = 64, LANES = PALATE__LANES };

typedef struct work {
    palate__training *training;
    palate__gram gram; /* Of l coordinates, and the layout of rows: coordinates 1..l. */
    size_t l;
    float *users, *items;
    double *lower, *vectors; /* l x l */
    double *values;          /* l: eigenvalues. */
    float *matrix;           /* l rows in the layout of rows: what they are multiplied by, */
    uint32_t *places;        /* 0..l-1: and all of it. */
    float *room;             /* A row for each thread. */
    double (*lengths)[2];    /* 2 k: of parts of vectors, users' first; */
    float *scales;           /* the same: what vectors are multiplied by. */
} work;

/* ---- Products ---- */

typedef struct product {
    const work *of;
    const palate__matrix *matrix;
    const float *from;
    float *to;
} product;

static void multiply_task(size_t task, int thread, void *argument)
{
    (void)thread;
    const product *p = argument;
    const size_t stride = p->of->gram.stride;
    for (size_t row = task * ROWS_OF_TASK;
         row < (task + 1) * ROWS_OF_TASK && row < p->matrix->row_count; row++) {
        const int64_t begin = p->matrix->begins[row];
        p->of->gram.kernels->weigh_rows(
            p->from, stride, p->matrix->columns + begin, p->matrix->values + begin,
            (size_t)(p->matrix->begins[row + 1] - begin), p->to + row * stride);
    }
}

static size_t tasks_of(size_t rows)
{
    return (rows + ROWS_OF_TASK - 1) / ROWS_OF_TASK;
}

/* to = R from, or R' from. */
static void multiply(const work *of, const palate__matrix *matrix, const float *from, float *to)
{
    product p = {of, matrix, from, to};
    palate__parallel_for(of->training->threads, tasks_of(matrix->row_count), multiply_task, &p);
}

typedef struct turning {
    const work *of;
    float *rows;
    size_t count;
} turning;

static void turn_task(size_t task, int thread, void *argument)
{
    const turning *t = argument;
    const work *of = t->of;
    const size_t stride = of->gram.stride;
    float *turned = of->room + (size_t)thread * stride;
    for (size_t row = task * ROWS_OF_TASK; row < (task + 1) * ROWS_OF_TASK && row < t->count;
         row++) {
        float *at = t->rows + row * stride;
        of->gram.kernels->weigh_rows(of->matrix, stride, of->places, at + 1, of->l, turned);
        memcpy(at, turned, stride * sizeof *at);
    }
}

/* Rows times of->matrix, in place. */
static void turn(const work *of, float *rows, size_t count)
{
    turning t = {of, rows, count};
    palate__parallel_for(of->training->threads, tasks_of(count), turn_task, &t);
}

static void find_gram(work *of, const float *rows, size_t count)
{
    palate__gram_clear(&of->gram);
    palate__gram_add(&of->gram, rows, count, of->training->threads);
    for (size_t f = 0; f < of->l; f++)
        memcpy(of->lower + f * of->l, of->gram.products + (1 + f) * of->gram.stride + 1,
               of->l * sizeof *of->lower);
}

/* Makes columns orthonormal; those that depend on others become zero. With G = Y'Y = L L': Y L'^-1. */
static void make_orthonormal(work *of, float *rows, size_t count)
{
    find_gram(of, rows, count);
    palate__symmetric_inverse_root(of->lower, of->l);
    for (size_t f = 0; f < of->l; f++)
        for (size_t g = 0; g < of->l; g++)
            of->matrix[f * of->gram.stride + 1 + g] = (float)of->lower[g * of->l + f];
    turn(of, rows, count);
}

/* ---- Triplets ---- */

/* Signs by chance: one vector is as good as another (Martinsson & Tropp 2020, Acta Numerica 29, section 9). */
static void draw(const work *of)
{
    enum { WORD = 32, BLOCK = 4 * WORD };
    const palate__training *training = of->training;
    const palate__ids *ids = &training->ratings->items;
    for (uint32_t row = 0; row < training->items.matrix.row_count; row++) {
        const uint64_t key = palate__id_hash(palate__ids_text(ids, row),
                                             palate__ids_bytes(ids, row));
        float *to = of->items + row * of->gram.stride + 1;
        palate__random4 random = {{0}};
        for (size_t f = 0; f < of->l; f++) {
            if (f % BLOCK == 0)
                random = palate__random(training->options.seed, PALATE__RANDOM_SUBSPACE,
                                        (uint32_t)(key >> 32), (uint32_t)key,
                                        (uint32_t)(f / BLOCK));
            to[f] = (random.word[f % BLOCK / WORD] >> f % WORD & 1) != 0 ? 1.0F : -1.0F;
        }
    }
}

/* Users' rows become those of u s, items' those of v, the largest s first. */
static void decompose(work *of)
{
    const palate__matrix *by_user = &of->training->users.matrix;
    const palate__matrix *by_item = &of->training->items.matrix;
    draw(of);
    for (int power = 0; power < POWERS; power++) {
        make_orthonormal(of, of->items, by_item->row_count);
        multiply(of, by_user, of->items, of->users);
        make_orthonormal(of, of->users, by_user->row_count);
        multiply(of, by_item, of->users, of->items);
    }
    make_orthonormal(of, of->items, by_item->row_count);
    multiply(of, by_user, of->items, of->users);
    find_gram(of, of->users, by_user->row_count);
    palate__symmetric_eigen(of->lower, of->l, of->values, of->vectors, of->l);
    for (size_t f = 0; f < of->l; f++)
        for (size_t g = 0; g < of->l; g++)
            of->matrix[f * of->gram.stride + 1 + g] = (float)of->vectors[f * of->l + g];
    turn(of, of->users, by_user->row_count);
    turn(of, of->items, by_item->row_count);
}

/* ---- Factors ---- */

/* Lengths of the parts of each column that are above zero, and below. */
static void measure(const work *of, const float *rows, size_t count, double (*lengths)[2])
{
    const size_t k = of->training->factor_count;
    memset(lengths, 0, k * sizeof *lengths);
    for (size_t row = 0; row < count; row++)
        for (size_t f = 0; f < k; f++) {
            const double value = (double)rows[row * of->gram.stride + 1 + f];
            lengths[f][value < 0.0] += value * value;
        }
    for (size_t f = 0; f < k; f++)
        for (int below = 0; below < 2; below++)
            lengths[f][below] = sqrt(lengths[f][below]);
}

static void take_parts(const work *of, const palate__train_side *side, const float *from,
                       const float *scales)
{
    const size_t k = of->training->factor_count;
    for (size_t row = 0; row < side->matrix.row_count; row++) {
        const float *vectors = from + row * of->gram.stride + 1;
        float *to = palate__row_of(of->training, side->rows, (uint32_t)row) + 1;
        /* The first pair of vectors has one sign (Perron & Frobenius), but for rounding. */
        to[0] = fabsf(vectors[0] * scales[0]);
        for (size_t f = 1; f < k; f++)
            to[f] = vectors[f] * scales[f] > 0.0F ? vectors[f] * scales[f] : 0.0F;
    }
}

/* What vectors are multiplied by, of both sides; below 0: what is below zero is the part. */
static void choose_parts(const work *of, float *users, float *items)
{
    const palate__training *training = of->training;
    const size_t k = training->factor_count;
    double(*of_users)[2] = of->lengths;
    double(*of_items)[2] = of->lengths + k;
    measure(of, of->users, training->users.matrix.row_count, of_users);
    measure(of, of->items, training->items.matrix.row_count, of_items);
    for (size_t f = 0; f < k; f++) {
        const bool below = of_users[f][1] * of_items[f][1] > of_users[f][0] * of_items[f][0];
        const double u = f == 0 ? hypot(of_users[f][0], of_users[f][1]) : of_users[f][below];
        const double v = f == 0 ? hypot(of_items[f][0], of_items[f][1]) : of_items[f][below];
        /* The users' lengths have s in them, and so has their product. */
        const double size = (below ? -1.0 : 1.0) * sqrt(u * v * training->gain);
        users[f] = u > 0.0 ? (float)(size / u) : 0.0F;
        items[f] = v > 0.0 ? (float)(size / v) : 0.0F;
    }
}

static void make_factors(const work *of)
{
    float *users = of->scales;
    float *items = of->scales + of->training->factor_count;
    choose_parts(of, users, items);
    take_parts(of, &of->training->users, of->users, users);
    take_parts(of, &of->training->items, of->items, items);
}

/* Less than this is zero. */
static const float NONE = 1e-6F;

/* In place of zeros: something small. */
static void fill_row(const palate__training *training, uint64_t key, palate__purpose purpose,
                     float level, float *x)
{
    float four[4];
    for (size_t f = 0; f < training->factor_count; f++) {
        if (f % 4 == 0)
            palate__normal4(palate__random(training->options.seed, purpose, (uint32_t)(key >> 32),
                                           (uint32_t)key, (uint32_t)(f / 4)),
                            four);
        if (x[f] < NONE)
            x[f] = fabsf(four[f % 4]) * level;
    }
}

/* In place of zeros: the mean of R, or something small. */
static void fill_zeros(palate__training *training, palate__train_side *side, const palate__ids *ids,
                       palate__purpose purpose)
{
    const bool drawn = training->options.init == PALATE_INIT_NNDSVDAR;
    const float mean = (float)(training->mean * sqrt(training->gain));
    const float filling = training->options.init == PALATE_INIT_NNDSVD ? 0.0F : mean;
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        float *x = palate__row_of(training, side->rows, row) + 1;
        if (drawn) {
            fill_row(training,
                     palate__id_hash(palate__ids_text(ids, row), palate__ids_bytes(ids, row)),
                     purpose, mean / 100.0F, x);
            continue;
        }
        for (size_t f = 0; f < training->factor_count; f++)
            x[f] = x[f] < NONE ? filling : x[f];
    }
}

/* ---- The whole ---- */

static palate_status allocate(work *of, palate_error *err)
{
    palate_context *context = of->training->context;
    const size_t l = of->l;
    const size_t k = of->training->factor_count;
    const size_t row_bytes = of->gram.stride * sizeof(float);
    of->users = palate__allocate_zeroed(context, of->training->users.matrix.row_count, row_bytes);
    of->items = palate__allocate_zeroed(context, of->training->items.matrix.row_count, row_bytes);
    of->lower = palate__allocate_array(context, l, l * sizeof(double));
    of->vectors = palate__allocate_array(context, l, l * sizeof(double));
    of->values = palate__allocate_array(context, l, sizeof(double));
    of->matrix = palate__allocate_zeroed(context, l, row_bytes);
    of->places = palate__allocate_array(context, l, sizeof *of->places);
    of->room = palate__allocate_array(context, (size_t)of->training->threads, row_bytes);
    of->lengths = palate__allocate_array(context, 2 * k, sizeof *of->lengths);
    of->scales = palate__allocate_array(context, 2 * k, sizeof *of->scales);
    if (of->users == NULL || of->items == NULL || of->lower == NULL || of->vectors == NULL ||
        of->values == NULL || of->matrix == NULL || of->places == NULL || of->room == NULL ||
        of->lengths == NULL || of->scales == NULL)
        return palate__fail_memory(err, "finding where to start: init random needs less");
    for (uint32_t f = 0; f < l; f++)
        of->places[f] = f;
    return PALATE_OK;
}

static void release(work *of)
{
    palate_context *context = of->training->context;
    palate__gram_end(context, &of->gram);
    palate__release(context, of->users);
    palate__release(context, of->items);
    palate__release(context, of->lower);
    palate__release(context, of->vectors);
    palate__release(context, of->values);
    palate__release(context, of->matrix);
    palate__release(context, of->places);
    palate__release(context, of->room);
    palate__release(context, of->lengths);
    palate__release(context, of->scales);
}

bool palate__nndsvd_starts(const palate__training *training)
{
    return training->options.start == NULL && training->options.missing == PALATE_MISSING_ZERO &&
           training->options.init > PALATE_INIT_RANDOM;
}

palate_status palate__nndsvd_start(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t rows = training->users.matrix.row_count;
    const size_t columns = training->items.matrix.row_count;
    const size_t most = rows < columns ? rows : columns;
    const size_t wanted = (training->factor_count + OVERSAMPLING + LANES) / LANES * LANES - 1;
    work of = {.training = training, .l = wanted < most ? wanted : most};
    if (!palate__nndsvd_starts(training))
        return PALATE_OK;
    PALATE_TRY(palate__gram_begin(training->context, of.l, &of.gram, err));
    PALATE_TRY(allocate(&of, err));
    decompose(&of);
    make_factors(&of);
    fill_zeros(training, &training->users, &training->ratings->users, PALATE__RANDOM_INIT_USERS);
    fill_zeros(training, &training->items, &training->ratings->items, PALATE__RANDOM_INIT_ITEMS);
done:
    release(&of);
    return status;
}
