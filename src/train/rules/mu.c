/* SPDX-License-Identifier: Apache-2.0 */
/* Multiplicative updates over the observed ratings: the plain reference, as Surprise's NMF does it.
 *
 *     x_f <- x_f * sum_e r_e z_ef / (sum_e est_e z_ef + c lambda x_f)       c: ratings of the row
 *
 * Lee & Seung 2000 (NIPS 13) restricted to observed entries with Tikhonov terms: Luo et al. 2014
 * (IEEE TII 10(2)). Both sides are updated from the rows before the epoch, as Surprise does; so,
 * unlike the alternating form of the papers, the objective may rise. A zero stays zero.
 *
 * With biases est_e = mean + b_u + c_i + x.z, where the biases move from rating to rating (biases.h), and what that
 * pass took a rating for is what its row is improved by. The products it takes are those that the epoch before was
 * measured by.
 *
 * Cost of a row with c ratings: O(c k) time, 2 k doubles of scratch.
 */
#include "train/biases.h"
#include "train/rule.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

/* With biases one update may make a factor this many times larger: an estimate, and so a
 * denominator, can come near zero or below it, where the rule means nothing, and Surprise's factors
 * turn negative or overflow. Without biases nothing is subtracted and the rule needs no bound. */
static const double BIASED_CHANGE_MAX = 10.0;

/* Factors that die out are zero from here on: on their way below the smallest normal float they
 * would make every product with them slow. */
static const float FACTOR_FLOOR = 1e-30F;

/* Two rows of doubles, and an item's estimates. */
static size_t scratch_floats(const palate__training *training, size_t count)
{
    return 4 * training->stride + (training->options.biases ? count : 0);
}

static double factor_of_change(double numerator, double denominator, double most)
{
    const double factor = denominator > 0.0 ? numerator / denominator : 1.0;
    return factor < most ? factor : most;
}

/* What the pass over the biases took the ratings of a row for; NULL: there was none. */
static const float *estimates_of(const palate__half *half, uint32_t row, float *room)
{
    const palate__biases *biases = half->training->rule_state;
    if (biases == NULL)
        return NULL;
    if (half->is_users)
        return biases->estimates + half->side->matrix.begins[row];
    palate__biases_of_item(half->training, biases, row, room);
    return room;
}

static palate__sums update_row(const palate__half *half, uint32_t row, float *x,
                               const palate__desk *desk)
{
    const palate__training *training = half->training;
    const palate__matrix *matrix = &half->side->matrix;
    const size_t k = training->factor_count;
    const int64_t begin = matrix->begins[row];
    const palate__rated rated = {
        .fixed = half->other->rows,
        .stride = training->stride,
        .columns = matrix->columns + begin,
        .ratings = matrix->values + begin,
        .count = (size_t)(matrix->begins[row + 1] - begin),
        .shift = training->shift,
        .estimates = estimates_of(half, row, desk->scratch + 4 * training->stride),
    };
    double *numerator = (double *)(void *)desk->scratch;
    double *denominator = numerator + training->stride;
    training->kernels->multiply_sums(&rated, x, numerator, denominator);
    double most = training->rule_state != NULL ? BIASED_CHANGE_MAX : INFINITY;
    const palate_train_options *options = &training->options;
    double lambda = half->is_users ? options->regularization : options->item_regularization;
    double count = (double)rated.count;
    for (size_t f = 1; f <= k; f++) {
        double below = denominator[f] + count * lambda * (double)x[f];
        x[f] = (float)((double)x[f] * factor_of_change(numerator[f], below, most));
        x[f] = x[f] < FACTOR_FLOOR ? 0.0F : x[f];
    }
    return (palate__sums){0.0, 0.0};
}

/* ---- What an epoch came to ---- */

enum { AT_ONCE = 64 };

typedef struct job {
    palate__training *training;
    const palate__biases *biases; /* Or NULL. */
} job;

/* c_i of some ratings. */
static void gather_biases(const job *shared, const uint32_t *columns, size_t count, double *out)
{
    for (size_t e = 0; e < count; e++)
        out[e] = shared->biases != NULL ? shared->biases->items[columns[e]] : 0.0;
}

