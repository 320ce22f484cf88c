/* SPDX-License-Identifier: Apache-2.0 */
/* Whole rows that are put in order together: a counting sort by item, then one by row, in arrays that stay in the
 * processor's cache. Both are stable: of an item's ratings by one user the first in the text comes first.
 *
 *     ratings of some rows, in the order of the text   --by item-->   entries   --by row-->   ordered
 *
 * Sorted row by row, neighbours would wait for each other: they go to the same few counters. Here they belong to one
 * user and so to different items, then to one item and so to different users.
 */
#ifndef PALATE_RATINGS_BLOCK_H
#define PALATE_RATINGS_BLOCK_H

#include "ratings/store.h"

/* What else ratings have. NULL: not wanted. */
typedef struct palate__extras {
    int64_t *times, *sequence, *lines;
} palate__extras;

/* A rating on its way: of a row of the block. */
typedef struct palate__blocked {
    uint32_t row, item;
    float value;
} palate__blocked;

/* Ratings in order. */
typedef struct palate__ordered {
    uint32_t *items;
    float *values;
    palate__extras extras;
} palate__ordered;

typedef struct palate__block {
    palate_context *context;
    uint32_t row_count;
    uint32_t *rows;              /* Row of the matrix of each row here. */
    uint32_t *begins;            /* Where each begins among the ordered; row_count + 1. */
    uint32_t *next;              /* Where the next rating of each goes. */
    unsigned digit_bits, passes; /* Of items. */
    uint32_t *digits[2];         /* How many of each, then where the next goes. */
    uint32_t count;              /* Ratings added. */
    palate__blocked *entries;
    uint32_t *places;       /* Where the extras of each are, in the order of the text. */
    palate__blocked *spare; /* Of the second pass: NULL where one is enough. */
    uint32_t *spare_places;
    palate__extras extras; /* In the order of the text. */
    palate__ordered ordered;
} palate__block;

/* Which extras are wanted. */
typedef struct palate__wanted_extras {
    bool times, sequence, lines;
} palate__wanted_extras;

/* For up to `row_room` rows with `room` ratings together, of items with `item_bits` bits. `out` can be freed, whatever
 * comes of it. */
palate_status palate__block_allocate(palate_context *context, size_t row_room, size_t room,
                                     unsigned item_bits, palate__wanted_extras wanted,
                                     palate__block *out, palate_error *err);

void palate__block_free(palate__block *block);

/* First: no rows, no ratings. */
void palate__block_clear(palate__block *block);

/* Then each row, and how long it is. Returns its number here. */
static inline uint32_t palate__block_row(palate__block *block, uint32_t row, uint32_t length)
{
    const uint32_t here = block->row_count++;
    block->rows[here] = row;
    block->next[here] = block->begins[here];
    block->begins[here + 1] = block->begins[here] + length;
    return here;
}

/* And the item of each rating; */
static inline void palate__block_count(const palate__block *block, uint32_t item)
{
    block->digits[0][item & ((UINT32_C(1) << block->digit_bits) - 1)]++;
    if (PALATE__UNLIKELY(block->passes > 1))
        block->digits[1][item >> block->digit_bits]++;
}

/* when all have been counted, */
void palate__block_counted(palate__block *block);

/* each rating again. Its extras go to the place returned in block->extras. */
static inline uint32_t palate__block_add(palate__block *block, uint32_t row, uint32_t item,
                                         float value)
{
    const uint32_t mask = (UINT32_C(1) << block->digit_bits) - 1;
    const uint32_t at = block->digits[0][item & mask]++;
    block->entries[at] = (palate__blocked){row, item, value};
    if (block->places != NULL)
        block->places[at] = block->count;
    return block->count++;
}

/* Last: all in order, in block->ordered. */
void palate__block_order(palate__block *block);

#endif
