/* SPDX-License-Identifier: Apache-2.0 */
#include "train/biases.h"

#include "base/compiler.h"

#include <string.h>

/* ---- Which rating comes when ---- */

/* Which entry of its user's row each entry of by_item is. */
static void place_entries(const palate__training *training, uint32_t *places, int64_t *cursors)
{
    const palate__matrix *by_user = &training->users.matrix;
    const palate__matrix *by_item = &training->items.matrix;
    for (uint32_t j = 0; j < by_item->row_count; j++)
        cursors[j] = by_item->begins[j];
    for (uint32_t i = 0; i < by_user->row_count; i++)
        for (int64_t e = by_user->begins[i]; e < by_user->begins[i + 1]; e++)
            places[cursors[by_user->columns[e]]++] = (uint32_t)(e - by_user->begins[i]);
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
static palate_status order_visits(const palate__training *training, uint32_t *visits,
                                  palate_error *err)
{
    const palate__matrix *by_user = &training->users.matrix;
    const int64_t *sequence = training->split ? NULL : training->ratings->sequence;
    if (sequence != NULL)
        return visit_in_sequence(training->context, by_user, sequence, visits, err);
    visit_as_stored(by_user, visits);
    return PALATE_OK;
}

/* ---- Beginning and end ---- */

static palate_status fill(const palate__training *training, palate__biases *biases,
                          palate_error *err)
{
    palate_context *context = training->context;
    const size_t count = (size_t)palate__matrix_count(&training->users.matrix);
    const uint32_t user_count = training->users.matrix.row_count;
    const uint32_t item_count = training->items.matrix.row_count;
    biases->users = palate__allocate_zeroed(context, user_count, sizeof *biases->users);
    biases->items = palate__allocate_zeroed(context, item_count, sizeof *biases->items);
    biases->estimates = palate__allocate_array(context, count, sizeof *biases->estimates);
    biases->visits = palate__allocate_array(context, count, sizeof *biases->visits);
    biases->places = palate__allocate_array(context, count, sizeof *biases->places);
    int64_t *cursors = palate__allocate_array(context, item_count, sizeof *cursors);
    const bool done = biases->users != NULL && biases->items != NULL && biases->estimates != NULL &&
                      biases->visits != NULL && biases->places != NULL && cursors != NULL;
    if (done)
        place_entries(training, biases->places, cursors);
    palate__release(context, cursors);
    return done ? order_visits(training, biases->visits, err)
                : palate__fail_memory(err, "preparing rule mu");
}

palate_status palate__biases_begin(const palate__training *training, palate__biases **out,
                                   palate_error *err)
{
    *out = palate__allocate_zeroed(training->context, 1, sizeof **out);
    return *out != NULL ? fill(training, *out, err) : palate__fail_memory(err, "preparing rule mu");
}

void palate__biases_end(palate_context *context, palate__biases *biases)
{
    if (biases == NULL)
        return;
    palate__release(context, biases->users);
    palate__release(context, biases->items);
    palate__release(context, biases->estimates);
    palate__release(context, biases->visits);
    palate__release(context, biases->places);
    palate__release(context, biases);
}

/* ---- The pass ---- */

/* The ratings of one user, and what a step takes. */
typedef struct steps {
    const uint32_t *visits, *columns;
    const float *ratings;
    float *estimates;
    double *items;
    double mean, to_mean;
    double rate,
        kept; /* b <- kept b + rate (r - mean - c - x.z): the step, written so that the next waits least. */
    double item_rate, item_lambda;
} steps;

/* The rating of a visit. */
typedef struct visited {
    float *estimate;
    double *item;
    double known; /* c + x.z */
    double rest;  /* What the rating is beside that and the mean. */
} visited;

PALATE__ALWAYS_INLINE visited visit(const steps *of, int64_t number)
{
    const uint32_t e = of->visits[number];
    double *item = &of->items[of->columns[e]];
    const double known = *item + (double)of->estimates[e];
    return (visited){&of->estimates[e], item, known, (double)of->ratings[e] - of->mean - known};
}

PALATE__ALWAYS_INLINE void step_item(const steps *of, const visited *at, double bias)
{
    const double error = at->rest - bias;
    *at->estimate = (float)(of->to_mean + at->known + bias);
    *at->item += of->item_rate * (error - of->item_lambda * *at->item);
}

/*
 * Of four visits, whose items differ: all that does not wait for the bias is done at once,
 *
 *     after t of them    b_t = kept^t b + sum_{s < t} kept^(t - 1 - s) rate rest_s
 *
 * so that the next four wait for a product and a sum, where they would for four of each.
 */
PALATE__ALWAYS_INLINE double step_four(const steps *of, int64_t first, double bias)
{
    visited at[4];
    double power = 1.0, moved = 0.0, before[4];
    for (int t = 0; t < 4; t++)
        at[t] = visit(of, first + t);
    for (int t = 0; t < 4; t++) {
        before[t] = power * bias + moved;
        moved = of->kept * moved + of->rate * at[t].rest;
        power *= of->kept;
    }
    for (int t = 0; t < 4; t++)
        step_item(of, &at[t], before[t]);
    return power * bias + moved;
}

static double step_user(const steps *of, int64_t count, double bias)
{
    int64_t number = 0;
    for (; number + 4 <= count; number += 4)
        bias = step_four(of, number, bias);
    for (; number < count; number++) {
        const visited at = visit(of, number);
        step_item(of, &at, bias);
        bias = of->kept * bias + of->rate * at.rest;
    }
    return bias;
}

static steps steps_of(const palate__training *training, const palate__biases *biases, uint32_t user)
{
    const palate_train_options *options = &training->options;
    const palate__matrix *by_user = &training->users.matrix;
    const int64_t begin = by_user->begins[user];
    const double rate = options->bias_learning_rate;
    return (steps){
        .visits = biases->visits + begin,
        .columns = by_user->columns + begin,
        .ratings = by_user->values + begin,
        .estimates = biases->estimates + begin,
        .items = biases->items,
        .mean = training->mean,
        .to_mean = training->mean - training->shift,
        .rate = rate,
        .kept = 1.0 - rate * (1.0 + options->user_bias_regularization),
        .item_rate = options->item_bias_learning_rate,
        .item_lambda = options->item_bias_regularization,
    };
}

void palate__biases_pass(palate__training *training, palate__biases *biases)
{
    const palate__matrix *by_user = &training->users.matrix;
    const uint32_t *order = training->ratings->users.order;
    for (uint32_t place = 0; place < by_user->row_count; place++) {
        const uint32_t i = order[place];
        const steps of = steps_of(training, biases, i);
        biases->users[i] = step_user(&of, by_user->begins[i + 1] - by_user->begins[i],
                                     biases->users[i]);
    }
    /* The biases live in slot 0 of the rows, where the rest of the engine looks for them. */
    for (uint32_t i = 0; i < by_user->row_count; i++)
        palate__row_of(training, training->users.rows, i)[0] = (float)biases->users[i];
    for (uint32_t j = 0; j < training->items.matrix.row_count; j++)
        palate__row_of(training, training->items.rows, j)[0] = (float)biases->items[j];
}

void palate__biases_of_item(const palate__training *training, const palate__biases *biases,
                            uint32_t item, float *out)
{
    const palate__matrix *by_item = &training->items.matrix;
    const int64_t *begins = training->users.matrix.begins;
    const int64_t begin = by_item->begins[item];
    const size_t count = (size_t)(by_item->begins[item + 1] - begin);
    const uint32_t *users = by_item->columns + begin;
    const uint32_t *places = biases->places + begin;
    const float *estimates = biases->estimates;
    for (size_t e = 0; e < count; e++)
        out[e] = estimates[begins[users[e]] + places[e]];
}
