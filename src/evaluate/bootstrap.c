/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/bootstrap.h"

#include "base/random.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Resamples that go over the users together: their sums stay in cache, and a user's columns are
     * read once for all of them. */
    RESAMPLES_A_TASK = 8,
    /* Between two reports of progress. */
    TASKS_A_BLOCK = 32
};

/* What one thread works in. */
typedef struct desk {
    uint32_t *weights; /* users x RESAMPLES_A_TASK: how often each user was drawn. */
    double *sums;      /* RESAMPLES_A_TASK x palate__sums_size() */
} desk;

typedef struct resampling {
    const palate__test *test;
    const palate__tally *tallies;
    size_t system_count;
    size_t sums_size;
    palate__bootstrap *out;
    desk *desks;
    size_t first_task;
} resampling;

/* Draws as many users as there are. */
static void draw_users(const resampling *work, size_t resample, size_t lane, uint32_t *weights)
{
    const uint64_t user_count = work->test->ratings->users.count;
    palate__random4 drawn = {{0}};
    for (uint64_t d = 0; d < user_count; d++) {
        if (d % 4 == 0)
            drawn = palate__random(work->test->plan->options.seed, PALATE__RANDOM_BOOTSTRAP, 0,
                                   (uint32_t)resample, (uint32_t)(d / 4));
        uint64_t user = drawn.word[d % 4] * user_count >> 32;
        weights[user * RESAMPLES_A_TASK + lane]++;
    }
}

static void add_user(const resampling *work, const palate__tally *tally, size_t user,
                     const desk *at)
{
    for (size_t lane = 0; lane < RESAMPLES_A_TASK; lane++) {
        uint32_t weight = at->weights[user * RESAMPLES_A_TASK + lane];
        if (weight > 0)
            palate__sums_add(work->test, tally, user, weight, at->sums + lane * work->sums_size);
    }
}

static void keep_samples(const resampling *work, size_t resample, size_t system, const double *sums)
{
    const palate__test *test = work->test;
    const palate__plan *plan = test->plan;
    const size_t slices = palate__slice_count(test);
    double *to = work->out->samples + resample * work->out->figure_count +
                 system * slices * plan->measure_count;
    for (size_t slice = 0; slice < slices; slice++)
        for (size_t m = 0; m < plan->measure_count; m++, to++) {
            const palate__planned *measure = &plan->measures[m];
            if (measure->metric->value == NULL ||
                !palate__sums_value(test, measure, slice, sums, to))
                *to = NAN;
        }
}

static void resample_users(size_t task, int thread, void *argument)
{
    const resampling *work = argument;
    const desk *at = &work->desks[thread];
    size_t user_count = work->tallies[0].user_count;
    size_t first = (work->first_task + task) * RESAMPLES_A_TASK;
    size_t left = work->out->resample_count - first;
    size_t lanes = left < RESAMPLES_A_TASK ? left : RESAMPLES_A_TASK;
    memset(at->weights, 0, user_count * RESAMPLES_A_TASK * sizeof *at->weights);
    for (size_t lane = 0; lane < lanes; lane++)
        draw_users(work, first + lane, lane, at->weights);
    for (size_t system = 0; system < work->system_count; system++) {
        memset(at->sums, 0, RESAMPLES_A_TASK * work->sums_size * sizeof *at->sums);
        for (size_t user = 0; user < user_count; user++)
            add_user(work, &work->tallies[system], user, at);
        for (size_t lane = 0; lane < lanes; lane++)
            keep_samples(work, first + lane, system, at->sums + lane * work->sums_size);
    }
}

static palate_status run_tasks(resampling *work, const palate__progress_part *part,
                               palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t count = work->out->resample_count;
    size_t task_count = (count + RESAMPLES_A_TASK - 1) / RESAMPLES_A_TASK;
    for (size_t first = 0; first < task_count; first += TASKS_A_BLOCK) {
        size_t left = task_count - first;
        work->first_task = first;
        palate__parallel_for(work->test->plan->threads, left < TASKS_A_BLOCK ? left : TASKS_A_BLOCK,
                             resample_users, work);
        PALATE_TRY(palate__progress_tell(
            part, (double)(first + TASKS_A_BLOCK) / (double)(task_count + TASKS_A_BLOCK), err));
    }
done:
    return status;
}

palate_status palate__bootstrap_run(const palate__test *test, const palate__tally *tallies,
                                    size_t system_count, const palate__progress_part *part,
                                    palate__bootstrap *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = test->context;
    const palate__plan *plan = test->plan;
    size_t threads = plan->threads < TASKS_A_BLOCK ? (size_t)plan->threads : TASKS_A_BLOCK;
    size_t weights = tallies[0].user_count * RESAMPLES_A_TASK;
    resampling work = {.test = test,
                       .tallies = tallies,
                       .system_count = system_count,
                       .sums_size = palate__sums_size(test),
                       .out = out};
    size_t sums = work.sums_size * RESAMPLES_A_TASK;
    *out = (palate__bootstrap){.resample_count = (size_t)plan->options.resamples,
                               .figure_count = system_count * palate__slice_count(test) *
                                               plan->measure_count};
    out->samples = palate__allocate_array(context, out->resample_count,
                                          (out->figure_count + 1) * sizeof *out->samples);
    uint32_t *weight_room = palate__allocate_array(context, threads, weights * sizeof(uint32_t));
    double *sum_room = palate__allocate_array(context, threads, (sums + 1) * sizeof(double));
    work.desks = palate__allocate_array(context, threads, sizeof *work.desks);
    if (out->samples == NULL || weight_room == NULL || sum_room == NULL || work.desks == NULL) {
        status = palate__fail_memory(err, "resampling: fewer resamples need less");
        goto done;
    }
    for (size_t t = 0; t < threads; t++)
        work.desks[t] = (desk){weight_room + t * weights, sum_room + t * sums};
    PALATE_TRY(run_tasks(&work, part, err));
done:
    palate__release(context, weight_room);
    palate__release(context, sum_room);
    palate__release(context, work.desks);
    return status;
}

void palate__bootstrap_end(palate_context *context, palate__bootstrap *bootstrap)
{
    palate__release(context, bootstrap->samples);
    *bootstrap = (palate__bootstrap){0};
}

/* ---- Percentiles ---- */

static int compare_values(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The value below which a share of sorted values lies. */
static double percentile(const double *sorted, size_t count, double share)
{
    double place = share * (double)(count - 1);
    size_t below = (size_t)place;
    size_t above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

void palate__interval(double *values, size_t count, double confidence, palate_figure *figure)
{
    size_t kept = 0;
    for (size_t v = 0; v < count; v++)
        if (isfinite(values[v]))
            values[kept++] = values[v];
    if (kept == 0 || 2 * kept < count)
        return;
    qsort(values, kept, sizeof *values, compare_values);
    figure->low = percentile(values, kept, (1.0 - confidence) / 2.0);
    figure->high = percentile(values, kept, (1.0 + confidence) / 2.0);
    figure->has_interval = true;
}
