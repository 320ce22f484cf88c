/* SPDX-License-Identifier: Apache-2.0 */
/* Epochs: all user rows with the items held fixed, then all item rows with the users held fixed,
 * until something ends the run. Rows of a side are independent: tasks share them out, and what they
 * add up is added in order of tasks. */
#include "train/average.h"
#include "train/long.h"
#include "train/rule.h"

#include "base/clock.h"
#include "base/threads.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* How often on_progress is called within an epoch. */
static const double REPORT_SECONDS = 0.1;

/* Rows are read in 16 bits until an epoch changes the objective by less than this share: rounding moves it by 1e-7
 * to 1e-6. All 30 of a default run on MovieLens 1M change it by more (docs/decisions/0061-rows-in-16-bits.md). */
static const double LEAST_CHANGE_ROUNDED = 1e-4;

typedef struct job {
    palate__training *training;
    palate__half half;
    float *target;
    size_t tasks_before, tasks_in_epoch;
} job;

static bool is_stopped(const palate__training *training)
{
    return __atomic_load_n(&training->stop_requested, __ATOMIC_RELAXED);
}

static void stop(palate__training *training, const char *reason)
{
    training->stopped_by = reason;
    __atomic_store_n(&training->stop_requested, true, __ATOMIC_RELAXED);
}

static void report(palate__training *training, bool epoch_ended, double part_of_epoch)
{
    const palate_train_options *options = &training->options;
    double now = palate__seconds_now() - training->started;
    if (options->time_limit > 0.0 && now > options->time_limit)
        stop(training, "time limit");
    training->last_report = now;
    if (options->on_progress == NULL)
        return;
    palate_progress progress = {
        .epoch = training->epoch,
        .epochs = options->epochs,
        .epoch_ended = epoch_ended,
        .fraction = training->choice.work + (1.0 - training->choice.work) *
                                                ((double)training->epoch + part_of_epoch) /
                                                (double)options->epochs,
        .seconds = now,
        .objective = training->objective,
        .train_rmse = training->train_rmse,
        .validation_rmse = training->validation_rmse,
    };
    if (!options->on_progress(&progress, options->on_progress_user))
        stop(training, "request");
}

static void report_within(const job *shared, size_t task)
{
    palate__training *training = shared->training;
    if (palate__seconds_now() - training->started - training->last_report < REPORT_SECONDS)
        return;
    report(training, false, (double)(shared->tasks_before + task) / (double)shared->tasks_in_epoch);
}

static bool is_long(const job *shared, uint32_t row)
{
    const int64_t *begins = shared->half.side->matrix.begins;
    return palate__is_long(shared->training, (size_t)(begins[row + 1] - begins[row]));
}

static void update_row(const job *shared, uint32_t row, const palate__desk *desk,
                       palate__sums *sums)
{
    const palate__training *training = shared->training;
    const palate__train_side *side = shared->half.side;
    float *x = palate__row_of(training, shared->target, row);
    if (shared->target != side->rows)
        memcpy(x, palate__row_of(training, side->rows, row), training->stride * sizeof *x);
    const palate__sums found = training->rule->update_row(&shared->half, row, x, desk);
    sums->squared_error += found.squared_error;
    sums->penalty += found.penalty;
    palate__row_narrow(training, side, row);
}

static palate__sums update_rows(const job *shared, uint32_t first, uint32_t end,
                                const palate__desk *desk)
{
    palate__sums sums = {0.0, 0.0};
    for (uint32_t row = first; row < end; row++)
        if (!is_long(shared, row))
            update_row(shared, row, desk, &sums);
    return sums;
}

/* Those that threads share. */
static palate__sums update_long_rows(const job *shared)
{
    palate__sums sums = {0.0, 0.0};
    const palate__desk desk = {0, shared->training->scratch};
    if (shared->training->long_sums == NULL) /* No row of either side is. */
        return sums;
    for (uint32_t row = 0; row < shared->half.side->matrix.row_count; row++)
        if (is_long(shared, row) && !is_stopped(shared->training))
            update_row(shared, row, &desk, &sums);
    return sums;
}

