/* SPDX-License-Identifier: Apache-2.0 */
/* Because you rated: each rating of a user is left out in turn, and the user folded in again. */
#include "palate/explain.h"

#include "base/context.h"
#include "base/threads.h"
#include "recommend/fold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Finer than for the rows themselves: effects are differences. */
static const float STILL = 1e-6F;

typedef struct work {
    palate__fold fold;
    palate__fold_row row;
    palate__view item;
    int64_t time;
    size_t threads;
    void *room; /* Desks, each with all of the ratings. */
    palate__fold_desk *desks;
    float *factors; /* threads x k */
    float *whole;   /* x with all ratings. */
    double score;   /* With all ratings. */
    palate_reason *reasons;
} work;

/* The score of the item for what lies on a desk. */
static double score_on(const work *of, int thread)
{
    const size_t k = of->fold.k;
    palate__folded made = {.factors = of->factors + (size_t)thread * k};
    palate__fold_leave(&of->fold, &of->desks[thread], &made);
    double sum = of->fold.model->summary.base + (double)made.offset + (double)of->item.offset;
    for (size_t f = 0; f < k; f++)
        sum += (double)made.factors[f] * (double)of->item.factors[f];
    if (of->time != PALATE_NO_TIME)
        sum += (double)palate__drift_at(&made.moments, of->time);
    return sum;
}

static void leave_out(size_t task, int thread, void *argument)
{
    const work *of = argument;
    palate__fold_solve(&of->fold, &of->desks[thread], (uint32_t)task, of->whole);
    of->reasons[task] = (palate_reason){
        .item = of->row.columns[task],
        .rating = of->row.ratings[task],
        .time = of->row.times == NULL ? PALATE_NO_TIME : of->row.times[task],
        .effect = of->score - score_on(of, thread),
    };
}

/* The largest effects first; equal ones by the item's row, that is by how often it was rated. */
static int compare_reasons(const void *a, const void *b)
{
    const palate_reason *left = a;
    const palate_reason *right = b;
    const double of_left = fabs(left->effect);
    const double of_right = fabs(right->effect);
    if (of_left != of_right)
        return of_left < of_right ? 1 : -1;
    return (left->item > right->item) - (left->item < right->item);
}

static palate_status check(const palate_model *model, uint32_t user, uint32_t item,
                           palate_error *err)
{
    if (user >= model->users.ids.count || (item != PALATE_NO_ROW && item >= model->items.ids.count))
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_reasons: the model has no such row (user %u, item %u)",
                            user, item);
    if (model->seen_ratings == NULL)
        return palate__fail(err, PALATE_E_UNSUPPORTED,
                            "the model holds no ratings that a prediction could be because of: "
                            "they are kept in training, with option keep-ratings");
    return PALATE_OK;
}

static palate_status prepare(work *of, palate_error *err)
{
    palate_context *context = of->fold.model->context;
    const size_t count = of->row.count;
    const size_t threads = of->threads;
    of->room = palate__fold_room(&of->fold, (int)threads, count);
    of->desks = palate__allocate_array(context, threads, sizeof *of->desks);
    of->factors = palate__allocate_array(context, threads * of->fold.k, sizeof(float));
    of->whole = palate__allocate_array(context, of->fold.stride, sizeof(float));
    if (of->room == NULL || of->desks == NULL || of->factors == NULL || of->whole == NULL)
        return palate__fail_memory(err, "finding reasons: fewer threads need less");
    for (size_t t = 0; t < threads; t++) {
        of->desks[t] = palate__fold_desk_of(&of->fold, of->room, (int)t, count);
        palate__fold_take(&of->fold, &of->desks[t], &of->row);
    }
    palate__fold_solve(&of->fold, &of->desks[0], PALATE__NO_PLACE, NULL);
    memcpy(of->whole, of->desks[0].x, of->fold.stride * sizeof(float));
    of->score = score_on(of, 0);
    return PALATE_OK;
}

static void end(const palate_model *model, work *of)
{
    palate__fold_end(&of->fold);
    palate__release(model->context, of->room);
    palate__release(model->context, of->desks);
    palate__release(model->context, of->factors);
    palate__release(model->context, of->whole);
}

palate_status palate_model_reasons(const palate_model *model, uint32_t user, uint32_t item,
                                   int64_t time, int64_t threads, palate_reasons *out,
                                   palate_reason *reasons, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_fold_in_options options;
    work of = {.time = time, .reasons = reasons};
    if (out != NULL)
        *out = (palate_reasons){0};
    if (model == NULL || out == NULL || reasons == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_reasons: %s is NULL",
                            model == NULL ? "model"
                            : out == NULL ? "out"
                                          : "reasons");
    palate_fold_in_options_init(&options);
    options.threads = threads;
    PALATE_TRY(palate_options_check(palate_fold_in_options_table(), &options, err));
    PALATE_TRY(check(model, user, item, err));
    PALATE_TRY(palate__fold_begin(&of.fold, model, &options, err));
    const palate_rated rated = palate_model_rated(model, user);
    of.fold.still = STILL;
    of.row = (palate__fold_row){.columns = rated.rows,
                                .ratings = rated.ratings,
                                .times = rated.times,
                                .count = (size_t)rated.count};
    of.item = palate__model_view(model, &model->items, item);
    of.threads = (size_t)palate__thread_count(threads);
    of.threads = of.threads < of.row.count ? of.threads : of.row.count > 0 ? of.row.count : 1;
    PALATE_TRY(prepare(&of, err));
    palate__parallel_for((int)of.threads, of.row.count, leave_out, &of);
    qsort(reasons, of.row.count, sizeof *reasons, compare_reasons);
    *out = (palate_reasons){of.score, (int64_t)of.row.count};
done:
    if (model != NULL)
        end(model, &of);
    return status;
}
