/* SPDX-License-Identifier: Apache-2.0 */
/* Users' rows out of the chunks of a store: each sorted by item, with duplicates merged.
 *
 *     a chunk      --rows that lie in it as a whole-->        a block    (block.h, in the processor's cache)
 *     the rest     --each chunk sorted by part, in place-->   a part is a range of rows
 *     a part       --of all chunks-->                         a block
 *     a block      --sorted by item and row, merged-->        by_user
 *
 * Where lines are sorted by user nearly all rows lie as a whole in one chunk.
 *
 * Where there were duplicates, rows are shorter than the ratings read, and ratings have been counted
 * that are gone: then rows are numbered anew and moved.
 */
#ifndef PALATE_RATINGS_ROWS_H
#define PALATE_RATINGS_ROWS_H

#include "ratings/matrix.h"
#include "ratings/numbers.h"

/* Of numbers up to this. */
static inline unsigned palate__bits_of(uint32_t greatest)
{
    unsigned bits = 0;
    while (bits < 32 && greatest >> bits != 0)
        bits++;
    return bits;
}

/* A second rating of an item by a user, where that is an error. */
typedef struct palate__repeat {
    int64_t line, first_line;
    uint32_t user, item; /* Rows. */
} palate__repeat;

typedef struct palate__rows {
    palate_context *context;
    palate__matrix by_user; /* Of row r, `kept[r]` entries from begins[r] on are there. */
    int64_t *kept;
    int64_t *times;    /* Aligned with by_user. NULL: none. */
    int64_t *sequence; /* The same. NULL: not wanted. */
    int64_t duplicate_count;
    palate__repeat *repeats; /* By line. */
    size_t repeat_count;
} palate__rows;

/* What rows are made of: the rows of each side's numbers, and what is to be done. */
typedef struct palate__rows_plan {
    palate__store *store;           /* Its chunks' memory is given back as they are used up. */
    palate__numbers *users, *items; /* Their maps are used up. */
    const uint32_t *user_row, *item_row;
    int duplicates; /* palate_duplicates */
    int threads;
} palate__rows_plan;

/* Rows of these lengths, with the arrays wanted. `out` is all zero but the context. */
palate_status palate__rows_allocate(palate__rows *out, const int64_t *lengths,
                                    const uint32_t *row_of, uint32_t users, uint32_t items,
                                    bool timed, bool ordered, palate_error *err);

palate_status palate__rows_make(const palate__rows_plan *plan, palate__rows *out,
                                palate_error *err);

/* The same rows under new numbers, without gaps: row r becomes user_row[r], column c item_row[c]. The
 * list of repeats is gone. */
palate_status palate__rows_renumber(palate__rows *rows, const uint32_t *user_row,
                                    const uint32_t *item_row, int threads, palate_error *err);

void palate__rows_free(palate__rows *rows);

#endif
