/* SPDX-License-Identifier: Apache-2.0 */
/* Top-N by an index: nearly all items are turned away by bounds, and the rest are scored as the
 * definition of a score has it.
 *
 *               tiles, in falling order of what they may hold ->
 *     groups  [ = ][ == ][ ==== ][ ========
 *     of 8    [ = ][ == ][ ==== ]   a chunk of tiles stays in cache while all groups of the task
 *     users   [ = ][ == ][ ==== ]   are screened against it
 *
 * A screen leaves out the tiles in which nobody of the group can find anything, by lengths alone, and
 * multiplies the rest in bytes; an item is let through unless the product, with all that rounding may
 * have taken from it, is below what the worst item of the list has. Chunks begin small and double, so
 * that most tiles meet lists that are full of good items already.
 *
 * What is let through is scored, and so nothing depends on the bounds but time, as long as they hold:
 * see threshold_of().
 */
#include "base/context.h"
#include "base/threads.h"
#include "recommend/numbers.h"
#include "recommend/request.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP = PALATE__TILE_USERS,
    ITEMS = PALATE__TILE_ITEMS,
    /* 64 take 10 % longer at 1,000,000 items, and 256 hardly less. */
    USERS_A_TASK = 16 * GROUP,
    /* A floor from 32 tiles saves two of five parts of the time of a user at 10,677 items; 16 and 64
     * are as good. */
    FLOOR_TILES = 32,
    FLOOR_PARTS_MOST = 16,
    SAMPLED_TILES = 128,
    CHUNK_FIRST = 2, /* Tiles. */
    CHUNK_MOST = 256,
    PENDING_MOST = 64
};

/* A user on the way to a list. */
typedef struct seeker {
    palate__shortlist list;
    uint16_t *hidden; /* Bit l of tile t: not that item. */
    size_t place;     /* In the request. */
    double length;    /* |x| */
    double order;     /* Users of like orders share groups. */
    double constant;  /* What a score has beyond o' + x.y. */
    double sizes;     /* Of what is added up in a score, but for the product. */
    double slack;     /* What bounds may be off by, but for what depends on the threshold. */
} seeker;

/* What one thread works in. */
typedef struct desk {
    seeker *seekers; /* In the order of their groups. */
    double *x;       /* USERS_A_TASK x width */
    palate__tile_users *groups;
    int8_t *bytes; /* Of the groups. */
    palate__tile_hits *hits;
    uint16_t *hidden; /* Of each user, for each tile; between tasks, what is closed. */
} desk;

typedef struct search {
    const palate__request *asked;
    const palate__index *index;
    size_t users_a_task;
    const uint16_t *closed; /* For each tile, what nobody may have; hidden from all. */
    desk *desks;
} search;

/* ---- Users ---- */

/*
 * The score is constant + o' + x.y, but for rounding:
 *
 *   balance.error (|u| + |w|) (|v| + |m|)     of the formula, in doubles;
 *   2^-20 (4 sqrt(width) |x| |y| + |o'|)      of the screen, in floats: its terms are at most
 *                                             |o'|, 256 steps times the sum of |x|'s coordinates
 *                                             (sqrt(width) |x|) and |x| |y|; 2^-20 is 16 roundings;
 *   FLT_MIN times the largest sum of bytes    where products are too small for floats.
 */
static void set_bounds(const search *work, const double *x, seeker *out)
{
    const palate_model *model = work->asked->model;
    const palate__index *index = work->index;
    const palate__balance *balance = &index->balance;
    const float *factors = out->list.factors;
    const double own = sqrt(palate__squares_of_floats(factors, model->factor_count));
    const double offset = (double)out->list.offset;
    const double base = (double)(float)model->summary.base;
    out->length = sqrt(palate__squares(x, balance->width));
    out->constant = base + offset +
                    palate__product(factors, balance->item_mean, model->factor_count);
    out->sizes = fabs(base) + fabs(offset) + index->offset_most;
    out->slack = balance->error * (own + balance->user_mean_length) *
                     (index->longest + balance->item_mean_length) +
                 0x1p-20 * (4.0 * sqrt((double)balance->width) * out->length * index->length_most +
                            index->shifted_most) +
                 1e-30;
    /* Too large to be compared with anything: everything will be scored. */
    if (!(own <= PALATE__INDEX_MOST && out->length <= PALATE__INDEX_MOST &&
          out->sizes <= PALATE__INDEX_MOST))
        out->slack = INFINITY;
}

