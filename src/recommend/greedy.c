/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/greedy.h"

#include "base/context.h"
#include "base/threads.h"
#include "recommend/space.h"

#include <string.h>

enum {
    USERS_AT_ONCE = 256,
    /* Candidates looked at before more are asked for: so many times as are wanted, and at least. */
    SHARE_FIRST = 4,
    LEAST_FIRST = 64,
    GROWTH = 4
};

/* What may yet become of a candidate. */
typedef enum fate { OPEN, TAKEN, PASSED } fate;

/* A candidate on the way into a list. */
typedef struct entry {
    double penalty;    /* The largest cosine to an item of the list, not below 0; */
    uint32_t compared; /* with so many of them. */
    fate fate;
} entry;

/* Where one thread works. */
typedef struct desk {
    entry *entries;
    uint32_t *taken; /* Places among the candidates, in the order of the list. */
    uint32_t *room;  /* Of each category of each quota, one after the other. */
} desk;

typedef struct work {
    const palate__request *asked;
    const palate__greedy *by;
    palate__space space;
    float *directions; /* Of the items, n x k: rows of length 1, or 0, in the space. */
    double cost;       /* Of a cosine of 1. */
    size_t category_count;
    /* The best candidates, of some users. */
    palate__request best;
    size_t places[USERS_AT_ONCE]; /* Which users; */
    bool done[USERS_AT_ONCE];     /* who have their list. */
    desk *desks;
} work;

static palate_status fail_memory(palate_error *err)
{
    return palate__fail_memory(err, "recommending: fewer threads need less");
}

/* ---- One user ---- */

typedef struct selection {
    const work *of;
    const desk *at;
    const uint32_t *items; /* The best candidates; */
    const float *scores;
    size_t count;
    bool is_all; /* there are no others. */
    size_t taken_count;
    int64_t passed;
} selection;

static double cosine(const selection *from, uint32_t a, uint32_t b)
{
    const size_t k = from->of->space.k;
    const float *directions = from->of->directions;
    return (double)from->of->asked->kernels->dot(directions + from->items[a] * k,
                                                 directions + from->items[b] * k, k);
}

/* What a candidate is worth at most: less, once it is compared with the rest of the list. */
static double worth(const selection *from, uint32_t place)
{
    return (1.0 - from->of->by->diversity) * (double)from->scores[place] -
           from->of->cost * from->at->entries[place].penalty;
}

static double compare(const selection *from, uint32_t place)
{
    entry *e = &from->at->entries[place];
    for (; from->of->cost > 0.0 && e->compared < from->taken_count; e->compared++)
        e->penalty = fmax(e->penalty, cosine(from, from->at->taken[e->compared], place));
    return worth(from, place);
}

/* The candidate of the largest value, the first of equal ones; false: there is none, or it is not known. */
static bool find_next(const selection *from, uint32_t *out)
{
    double most = -INFINITY;
    bool found = false;
    for (uint32_t place = 0; place < from->count; place++) {
        if (from->at->entries[place].fate != OPEN)
            continue;
        if (found && (1.0 - from->of->by->diversity) * (double)from->scores[place] <= most)
            break; /* Nor is any after it worth more. */
        if (found && worth(from, place) <= most)
            continue;
        const double value = compare(from, place);
        if (found && value <= most)
            continue;
        *out = place;
        most = value;
        found = true;
    }
    if (!found || from->is_all)
        return found;
    return most >= (1.0 - from->of->by->diversity) * (double)from->scores[from->count - 1];
}

/* ---- Quotas ---- */

static void fill_room(const work *of, uint32_t *room)
{
    for (size_t q = 0; q < of->by->quota_count; q++)
        for (uint32_t c = 0; c < of->by->quotas[q].category_count; c++)
            *room++ = of->by->quotas[q].most;
}