static void update_task(size_t task, int thread, void *argument)
{
    const job *shared = argument;
    const palate__training *training = shared->training;
    const palate__train_side *side = shared->half.side;
    if (is_stopped(training))
        return;
    if (thread == 0)
        report_within(shared, task);
    const palate__desk desk = {thread,
                               training->scratch + (size_t)thread * training->scratch_floats};
    const uint32_t first = side->task_begins[task];
    const uint32_t end = side->task_begins[task + 1];
    side->task_sums[task] = training->rule->update_rows != NULL
                                ? training->rule->update_rows(&shared->half, first, end, &desk)
                                : update_rows(shared, first, end, &desk);
}

/* What tasks came to, onto what there is. */
static palate__sums add_up(const palate__train_side *side, palate__sums sums)
{
    for (size_t task = 0; task < side->task_count; task++) {
        sums.squared_error += side->task_sums[task].squared_error;
        sums.penalty += side->task_sums[task].penalty;
    }
    return sums;
}

static palate__sums half_sweep(palate__training *training, bool is_users)
{
    palate__train_side *side = is_users ? &training->users : &training->items;
    palate__train_side *other = is_users ? &training->items : &training->users;
    job shared = {
        .training = training,
        .half = {training, side, other, is_users},
        .target = training->rule->simultaneous ? side->next : side->rows,
        .tasks_before = is_users ? 0 : training->users.task_count,
        .tasks_in_epoch = training->users.task_count + training->items.task_count,
    };
    const palate__sums of_long = update_long_rows(&shared);
    palate__parallel_for(training->threads, side->task_count, update_task, &shared);
    if (training->rule->after_side != NULL && !is_stopped(training))
        training->rule->after_side(training, side);
    return add_up(side, of_long);
}

static void swap_rows(palate__train_side *side)
{
    float *rows = side->rows;
    side->rows = side->next;
    side->next = rows;
}

/* ---- One epoch and what follows it ---- */

/* What an epoch has reached: the error is that after the last half. */
static palate__sums add_penalties(const palate__training *training, const palate__sums *users,
                                  const palate__sums *items)
{
    return (palate__sums){items->squared_error,
                          users->penalty + palate__prior_penalty(training, &training->users.prior) +
                              palate__prior_penalty(training, &training->items.prior)};
}

static palate__sums measure(palate__training *training, const palate__sums *users,
                            const palate__sums *items)
{
    return training->rule->measure != NULL ? training->rule->measure(training, users, items)
                                           : add_penalties(training, users, items);
}

static bool is_taken_back(palate__training *training, const palate__sums *sums)
{
    return training->rule->take_back != NULL && training->rule->take_back(training, sums);
}

/* False when stopped within: what was updated until then is kept, for any mixture of old and new
 * rows is a model (the objective falls with every row); a simultaneous rule keeps the rows before.
 */
static bool run_epoch(palate__training *training, palate__sums *sums)
{
    const palate__rule *rule = training->rule;
    palate__sums users;
    palate__sums items;
    if (rule->before_epoch != NULL)
        rule->before_epoch(training);
    do {
        users = half_sweep(training, true);
        items = half_sweep(training, false);
        if (is_stopped(training)) {
            (void)is_taken_back(training, NULL);
            return false;
        }
        if (rule->simultaneous) {
            swap_rows(&training->users);
            swap_rows(&training->items);
        }
        *sums = measure(training, &users, &items);
    } while (is_taken_back(training, sums));
    if (rule->after_epoch != NULL)
        rule->after_epoch(training, &users, &items);
    return true;
}