/*
 * What o' + x.y must not be below, bounds counted, for the score to reach the worst of the list.
 *
 * A score is off its true value by at most (k + 16) 2^-24 times the sizes of its terms; and of those
 * that reach the threshold, the least one's product is at most |threshold| + the sizes of the rest.
 */
static float threshold_of(const seeker *of, size_t k)
{
    const double threshold = (double)palate__shortlist_threshold(&of->list);
    if (!(fabs(threshold) <= PALATE__INDEX_MOST && of->slack <= PALATE__INDEX_MOST))
        return -INFINITY;
    const double least = threshold - of->constant;
    const double rounding = ((double)k + 16.0) * 0x1p-23 * (fabs(threshold) + 2.0 * of->sizes);
    return palate__round_down(least - of->slack - rounding - 0x1p-20 * fabs(least));
}

/* Writes the bytes of user r of a group, and what is to be known of them. */
static void fill_user(const search *work, const seeker *of, const double *x, size_t r,
                      palate__tile_users *group, int8_t *bytes)
{
    const palate__kernels *kernels = work->asked->kernels;
    const size_t width = work->index->balance.width;
    const float scale = palate__round_up(palate__largest(x, width) / kernels->byte_limit);
    int8_t steps[PALATE__INDEX_WIDTH_MOST];
    int sum = 0, squares = 0;
    const double left = kernels->to_steps(x, width, (double)scale, kernels->byte_limit, steps);
    for (size_t f = 0; f < width; f++) {
        sum += steps[f];
        squares += steps[f] * steps[f];
    }
    for (size_t f = 0; f < width; f += 4)
        memcpy(bytes + f * GROUP + 4 * r, steps + f, 4);
    group->scales[r] = scale;
    group->shifts[r] = (float)(128.0 * (double)scale * (double)sum);
    group->reaches[r] = palate__round_up((double)scale * sqrt((double)squares));
    group->misses[r] = palate__round_up(sqrt(left));
    group->lengths[r] = palate__round_up(of->length);
}