/* Whether each of an item's categories has room; and takes it, if asked to. */
static bool has_room(const work *of, uint32_t *room, uint32_t item, bool take)
{
    bool has = true;
    for (size_t q = 0; q < of->by->quota_count; q++) {
        const palate__quota *quota = &of->by->quotas[q];
        for (size_t e = quota->begins[item]; e < quota->begins[item + 1]; e++) {
            has = has && room[quota->categories[e]] > 0;
            room[quota->categories[e]] -= take;
        }
        room += quota->category_count;
    }
    return has;
}

/* ---- A list ---- */

/* Makes the list as far as it is certain. Returns whether that is all of it. */
static bool select_items(selection *from, size_t wanted)
{
    uint32_t place = 0;
    for (uint32_t c = 0; c < from->count; c++)
        from->at->entries[c] = (entry){.fate = OPEN};
    fill_room(from->of, from->at->room);
    while (from->taken_count < wanted) {
        if (!find_next(from, &place))
            return from->is_all;
        const bool fits = has_room(from->of, from->at->room, from->items[place], false);
        from->at->entries[place].fate = fits ? TAKEN : PASSED;
        from->passed += !fits;
        if (!fits)
            continue;
        has_room(from->of, from->at->room, from->items[place], true);
        from->at->taken[from->taken_count++] = place;
    }
    return true;
}

static void hand_over(const selection *from, size_t user)
{
    const palate__request *asked = from->of->asked;
    uint32_t *items = asked->items + user * asked->wanted;
    float *scores = asked->scores + user * asked->wanted;
    for (size_t place = 0; place < asked->wanted; place++) {
        const bool used = place < from->taken_count;
        items[place] = used ? from->items[from->at->taken[place]] : PALATE_NO_ROW;
        scores[place] = used ? from->scores[from->at->taken[place]] : 0.0F;
    }
    asked->counts[user] = (uint32_t)from->taken_count;
    if (from->of->by->passed != NULL)
        from->of->by->passed[user].quota = from->passed;
}

static void serve(size_t task, int thread, void *argument)
{
    work *of = argument;
    const palate__request *best = &of->best;
    selection from = {
        .of = of,
        .at = &of->desks[thread],
        .items = best->items + task * best->wanted,
        .scores = best->scores + task * best->wanted,
        .count = best->counts[task],
        .is_all = best->counts[task] < best->wanted || best->wanted == best->candidate_count,
    };
    of->done[task] = select_items(&from, of->asked->wanted);
    if (of->done[task])
        hand_over(&from, of->places[task]);
}

/* ---- Directions ---- */

enum { ITEMS_OF_TASK = 256 };

static void fill_direction(const palate__space *space, uint32_t item, float *out)
{
    const double length = palate__space_length(space, item);
    for (size_t f = 0; f < space->k; f++)
        out[f] = length > 0.0
                     ? (float)(palate__space_away(space, item, f) * sqrt(space->spread[f]) / length)
                     : 0.0F;
}

static void fill_some(size_t task, int thread, void *argument)
{
    const work *of = argument;
    const uint32_t n = of->space.own->ids.count;
    const uint32_t begin = (uint32_t)task * ITEMS_OF_TASK;
    (void)thread;
    for (uint32_t j = begin; j < n && j < begin + ITEMS_OF_TASK; j++)
        fill_direction(&of->space, j, of->directions + j * of->space.k);
}

static palate_status find_directions(work *of, palate_error *err)
{
    const palate_model *model = of->asked->model;
    const size_t n = model->items.ids.count;
    palate_status status = palate__space_begin(&of->space, model, true, err);
    if (status != PALATE_OK)
        return status;
    of->directions = palate__allocate_array(model->context, n * of->space.k,
                                            sizeof *of->directions);
    if (of->directions == NULL)
        return palate__fail_memory(err, "recommending");
    palate__parallel_for(of->asked->threads, (n + ITEMS_OF_TASK - 1) / ITEMS_OF_TASK, fill_some,
                         of);
    return PALATE_OK;
}

/* ---- All users ---- */

