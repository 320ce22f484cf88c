/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/tally.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

enum {
    USERS_A_TASK = 64,
    /* Users between two reports of progress. */
    USERS_A_BLOCK = 4096
};

/* What one thread works in: room for the longest row of the ratings. */
typedef struct desk {
    float *predictions;
    palate__rated_pair *pairs, *sorted;
    float *scratch;
} desk;

/* One block of users. */
typedef struct filling {
    const palate__system *system;
    palate__tally *tally;
    size_t first, end;
    desk *desks;
    palate_status *statuses; /* By task of a block. */
} filling;

palate_status palate__progress_tell(const palate__progress_part *part, double share,
                                    palate_error *err)
{
    const palate_evaluate_options *options = part->options;
    double reached = part->begin + (part->end - part->begin) * share;
    if (options->on_progress == NULL || options->on_progress(reached, options->on_progress_user))
        return PALATE_OK;
    return palate__fail(err, PALATE_E_STOPPED, "evaluating was stopped on request");
}

/* ---- One user ---- */

static palate_status add_ratings(const filling *work, const desk *at, uint32_t user, double *row)
{
    const palate__system *system = work->system;
    const palate__plan *plan = system->test->plan;
    const palate__matrix *matrix = &system->test->ratings->by_user;
    const int64_t begin = matrix->begins[user];
    const size_t count = (size_t)(matrix->begins[user + 1] - begin);
    palate_status status = system->predict(system, user, begin, count, at->predictions);
    if (status != PALATE_OK)
        return status;
    for (size_t e = 0; e < count; e++)
        at->pairs[e] = (palate__rated_pair){matrix->values[begin + (int64_t)e], at->predictions[e]};
    const palate__user_ratings given = {count, at->pairs, at->sorted, at->scratch};
    for (size_t place = 0; place < plan->measure_count; place++)
        if (plan->measures[place].metric->of_ratings != NULL)
            plan->measures[place].metric->of_ratings(&given, row + plan->measures[place].column);
    return PALATE_OK;
}

static void fill_users(size_t task, int thread, void *argument)
{
    const filling *work = argument;
    size_t first = work->first + task * USERS_A_TASK;
    size_t end = first + USERS_A_TASK < work->end ? first + USERS_A_TASK : work->end;
    palate_status status = PALATE_OK;
    for (size_t user = first; user < end && status == PALATE_OK; user++) {
        double *row = work->tally->rows + user * work->tally->column_count;
        if (work->system->no_predictions == NULL)
            status = add_ratings(work, &work->desks[thread], (uint32_t)user, row);
    }
    work->statuses[task] = status;
}

/* ---- All users ---- */

static size_t longest_row(const palate__matrix *matrix)
{
    int64_t longest = 0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        int64_t count = matrix->begins[row + 1] - matrix->begins[row];
        longest = count > longest ? count : longest;
    }
    return (size_t)longest;
}

static palate_status fill_block(filling *work, palate_error *err)
{
    size_t task_count = (work->end - work->first + USERS_A_TASK - 1) / USERS_A_TASK;
    palate__parallel_for(work->system->test->plan->threads, task_count, fill_users, work);
    for (size_t task = 0; task < task_count; task++)
        if (work->statuses[task] != PALATE_OK)
            return palate__fail(err, work->statuses[task], "evaluating: %s failed to predict",
                                work->system->name);
    return PALATE_OK;
}

static palate_status fill_blocks(filling *work, const palate__progress_part *part,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t user_count = work->tally->user_count;
    for (size_t first = 0; first < user_count; first = work->end) {
        work->first = first;
        work->end = first + USERS_A_BLOCK < user_count ? first + USERS_A_BLOCK : user_count;
        PALATE_TRY(fill_block(work, err));
        PALATE_TRY(palate__progress_tell(part, (double)work->end / (double)user_count, err));
    }
done:
    return status;
}

palate_status palate__tally_fill(const palate__system *system, const palate__progress_part *part,
                                 palate__tally *out, palate_error *err)
{
    enum { FLOATS = 1 + 2 + 2 + 2 }; /* Of a desk, for each rating of the longest row. */
    palate_status status = PALATE_OK;
    const palate__test *test = system->test;
    palate_context *context = test->context;
    size_t threads = (size_t)test->plan->threads;
    size_t longest = longest_row(&test->ratings->by_user);
    palate_status statuses[USERS_A_BLOCK / USERS_A_TASK];
    filling work = {.system = system, .tally = out, .statuses = statuses};
    *out = (palate__tally){test->ratings->users.count, test->plan->column_count, NULL};
    out->rows = palate__allocate_zeroed(context, out->user_count * (out->column_count + 1),
                                        sizeof *out->rows);
    float *room = palate__allocate_array(context, threads, longest * FLOATS * sizeof *room);
    work.desks = palate__allocate_array(context, threads, sizeof *work.desks);
    if (out->rows == NULL || room == NULL || work.desks == NULL) {
        status = palate__fail_memory(err, "evaluating");
        goto done;
    }
    for (size_t t = 0; t < threads; t++) {
        float *own = room + t * longest * FLOATS;
        work.desks[t] = (desk){own, (palate__rated_pair *)(own + longest),
                               (palate__rated_pair *)(own + 3 * longest), own + 5 * longest};
    }
    PALATE_TRY(fill_blocks(&work, part, err));
done:
    palate__release(context, room);
    palate__release(context, work.desks);
    return status;
}

void palate__tally_end(palate_context *context, palate__tally *tally)
{
    palate__release(context, tally->rows);
    *tally = (palate__tally){0};
}

/* ---- Sums ---- */

void palate__tally_add(const palate__tally *tally, double *sums)
{
    memset(sums, 0, tally->column_count * sizeof *sums);
    for (size_t user = 0; user < tally->user_count; user++) {
        const double *row = tally->rows + user * tally->column_count;
        for (size_t column = 0; column < tally->column_count; column++)
            sums[column] += row[column];
    }
}

bool palate__tally_value(const palate__planned *measure, const double *sums, double *value)
{
    return measure->metric->value(sums + measure->column, value) && isfinite(*value);
}
