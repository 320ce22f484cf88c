/* SPDX-License-Identifier: Apache-2.0 */
#include "train/drift.h"

#include "base/random.h"
#include "base/threads.h"
#include "train/training.h"

#include <math.h>
#include <stdlib.h>

/* ---- Finding the moments ---- */

typedef struct timed_entry {
    int64_t time;
    int64_t entry;
} timed_entry;

typedef struct search {
    palate__training *training;
    timed_entry *desks; /* threads x longest */
    size_t longest;
} search;

static int by_time(const void *a, const void *b)
{
    int64_t left = ((const timed_entry *)a)->time;
    int64_t right = ((const timed_entry *)b)->time;
    return (left > right) - (left < right);
}

/* Numbers the moments of one user, and leaves their number in begins[user + 1]. */
static void number_moments(const search *shared, uint32_t user, timed_entry *desk)
{
    const palate__training *training = shared->training;
    const palate__matrix *matrix = &training->users.matrix;
    palate__drift *drift = &shared->training->drift;
    size_t timed = 0;
    for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++) {
        drift->user_moments[e] = PALATE__NO_MOMENT;
        if (training->times[e] != PALATE_NO_TIME)
            desk[timed++] = (timed_entry){training->times[e], e};
    }
    qsort(desk, timed, sizeof *desk, by_time);
    uint32_t moments = 0;
    for (size_t t = 0; t < timed; t++) {
        if (t == 0 || desk[t].time != desk[t - 1].time)
            moments++;
        drift->user_moments[desk[t].entry] = moments - 1;
    }
    drift->begins[user + 1] = moments;
}

static void number_task(size_t task, int thread, void *argument)
{
    const search *shared = argument;
    const palate__train_side *users = &shared->training->users;
    for (uint32_t row = users->task_begins[task]; row < users->task_begins[task + 1]; row++)
        number_moments(shared, row, shared->desks + (size_t)thread * shared->longest);
}

static palate_status find_moments(palate__training *training, palate_error *err)
{
    palate_context *context = training->context;
    const palate__matrix *matrix = &training->users.matrix;
    search shared = {.training = training};
    for (uint32_t user = 0; user < matrix->row_count; user++) {
        size_t count = (size_t)(matrix->begins[user + 1] - matrix->begins[user]);
        shared.longest = count > shared.longest ? count : shared.longest;
    }
    shared.desks = palate__allocate_array(context, shared.longest * (size_t)training->threads,
                                          sizeof *shared.desks);
    if (shared.desks == NULL)
        return palate__fail_memory(err, "ordering ratings by time");
    palate__parallel_for(training->threads, training->users.task_count, number_task, &shared);
    palate__release(context, shared.desks);
    return PALATE_OK;
}

static void place_moments(palate__training *training)
{
    palate__drift *drift = &training->drift;
    for (uint32_t user = 0; user < training->users.matrix.row_count; user++) {
        size_t count = (size_t)drift->begins[user + 1];
        drift->most = count > drift->most ? count : drift->most;
        drift->begins[user + 1] += drift->begins[user];
    }
}

/* The moments in the order of items.matrix: users rise within its rows. */
static void order_by_item(palate__training *training, int64_t *cursors)
{
    const palate__matrix *by_user = &training->users.matrix;
    const palate__matrix *by_item = &training->items.matrix;
    palate__drift *drift = &training->drift;
    for (uint32_t item = 0; item < by_item->row_count; item++)
        cursors[item] = by_item->begins[item];
    for (int64_t e = 0; e < palate__matrix_count(by_user); e++)
        drift->item_moments[cursors[by_user->columns[e]]++] = drift->user_moments[e];
}

void palate__drift_times(const palate__training *training, uint32_t user, int64_t *times)
{
    const palate__matrix *by_user = &training->users.matrix;
    const uint32_t *moments = training->drift.user_moments;
    for (int64_t e = by_user->begins[user]; e < by_user->begins[user + 1]; e++)
        if (moments[e] != PALATE__NO_MOMENT)
            times[moments[e]] = training->times[e];
}

/* Validation looks moments up by their times. */
static palate_status keep_times(palate__training *training, size_t count, palate_error *err)
{
    palate__drift *drift = &training->drift;
    if (training->held_out.count == 0)
        return PALATE_OK;
    drift->times = palate__allocate_array(training->context, count, sizeof *drift->times);
    if (drift->times == NULL)
        return palate__fail_memory(err, "ordering ratings by time");
    for (uint32_t user = 0; user < training->users.matrix.row_count; user++)
        palate__drift_times(training, user, drift->times + drift->begins[user]);
    return PALATE_OK;
}

static palate_status store_moments(palate__training *training, palate_error *err)
{
    palate_context *context = training->context;
    palate__drift *drift = &training->drift;
    size_t users = training->users.matrix.row_count;
    size_t count = (size_t)drift->begins[users];
    int64_t *cursors = palate__allocate_array(context, training->items.matrix.row_count,
                                              sizeof *cursors);
    drift->values = palate__allocate_zeroed(context, count, sizeof *drift->values);
    drift->phis = palate__allocate_array(context, count, sizeof *drift->phis);
    drift->rests = palate__allocate_array(context, count, sizeof *drift->rests);
    drift->scratch = palate__allocate_array(context, drift->most * (size_t)training->threads,
                                            sizeof *drift->scratch);
    if (cursors == NULL || drift->values == NULL || drift->phis == NULL || drift->rests == NULL ||
        drift->scratch == NULL) {
        palate__release(context, cursors);
        return palate__fail_memory(err, "ordering ratings by time");
    }
    order_by_item(training, cursors);
    palate__release(context, cursors);
    return keep_times(training, count, err);
}

