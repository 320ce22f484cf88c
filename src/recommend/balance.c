/* SPDX-License-Identifier: Apache-2.0 */
/* With the covariances C of the users and D of the items, C = L L' and D = M M' (Cholesky) and the
 * singular values M'L = Q S E', the maps are
 *
 *     X = S^1/2 E' L^-1,   Y = S^-1/2 E' L':    X C X' = S,  Y D Y' = S,  X'Y = L'^-1 E E' L' = I.
 *
 * E and S come from one-sided Jacobi rotations (Hestenes 1958): pairs of columns of M'L are turned
 * until all are orthogonal. Nothing but speed depends on how exact any of this is: how far X'Y is
 * from I is measured at the end and counts as an error.
 */
#include "recommend/balance.h"

#include "base/context.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    /* Rows that a covariance is taken from: more cost time, and 50,000 give lists no faster than
     * 4,096 do (64 factors, 26,744 and 100,000 items). */
    SAMPLE_MOST = 4096,
    SWEEPS_MOST = 12,
    WIDTH_STEP = 16
};

/* What a covariance gets on its diagonal, as a share of the mean there: bounds how much longer than
 * others a direction may become. */
static const double RIDGE = 1e-3;

/* Square matrices are row-major, k to a row. */
typedef struct working {
    size_t k;
    double *users;    /* Covariance, then its factor L, lower. */
    double *items;    /* Covariance, then M, lower. */
    double *turned;   /* Row c: column c of M'L. */
    double *rotation; /* Row c: column c of E. */
    double *row;      /* k */
} working;

/* ---- Moments ---- */

static size_t sample_of(const palate__side *side)
{
    return side->ids.count < SAMPLE_MOST ? side->ids.count : SAMPLE_MOST;
}

/* Sampled rows are spread evenly over all. */
static const float *sampled(const palate__side *side, size_t k, size_t s)
{
    return side->factors + s * side->ids.count / sample_of(side) * k;
}

static void fill_mean(const palate__side *side, size_t k, double *mean)
{
    const size_t count = sample_of(side);
    memset(mean, 0, k * sizeof *mean);
    for (size_t s = 0; s < count; s++)
        for (size_t f = 0; f < k; f++)
            mean[f] += (double)sampled(side, k, s)[f] / (double)count;
}

/* The lower half of the covariance, with its ridge. */
static void fill_covariance(const palate__side *side, size_t k, const double *mean, double *row,
                            double *out)
{
    const size_t count = sample_of(side);
    const double root = sqrt((double)count);
    double trace = 0.0;
    memset(out, 0, k * k * sizeof *out);
    for (size_t s = 0; s < count; s++) {
        const float *factors = sampled(side, k, s);
        for (size_t f = 0; f < k; f++)
            row[f] = ((double)factors[f] - mean[f]) / root;
        for (size_t f = 0; f < k; f++)
            for (size_t g = 0; g <= f; g++)
                out[f * k + g] += row[f] * row[g];
    }
    for (size_t f = 0; f < k; f++)
        trace += out[f * k + f];
    /* Rows that are all the same, or too large to be squared, have no shape to go by. */
    const bool shapeless = !(trace > DBL_MIN && trace <= DBL_MAX);
    for (size_t f = 0; f < k && shapeless; f++)
        memset(out + f * k, 0, k * sizeof *out);
    for (size_t f = 0; f < k; f++)
        out[f * k + f] += shapeless ? 1.0 : RIDGE * trace / (double)k;
}

/* ---- Matrices ---- */

/* A positive definite matrix, its lower half given, into its lower Cholesky factor. */
static void factorize(double *matrix, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = matrix[i * k + j];
            for (size_t f = 0; f < j; f++)
                sum -= matrix[i * k + f] * matrix[j * k + f];
            matrix[i * k + j] = i == j ? sqrt(fmax(sum, DBL_MIN)) : sum / matrix[j * k + j];
        }
    }
}

/* The columns of M'L as rows. */
static void multiply_factors(const working *at)
{
    const size_t k = at->k;
    memset(at->turned, 0, k * k * sizeof *at->turned);
    for (size_t i = 0; i < k; i++)
        for (size_t c = 0; c <= i; c++)
            for (size_t j = 0; j <= i; j++)
                at->turned[c * k + j] += at->items[i * k + j] * at->users[i * k + c];
}

