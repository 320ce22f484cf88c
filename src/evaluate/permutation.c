/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanging the columns a and b of some users changes a sum over users from A to
 *
 *     A' = (A + B + sum of +-(a - b)) / 2        and B to  B' = (A + B - sum of +-(a - b)) / 2
 *
 * so the signed sums are all it takes. Eight users have 256 ways to be signed: their sums are made
 * once, and each permutation takes one of them by a byte of random bits.
 */
#include "evaluate/permutation.h"

#include "base/random.h"
#include "base/threads.h"

#include <math.h>
#include <string.h>

enum {
    USERS_A_BYTE = 8,
    WAYS = 1 << USERS_A_BYTE,
    BYTES_A_DRAW = 16,
    /* Their sums stay in the second-level cache; the 256 ways are made again for each task. */
    PERMUTATIONS_A_TASK = 1024
};

/* A difference this much smaller than the one observed counts as equal: sums are rounded. */
static const double AS_LARGE = 1.0 - 1e-9;

/* What one thread works in. */
typedef struct desk {
    double *ways;           /* WAYS x columns */
    double *sums;           /* PERMUTATIONS_A_TASK x columns: the signed sums. */
    double *turned;         /* 2 x columns: A' and B'. */
    palate__random4 *draws; /* PERMUTATIONS_A_TASK: bits for BYTES_A_DRAW bytes of users. */
} desk;

typedef struct permuting {
    const palate__test *test;
    const palate__tally *one, *other;
    size_t column_count;    /* Of all items: the first block of a row. */
    const double *totals;   /* A + B */
    const double *observed; /* By measure: the size of the difference, NaN: none. */
    size_t permutation_count;
    desk *desks;
    int64_t *larger; /* By task and measure: permutations with a difference as large. */
} permuting;

static double difference_of(const permuting *work, size_t user, size_t column)
{
    const size_t at = user * work->one->column_count + column;
    return work->one->rows[at] - work->other->rows[at];
}

/* The sums of eight users from `first` on, in each way to sign them; there are no users beyond the
 * last. */
static void make_ways(const permuting *work, size_t first, double *ways)
{
    const size_t columns = work->column_count;
    double single[USERS_A_BYTE];
    for (size_t column = 0; column < columns; column++) {
        double least = 0.0;
        for (size_t u = 0; u < USERS_A_BYTE; u++) {
            bool there = first + u < work->one->user_count;
            single[u] = there ? difference_of(work, first + u, column) : 0.0;
            least -= single[u];
        }
        ways[column] = least;
        for (size_t u = 0; u < USERS_A_BYTE; u++) {
            const size_t bit = (size_t)1 << u;
            for (size_t way = 0; way < bit; way++)
                ways[(bit + way) * columns + column] = ways[way * columns + column] +
                                                       2.0 * single[u];
        }
    }
}

static void add_way(const double *way, size_t columns, double *to)
{
    for (size_t column = 0; column < columns; column++)
        to[column] += way[column];
}

static void add_users(const permuting *work, const desk *at, size_t first, size_t count,
                      size_t byte)
{
    const size_t columns = work->column_count;
    const size_t turn = byte % BYTES_A_DRAW;
    make_ways(work, byte * USERS_A_BYTE, at->ways);
    for (size_t p = 0; p < count; p++) {
        if (turn == 0)
            at->draws[p] = palate__random(work->test->plan->options.seed,
                                          PALATE__RANDOM_PERMUTATION, 0, (uint32_t)(first + p),
                                          (uint32_t)(byte / BYTES_A_DRAW));
        const size_t way = at->draws[p].word[turn / 4] >> (8 * (turn % 4)) & (WAYS - 1);
        add_way(at->ways + way * columns, columns, at->sums + p * columns);
    }
}

/* Counts the measures whose difference is as large as observed. What has no value counts, too: it
 * does not speak against chance. */
static void compare(const permuting *work, const desk *at, const double *signed_sums,
                    int64_t *larger)
{
    const size_t columns = work->column_count;
    const palate__plan *plan = work->test->plan;
    double *one = at->turned;
    double *other = at->turned + columns;
    for (size_t column = 0; column < columns; column++) {
        one[column] = (work->totals[column] + signed_sums[column]) / 2.0;
        other[column] = (work->totals[column] - signed_sums[column]) / 2.0;
    }
    for (size_t m = 0; m < plan->measure_count; m++) {
        double values[2];
        if (isnan(work->observed[m]))
            continue;
        bool valued = palate__sums_value(work->test, &plan->measures[m], 0, one, &values[0]) &&
                      palate__sums_value(work->test, &plan->measures[m], 0, other, &values[1]);
        larger[m] += !valued || fabs(values[0] - values[1]) >= work->observed[m] * AS_LARGE;
    }
}

