/* SPDX-License-Identifier: Apache-2.0 */
#include "train/average.h"

#include "base/threads.h"
#include "model/inside.h"

enum {
    TASK_ROWS = 256,
    MINIMIZED = 30 /* Epochs of rule map: what it has by then is all but its best. */
};

static palate_status begin_side(const palate__training *training, const palate__train_side *side,
                                palate__average_side *out, palate_error *err)
{
    palate_context *context = training->context;
    const size_t rows = side->row_count;
    const size_t room = palate__average_room(training->average);
    if (room == 0) {
        out->sums = palate__allocate_zeroed(context, rows, training->stride * sizeof(double));
        return out->sums == NULL ? palate__fail_memory(err, "preparing training") : PALATE_OK;
    }
    out->factors = palate__allocate_array(context, rows,
                                          room * training->factor_count * sizeof(float));
    out->offsets = palate__allocate_array(context, rows, room * sizeof(float));
    return out->factors == NULL || out->offsets == NULL
               ? palate__fail_memory(err, "preparing training: fewer samples need less")
               : PALATE_OK;
}

palate_status palate__average_begin(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_train_options *options = &training->options;
    const palate__drift *drift = &training->drift;
    palate_context *context = training->context;
    palate__average *average = palate__allocate_zeroed(context, 1, sizeof *average);
    if (average == NULL)
        return palate__fail_memory(err, "preparing training");
    training->average = average;
    average->wanted = (size_t)options->samples;
    average->minimized = options->epochs / 4 < MINIMIZED ? options->epochs / 4 : MINIMIZED;
    if (average->wanted > 0 && average->minimized > 0)
        average->of_minimum = options->blend / (1.0 - options->blend) * (double)average->wanted;
    PALATE_TRY(begin_side(training, &training->users, &average->users, err));
    PALATE_TRY(begin_side(training, &training->items, &average->items, err));
    if (drift->on) {
        size_t moments = (size_t)drift->begins[training->users.matrix.row_count];
        average->drift_sums = palate__allocate_zeroed(context, moments, sizeof(double));
        if (average->drift_sums == NULL)
            PALATE_TRY(palate__fail_memory(err, "preparing training"));
    }
done:
    return status;
}

static void end_side(palate_context *context, palate__average_side *side)
{
    palate__release(context, side->factors);
    palate__release(context, side->offsets);
    palate__release(context, side->sums);
}

void palate__average_end(palate__training *training)
{
    palate__average *average = training->average;
    if (average == NULL)
        return;
    end_side(training->context, &average->users);
    end_side(training->context, &average->items);
    palate__release(training->context, average->drift_sums);
    palate__release(training->context, average);
    training->average = NULL;
}

/* ---- Taking an epoch in ---- */

typedef struct job {
    const palate__training *training;
    const palate__train_side *from;
    const palate__average *average;
    palate__average_side *to;
} job;

static void take_row(const job *shared, size_t row)
{
    const palate__training *training = shared->training;
    const palate__average *average = shared->average;
    const size_t k = training->factor_count;
    const float *x = shared->from->rows + row * training->stride;
    const size_t room = palate__average_room(average);
    if (room > 0) {
        size_t place = row * room + average->blocks;
        const palate__inside inside = {training->gain, training->anchor};
        shared->to->offsets[place] = (float)palate__inside_leave(inside, k, x,
                                                                 shared->to->factors + place * k);
        return;
    }
    double *sums = shared->to->sums + row * training->stride;
    for (size_t f = 0; f <= k; f++)
        sums[f] += (double)x[f];
}

static void take_task(size_t task, int thread, void *argument)
{
    (void)thread;
    const job *shared = argument;
    size_t end = (task + 1) * TASK_ROWS;
    for (size_t row = task * TASK_ROWS; row < end && row < shared->from->row_count; row++)
        take_row(shared, row);
}

static void take_side(const palate__training *training, const palate__train_side *from,
                      palate__average_side *to)
{
    job shared = {training, from, training->average, to};
    size_t tasks = ((size_t)from->row_count + TASK_ROWS - 1) / TASK_ROWS;
    palate__parallel_for(training->threads, tasks, take_task, &shared);
}

static void add_drift(const palate__training *training, double weight)
{
    const palate__drift *drift = &training->drift;
    if (!drift->on)
        return;
    int64_t moments = drift->begins[training->users.matrix.row_count];
    for (int64_t moment = 0; moment < moments; moment++)
        training->average->drift_sums[moment] += weight * (double)drift->values[moment];
}

static void add_predictions(palate__training *training, double weight)
{
    palate__held_out *held = &training->held_out;
    for (size_t e = 0; e < held->count; e++)
        held->sums[e] += weight * palate__training_score(training, e);
}

static void take(palate__training *training, double weight)
{
    palate__average *average = training->average;
    palate__prior_place(training, &training->users, training->users.row_count);
    palate__prior_place(training, &training->items, training->items.row_count);
    take_side(training, &training->users, &average->users);
    take_side(training, &training->items, &average->items);
    add_drift(training, weight);
    add_predictions(training, weight);
    average->weight += weight;
    average->blocks++;
}

/* Whether the draw of this epoch is one of those kept: spread evenly from the end of burn-in to the
 * last. */
static bool is_kept(const palate__training *training)
{
    const palate__average *average = training->average;
    const palate_train_options *options = &training->options;
    int64_t after = training->epoch - options->burn_in;
    int64_t span = options->epochs - options->burn_in;
    int64_t wanted = average->wanted == 0 ? span : (int64_t)average->wanted;
    return training->epoch > average->minimized && after > 0 &&
           after * wanted / span > (after - 1) * wanted / span;
}

void palate__average_take(palate__training *training)
{
    palate__average *average = training->average;
    if (training->epoch == average->minimized && average->of_minimum > 0.0) {
        take(training, average->of_minimum);
    } else if (is_kept(training)) {
        take(training, 1.0);
        average->noise_sum += training->noise * training->noise;
        average->taken++;
    }
}
