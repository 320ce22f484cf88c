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
    size_t l, width;   /* width: l up to a multiple of 16. */
    float *users, *items;
    double *lower, *matrix; /* l x l, l x width */
    double *zeros;          /* width */
    double *values;         /* l: eigenvalues. */
    double *room;           /* threads x ROWS_OF_TASK x width */
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
    const palate__transform by = {of->matrix, of->zeros, of->l, of->width};
    double *out = of->room + (size_t)thread * ROWS_OF_TASK * of->width;
    const float *rows[ROWS_OF_TASK] = {NULL};
    const size_t first = task * ROWS_OF_TASK;
    const size_t count = t->count - first < ROWS_OF_TASK ? t->count - first : ROWS_OF_TASK;
    for (size_t r = 0; r < count; r++)
        rows[r] = t->rows + (first + r) * of->gram.stride + 1;
    of->gram.kernels->transform(&by, rows, count, out);
    for (size_t r = 0; r < count; r++)
        for (size_t f = 0; f < of->l; f++)
            t->rows[(first + r) * of->gram.stride + 1 + f] = (float)out[r * of->width + f];
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
        for (size_t g = 0; g < of->width; g++)
            of->matrix[f * of->width + g] = g < of->l ? of->lower[g * of->l + f] : 0.0;
    turn(of, rows, count);
}

/* ---- Triplets ---- */

