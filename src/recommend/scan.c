/* SPDX-License-Identifier: Apache-2.0 */
/* Top-N by looking at every candidate, in floats.
 *
 *               items, a block at a time ->
 *     users   [ ==== ][ ======== ][ ===============
 *     of a    [ ==== ]   a block's factors stay in cache while all users of the task are
 *     task    [ ==== ]   screened against it
 *
 * A screen multiplies a block of items with 32 users at once and says which pairs may reach the
 * worst score of the user's list; only those, some tens a user, are scored as the definition of a
 * score has it. Blocks begin small and double, so that most items meet a list that is full already.
 * A few users alone have every item scored: a screen would mostly multiply with nothing.
 *
 * Items come in the order of rows, and so do the seen ones: a cursor that walks along leaves them
 * out.
 */
#include "base/context.h"
#include "base/threads.h"
#include "recommend/request.h"

#include <math.h>
#include <string.h>

enum {
    GROUP = PALATE__SCREEN_USERS,
    /* Enough to read the factors of many items seldom: at 1,000,000 items of 64 factors, a user in a
     * task of 32 takes 1.8 times as long. */
    USERS_A_TASK = 4 * GROUP,
    /* Of factors: a part of the second-level cache, so that lists fit beside it. */
    BLOCK_BYTES = 1 << 17,
    BLOCK_ITEMS_LEAST = 64,
    BLOCK_ITEMS_MOST = 1024,
    BLOCK_ITEMS_FIRST = 32
};

/* What one thread works in. */
typedef struct desk {
    palate__shortlist *lists; /* Of the users of the task. */
    float *panels;            /* Their factors, GROUP by GROUP, coordinate by coordinate. */
    float *starts;            /* For each item of the block, as the following. */
    float *scores;
    float *offsets;
    uint32_t *hits;
    float *factors; /* Copies of the block's rows, where these do not lie side by side. */
} desk;

typedef struct scan {
    const palate__request *asked;
    size_t users_a_task;
    size_t block_items; /* The most. */
    desk *desks;
} scan;

/* Some candidates that follow each other. */
typedef struct block {
    const uint32_t *rows; /* NULL: first, first + 1, ... */
    uint32_t first;
    size_t count;
    const float *factors; /* count x k */
    float reach;          /* The largest size of an offset. */
} block;

static uint32_t row_of(const block *part, size_t place)
{
    return part->rows == NULL ? part->first + (uint32_t)place : part->rows[place];
}

static float largest_size(const float *values, size_t count)
{
    float largest = 0.0F;
    for (size_t j = 0; j < count; j++)
        largest = fabsf(values[j]) > largest ? fabsf(values[j]) : largest;
    return largest;
}

/* Copies of the rows of a block, side by side. */
static const float *gather(const palate_model *model, const uint32_t *rows, size_t count,
                           float *copies)
{
    size_t k = model->factor_count;
    for (size_t j = 0; j < count; j++)
        memcpy(copies + j * k, model->items.factors + rows[j] * k, k * sizeof *copies);
    return copies;
}

static block take_block(const palate__request *asked, const desk *at, size_t begin, size_t most)
{
    const palate_model *model = asked->model;
    const size_t left = asked->candidate_count - begin;
    block part = {.first = (uint32_t)begin, .count = left < most ? left : most};
    const uint32_t *rows = asked->candidates == NULL ? NULL : asked->candidates + begin;
    if (rows != NULL) {
        part.first = rows[0];
        bool adjacent = rows[part.count - 1] - rows[0] == part.count - 1;
        part.rows = adjacent ? NULL : rows;
    }
    if (part.rows == NULL)
        part.factors = model->items.factors + part.first * (size_t)model->factor_count;
    else
        part.factors = gather(model, part.rows, part.count, at->factors);
    for (size_t j = 0; j < part.count; j++)
        at->offsets[j] = asked->offsets[row_of(&part, j)];
    part.reach = largest_size(at->offsets, part.count);
    return part;
}

static bool was_seen(palate__shortlist *list, uint32_t item)
{
    while (list->seen < list->seen_end && *list->seen < item)
        list->seen++;
    return list->seen < list->seen_end && *list->seen == item;
}