static void rotate(double *a, double *b, size_t k, double cosine, double sine)
{
    for (size_t f = 0; f < k; f++) {
        const double before = a[f];
        a[f] = cosine * before - sine * b[f];
        b[f] = sine * before + cosine * b[f];
    }
}

/* Turns two columns until they are orthogonal; false: they were. */
static bool orthogonalize(const working *at, size_t p, size_t q)
{
    const size_t k = at->k;
    double *a = at->turned + p * k;
    double *b = at->turned + q * k;
    double aa = 0.0, bb = 0.0, ab = 0.0;
    for (size_t f = 0; f < k; f++) {
        aa += a[f] * a[f];
        bb += b[f] * b[f];
        ab += a[f] * b[f];
    }
    if (!(fabs(ab) > 1e-10 * sqrt(aa * bb)))
        return false;
    const double ratio = (bb - aa) / (2.0 * ab);
    const double tangent = copysign(1.0, ratio) / (fabs(ratio) + sqrt(1.0 + ratio * ratio));
    const double cosine = 1.0 / sqrt(1.0 + tangent * tangent);
    rotate(a, b, k, cosine, cosine * tangent);
    rotate(at->rotation + p * k, at->rotation + q * k, k, cosine, cosine * tangent);
    return true;
}

static void decompose(const working *at)
{
    const size_t k = at->k;
    memset(at->rotation, 0, k * k * sizeof *at->rotation);
    for (size_t c = 0; c < k; c++)
        at->rotation[c * k + c] = 1.0;
    bool turned = true;
    for (int sweep = 0; turned && sweep < SWEEPS_MOST; sweep++) {
        turned = false;
        for (size_t p = 0; p + 1 < k; p++)
            for (size_t q = p + 1; q < k; q++)
                turned |= orthogonalize(at, p, q);
    }
}

static double length_of(const double *vector, size_t k)
{
    double sum = 0.0;
    for (size_t f = 0; f < k; f++)
        sum += vector[f] * vector[f];
    return sqrt(sum);
}

/* The next singular value in falling order, and its column; taken ones are marked by a length < 0. */
static size_t take_longest(double *lengths, size_t k)
{
    size_t longest = 0;
    for (size_t c = 1; c < k; c++)
        if (lengths[c] > lengths[longest])
            longest = c;
    return longest;
}

/* ---- The maps ---- */

/* Column j of both transforms: S^1/2 L'^-1 e and S^-1/2 L e, e a column of E. */
static void fill_column(const working *at, const palate__balance *out, size_t j, const double *e,
                        double value)
{
    const size_t k = at->k;
    double *to_x = palate__writable(out->to_x.matrix);
    double *to_y = palate__writable(out->to_y.matrix);
    const double root = sqrt(value);
    for (size_t f = 0; f < k; f++) {
        double sum = 0.0;
        for (size_t g = 0; g <= f; g++)
            sum += at->users[f * k + g] * e[g];
        to_y[f * out->width + j] = sum / root;
    }
    memcpy(at->row, e, k * sizeof *e);
    for (size_t f = k; f-- > 0;) {
        at->row[f] /= at->users[f * k + f];
        for (size_t g = 0; g < f; g++)
            at->row[g] -= at->users[f * k + g] * at->row[f];
        to_x[f * out->width + j] = at->row[f] * root;
    }
}

static void fill_maps(const working *at, const palate__balance *out, double *lengths)
{
    const size_t k = at->k;
    for (size_t c = 0; c < k; c++)
        lengths[c] = length_of(at->turned + c * k, k);
    const double largest = lengths[take_longest(lengths, k)];
    for (size_t j = 0; j < k; j++) {
        const size_t c = take_longest(lengths, k);
        fill_column(at, out, j, at->rotation + c * k, fmax(lengths[c], 1e-9 * largest));
        lengths[c] = -1.0;
    }
}

static double size_of(const palate__transform *map)
{
    return length_of(map->matrix, map->length * map->width);
}