static palate_status log_epoch(palate__training *training, palate_error *err)
{
    if (training->log_count == training->log_capacity) {
        size_t capacity = training->log_capacity == 0 ? 64 : 2 * training->log_capacity;
        palate_epoch *log = palate__resize_array(training->context, training->log,
                                                 training->log_count, capacity, sizeof *log);
        if (log == NULL)
            return palate__fail_memory(err, "logging an epoch");
        training->log = log;
        training->log_capacity = capacity;
    }
    training->log[training->log_count++] = (palate_epoch){
        .epoch = training->epoch,
        .seconds = palate__seconds_now() - training->started,
        .objective = training->objective,
        .train_rmse = training->train_rmse,
        .validation_rmse = training->validation_rmse,
    };
    return PALATE_OK;
}

static void keep_best(palate__training *training)
{
    if (training->held_out.count > 0) {
        palate__prior_place(training, &training->users, training->users.matrix.row_count);
        palate__prior_place(training, &training->items, training->items.matrix.row_count);
    }
    training->validation_rmse = palate__training_validate(training);
    if (training->held_out.count > 0 && training->average == NULL &&
        !(training->validation_rmse < training->best_validation))
        return;
    training->best_validation = training->validation_rmse;
    training->best_epoch = training->epoch;
    for (size_t k = 0; k < training->kept_count; k++)
        memcpy(training->kept[k].best, *training->kept[k].now, training->kept[k].bytes);
}

static void restore_best(palate__training *training)
{
    for (size_t k = 0; k < training->kept_count; k++)
        memcpy(*training->kept[k].now, training->kept[k].best, training->kept[k].bytes);
}

/* Rows without ratings follow from what is known of the others. */
static void place_unrated(palate__training *training)
{
    palate__prior_place(training, &training->users, training->users.row_count);
    palate__prior_place(training, &training->items, training->items.row_count);
}

static void decide(palate__training *training, double objective_before)
{
    const palate_train_options *options = &training->options;
    double fall = objective_before - training->objective;
    bool worse = training->held_out.count > 0 && options->patience > 0 &&
                 training->average == NULL &&
                 training->epoch - training->best_epoch >= options->patience;
    if (worse)
        stop(training, "patience");
    else if (options->tolerance > 0.0 && (fabs(fall) < options->tolerance * objective_before ||
                                          training->objective < training->least_told))
        stop(training, "tolerance");
}

/* Whether rounding may soon tell, or does. */
static bool is_settling(const palate__training *training, double objective_before)
{
    const double fall = objective_before - training->objective;
    return fabs(fall) < LEAST_CHANGE_ROUNDED * objective_before ||
           (training->rule->descends && fall < 0.0);
}

static palate_status end_epoch(palate__training *training, palate__sums sums, palate_error *err)
{
    const double before = training->objective;
    training->epoch++;
    training->objective = sums.squared_error + sums.penalty;
    /* What the theory promises of a rule that descends; the slack is for rounding to 24 bits. */
    assert(!training->rule->descends || isnan(before) || training->rounded ||
           training->objective <= before * (1.0 + 1e-5) + training->rounding);
    training->rounded = training->users.narrow != NULL;
    training->train_rmse = sqrt(sums.squared_error / training->cell_count) / training->gain;
    if (training->average != NULL)
        palate__average_take(training);
    keep_best(training);
    palate_status status = log_epoch(training, err);
    if (status != PALATE_OK)
        return status;
    decide(training, before);
    if (training->rounded && is_settling(training, before))
        palate__training_widen(training);
    report(training, true, 0.0);
    return PALATE_OK;
}

palate_status palate__training_run(palate__training *training, palate_error *err)
{
    keep_best(training);
    while (training->epoch < training->options.epochs && !is_stopped(training)) {
        palate__sums sums;
        if (!run_epoch(training, &sums))
            break;
        palate_status status = end_epoch(training, sums, err);
        if (status != PALATE_OK)
            return status;
    }
    if (!is_stopped(training))
        training->stopped_by = "epochs";
    restore_best(training);
    place_unrated(training);
    return PALATE_OK;
}