static int compare_orders(const void *a, const void *b)
{
    const seeker *left = a;
    const seeker *right = b;
    if (left->order != right->order)
        return left->order > right->order ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* Puts users into groups. Those that are blind have zeros, by which every item is let through. */
static void seat(const search *work, const desk *at, size_t first, size_t count)
{
    const size_t width = work->index->balance.width;
    qsort(at->seekers, count, sizeof *at->seekers, compare_orders);
    memset(at->bytes, 0, (count + GROUP - 1) / GROUP * GROUP * width);
    for (size_t i = 0; i < count; i++) {
        const seeker *of = &at->seekers[i];
        palate__tile_users *group = &at->groups[i / GROUP];
        int8_t *bytes = at->bytes + i / GROUP * GROUP * width;
        if (i % GROUP == 0) {
            const size_t left = count - i;
            *group = (palate__tile_users){.count = left < GROUP ? left : GROUP, .bytes = bytes};
            for (size_t r = 0; r < GROUP; r++)
                group->thresholds[r] = INFINITY;
        }
        if (of->slack <= PALATE__INDEX_MOST)
            fill_user(work, of, at->x + (of->place - first) * width, i % GROUP, group, bytes);
    }
}

static void hide_seen(const palate__index *index, const seeker *of)
{
    for (const uint32_t *row = of->list.seen; row < of->list.seen_end; row++) {
        const uint32_t place = index->places[*row];
        of->hidden[place / ITEMS] |= (uint16_t)(1U << place % ITEMS);
    }
}

/* Word by word, or all at once where that is less. */
static void show_seen(const search *work, const seeker *of)
{
    const size_t tile_count = work->index->tile_count;
    if (tile_count < 16 * (size_t)(of->list.seen_end - of->list.seen)) {
        memcpy(of->hidden, work->closed, tile_count * sizeof *of->hidden);
        return;
    }
    for (const uint32_t *row = of->list.seen; row < of->list.seen_end; row++) {
        const uint32_t t = work->index->places[*row] / ITEMS;
        of->hidden[t] = work->closed[t];
    }
}

static void greet(const search *work, const desk *at, size_t first, size_t count)
{
    const float *factors[USERS_A_TASK] = {NULL};
    const size_t width = work->index->balance.width;
    for (size_t i = 0; i < count; i++) {
        at->seekers[i] = (seeker){.list = palate__request_list(work->asked, first + i),
                                  .place = first + i,
                                  .hidden = at->hidden + i * work->index->tile_count};
        hide_seen(work->index, &at->seekers[i]);
        factors[i] = at->seekers[i].list.factors;
    }
    work->asked->kernels->transform(&work->index->balance.to_x, factors, count, at->x);
    for (size_t i = 0; i < count; i++)
        set_bounds(work, at->x + i * width, &at->seekers[i]);
    seat(work, at, first, count);
}

/* ---- Floors ---- */

/* The wanted-th largest; count >= wanted. */
static float nth_largest(const float *values, size_t count, size_t wanted)
{
    float least = INFINITY;
    for (size_t i = 0; i < count; i++) {
        size_t larger = 0;
        for (size_t j = 0; j < count; j++)
            larger += values[j] > values[i];
        least = larger < wanted && values[i] < least ? values[i] : least;
    }
    return least;
}

/* The score that an item has at least whose o' + x.y is at least `low`; as threshold_of(). */
static float score_of(const seeker *of, float low, size_t k)
{
    if (!(fabs((double)low) <= PALATE__INDEX_MOST && of->slack <= PALATE__INDEX_MOST))
        return -INFINITY;
    const double score = (double)low + of->constant;
    const double rounding = ((double)k + 16.0) * 0x1p-23 * (fabs(score) + 2.0 * of->sizes);
    return palate__round_down(score - of->slack - rounding - 0x1p-20 * fabs((double)low));
}

/* Parts of FLOOR_TILES tiles each, the first ones there are, that a floor is taken from; 0: none is,
 * as lists are too long or tiles too few. */
static size_t floor_parts(const search *work)
{
    const size_t parts = (work->asked->wanted * 3 / 2 + ITEMS - 1) / ITEMS;
    return parts <= FLOOR_PARTS_MOST && parts * FLOOR_TILES <= work->index->tile_count ? parts : 0;
}

/* Each of the lanes of a part has a best item of its own; the wanted-th of all of them is a floor. */
static void set_floors(const search *work, const desk *at, size_t g, size_t parts)
{
    const palate__tile_users *group = &at->groups[g];
    seeker *seekers = at->seekers + g * GROUP;
    const uint16_t *hidden[GROUP];
    float maxima[FLOOR_PARTS_MOST][GROUP][ITEMS];
    for (size_t r = 0; r < group->count; r++)
        hidden[r] = seekers[r].hidden;
    for (size_t p = 0; p < parts; p++)
        work->asked->kernels->tile_maxima(&work->index->tiles, group, p * FLOOR_TILES,
                                          (p + 1) * FLOOR_TILES, hidden, maxima[p][0]);
    for (size_t r = 0; r < group->count; r++) {
        float values[FLOOR_PARTS_MOST * ITEMS];
        for (size_t p = 0; p < parts; p++)
            memcpy(values + p * ITEMS, maxima[p][r], sizeof maxima[p][r]);
        const float low = nth_largest(values, parts * ITEMS, work->asked->wanted);
        seekers[r].list.floor = score_of(&seekers[r], low, work->asked->model->factor_count);
    }
}

/* How many of some tiles a user looks into. */
static double count_looks(const search *work, const seeker *of)
{
    const palate__tiles *tiles = &work->index->tiles;
    const float threshold = threshold_of(of, work->asked->model->factor_count);
    const float length = palate__round_up(of->length);
    double looks = 0.0;
    for (size_t s = 0; s < SAMPLED_TILES; s++) {
        const size_t t = s * work->index->tile_count / SAMPLED_TILES;
        looks += !(tiles->tops[t] + length * tiles->lengths[t] < threshold);
    }
    return looks;
}

/* A group looks into every tile that one of its users looks into, so users that look into as many
 * share one: those are mostly the same. A fifth fewer are looked into than by groups of like lengths. */
static void seat_again(const search *work, const desk *at, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at->seekers[i].order = count_looks(work, &at->seekers[i]);
    seat(work, at, first, count);
}

/* ---- What was let through ---- */

static void score_pending(const palate__request *asked, palate__shortlist *list,
                          const uint32_t *rows, size_t count)
{
    const palate_model *model = asked->model;
    float starts[PENDING_MOST] = {0}, scores[PENDING_MOST];
    for (size_t p = 0; p < count; p++)
        starts[p] = palate__score_start(model, list->offset, model->items.offsets[rows[p]]);
    asked->kernels->scores_at(list->factors, model->items.factors, rows, starts,
                              model->factor_count, count, scores);
    for (size_t p = 0; p < count; p++)
        /* Written so that what is not a number (factors that overflow) is left out, too. */
        if (scores[p] >= palate__shortlist_threshold(list))
            palate__shortlist_offer(list, scores[p], rows[p]);
}

/* Scores what the hits have for user r of the group. */
static void take_hits(const search *work, const palate__tile_hits *hits, size_t count, size_t r,
                      seeker *of)
{
    const palate_model *model = work->asked->model;
    uint32_t pending[PENDING_MOST];
    size_t waiting = 0;
    for (size_t h = 0; h < count; h++) {
        const uint32_t t = hits[h].tile;
        const uint32_t *rows = work->index->rows + (size_t)t * ITEMS;
        unsigned found = hits[h].lanes[r] & ~(unsigned)of->hidden[t];
        for (; found != 0; found &= found - 1) {
            const uint32_t row = rows[__builtin_ctz(found)];
            PALATE__PREFETCH(model->items.factors + (size_t)row * model->factor_count);
            pending[waiting++] = row;
            if (waiting == PENDING_MOST) {
                score_pending(work->asked, &of->list, pending, waiting);
                waiting = 0;
            }
        }
    }
    score_pending(work->asked, &of->list, pending, waiting);
}

/* ---- Tasks ---- */

static void search_chunk(const search *work, const desk *at, size_t g, size_t first, size_t end)
{
    palate__tile_users *group = &at->groups[g];
    seeker *seekers = at->seekers + g * GROUP;
    for (size_t r = 0; r < group->count; r++)
        group->thresholds[r] = threshold_of(&seekers[r], work->asked->model->factor_count);
    const size_t count = work->asked->kernels->screen_tiles(&work->index->tiles, group, first, end,
                                                            at->hits);
    for (size_t r = 0; r < group->count && count > 0; r++)
        take_hits(work, at->hits, count, r, &seekers[r]);
}

/* Recommends to the users of one task. */
static void serve(size_t task, int thread, void *argument)
{
    const search *work = argument;
    const palate__request *asked = work->asked;
    const desk *at = &work->desks[thread];
    const size_t first = task * work->users_a_task;
    const size_t left = asked->user_count - first;
    const size_t count = left < work->users_a_task ? left : work->users_a_task;
    greet(work, at, first, count);
    const size_t parts = floor_parts(work);
    for (size_t g = 0; parts > 0 && g * GROUP < count; g++)
        set_floors(work, at, g, parts);
    if (parts > 0 && count > GROUP)
        seat_again(work, at, first, count);
    size_t most = parts > 0 ? FLOOR_TILES : CHUNK_FIRST;
    for (size_t t = 0; t < work->index->tile_count;) {
        const size_t rest = work->index->tile_count - t;
        const size_t end = t + (rest < most ? rest : most);
        for (size_t g = 0; g * GROUP < count; g++)
            search_chunk(work, at, g, t, end);
        t = end;
        most = 2 * most < CHUNK_MOST ? 2 * most : CHUNK_MOST;
    }
    for (size_t i = 0; i < count; i++) {
        show_seen(work, &at->seekers[i]);
        palate__request_finish(asked, at->seekers[i].place, &at->seekers[i].list);
    }
}

static size_t round_up(size_t bytes)
{
    return (bytes + PALATE__ALIGNMENT - 1) / PALATE__ALIGNMENT * PALATE__ALIGNMENT;
}

/* Lays a desk into a piece of memory; returns the bytes it takes. `room` may be NULL. */
static size_t lay_desk(const search *work, char *room, desk *out)
{
    const size_t width = work->index->balance.width;
    const size_t groups = (work->users_a_task + GROUP - 1) / GROUP;
    size_t used = 0;
#define TAKE(member, count)                                                                        \
    do {                                                                                           \
        if (room != NULL)                                                                          \
            out->member = (void *)(room + used);                                                   \
        used += round_up((count) * sizeof *out->member);                                           \
    } while (0)
    TAKE(seekers, work->users_a_task);
    TAKE(x, work->users_a_task * width);
    TAKE(groups, groups);
    TAKE(bytes, groups * GROUP * width);
    TAKE(hits, (size_t)CHUNK_MOST);
    TAKE(hidden, work->users_a_task * work->index->tile_count);
#undef TAKE
    return used;
}

/* What is empty, and all but the candidates. NULL: out of memory. */
static uint16_t *close_places(const palate__request *asked, const palate__index *index)
{
    const size_t count = index->tile_count;
    uint16_t *closed = palate__allocate_array(asked->model->context, count, sizeof *closed);
    if (closed == NULL)
        return NULL;
    if (asked->candidates == NULL)
        memcpy(closed, index->empty, count * sizeof *closed);
    else
        memset(closed, 0xFF, count * sizeof *closed);
    for (size_t c = 0; asked->candidates != NULL && c < asked->candidate_count; c++) {
        const uint32_t place = index->places[asked->candidates[c]];
        closed[place / ITEMS] &= (uint16_t) ~(1U << place % ITEMS);
    }
    return closed;
}

palate_status palate__recommend_search(const palate__request *asked, const palate__index *index,
                                       palate_error *err)
{
    palate_context *context = asked->model->context;
    uint16_t *closed = close_places(asked, index);
    search work = {.asked = asked,
                   .index = index,
                   .closed = closed,
                   .users_a_task = palate__request_users_a_task(asked, USERS_A_TASK)};
    const size_t task_count = (asked->user_count + work.users_a_task - 1) / work.users_a_task;
    const size_t threads = (size_t)asked->threads;
    const size_t desk_count = threads < task_count ? threads : task_count;
    const size_t desk_bytes = lay_desk(&work, NULL, NULL);
    char *room = palate__allocate_array(context, desk_count, desk_bytes);
    work.desks = palate__allocate_array(context, desk_count, sizeof *work.desks);
    const bool ready = closed != NULL && room != NULL && work.desks != NULL;
    for (size_t t = 0; ready && t < desk_count; t++) {
        lay_desk(&work, room + t * desk_bytes, &work.desks[t]);
        for (size_t i = 0; i < work.users_a_task; i++)
            memcpy(work.desks[t].hidden + i * index->tile_count, work.closed,
                   index->tile_count * sizeof *work.closed);
    }
    if (ready)
        palate__parallel_for(asked->threads, task_count, serve, &work);
    palate__release(context, work.desks);
    palate__release(context, room);
    palate__release(context, closed);
    return ready ? PALATE_OK : palate__fail_memory(err, "recommending");
}
