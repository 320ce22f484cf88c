/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/listed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Room ---- */

/* Takes a piece of the room, aligned; with no room, only counts. */
static void *take(char *room, size_t *used, size_t bytes)
{
    void *piece = room == NULL ? NULL : room + *used;
    *used += (bytes + PALATE__ALIGNMENT - 1) / PALATE__ALIGNMENT * PALATE__ALIGNMENT;
    return piece;
}

static size_t divide(const palate__test *test, size_t places, bool with_order, char *room,
                     palate__listed *out)
{
    const size_t longest = palate__matrix_longest(&test->ratings->by_user);
    const size_t n = test->items.item_count;
    size_t used = 0;
    *out = (palate__listed){.test = test};
    out->relevant = take(room, &used, longest * sizeof *out->relevant);
    out->hits = take(room, &used, places * sizeof *out->hits);
    out->misses = take(room, &used, places * sizeof *out->misses);
    out->grades = take(room, &used, places * sizeof *out->grades);
    out->ideal = take(room, &used, longest * sizeof *out->ideal);
    out->scratch = take(room, &used, test->items.factor_count * sizeof *out->scratch);
    if (!with_order)
        return used;
    out->scores = take(room, &used, n * sizeof *out->scores);
    out->starts = take(room, &used, n * sizeof *out->starts);
    out->excluded = take(room, &used, n * sizeof *out->excluded);
    return used;
}

size_t palate__listed_bytes(const palate__test *test, size_t places, bool with_order)
{
    palate__listed room;
    return divide(test, places, with_order, NULL, &room);
}

void palate__listed_begin(const palate__test *test, size_t places, bool with_order, void *room,
                          palate__listed *out)
{
    divide(test, places, with_order, room, out);
}

/* ---- What is relevant ---- */

static int compare_relevant(const void *a, const void *b)
{
    const uint32_t left = ((const palate__relevant *)a)->item;
    const uint32_t right = ((const palate__relevant *)b)->item;
    return (left > right) - (left < right);
}

static double grade_of(const palate__test *test, float rating)
{
    double grade = (double)rating - test->grade_base;
    return grade > 0.0 ? grade : 0.0;
}

static void find_relevant(palate__listed *at, uint32_t user, const uint32_t *seen,
                          size_t seen_count)
{
    const palate__test *test = at->test;
    const palate__matrix *matrix = &test->ratings->by_user;
    at->relevant_count = 0;
    for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++) {
        uint32_t column = matrix->columns[e];
        uint32_t item = test->item_rows[column];
        if (!palate__test_relevant(test, matrix->values[e], item, seen, seen_count))
            continue;
        at->relevant[at->relevant_count++] = (palate__relevant){
            .item = item,
            .group = test->items_by.count == 0 ? 0 : test->items_by.of[column],
            .grade = grade_of(test, matrix->values[e]),
            .is_candidate = item < test->items.item_count,
        };
    }
    qsort(at->relevant, at->relevant_count, sizeof *at->relevant, compare_relevant);
}

/* ---- Where it is ranked ---- */

/* Keeps the scores of candidates that are not relevant; returns how many. What is not a number is
 * never recommended: it is below all. */
static size_t keep_negatives(palate__listed *at, const uint32_t *seen, size_t seen_count)
{
    const palate__test *test = at->test;
    const size_t n = test->items.item_count;
    size_t kept = 0;
    if (test->barred == NULL)
        memset(at->excluded, false, n * sizeof *at->excluded);
    else
        memcpy(at->excluded, test->barred, n * sizeof *at->excluded);
    for (size_t s = 0; s < seen_count; s++)
        at->excluded[seen[s]] = true;
    for (size_t r = 0; r < at->relevant_count; r++)
        if (at->relevant[r].is_candidate)
            at->excluded[at->relevant[r].item] = true;
    for (size_t item = 0; item < n; item++) {
        float score = at->scores[item];
        at->starts[kept] = score == score ? score : -INFINITY;
        kept += !at->excluded[item];
    }
    return kept;
}

/* The share of scores below one, those equal to it counting half. */
static double share_below(const float *scores, size_t count, float score)
{
    /* Runs short enough for 32-bit counts, which go several to a vector. */
    enum { RUN = 1 << 20 };
    double below = 0.0;
    for (size_t begin = 0; begin < count; begin += RUN) {
        size_t end = begin + RUN < count ? begin + RUN : count;
        int less = 0;
        int equal = 0;
        for (size_t j = begin; j < end; j++) {
            less += scores[j] < score;
            equal += scores[j] == score;
        }
        below += less + 0.5 * equal;
    }
    return below / (double)count;
}

static void rank_relevant(palate__listed *at, const palate__system *system, uint32_t user,
                          const uint32_t *seen, size_t seen_count)
{
    system->score(system, user, at->scores, at->starts);
    size_t kept = keep_negatives(at, seen, seen_count);
    for (size_t r = 0; r < at->relevant_count && kept > 0; r++) {
        palate__relevant *relevant = &at->relevant[r];
        if (!relevant->is_candidate)
            continue;
        float score = at->scores[relevant->item];
        relevant->above = share_below(at->starts, kept, score == score ? score : -INFINITY);
    }
}

void palate__listed_user(palate__listed *at, const palate__system *system, uint32_t user)
{
    size_t seen_count = 0;
    const uint32_t *seen = palate__test_seen(at->test, user, &seen_count);
    size_t positives = 0;
    find_relevant(at, user, seen, seen_count);
    for (size_t r = 0; r < at->relevant_count; r++)
        positives += at->relevant[r].is_candidate;
    at->negative_count = palate__test_candidate_count(at->test, seen, seen_count) - positives;
    at->has_order = at->scores != NULL && system->no_order == NULL;
    if (at->has_order && positives > 0)
        rank_relevant(at, system, user, seen, seen_count);
}

/* ---- The view of metrics ---- */

static int compare_grades(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left < right) - (left > right);
}

static const palate__relevant *find(const palate__listed *at, uint32_t item)
{
    const palate__relevant key = {.item = item};
    return at->relevant_count == 0 ? NULL
                                   : bsearch(&key, at->relevant, at->relevant_count,
                                             sizeof *at->relevant, compare_relevant);
}

palate__user_list palate__listed_view(palate__listed *at, const uint32_t *list, size_t count,
                                      uint32_t group)
{
    palate__user_list view = {.items = &at->test->items,
                              .count = count,
                              .list = list,
                              .hits = at->hits,
                              .misses = at->misses,
                              .grades = at->grades,
                              .ideal = at->ideal,
                              .negative_count = at->negative_count,
                              .has_order = at->has_order,
                              .scratch = at->scratch};
    for (size_t r = 0; r < at->relevant_count; r++) {
        const palate__relevant *relevant = &at->relevant[r];
        if (group != PALATE__ALL_GROUPS && relevant->group != group)
            continue;
        at->ideal[view.relevant_count++] = relevant->grade;
        view.positive_count += relevant->is_candidate;
        view.above_sum += relevant->above;
    }
    qsort(at->ideal, view.relevant_count, sizeof *at->ideal, compare_grades);
    for (size_t place = 0; place < view.count; place++) {
        const palate__relevant *relevant = find(at, list[place]);
        bool hit = relevant != NULL && (group == PALATE__ALL_GROUPS || relevant->group == group);
        at->hits[place] = hit;
        at->misses[place] = relevant == NULL && list[place] < at->test->items.item_count;
        at->grades[place] = hit ? relevant->grade : 0.0;
    }
    return view;
}
