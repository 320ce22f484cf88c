/* SPDX-License-Identifier: Apache-2.0 */
/* Exact top-N: every candidate is scored, and the best of each user are kept in a heap.
 *
 *               items, a block at a time ->
 *     users   [ ========== ][ ========== ][ ===
 *     of a    [ ========== ]   a block's factors stay in cache while all users of the task are
 *     task    [ ========== ]   scored against it
 *
 * The heap of a user lies in the caller's arrays, its root the worst item kept: once it is full, one
 * comparison turns away nearly every score. Items come in the order of rows, and so do the seen
 * ones: a cursor that walks along leaves them out.
 */
#include "base/context.h"
#include "base/threads.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include "palate/recommend.h"

#include <math.h>
#include <string.h>

enum {
    USERS_A_TASK = 16,
    /* Of factors: a part of the second-level cache, so that scores and heaps fit beside it. */
    BLOCK_BYTES = 1 << 17,
    BLOCK_ITEMS_LEAST = 64,
    BLOCK_ITEMS_MOST = 1024
};

/* What one thread works in. */
typedef struct desk {
    float *starts;  /* A score's part without factors, for each item of the block. */
    float *scores;  /* The block's. */
    float *factors; /* Copies of the block's rows, where these do not lie side by side. */
} desk;

/* One call. */
typedef struct request {
    const palate_model *model;
    const palate__kernels *kernels;
    const uint32_t *users;
    size_t user_count;
    size_t users_a_task;
    bool include_seen;
    size_t wanted;              /* N */
    const uint32_t *candidates; /* Rows that may be recommended, increasing; NULL: every row. */
    size_t candidate_count;
    size_t block_items;
    uint32_t *items;
    float *scores;
    uint32_t *counts;
    desk *desks;
} request;

/* Some candidates that follow each other. */
typedef struct block {
    const uint32_t *rows; /* NULL: first, first + 1, ... */
    uint32_t first;
    size_t count;
    const float *factors; /* count x k */
} block;

/* One user's best so far, a heap whose root is the worst. */
typedef struct shortlist {
    const palate__ids *ids;
    const float *factors;
    float offset;
    const uint32_t *seen, *seen_end; /* What of the seen items is still ahead. */
    uint32_t *items;
    float *scores;
    size_t count, capacity;
} shortlist;

static uint32_t row_of(const block *part, size_t place)
{
    return part->rows == NULL ? part->first + (uint32_t)place : part->rows[place];
}

/* Whether the id of one row comes before another's, as bytes. */
static bool id_before(const palate__ids *ids, uint32_t row, uint32_t other)
{
    size_t bytes = palate__ids_bytes(ids, row);
    size_t other_bytes = palate__ids_bytes(ids, other);
    int order = memcmp(palate__ids_text(ids, row), palate__ids_text(ids, other),
                       bytes < other_bytes ? bytes : other_bytes);
    return order != 0 ? order < 0 : bytes < other_bytes;
}

/* Whether (score, item) is to be recommended before place `other` of the list. */
static bool beats(const shortlist *list, float score, uint32_t item, size_t other)
{
    if (score != list->scores[other])
        return score > list->scores[other];
    return id_before(list->ids, item, list->items[other]);
}

static void put(shortlist *list, size_t place, float score, uint32_t item)
{
    list->scores[place] = score;
    list->items[place] = item;
}

/* Puts an entry where it belongs on the way from a leaf to the root. */
static void sift_up(shortlist *list, size_t place, float score, uint32_t item)
{
    while (place > 0) {
        size_t parent = (place - 1) / 2;
        if (beats(list, score, item, parent))
            break;
        put(list, place, list->scores[parent], list->items[parent]);
        place = parent;
    }
    put(list, place, score, item);
}

/* Puts an entry where it belongs on the way from the root to a leaf of the first `count` places. */
static void sift_down(shortlist *list, size_t count, float score, uint32_t item)
{
    size_t place = 0;
    for (size_t child = 1; child < count; child = 2 * place + 1) {
        if (child + 1 < count && beats(list, list->scores[child], list->items[child], child + 1))
            child++;
        if (!beats(list, score, item, child))
            break;
        put(list, place, list->scores[child], list->items[child]);
        place = child;
    }
    put(list, place, score, item);
}

/* Turns the heap into a list, best first. */
static void sort(shortlist *list)
{
    for (size_t count = list->count; count > 1; count--) {
        float score = list->scores[count - 1];
        uint32_t item = list->items[count - 1];
        put(list, count - 1, list->scores[0], list->items[0]);
        sift_down(list, count - 1, score, item);
    }
}

static bool was_seen(shortlist *list, uint32_t item)
{
    while (list->seen < list->seen_end && *list->seen < item)
        list->seen++;
    return list->seen < list->seen_end && *list->seen == item;
}