palate_status palate__drift_begin(palate__training *training, const palate__components *components,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = training->context;
    palate__drift *drift = &training->drift;
    const palate__matrix *matrix = &training->users.matrix;
    size_t count = (size_t)palate__matrix_count(matrix);
    drift->on = training->times != NULL && training->with_bias &&
                training->options.time == PALATE_TIME_AUTO;
    if (!drift->on) {
        training->options.time = PALATE_TIME_OFF;
        return PALATE_OK;
    }
    drift->begins = palate__allocate_zeroed(context, (size_t)matrix->row_count + 1,
                                            sizeof *drift->begins);
    drift->user_moments = palate__allocate_array(context, count, sizeof(uint32_t));
    drift->item_moments = palate__allocate_array(context, count, sizeof(uint32_t));
    if (drift->begins == NULL || drift->user_moments == NULL || drift->item_moments == NULL)
        return palate__fail_memory(err, "ordering ratings by time");
    PALATE_TRY(find_moments(training, err));
    place_moments(training);
    PALATE_TRY(store_moments(training, err));
    PALATE_TRY(palate__drift_fit(training, components, err));
done:
    return status;
}

void palate__drift_settle(palate_context *context, palate__drift *drift)
{
    palate__release(context, drift->phis);
    palate__release(context, drift->rests);
    palate__release(context, drift->item_moments);
    palate__release(context, drift->scratch);
    drift->phis = drift->rests = NULL;
    drift->item_moments = NULL;
    drift->scratch = NULL;
}

void palate__drift_end(palate_context *context, palate__drift *drift)
{
    palate__drift_settle(context, drift);
    palate__release(context, drift->begins);
    palate__release(context, drift->times);
    palate__release(context, drift->values);
    palate__release(context, drift->user_moments);
}

/* ---- One user ---- */

/* What each moment's ratings leave for d. */
static void collect(const palate__training *training, uint32_t user, const float *residual,
                    palate__drift_moment *moments, size_t count)
{
    const palate__drift *drift = &training->drift;
    const palate__matrix *matrix = &training->users.matrix;
    const float *values = drift->values + drift->begins[user];
    int64_t first = matrix->begins[user];
    for (size_t t = 0; t < count; t++)
        moments[t] = (palate__drift_moment){0};
    for (int64_t e = first; e < matrix->begins[user + 1]; e++) {
        uint32_t moment = drift->user_moments[e];
        if (moment == PALATE__NO_MOMENT)
            continue;
        moments[moment].sum += (double)residual[e - first] + (double)values[moment];
        moments[moment].count += 1.0;
    }
}

/* Links of the moments of some users. */
typedef struct linking {
    const palate__training *training;
    int64_t *times; /* threads x most */
} linking;

static void link_task(size_t task, int thread, void *argument)
{
    const linking *of = argument;
    const palate__drift *drift = &of->training->drift;
    const uint32_t *begins = of->training->users.task_begins;
    int64_t *times = of->times + (size_t)thread * drift->most;
    for (uint32_t user = begins[task]; user < begins[task + 1]; user++) {
        const size_t first = (size_t)drift->begins[user];
        const size_t count = (size_t)drift->begins[user + 1] - first;
        palate__drift_times(of->training, user, times);
        for (size_t t = 0; t < count; t++) {
            const double distance = t == 0
                                        ? INFINITY
                                        : ((double)times[t] - (double)times[t - 1]) / drift->scale;
            palate__chain_link(distance, &drift->phis[first + t], &drift->rests[first + t]);
        }
    }
}

palate_status palate__drift_set_scale(palate__training *training, double scale, palate_error *err)
{
    palate__drift *drift = &training->drift;
    const size_t threads = (size_t)training->threads;
    linking of = {training, palate__allocate_array(training->context, threads * drift->most,
                                                   sizeof *of.times)};
    if (of.times == NULL)
        return palate__fail_memory(err, "ordering ratings by time");
    drift->scale = scale;
    palate__parallel_for(training->threads, training->users.task_count, link_task, &of);
    palate__release(training->context, of.times);
    return PALATE_OK;
}

static void fill_normals(const palate__drift_draw *draw, uint32_t user,
                         palate__drift_moment *moments, size_t count)
{
    for (size_t t = 0; t < count; t += 4) {
        float four[4];
        palate__normal4(
            palate__random(draw->seed, PALATE__RANDOM_DRIFT, draw->epoch, user, (uint32_t)(t / 4)),
            four);
        for (size_t i = 0; i < 4 && t + i < count; i++)
            moments[t + i].normal = four[i];
    }
}

double palate__drift_update(const palate__training *training, uint32_t user, const float *residual,
                            int thread, const palate__drift_draw *draw)
{
    const palate__drift *drift = &training->drift;
    const int64_t first = drift->begins[user];
    palate__drift_moment *moments = drift->scratch + (size_t)thread * drift->most;
    const palate__chain chain = {
        .phis = drift->phis + first,
        .rests = drift->rests + first,
        .values = drift->values + first,
        .count = (size_t)(drift->begins[user + 1] - first),
        .lambda = drift->lambda,
        .noise = draw == NULL ? 1.0 : draw->deviation * draw->deviation,
    };
    if (chain.count == 0)
        return 0.0;
    collect(training, user, residual, moments, chain.count);
    if (draw != NULL)
        fill_normals(draw, user, moments, chain.count);
    return drift->lambda * palate__chain_solve(&chain, moments);
}
