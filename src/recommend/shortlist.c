/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/shortlist.h"

#include <string.h>

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
static bool beats(const palate__shortlist *list, float score, uint32_t item, size_t other)
{
    if (score != list->scores[other])
        return score > list->scores[other];
    return id_before(list->ids, item, list->items[other]);
}

static void put(palate__shortlist *list, size_t place, float score, uint32_t item)
{
    list->scores[place] = score;
    list->items[place] = item;
}

/* Puts an entry where it belongs on the way from a leaf to the root. */
static void sift_up(palate__shortlist *list, size_t place, float score, uint32_t item)
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
static void sift_down(palate__shortlist *list, size_t count, float score, uint32_t item)
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

void palate__shortlist_offer(palate__shortlist *list, float score, uint32_t item)
{
    if (list->count < list->capacity)
        sift_up(list, list->count++, score, item);
    else if (beats(list, score, item, 0))
        sift_down(list, list->count, score, item);
}

void palate__shortlist_finish(palate__shortlist *list, size_t wanted)
{
    for (size_t count = list->count; count > 1; count--) {
        float score = list->scores[count - 1];
        uint32_t item = list->items[count - 1];
        put(list, count - 1, list->scores[0], list->items[0]);
        sift_down(list, count - 1, score, item);
    }
    for (size_t r = list->count; r < wanted; r++)
        put(list, r, 0.0F, PALATE_NO_ROW);
}