/* Scores below this need no second look. */
static float threshold_of(const shortlist *list)
{
    return list->count < list->capacity ? -INFINITY : list->scores[0];
}

static void consider(shortlist *list, float score, uint32_t item)
{
    if (was_seen(list, item))
        return;
    if (list->count < list->capacity)
        sift_up(list, list->count++, score, item);
    else if (beats(list, score, item, 0))
        sift_down(list, list->count, score, item);
}

static void score_block(const request *asked, const desk *at, const block *part, shortlist *list)
{
    const palate_model *model = asked->model;
    for (size_t j = 0; j < part->count; j++)
        at->starts[j] = palate__score_start(model, list->offset,
                                            model->items.offsets[row_of(part, j)]);
    asked->kernels->scores(list->factors, part->factors, at->starts, model->factor_count,
                           part->count, at->scores);
    float threshold = threshold_of(list);
    for (size_t j = 0; j < part->count; j++) {
        /* Written so that what is not a number (factors that overflow) is left out, too. */
        if (PALATE__LIKELY(!(at->scores[j] >= threshold)))
            continue;
        consider(list, at->scores[j], row_of(part, j));
        threshold = threshold_of(list);
    }
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

static block take_block(const request *asked, const desk *at, size_t begin)
{
    size_t left = asked->candidate_count - begin;
    block part = {.first = (uint32_t)begin,
                  .count = left < asked->block_items ? left : asked->block_items};
    const uint32_t *rows = asked->candidates == NULL ? NULL : asked->candidates + begin;
    if (rows != NULL) {
        part.first = rows[0];
        bool adjacent = rows[part.count - 1] - rows[0] == part.count - 1;
        part.rows = adjacent ? NULL : rows;
    }
    if (part.rows == NULL)
        part.factors = asked->model->items.factors +
                       part.first * (size_t)asked->model->factor_count;
    else
        part.factors = gather(asked->model, part.rows, part.count, at->factors);
    return part;
}

static shortlist start_list(const request *asked, size_t place)
{
    const palate_model *model = asked->model;
    size_t k = model->factor_count;
    uint32_t user = asked->users[place];
    size_t capacity = asked->wanted;
    shortlist list = {
        .ids = &model->items.ids,
        .factors = model->users.typical,
        .items = asked->items + place * asked->wanted,
        .scores = asked->scores + place * asked->wanted,
        .capacity = capacity < asked->candidate_count ? capacity : asked->candidate_count,
    };
    list.offset = list.factors[k];
    if (user != PALATE_NO_ROW && model->users.counts[user] > 0) {
        list.factors = model->users.factors + user * k;
        list.offset = model->users.offsets[user];
    }
    if (user != PALATE_NO_ROW && !asked->include_seen) {
        list.seen = model->seen_items + model->seen_begins[user];
        list.seen_end = model->seen_items + model->seen_begins[user + 1];
    }
    return list;
}

static void finish_list(const request *asked, size_t place, shortlist *list)
{
    sort(list);
    for (size_t r = list->count; r < asked->wanted; r++)
        put(list, r, 0.0F, PALATE_NO_ROW);
    asked->counts[place] = (uint32_t)list->count;
}

/* Recommends to the users of one task. */
static void serve(size_t task, int thread, void *argument)
{
    const request *asked = argument;
    const desk *at = &asked->desks[thread];
    size_t first = task * asked->users_a_task;
    size_t left = asked->user_count - first;
    size_t count = left < asked->users_a_task ? left : asked->users_a_task;
    shortlist lists[USERS_A_TASK];
    for (size_t i = 0; i < count; i++)
        lists[i] = start_list(asked, first + i);
    for (size_t begin = 0; begin < asked->candidate_count; begin += asked->block_items) {
        block part = take_block(asked, at, begin);
        for (size_t i = 0; i < count; i++)
            score_block(asked, at, &part, &lists[i]);
    }
    for (size_t i = 0; i < count; i++)
        finish_list(asked, first + i, &lists[i]);
}

static palate_status check_rows(const char *what, const uint32_t *rows, size_t count,
                                uint32_t row_count, bool nobody, palate_error *err)
{
    if (rows == NULL && count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_recommend: %s is NULL but counts %zu rows", what, count);
    for (size_t r = 0; r < count; r++)
        if (rows[r] >= row_count && !(nobody && rows[r] == PALATE_NO_ROW))
            return palate__fail(err, PALATE_E_INVALID,
                                "palate_model_recommend: %s[%zu] is row %u, but the model has %u",
                                what, r, rows[r], row_count);
    return PALATE_OK;
}

static palate_status check(const request *asked, const palate_recommend_options *options,
                           palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *model = asked->model;
    if (model == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_recommend: model is NULL");
    bool nowhere = asked->items == NULL || asked->scores == NULL || asked->counts == NULL;
    if (nowhere && asked->user_count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_recommend: items, scores or counts is NULL");
    PALATE_TRY(palate_options_check(palate_recommend_options_table(), options, err));
    PALATE_TRY(
        check_rows("users", asked->users, asked->user_count, model->users.ids.count, true, err));
    PALATE_TRY(check_rows("allow", options->allow, options->allow_count, model->items.ids.count,
                          false, err));
    PALATE_TRY(
        check_rows("deny", options->deny, options->deny_count, model->items.ids.count, false, err));
done:
    return status;
}

static void mark(unsigned char *marks, const uint32_t *rows, size_t count, unsigned char value)
{
    for (size_t r = 0; r < count; r++)
        marks[rows[r]] = value;
}

/* The rows allowed and not denied, in increasing order. */
static palate_status list_candidates(const palate_model *model,
                                     const palate_recommend_options *options, uint32_t **out,
                                     size_t *out_count, palate_error *err)
{
    palate_context *context = model->context;
    size_t n = model->items.ids.count;
    size_t count = 0;
    unsigned char *marks = palate__allocate_zeroed(context, n, 1);
    uint32_t *rows = palate__allocate_array(context, n, sizeof *rows);
    if (marks == NULL || rows == NULL) {
        palate__release(context, marks);
        palate__release(context, rows);
        return palate__fail_memory(err, "listing the items that may be recommended");
    }
    if (options->allow == NULL)
        memset(marks, 1, n);
    mark(marks, options->allow, options->allow_count, 1);
    mark(marks, options->deny, options->deny_count, 0);
    for (size_t j = 0; j < n; j++)
        if (marks[j] != 0)
            rows[count++] = (uint32_t)j;
    palate__release(context, marks);
    *out = rows;
    *out_count = count;
    return PALATE_OK;
}

static size_t items_a_block(size_t k)
{
    size_t items = BLOCK_BYTES / (k * sizeof(float));
    return items < BLOCK_ITEMS_LEAST  ? BLOCK_ITEMS_LEAST
           : items > BLOCK_ITEMS_MOST ? BLOCK_ITEMS_MOST
                                      : items;
}

/* Shares the users out over threads: few of them in small tasks, so that no thread is idle. */
static palate_status run(request *asked, int threads, palate_error *err)
{
    palate_context *context = asked->model->context;
    size_t share = (asked->user_count + (size_t)threads - 1) / (size_t)threads;
    asked->users_a_task = share < USERS_A_TASK ? share : USERS_A_TASK;
    asked->block_items = items_a_block(asked->model->factor_count);
    size_t task_count = (asked->user_count + asked->users_a_task - 1) / asked->users_a_task;
    size_t desk_count = (size_t)threads < task_count ? (size_t)threads : task_count;
    size_t copied = asked->candidates == NULL ? 0 : asked->model->factor_count;
    size_t floats = asked->block_items * (2 + copied);
    float *room = palate__allocate_array(context, desk_count, floats * sizeof *room);
    asked->desks = palate__allocate_array(context, desk_count, sizeof *asked->desks);
    bool ready = room != NULL && asked->desks != NULL;
    for (size_t t = 0; ready && t < desk_count; t++) {
        float *own = room + t * floats;
        asked->desks[t] = (desk){own, own + asked->block_items, own + 2 * asked->block_items};
    }
    if (ready)
        palate__parallel_for(threads, task_count, serve, asked);
    palate__release(context, asked->desks);
    palate__release(context, room);
    return ready ? PALATE_OK : palate__fail_memory(err, "recommending");
}

palate_status palate_model_recommend(const palate_model *model, const uint32_t *users,
                                     size_t user_count, const palate_recommend_options *options,
                                     uint32_t *items, float *scores, uint32_t *counts,
                                     palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_recommend_options defaults;
    uint32_t *candidates = NULL;
    palate_recommend_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    request asked = {.model = model,
                     .users = users,
                     .user_count = user_count,
                     .items = items,
                     .scores = scores,
                     .counts = counts};
    PALATE_TRY(check(&asked, options, err));
    if (user_count == 0)
        return PALATE_OK;
    asked.kernels = palate__kernels_get();
    asked.include_seen = options->include_seen;
    asked.wanted = (size_t)options->count;
    asked.candidate_count = model->items.ids.count;
    if (options->allow != NULL || options->deny_count > 0) {
        PALATE_TRY(list_candidates(model, options, &candidates, &asked.candidate_count, err));
        asked.candidates = candidates;
    }
    PALATE_TRY(run(&asked, palate__thread_count(options->threads), err));
done:
    if (candidates != NULL)
        palate__release(model->context, candidates);
    return status;
}
