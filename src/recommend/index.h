/* SPDX-License-Identifier: Apache-2.0 */
/* An index of a model's items by which most of them need not be looked at: see search.c.
 *
 * For a user u, the score of item j is  constant of u + o'_j + x.y_j  with x and y of balance.h and
 * o'_j = offset of j + w.(v_j - m). So the items with the best chance for a user about whom only the
 * length |x| is known are those with the largest o'_j + |x| |y_j|, and in this order, for the mean
 * length, they lie in tiles of 16. Within a window of tiles they are ordered by |y|, so that what is
 * said of a tile as a whole says much of each.
 *
 * A tile holds the y in bytes, in steps of its own, and how far off that is.
 */
#ifndef PALATE_RECOMMEND_INDEX_H
#define PALATE_RECOMMEND_INDEX_H

#include "recommend/balance.h"

/* Sizes of vectors and offsets up to this are far from where floats overflow, and so are products of
 * any two of them. */
#define PALATE__INDEX_MOST 1e15

/* Making an index of more factors takes longer than any use of it would save. */
enum { PALATE__INDEX_FACTORS_MOST = 512, PALATE__INDEX_WIDTH_MOST = 512 };

typedef struct palate__index {
    bool sound; /* false: some item is too large, there are no tiles. */
    palate__balance balance;
    palate__tiles tiles;
    size_t tile_count;
    const uint32_t *rows;   /* Of the items in the tiles. */
    const uint32_t *places; /* Of the rows: tile x PALATE__TILE_ITEMS + lane. */
    const uint16_t *empty;  /* Bit l of tile t: no item is there. */
    double longest;         /* The largest |v|. */
    double offset_most;     /* The largest |offset|. */
    double shifted_most;    /* The largest |o'|. */
    double length_most;     /* The largest |y|. */
    void *memory;
} palate__index;

/* At most PALATE__INDEX_FACTORS_MOST factors. PALATE_OK or PALATE_E_NOMEM. O(n k^2) time; k + 13 bytes an item. The same bits for any number of
 * threads. */
palate_status palate__index_create(const palate_model *model, int threads, palate__index **out,
                                   palate_error *err);

/* NULL is allowed. */
void palate__index_free(palate_context *context, void *index);

#endif