static void permute_users(size_t task, int thread, void *argument)
{
    const permuting *work = argument;
    const desk *at = &work->desks[thread];
    const size_t columns = work->column_count;
    const size_t first = task * PERMUTATIONS_A_TASK;
    const size_t left = work->permutation_count - first;
    const size_t count = left < PERMUTATIONS_A_TASK ? left : PERMUTATIONS_A_TASK;
    const size_t bytes = (work->one->user_count + USERS_A_BYTE - 1) / USERS_A_BYTE;
    memset(at->sums, 0, count * columns * sizeof *at->sums);
    for (size_t byte = 0; byte < bytes; byte++)
        add_users(work, at, first, count, byte);
    for (size_t p = 0; p < count; p++)
        compare(work, at, at->sums + p * columns,
                work->larger + task * work->test->plan->measure_count);
}

/* ---- What is observed ---- */

static void observe(const palate__test *test, const palate__tally *one, const palate__tally *other,
                    double *sums, double *observed)
{
    const palate__plan *plan = test->plan;
    const size_t columns = plan->column_count;
    memset(sums, 0, 2 * columns * sizeof *sums);
    for (size_t user = 0; user < one->user_count; user++)
        for (size_t column = 0; column < columns; column++) {
            sums[column] += one->rows[user * one->column_count + column];
            sums[columns + column] += other->rows[user * other->column_count + column];
        }
    for (size_t m = 0; m < plan->measure_count; m++) {
        const palate__planned *measure = &plan->measures[m];
        double values[2];
        observed[m] = NAN;
        if (measure->metric->value != NULL &&
            palate__sums_value(test, measure, 0, sums, &values[0]) &&
            palate__sums_value(test, measure, 0, sums + columns, &values[1]))
            observed[m] = fabs(values[0] - values[1]);
    }
    add_way(sums + columns, columns, sums);
}

/* ---- All of it ---- */

static size_t task_count_of(const permuting *work)
{
    return (work->permutation_count + PERMUTATIONS_A_TASK - 1) / PERMUTATIONS_A_TASK;
}

static bool make_desks(permuting *work, double **room, palate__random4 **draws)
{
    palate_context *context = work->test->context;
    const size_t tasks = task_count_of(work);
    const size_t wanted = (size_t)work->test->plan->threads;
    const size_t threads = wanted < tasks ? wanted : tasks;
    const size_t columns = work->column_count;
    const size_t doubles = (WAYS + PERMUTATIONS_A_TASK + 2) * columns;
    *room = palate__allocate_array(context, threads, doubles * sizeof **room);
    *draws = palate__allocate_array(context, threads, PERMUTATIONS_A_TASK * sizeof **draws);
    work->desks = palate__allocate_array(context, threads, sizeof *work->desks);
    if (*room == NULL || *draws == NULL || work->desks == NULL)
        return false;
    for (size_t t = 0; t < threads; t++) {
        double *own = *room + t * doubles;
        work->desks[t] = (desk){own, own + WAYS * columns,
                                own + (WAYS + PERMUTATIONS_A_TASK) * columns,
                                *draws + t * PERMUTATIONS_A_TASK};
    }
    return true;
}

static palate_status run(permuting *work, const palate__progress_part *part, double *p,
                         palate_error *err)
{
    const size_t measures = work->test->plan->measure_count;
    const size_t tasks = task_count_of(work);
    palate_context *context = work->test->context;
    work->larger = palate__allocate_zeroed(context, tasks * measures, sizeof *work->larger);
    if (work->larger == NULL)
        return palate__fail_memory(err, "testing differences");
    palate__parallel_for(work->test->plan->threads, tasks, permute_users, work);
    for (size_t m = 0; m < measures; m++) {
        int64_t larger = 0;
        for (size_t task = 0; task < tasks; task++)
            larger += work->larger[task * measures + m];
        p[m] = isnan(work->observed[m])
                   ? NAN
                   : (1.0 + (double)larger) / (1.0 + (double)work->permutation_count);
    }
    palate__release(context, work->larger);
    return palate__progress_tell(part, 1.0, err);
}

palate_status palate__permute(const palate__test *test, const palate__tally *one,
                              const palate__tally *other, const palate__progress_part *part,
                              double *p, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = test->context;
    const palate__plan *plan = test->plan;
    double *room = NULL;
    palate__random4 *draws = NULL;
    double *totals = palate__allocate_array(context, 2 * plan->column_count, sizeof *totals);
    double *observed = palate__allocate_array(context, plan->measure_count, sizeof *observed);
    permuting work = {.test = test,
                      .one = one,
                      .other = other,
                      .column_count = plan->column_count,
                      .totals = totals,
                      .observed = observed,
                      .permutation_count = (size_t)plan->options.permutations};
    if (totals == NULL || observed == NULL || !make_desks(&work, &room, &draws)) {
        status = palate__fail_memory(err, "testing differences");
        goto done;
    }
    observe(test, one, other, totals, observed);
    PALATE_TRY(run(&work, part, p, err));
done:
    palate__release(context, totals);
    palate__release(context, observed);
    palate__release(context, room);
    palate__release(context, draws);
    palate__release(context, work.desks);
    return status;
}
