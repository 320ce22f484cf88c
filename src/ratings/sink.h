/* SPDX-License-Identifier: Apache-2.0 */
/* The sink readers write to: it checks each rating, then keeps it for the matrix (store) or hands
 * it to the caller who asked for pairs. */
#ifndef PALATE_RATINGS_SINK_H
#define PALATE_RATINGS_SINK_H

#include "ratings/reader.h"
#include "ratings/store.h"

/* Larger ratings would lose their digits in float32 and overflow when squared. */
#define PALATE__RATING_MAX 1e9

struct palate__sink {
    palate_context *context;
    const char *path; /* For messages. */
    const palate_read_options *options;
    bool lenient;
    palate_problem_callback on_problem;
    palate_pair_callback on_pair; /* NULL: ratings are stored. */
    void *user;                   /* Of either callback. */
    palate_error *err;
    palate_read_report *report;
    palate__columns columns; /* For messages. */
    palate__shard *shard;    /* What is read goes there; NULL: pairs. */
    palate__store store;
    char first_problem[PALATE_MESSAGE_BYTES / 2]; /* For the message when no line can be read. */
};

/* Before the first rating: a shard to read into. */
palate_status palate__sink_begin(palate__sink *sink);

/* After the last: what has been read is in the store. */
palate_status palate__sink_end(palate__sink *sink);

/* build.c: the matrix of what was read. Uses up the store. */
palate_status palate__build(palate__sink *sink, palate_ratings **out, palate_error *err);

#endif
