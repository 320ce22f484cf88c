/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
/* Multiplicative updates over the observed ratings: the plain reference, as Surprise's NMF does it.
 *
 *     x_f <- x_f * sum_e r_e z_ef / (sum_e est_e z_ef + c lambda x_f)       c: ratings of the row
 *
 * Lee & Seung 2000 (NIPS 13) restricted to observed entries with Tikhonov terms: Luo et al. 2014
 * (IEEE TII 10(2)). Both sides are updated from the rows before the epoch, as Surprise does; so,
 * unlike the alternating form of the papers, the objective may rise. A zero stays zero.
 *
 * With biases est_e = mean + b_u + c_i + x.z, where the biases take one step of stochastic gradient
 * at each rating, in the order of the input (palate_read_options.keep_order): that pass is serial,
 * and leaves its estimates for the rows.
 *
 * Cost of a row with c ratings: O(c k) time, 2 k doubles of scratch.
 */
#include "train/rule.h"

#include <math.h>
#include <stdlib.h>

/* With biases one update may make a factor this many times larger: an estimate, and so a
 * denominator, can come near zero or below it, where the rule means nothing, and Surprise's factors
 * turn negative or overflow. Without biases nothing is subtracted and the rule needs no bound. */
static const double BIASED_CHANGE_MAX = 10.0;

/* Factors that die out are zero from here on: on their way below the smallest normal float they
 * would make every product with them slow. */
static const float FACTOR_FLOOR = 1e-30F;

/* What the pass over the biases leaves behind: an estimate for each rating, in the order of either
 * matrix. */
typedef struct state {
    float *user_estimates, *item_estimates;
    int64_t *visits;   /* The entries of by_user in the order of the input. */
    uint32_t *users;   /* The user of each entry of by_user. */
    int64_t *in_items; /* Where each entry of by_user lies in by_item. */
    double *user_biases, *item_biases;
} state;

static size_t scratch_floats(const palate__training *training, size_t count)
{
    (void)count;
    return 4 * training->stride; /* Two rows of doubles. */
}

static double factor_of_change(double numerator, double denominator, double most)
{
    return denominator > 0.0 ? fmin(numerator / denominator, most) : 1.0;
}

