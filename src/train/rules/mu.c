/* SPDX-License-Identifier: Apache-2.0 */
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
 * and leaves its estimates for the rows. Products x.z do not change on the way, and are made before,
 * by all threads: what is left of a rating are some numbers.
 *
 * Cost of a row with c ratings: O(c k) time, 2 k doubles of scratch.
 */
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

/* What the pass over the biases leaves behind: an estimate for each rating of by_user. */
typedef struct state {
    float *estimates;
    uint32_t *visits;  /* By user: the entries of its row, as they come in the input. */
    int64_t *in_users; /* Where each entry of by_item lies in by_user. */
    double *user_biases, *item_biases;
    float *zeros; /* As many as there are items. */
} state;

/* Two rows of doubles, and an item's estimates. */
static size_t scratch_floats(const palate__training *training, size_t count)
{
    return 4 * training->stride + (training->options.biases ? count : 0);
}

static double factor_of_change(double numerator, double denominator, double most)
{
    return denominator > 0.0 ? fmin(numerator / denominator, most) : 1.0;
}

/* What the pass over the biases took the ratings of a row for; NULL: there was none. */
static const float *estimates_of(const palate__half *half, uint32_t row, float *room)
{
    const state *biased = half->training->rule_state;
    const int64_t *begins = half->side->matrix.begins;
    if (biased == NULL)
        return NULL;
    if (half->is_users)
        return biased->estimates + begins[row];
    for (int64_t e = begins[row]; e < begins[row + 1]; e++)
        room[e - begins[row]] = biased->estimates[biased->in_users[e]];
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

/* Where each entry of by_item lies in by_user. */
static void map_entries(const palate__training *training, state *biased, int64_t *cursors)
{
    const palate__matrix *by_user = &training->users.matrix;
    const palate__matrix *by_item = &training->items.matrix;
    for (uint32_t j = 0; j < by_item->row_count; j++)
        cursors[j] = by_item->begins[j];
    const int64_t count = palate__matrix_count(by_user);
    for (int64_t e = 0; e < count; e++)
        biased->in_users[cursors[by_user->columns[e]]++] = e;
}

static void visit_as_stored(const palate__matrix *by_user, uint32_t *visits)
{
    for (uint32_t i = 0; i < by_user->row_count; i++)
        for (int64_t e = by_user->begins[i]; e < by_user->begins[i + 1]; e++)
            visits[e] = (uint32_t)(e - by_user->begins[i]);
}

/* A rating at its place in the input. */
typedef struct line {
    uint32_t user, entry;
} line;

static int64_t count_lines(const palate__matrix *by_user, const int64_t *sequence)
{
    int64_t last = -1;
    for (int64_t e = 0; e < palate__matrix_count(by_user); e++)
        last = sequence[e] > last ? sequence[e] : last;
    return last + 1;
}

/* Ratings go to their lines, and from there, one line after the other, to their users. */
static palate_status visit_in_sequence(palate_context *context, const palate__matrix *by_user,
                                       const int64_t *sequence, uint32_t *visits, palate_error *err)
{
    const int64_t count = count_lines(by_user, sequence);
    line *lines = palate__allocate_array(context, (size_t)count, sizeof *lines);
    int64_t *next = palate__allocate_array(context, by_user->row_count, sizeof *next);
    if (lines != NULL && next != NULL) {
        memset(lines, 0xFF, (size_t)count * sizeof *lines); /* No user: a line that was dropped. */
        for (uint32_t i = 0; i < by_user->row_count; i++) {
            next[i] = by_user->begins[i];
            for (int64_t e = by_user->begins[i]; e < by_user->begins[i + 1]; e++)
                lines[sequence[e]] = (line){i, (uint32_t)(e - by_user->begins[i])};
        }
        for (int64_t l = 0; l < count; l++)
            if (lines[l].user != UINT32_MAX)
                visits[next[lines[l].user]++] = lines[l].entry;
    }
    const bool done = lines != NULL && next != NULL;
    palate__release(context, lines);
    palate__release(context, next);
    return done ? PALATE_OK : palate__fail_memory(err, "preparing rule mu");
}

/* The ratings of each user by line, where lines are known (as Surprise's trainset). */
static palate_status order_visits(const palate__training *training, state *biased,
                                  palate_error *err)
{
    const palate__matrix *by_user = &training->users.matrix;
    const int64_t *sequence = training->split ? NULL : training->ratings->sequence;
    if (sequence != NULL)
        return visit_in_sequence(training->context, by_user, sequence, biased->visits, err);
    visit_as_stored(by_user, biased->visits);
    return PALATE_OK;
}

static void end(palate__training *training)
{
    state *biased = training->rule_state;
    if (biased == NULL)
        return;
    palate_context *context = training->context;
    palate__release(context, biased->estimates);
    palate__release(context, biased->visits);
    palate__release(context, biased->in_users);
    palate__release(context, biased->user_biases);
    palate__release(context, biased->item_biases);
    palate__release(context, biased->zeros);
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
    biased->estimates = palate__allocate_array(context, count, sizeof(float));
    biased->visits = palate__allocate_array(context, count, sizeof(uint32_t));
    biased->in_users = palate__allocate_array(context, count, sizeof(int64_t));
    biased->user_biases = palate__allocate_zeroed(context, training->users.matrix.row_count,
                                                  sizeof(double));
    biased->item_biases = palate__allocate_zeroed(context, item_count, sizeof(double));
    biased->zeros = palate__allocate_zeroed(context, item_count, sizeof(float));
    int64_t *cursors = palate__allocate_array(context, item_count, sizeof(int64_t));
    if (biased->estimates == NULL || biased->visits == NULL || biased->in_users == NULL ||
        biased->user_biases == NULL || biased->item_biases == NULL || biased->zeros == NULL ||
        cursors == NULL) {
        palate__release(context, cursors);
        return palate__fail_memory(err, "preparing rule mu");
    }
    map_entries(training, biased, cursors);
    palate__release(context, cursors);
    return order_visits(training, biased, err);
}

/* x.z of a task's users, in place of their estimates. */
static void multiply_task(size_t task, int thread, void *argument)
{
    const palate__training *training = argument;
    const state *biased = training->rule_state;
    const palate__train_side *users = &training->users;
    const palate__matrix *by_user = &users->matrix;
    float *x = training->scratch + (size_t)thread * training->scratch_floats;
    for (uint32_t i = users->task_begins[task]; i < users->task_begins[task + 1]; i++) {
        const int64_t begin = by_user->begins[i];
        memcpy(x, palate__row_of(training, users->rows, i), training->stride * sizeof *x);
        x[0] = 0.0F; /* Biases are not multiplied. */
        training->kernels->scores_at(
            x, training->items.rows, by_user->columns + begin, biased->zeros, training->stride,
            (size_t)(by_user->begins[i + 1] - begin), biased->estimates + begin);
    }
}

/*
 * One step at each rating of a user:
 *
 *     error = r - mean - b - c - x.z
 *     b <- b + rate (error - lambda b)            c <- c + item_rate (error - item_lambda c)
 *
 * The next rating waits for b: written as a sum whose other term is known before, that takes a product and a sum.
 */
static void step_user(const palate__training *training, uint32_t user)
{
    const state *biased = training->rule_state;
    const palate_train_options *options = &training->options;
    const palate__matrix *by_user = &training->users.matrix;
    const double rate = options->bias_learning_rate;
    const double item_rate = options->item_bias_learning_rate;
    const double item_lambda = options->item_bias_regularization;
    const double kept = 1.0 - rate * (1.0 + options->user_bias_regularization);
    const double mean = training->mean;
    const double to_mean = training->mean - training->shift;
    const int64_t begin = by_user->begins[user];
    const int64_t count = by_user->begins[user + 1] - begin;
    const uint32_t *visits = biased->visits + begin;
    const uint32_t *columns = by_user->columns + begin;
    const float *ratings = by_user->values + begin;
    float *estimates = biased->estimates + begin;
    double *item_biases = biased->item_biases;
    double bias = biased->user_biases[user];
    for (int64_t visit = 0; visit < count; visit++) {
        const uint32_t e = visits[visit];
        const uint32_t item = columns[e];
        const double of_item = item_biases[item];
        const double known = of_item + (double)estimates[e];
        const double rest = (double)ratings[e] - mean - known;
        const double error = rest - bias;
        estimates[e] = (float)(to_mean + known + bias);
        bias = kept * bias + rate * rest;
        item_biases[item] = of_item + item_rate * (error - item_lambda * of_item);
    }
    biased->user_biases[user] = bias;
}

static void before_epoch(palate__training *training)
{
    state *biased = training->rule_state;
    if (biased == NULL)
        return;
    const palate__matrix *by_user = &training->users.matrix;
    palate__parallel_for(training->threads, training->users.task_count, multiply_task, training);
    for (uint32_t place = 0; place < by_user->row_count; place++)
        step_user(training, training->ratings->users.order[place]);
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