static void draw(const work *of)
{
    const palate__training *training = of->training;
    const palate__ids *ids = &training->ratings->items;
    for (uint32_t row = 0; row < training->items.matrix.row_count; row++) {
        const uint64_t key = palate__id_hash(palate__ids_text(ids, row),
                                             palate__ids_bytes(ids, row));
        float *to = of->items + row * of->gram.stride;
        memset(to, 0, of->gram.stride * sizeof *to);
        for (size_t f = 0; f < of->l; f += 4) {
            float four[4];
            palate__normal4(palate__random(training->options.seed, PALATE__RANDOM_SUBSPACE,
                                           (uint32_t)(key >> 32), (uint32_t)key, (uint32_t)(f / 4)),
                            four);
            memcpy(to + 1 + f, four, (of->l - f < 4 ? of->l - f : 4) * sizeof *four);
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
    palate__symmetric_eigen(of->lower, of->l, of->values, of->matrix, of->width);
    turn(of, of->users, by_user->row_count);
    turn(of, of->items, by_item->row_count);
}

/* ---- Factors ---- */

/* Lengths of the parts of a column that are above zero, and below. */
static void measure(const work *of, const float *rows, size_t count, size_t f, double lengths[2])
{
    double above = 0.0;
    double below = 0.0;
    for (size_t row = 0; row < count; row++) {
        const double value = (double)rows[row * of->gram.stride + 1 + f];
        if (value > 0.0)
            above += value * value;
        else
            below += value * value;
    }
    lengths[0] = sqrt(above);
    lengths[1] = sqrt(below);
}

/* The first pair of vectors has one sign (Perron & Frobenius), but for rounding. */
static void take_part(const work *of, palate__train_side *side, const float *from, size_t f,
                      double scale, bool below)
{
    for (size_t row = 0; row < side->matrix.row_count; row++) {
        const double value = (double)from[row * of->gram.stride + 1 + f] * (below ? -scale : scale);
        float *to = palate__row_of(of->training, side->rows, (uint32_t)row) + 1 + f;
        *to = (float)(f == 0 ? fabs(value) : fmax(value, 0.0));
    }
}

static void make_factor(const work *of, size_t f)
{
    palate__training *training = of->training;
    double users[2];
    double items[2];
    measure(of, of->users, training->users.matrix.row_count, f, users);
    measure(of, of->items, training->items.matrix.row_count, f, items);
    const bool below = users[1] * items[1] > users[0] * items[0];
    double u = users[below];
    double v = items[below];
    if (f == 0) {
        u = hypot(users[0], users[1]);
        v = hypot(items[0], items[1]);
    }
    /* The users' lengths have s in them, and so has their product. */
    const double size = sqrt(u * v * training->gain);
    take_part(of, &training->users, of->users, f, u > 0.0 ? size / u : 0.0, below);
    take_part(of, &training->items, of->items, f, v > 0.0 ? size / v : 0.0, below);
}

/* In place of zeros: the mean of R, or something small. */
static void fill_zeros(palate__training *training, palate__train_side *side, const palate__ids *ids,
                       palate__purpose purpose)
{
    static const float NONE = 1e-6F;
    const bool drawn = training->options.init == PALATE_INIT_NNDSVDAR;
    const float mean = (float)(training->mean * sqrt(training->gain));
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        const uint64_t key = palate__id_hash(palate__ids_text(ids, row),
                                             palate__ids_bytes(ids, row));
        float *x = palate__row_of(training, side->rows, row) + 1;
        float four[4];
        for (size_t f = 0; f < training->factor_count; f++) {
            if (drawn && f % 4 == 0)
                palate__normal4(palate__random(training->options.seed, purpose,
                                               (uint32_t)(key >> 32), (uint32_t)key,
                                               (uint32_t)(f / 4)),
                                four);
            if (x[f] < NONE)
                x[f] = training->options.init == PALATE_INIT_NNDSVD ? 0.0F
                       : drawn ? fabsf(four[f % 4]) * mean / 100.0F
                               : mean;
        }
    }
}

/* ---- The whole ---- */

static palate_status allocate(work *of, palate_error *err)
{
    palate_context *context = of->training->context;
    const size_t row_bytes = of->gram.stride * sizeof(float);
    const size_t room = ROWS_OF_TASK * of->width * sizeof(double);
    of->users = palate__allocate_zeroed(context, of->training->users.matrix.row_count, row_bytes);
    of->items = palate__allocate_zeroed(context, of->training->items.matrix.row_count, row_bytes);
    of->lower = palate__allocate_array(context, of->l, of->l * sizeof(double));
    of->matrix = palate__allocate_zeroed(context, of->l, of->width * sizeof(double));
    of->zeros = palate__allocate_zeroed(context, of->width, sizeof(double));
    of->values = palate__allocate_array(context, of->l, sizeof(double));
    of->room = palate__allocate_array(context, (size_t)of->training->threads, room);
    if (of->users == NULL || of->items == NULL || of->lower == NULL || of->matrix == NULL ||
        of->zeros == NULL || of->values == NULL || of->room == NULL)
        return palate__fail_memory(err, "finding where to start: init random needs less");
    return PALATE_OK;
}

static void release(work *of)
{
    palate_context *context = of->training->context;
    palate__gram_end(context, &of->gram);
    palate__release(context, of->users);
    palate__release(context, of->items);
    palate__release(context, of->lower);
    palate__release(context, of->matrix);
    palate__release(context, of->zeros);
    palate__release(context, of->values);
    palate__release(context, of->room);
}

palate_status palate__nndsvd_start(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t rows = training->users.matrix.row_count;
    const size_t columns = training->items.matrix.row_count;
    const size_t most = rows < columns ? rows : columns;
    const size_t wanted = (training->factor_count + OVERSAMPLING + LANES) / LANES * LANES - 1;
    work of = {.training = training, .l = wanted < most ? wanted : most};
    if (training->options.start != NULL || training->options.missing != PALATE_MISSING_ZERO ||
        training->options.init <= PALATE_INIT_RANDOM)
        return PALATE_OK;
    of.width = (of.l + LANES - 1) / LANES * LANES;
    PALATE_TRY(palate__gram_begin(training->context, of.l, &of.gram, err));
    PALATE_TRY(allocate(&of, err));
    decompose(&of);
    for (size_t f = 0; f < training->factor_count; f++)
        make_factor(&of, f);
    fill_zeros(training, &training->users, &training->ratings->users, PALATE__RANDOM_INIT_USERS);
    fill_zeros(training, &training->items, &training->ratings->items, PALATE__RANDOM_INIT_ITEMS);
done:
    release(&of);
    return status;
}