/* Written so that what is not a number (factors that overflow) is left out, too. */
static void consider(palate__shortlist *list, float score, uint32_t item)
{
    if (score >= palate__shortlist_threshold(list) && !was_seen(list, item))
        palate__shortlist_offer(list, score, item);
}

/* ---- A few users: every score ---- */

static void score_block(const palate__request *asked, const desk *at, const block *part,
                        palate__shortlist *list)
{
    const palate_model *model = asked->model;
    for (size_t j = 0; j < part->count; j++)
        at->starts[j] = palate__score_start(model, list->offset, at->offsets[j]);
    asked->kernels->scores(list->factors, part->factors, at->starts, model->factor_count,
                           part->count, at->scores);
    float threshold = palate__shortlist_threshold(list);
    for (size_t j = 0; j < part->count; j++) {
        if (PALATE__LIKELY(!(at->scores[j] >= threshold)))
            continue;
        consider(list, at->scores[j], row_of(part, j));
        threshold = palate__shortlist_threshold(list);
    }
}

/* ---- Many users: a screen first ---- */

/*
 * What a sum of the screen must not be below for the score to reach the user's threshold.
 *
 * Without rounding, that is t = threshold - base - offset of the user. Sum and score are both off by
 * at most c = (k + 16) 2^-23 times the sizes of what is added: the offsets and, as factors are not
 * negative, the product itself; and where the product is large, so is the sum. Of those that reach
 * t, the least sum is that of the least product, t - offset of the item, whose size is at most
 * |t| + `reach`, the largest size of an item's offset. Where numbers are so large that anything may
 * overflow, nothing is screened out.
 */
static float least_sum(const palate_model *model, const palate__shortlist *list, float reach)
{
    const double threshold = (double)palate__shortlist_threshold(list);
    const double own = (double)(float)model->summary.base + (double)list->offset;
    const double least = threshold - own;
    const double sizes = fabs(least) + fabs(model->summary.base) + fabs((double)list->offset) +
                         2.0 * (double)reach;
    if (!(sizes < 1e37))
        return -INFINITY;
    const double slack = 2.0 * ((double)model->factor_count + 16.0) * 0x1p-23 * sizes + 1e-30;
    return (float)(least - slack * (1.0 + 0x1p-10));
}

static void lay_out(const palate__shortlist *lists, size_t count, size_t k, float *panel)
{
    memset(panel, 0, k * GROUP * sizeof *panel);
    for (size_t r = 0; r < count; r++)
        for (size_t f = 0; f < k; f++)
            panel[f * GROUP + r] = lists[r].factors[f];
}

/* Scores the pairs that the screen let through. */
static void score_hits(const palate__request *asked, const desk *at, const block *part,
                       palate__shortlist *lists)
{
    const palate_model *model = asked->model;
    const size_t k = model->factor_count;
    for (size_t j = 0; j < part->count; j++) {
        for (uint32_t hit = at->hits[j]; hit != 0; hit &= hit - 1) {
            palate__shortlist *list = &lists[__builtin_ctz(hit)];
            float score = palate__score_start(model, list->offset, at->offsets[j]) +
                          asked->kernels->dot(list->factors, part->factors + j * k, k);
            consider(list, score, row_of(part, j));
        }
    }
}

static void screen_block(const palate__request *asked, const desk *at, const block *part,
                         const float *panel, palate__shortlist *lists, size_t count)
{
    float thresholds[GROUP];
    for (size_t r = 0; r < GROUP; r++)
        thresholds[r] = r < count ? least_sum(asked->model, &lists[r], part->reach) : INFINITY;
    asked->kernels->screen(panel, thresholds, part->factors, at->offsets,
                           asked->model->factor_count, part->count, at->hits);
    score_hits(asked, at, part, lists);
}

/* ---- Tasks ---- */

static void serve_block(const palate__request *asked, const desk *at, const block *part,
                        size_t count)
{
    const size_t panel_floats = (size_t)asked->model->factor_count * GROUP;
    for (size_t i = 0; count < PALATE__USERS_TO_SCREEN && i < count; i++)
        score_block(asked, at, part, &at->lists[i]);
    for (size_t i = 0; count >= PALATE__USERS_TO_SCREEN && i < count; i += GROUP)
        screen_block(asked, at, part, at->panels + i / GROUP * panel_floats, at->lists + i,
                     count - i < GROUP ? count - i : GROUP);
}

