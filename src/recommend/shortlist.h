/* SPDX-License-Identifier: Apache-2.0 */
/* The best items of one user so far: a heap whose root is the worst of them. It lies in the caller's
 * arrays and ends up as the list that was asked for.
 */
#ifndef PALATE_RECOMMEND_SHORTLIST_H
#define PALATE_RECOMMEND_SHORTLIST_H

#include "model/model.h"

#include <math.h>

typedef struct palate__shortlist {
    const palate__ids *ids; /* Of the items. */
    const float *factors;   /* Of the user, k. */
    float offset;
    const uint32_t *seen, *seen_end; /* What is to be left out; increasing. */
    float floor; /* `capacity` items are known to have this score or a better one; or -INFINITY. */
    uint32_t *items;
    float *scores;
    size_t count, capacity;
} palate__shortlist;

/* Scores below this need no second look. */
static inline float palate__shortlist_threshold(const palate__shortlist *list)
{
    return list->count < list->capacity ? list->floor : list->scores[0];
}

/* Puts an item in if it is better than the worst of a full list. An item is offered once at most,
 * and its score is not below the threshold. */
void palate__shortlist_offer(palate__shortlist *list, float score, uint32_t item);

/* Turns the heap into a list, best first; places up to `wanted` that nobody took are PALATE_NO_ROW. */
void palate__shortlist_finish(palate__shortlist *list, size_t wanted);

#endif
