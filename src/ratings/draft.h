/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings in the making: ids that are numbered, and users' rows (build.c; of a matrix: csr.c). */
#ifndef PALATE_RATINGS_DRAFT_H
#define PALATE_RATINGS_DRAFT_H

#include "ratings/rows.h"
#include "ratings/sink.h"

typedef struct palate__draft {
    palate__sink *sink;
    palate_context *context;
    int threads;
    palate__numbers users, items;
    uint32_t *user_row, *item_row; /* By number. */
    palate__rows rows;
    palate__matrix by_item; /* All zero: to be made of the rows. */
    void *reserve;          /* Memory in which that will lie; NULL: to be allocated. */
    size_t reserve_bytes;
} palate__draft;

/* For about `count` ratings, of which there are none yet. */
palate__draft palate__draft_begin(palate__sink *sink, int64_t count);

/* The ratings, of numbers, rows and what the sink has reported. */
palate_status palate__draft_finish(palate__draft *work, palate_ratings **out, palate_error *err);

/* A draft that is all zero may be ended, too. */
void palate__draft_end(palate__draft *work);

#endif