static palate__sums update_row(const palate__half *half, uint32_t row, float *x,
                               const palate__desk *desk)
{
    const palate__training *training = half->training;
    const palate__matrix *matrix = &half->side->matrix;
    const state *biased = training->rule_state;
    const float *estimates = biased == NULL   ? NULL
                             : half->is_users ? biased->user_estimates
                                              : biased->item_estimates;
    const size_t k = training->factor_count;
    const int64_t begin = matrix->begins[row];
    const palate__rated rated = {
        .fixed = half->other->rows,
        .stride = training->stride,
        .columns = matrix->columns + begin,
        .ratings = matrix->values + begin,
        .count = (size_t)(matrix->begins[row + 1] - begin),
        .shift = training->shift,
        .estimates = estimates == NULL ? NULL : estimates + begin,
    };
    double *numerator = (double *)(void *)desk->scratch;
    double *denominator = numerator + training->stride;
    training->kernels->multiply_sums(&rated, x, numerator, denominator);
    double most = estimates != NULL ? BIASED_CHANGE_MAX : INFINITY;
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

/* Where each entry of by_user lies in by_item, and its user. */
static void map_entries(const palate__training *training, state *biased, int64_t *cursors)
{
    const palate__matrix *by_user = &training->users.matrix;
    const palate__matrix *by_item = &training->items.matrix;
    for (uint32_t j = 0; j < by_item->row_count; j++)
        cursors[j] = by_item->begins[j];
    for (uint32_t i = 0; i < by_user->row_count; i++) {
        for (int64_t e = by_user->begins[i]; e < by_user->begins[i + 1]; e++) {
            biased->users[e] = i;
            biased->in_items[e] = cursors[by_user->columns[e]]++;
        }
    }
}

static int by_sequence(const void *a, const void *b, void *sequence)
{
    const int64_t *places = sequence;
    int64_t left = places[*(const int64_t *)a];
    int64_t right = places[*(const int64_t *)b];
    return (left > right) - (left < right);
}

/* The order of the input: users as they first appear, then the ratings of each by line (as
 * Surprise's trainset). */
static void order_visits(const palate__training *training, state *biased)
{
    const palate_ratings *ratings = training->ratings;
    const palate__matrix *by_user = &training->users.matrix;
    int64_t *sequence = training->split ? NULL : ratings->sequence;
    int64_t *visit = biased->visits;
    for (uint32_t place = 0; place < by_user->row_count; place++) {
        uint32_t i = ratings->users.order[place];
        int64_t count = by_user->begins[i + 1] - by_user->begins[i];
        for (int64_t e = 0; e < count; e++)
            visit[e] = by_user->begins[i] + e;
        if (sequence != NULL)
            qsort_r(visit, (size_t)count, sizeof *visit, by_sequence, sequence);
        visit += count;
    }
}

static void end(palate__training *training)
{
    state *biased = training->rule_state;
    if (biased == NULL)
        return;
    palate_context *context = training->context;
    palate__release(context, biased->user_estimates);
    palate__release(context, biased->item_estimates);
    palate__release(context, biased->visits);
    palate__release(context, biased->users);
    palate__release(context, biased->in_items);
    palate__release(context, biased->user_biases);
    palate__release(context, biased->item_biases);
    palate__release(context, biased);
    training->rule_state = NULL;
}

static palate_status begin(palate__training *training, palate_error *err)
{
    if (!training->options.biases)
        return PALATE_OK;
    palate_context *context = training->context;
    state *biased = palate__allocate_zeroed(context, 1, sizeof *biased);
    if (biased == NULL)
        return palate__fail_memory(err, "preparing rule mu");
    training->rule_state = biased;
    size_t count = (size_t)palate__matrix_count(&training->users.matrix);
    uint32_t item_count = training->items.matrix.row_count;
    biased->user_estimates = palate__allocate_array(context, count, sizeof(float));
    biased->item_estimates = palate__allocate_array(context, count, sizeof(float));
    biased->visits = palate__allocate_array(context, count, sizeof(int64_t));
    biased->users = palate__allocate_array(context, count, sizeof(uint32_t));
    biased->in_items = palate__allocate_array(context, count, sizeof(int64_t));
    biased->user_biases = palate__allocate_zeroed(context, training->users.matrix.row_count,
                                                  sizeof(double));
    biased->item_biases = palate__allocate_zeroed(context, item_count, sizeof(double));
    int64_t *cursors = palate__allocate_array(context, item_count, sizeof(int64_t));
    if (biased->user_estimates == NULL || biased->item_estimates == NULL ||
        biased->visits == NULL || biased->users == NULL || biased->in_items == NULL ||
        biased->user_biases == NULL || biased->item_biases == NULL || cursors == NULL) {
        palate__release(context, cursors);
        return palate__fail_memory(err, "preparing rule mu");
    }
    map_entries(training, biased, cursors);
    palate__release(context, cursors);
    order_visits(training, biased);
    return PALATE_OK;
}

static void before_epoch(palate__training *training)
{
    state *biased = training->rule_state;
    if (biased == NULL)
        return;
    const palate__matrix *by_user = &training->users.matrix;
    const palate_train_options *options = &training->options;
    const double rate = options->bias_learning_rate;
    const double item_rate = options->item_bias_learning_rate;
    int64_t count = palate__matrix_count(by_user);
    for (int64_t visit = 0; visit < count; visit++) {
        int64_t e = biased->visits[visit];
        uint32_t i = biased->users[e];
        uint32_t j = by_user->columns[e];
        double *bias_of_user = &biased->user_biases[i];
        double *bias_of_item = &biased->item_biases[j];
        const float *x = palate__row_of(training, training->users.rows, i);
        const float *z = palate__row_of(training, training->items.rows, j);
        double estimated = training->mean - training->shift + *bias_of_user + *bias_of_item +
                           (double)training->kernels->dot(x + 1, z + 1, training->factor_count);
        double error = (double)by_user->values[e] - training->shift - estimated;
        *bias_of_user += rate * (error - options->user_bias_regularization * *bias_of_user);
        *bias_of_item += item_rate * (error - options->item_bias_regularization * *bias_of_item);
        biased->user_estimates[e] = (float)estimated;
        biased->item_estimates[biased->in_items[e]] = (float)estimated;
    }
    /* The biases live in slot 0 of the rows, where the rest of the engine looks for them. */
    for (uint32_t i = 0; i < by_user->row_count; i++)
        palate__row_of(training, training->users.rows, i)[0] = (float)biased->user_biases[i];
    for (uint32_t j = 0; j < training->items.matrix.row_count; j++)
        palate__row_of(training, training->items.rows, j)[0] = (float)biased->item_biases[j];
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
};