/* How far X'Y is from the unit matrix. */
static double distance_from_one(const palate__balance *made)
{
    const size_t k = made->to_x.length;
    double sum = 0.0;
    for (size_t f = 0; f < k; f++) {
        for (size_t g = 0; g < k; g++) {
            const double *x = made->to_x.matrix + f * made->width;
            const double *y = made->to_y.matrix + g * made->width;
            double product = f == g ? -1.0 : 0.0;
            for (size_t j = 0; j < k; j++)
                product += x[j] * y[j];
            sum += product * product;
        }
    }
    return sqrt(sum);
}

/* Both maps leave everything as it is. */
static void fill_with_one(const palate__balance *out)
{
    const size_t k = out->to_x.length;
    memset(palate__writable(out->to_x.matrix), 0, k * out->width * sizeof(double));
    memset(palate__writable(out->to_y.matrix), 0, k * out->width * sizeof(double));
    for (size_t f = 0; f < k; f++) {
        ((double *)palate__writable(out->to_x.matrix))[f * out->width + f] = 1.0;
        ((double *)palate__writable(out->to_y.matrix))[f * out->width + f] = 1.0;
    }
}

static void fill_begin(const palate__transform *map, const double *mean)
{
    double *begin = palate__writable(map->begin);
    memset(begin, 0, map->width * sizeof *begin);
    for (size_t f = 0; f < map->length; f++)
        for (size_t j = 0; j < map->width; j++)
            begin[j] -= mean[f] * map->matrix[f * map->width + j];
}

/*
 * What the formula of the header is off by. A sum of k products in doubles is off by at most
 * g = (k + 4) 2^-53 times the sum of their sizes, so x by g |X| (|u| + |w|) and y alike; their
 * product by the sum of both, each times the other's length; the other terms by g each. Twice as
 * much is counted.
 */
static double error_of(const palate__balance *made)
{
    const double unit = ((double)made->to_x.length + 4.0) * 0x1p-53;
    const double sizes = size_of(&made->to_x) * size_of(&made->to_y);
    return distance_from_one(made) + 2.0 * unit * (3.0 * sizes + 4.0);
}

static void fill(const palate_model *model, const working *at, palate__balance *out)
{
    const size_t k = at->k;
    double *user_mean = palate__writable(out->user_mean);
    double *item_mean = palate__writable(out->item_mean);
    fill_mean(&model->users, k, user_mean);
    fill_mean(&model->items, k, item_mean);
    fill_covariance(&model->users, k, user_mean, at->row, at->users);
    fill_covariance(&model->items, k, item_mean, at->row, at->items);
    factorize(at->users, k);
    factorize(at->items, k);
    multiply_factors(at);
    decompose(at);
    fill_maps(at, out, at->row + k);
    out->error = error_of(out);
    if (!(out->error < 1e-3)) {
        fill_with_one(out);
        out->error = error_of(out);
    }
    fill_begin(&out->to_x, user_mean);
    fill_begin(&out->to_y, item_mean);
    out->user_mean_length = length_of(user_mean, k);
    out->item_mean_length = length_of(item_mean, k);
}

palate_status palate__balance_create(const palate_model *model, palate__balance *out,
                                     palate_error *err)
{
    palate_context *context = model->context;
    const size_t k = model->factor_count;
    const size_t width = (k + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP;
    *out = (palate__balance){.width = width};
    double *kept = palate__allocate_zeroed(context, 2 * (k + 1) * width + 2 * k, sizeof *kept);
    double *scratch = palate__allocate_array(context, 4 * k * k + 2 * k, sizeof *scratch);
    if (kept == NULL || scratch == NULL) {
        palate__release(context, kept);
        palate__release(context, scratch);
        return palate__fail_memory(err, "balancing factors");
    }
    const working at = {.k = k,
                        .users = scratch,
                        .items = scratch + k * k,
                        .turned = scratch + 2 * k * k,
                        .rotation = scratch + 3 * k * k,
                        .row = scratch + 4 * k * k};
    out->memory = kept;
    out->to_x = (palate__transform){kept, kept + 2 * k * width, k, width};
    out->to_y = (palate__transform){kept + k * width, kept + (2 * k + 1) * width, k, width};
    out->user_mean = kept + 2 * (k + 1) * width;
    out->item_mean = out->user_mean + k;
    fill(model, &at, out);
    palate__release(context, scratch);
    return PALATE_OK;
}

void palate__balance_free(palate_context *context, palate__balance *balance)
{
    palate__release(context, balance->memory);
    *balance = (palate__balance){0};
}