/* Recommends to the users of one task. */
static void serve(size_t task, int thread, void *argument)
{
    const scan *work = argument;
    const palate__request *asked = work->asked;
    const desk *at = &work->desks[thread];
    const size_t k = asked->model->factor_count;
    const size_t first = task * work->users_a_task;
    const size_t left = asked->user_count - first;
    const size_t count = left < work->users_a_task ? left : work->users_a_task;
    for (size_t i = 0; i < count; i++)
        at->lists[i] = palate__request_list(asked, first + i);
    for (size_t i = 0; i < count; i += GROUP)
        lay_out(at->lists + i, count - i < GROUP ? count - i : GROUP, k, at->panels + i * k);
    size_t most = BLOCK_ITEMS_FIRST;
    for (size_t begin = 0; begin < asked->candidate_count;) {
        const block part = take_block(asked, at, begin, most);
        serve_block(asked, at, &part, count);
        begin += part.count;
        most = 2 * most < work->block_items ? 2 * most : work->block_items;
    }
    for (size_t i = 0; i < count; i++)
        palate__request_finish(asked, first + i, &at->lists[i]);
}

static size_t items_a_block(size_t k)
{
    size_t items = BLOCK_BYTES / (k * sizeof(float));
    return items < BLOCK_ITEMS_LEAST  ? BLOCK_ITEMS_LEAST
           : items > BLOCK_ITEMS_MOST ? BLOCK_ITEMS_MOST
                                      : items;
}

static size_t round_up(size_t count, size_t step)
{
    return (count + step - 1) / step * step;
}

/* Lays a desk into a piece of memory; returns the bytes it takes. `room` may be NULL. */
static size_t lay_desk(const scan *work, char *room, desk *out)
{
    const palate__request *asked = work->asked;
    const size_t k = asked->model->factor_count;
    const size_t users = round_up(work->users_a_task, GROUP);
    const size_t copied = asked->candidates == NULL ? 0 : work->block_items * k;
    const size_t block_bytes = round_up(work->block_items * sizeof(float), PALATE__ALIGNMENT);
    size_t used = 0;
#define TAKE(member, bytes)                                                                        \
    do {                                                                                           \
        if (room != NULL)                                                                          \
            out->member = (void *)(room + used);                                                   \
        used += round_up(bytes, PALATE__ALIGNMENT);                                                \
    } while (0)
    TAKE(lists, users * sizeof *out->lists);
    TAKE(panels, users * k * sizeof *out->panels);
    TAKE(starts, block_bytes);
    TAKE(scores, block_bytes);
    TAKE(offsets, block_bytes);
    TAKE(hits, block_bytes);
    TAKE(factors, copied * sizeof *out->factors);
#undef TAKE
    return used;
}

palate_status palate__recommend_scan(const palate__request *asked, palate_error *err)
{
    palate_context *context = asked->model->context;
    scan work = {.asked = asked,
                 .users_a_task = palate__request_users_a_task(asked, USERS_A_TASK),
                 .block_items = items_a_block(asked->model->factor_count)};
    const size_t task_count = (asked->user_count + work.users_a_task - 1) / work.users_a_task;
    const size_t threads = (size_t)asked->threads;
    const size_t desk_count = threads < task_count ? threads : task_count;
    const size_t desk_bytes = lay_desk(&work, NULL, NULL);
    char *room = palate__allocate_array(context, desk_count, desk_bytes);
    work.desks = palate__allocate_array(context, desk_count, sizeof *work.desks);
    const bool ready = room != NULL && work.desks != NULL;
    for (size_t t = 0; ready && t < desk_count; t++)
        lay_desk(&work, room + t * desk_bytes, &work.desks[t]);
    if (ready)
        palate__parallel_for(asked->threads, task_count, serve, &work);
    palate__release(context, work.desks);
    palate__release(context, room);
    return ready ? PALATE_OK : palate__fail_memory(err, "recommending");
}