/* Lays a desk into a piece of memory; returns the bytes it takes. `room` may be NULL. */
static size_t lay_desk(const work *of, char *room, desk *out)
{
    const size_t entries = (of->best.wanted * sizeof(entry) + PALATE__ALIGNMENT - 1) /
                           PALATE__ALIGNMENT * PALATE__ALIGNMENT;
    const size_t taken = of->best.wanted * sizeof(uint32_t);
    if (room != NULL)
        *out = (desk){(void *)room, (void *)(room + entries), (void *)(room + entries + taken)};
    return (entries + taken + of->category_count * sizeof(uint32_t) + PALATE__ALIGNMENT - 1) /
           PALATE__ALIGNMENT * PALATE__ALIGNMENT;
}

/* One round for those who have no list yet, with so many candidates. */
static palate_status serve_all(work *of, size_t candidates, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = of->asked->model->context;
    palate__request *best = &of->best;
    const size_t users = best->user_count;
    const size_t threads = (size_t)best->threads;
    best->wanted = candidates;
    best->items = palate__allocate_array(context, users * candidates, sizeof *best->items);
    best->scores = palate__allocate_array(context, users * candidates, sizeof *best->scores);
    best->counts = palate__allocate_array(context, users, sizeof *best->counts);
    const size_t desk_bytes = lay_desk(of, NULL, NULL);
    char *room = palate__allocate_array(context, threads, desk_bytes);
    of->desks = palate__allocate_array(context, threads, sizeof *of->desks);
    if (best->items == NULL || best->scores == NULL || best->counts == NULL || room == NULL ||
        of->desks == NULL)
        PALATE_TRY(fail_memory(err));
    for (size_t t = 0; t < threads; t++)
        lay_desk(of, room + t * desk_bytes, &of->desks[t]);
    PALATE_TRY(palate__recommend_answer(best, err));
    palate__parallel_for(best->threads, users, serve, of);
done:
    palate__release(context, best->items);
    palate__release(context, best->scores);
    palate__release(context, best->counts);
    palate__release(context, room);
    palate__release(context, of->desks);
    return status;
}

static size_t count_first(const palate__request *asked)
{
    const size_t share = SHARE_FIRST * asked->wanted;
    const size_t first = share > LEAST_FIRST ? share : LEAST_FIRST;
    return first < asked->candidate_count ? first : asked->candidate_count;
}

/* Rounds for some users, until each has a list. */
static palate_status serve_some(work *of, size_t first, size_t count, palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t most = of->asked->candidate_count;
    of->best.user_count = count;
    for (size_t u = 0; u < count; u++)
        of->places[u] = first + u;
    for (size_t candidates = count_first(of->asked); of->best.user_count > 0;
         candidates = candidates < most / GROWTH ? GROWTH * candidates : most) {
        size_t left = 0;
        PALATE_TRY(serve_all(of, candidates > 0 ? candidates : 1, err));
        for (size_t u = 0; u < of->best.user_count; u++)
            if (!of->done[u])
                of->places[left++] = of->places[u];
        of->best.user_count = left;
    }
done:
    return status;
}

palate_status palate__recommend_greedy(const palate__request *asked, const palate__greedy *by,
                                       palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_scale scale = asked->model->summary.scale;
    const double width = scale.high > scale.low ? scale.high - scale.low : 1.0;
    work of = {.asked = asked, .by = by, .cost = by->diversity * width, .best = *asked};
    of.best.places = of.places;
    for (size_t q = 0; q < by->quota_count; q++)
        of.category_count += by->quotas[q].category_count;
    if (by->diversity > 0.0)
        PALATE_TRY(find_directions(&of, err));
    for (size_t first = 0; first < asked->user_count; first += USERS_AT_ONCE) {
        const size_t left = asked->user_count - first;
        PALATE_TRY(serve_some(&of, first, left < USERS_AT_ONCE ? left : USERS_AT_ONCE, err));
    }
done:
    palate__space_end(&of.space);
    palate__release(asked->model->context, of.directions);
    return status;
}