/* Squared errors of a user, some ratings at a time. Products are kept for the next pass over the biases. */
static double measure_row(const job *shared, uint32_t row, float *x)
{
    static const float zeros[AT_ONCE];
    const palate__training *training = shared->training;
    const palate__matrix *matrix = &training->users.matrix;
    memcpy(x, palate__row_of(training, training->users.rows, row), training->stride * sizeof *x);
    const double base = (shared->biases != NULL ? training->mean : training->shift) + (double)x[0];
    double sum = 0.0;
    x[0] = 0.0F; /* Biases are not multiplied. */
    for (int64_t begin = matrix->begins[row]; begin < matrix->begins[row + 1]; begin += AT_ONCE) {
        float room[AT_ONCE];
        double biases[AT_ONCE];
        float *products = shared->biases != NULL ? shared->biases->estimates + begin : room;
        const int64_t left = matrix->begins[row + 1] - begin;
        const size_t count = left < AT_ONCE ? (size_t)left : AT_ONCE;
        training->kernels->scores_at(x, training->items.rows, matrix->columns + begin, zeros,
                                     training->stride, count, products);
        gather_biases(shared, matrix->columns + begin, count, biases);
        for (size_t e = 0; e < count; e++) {
            const double error = (double)matrix->values[(size_t)begin + e] - base - biases[e] -
                                 (double)products[e];
            sum += error * error;
        }
    }
    return sum;
}

static void measure_task(size_t task, int thread, void *argument)
{
    const job *shared = argument;
    const palate__training *training = shared->training;
    const palate__train_side *users = &training->users;
    float *x = training->scratch + (size_t)thread * training->scratch_floats;
    double sum = 0.0;
    for (uint32_t row = users->task_begins[task]; row < users->task_begins[task + 1]; row++)
        sum += measure_row(shared, row, x);
    users->task_sums[task] = (palate__sums){sum, 0.0};
}

/* lambda sum over rows of count |x|^2: what the multiplicative rule weighs the error against. */
static double weighted_norms(const palate__training *training, const palate__train_side *side,
                             double lambda)
{
    double sum = 0.0;
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        const float *x = palate__row_of(training, side->rows, row);
        double norm = (double)training->kernels->dot(x + 1, x + 1, training->factor_count);
        sum += norm * (double)(side->matrix.begins[row + 1] - side->matrix.begins[row]);
    }
    return lambda * sum;
}

static palate__sums measure(palate__training *training, const palate__sums *of_users,
                            const palate__sums *of_items)
{
    (void)of_users;
    (void)of_items;
    const palate_train_options *options = &training->options;
    const palate__train_side *users = &training->users;
    job shared = {training, training->rule_state};
    palate__parallel_for(training->threads, users->task_count, measure_task, &shared);
    palate__sums sums = {
        0.0, weighted_norms(training, users, options->regularization) +
                 weighted_norms(training, &training->items, options->item_regularization)};
    for (size_t task = 0; task < users->task_count; task++)
        sums.squared_error += users->task_sums[task].squared_error;
    return sums;
}

/* ---- Biases ---- */

static palate_status begin(palate__training *training, palate_error *err)
{
    if (!training->options.biases)
        return PALATE_OK;
    palate__biases *biases = NULL;
    const palate_status status = palate__biases_begin(training, &biases, err);
    training->rule_state = biases;
    return status;
}

static void end(palate__training *training)
{
    palate__biases_end(training->context, training->rule_state);
    training->rule_state = NULL;
}

static void before_epoch(palate__training *training)
{
    if (training->rule_state == NULL)
        return;
    if (training->epoch == 0) /* Later, the products are there. */
        (void)measure(training, NULL, NULL);
    palate__biases_pass(training, training->rule_state);
}

const palate__rule palate__rule_mu = {
    .name = "mu",
    .paper = "Lee & Seung 2000; Luo et al. 2014",
    .simultaneous = true,
    .begin = begin,
    .end = end,
    .before_epoch = before_epoch,
    .scratch_floats = scratch_floats,
    .update_row = update_row,
    .measure = measure,
};
