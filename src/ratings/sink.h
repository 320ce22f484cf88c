/* SPDX-License-Identifier: Apache-2.0 */
/* The sink readers write to: it checks each rating, then keeps it for the matrix (store) or hands
 * it to the caller who asked for pairs. */
#ifndef PALATE_RATINGS_SINK_H
#define PALATE_RATINGS_SINK_H

#include "ratings/ids.h"
#include "ratings/reader.h"

/* Ratings in the order of lines, by number of first appearance. Chunks are released as they are
 * used up, so that the ratings are never in memory three times; each is twice as large as the one
 * before, up to where malloc gives memory back to the system for certain. */
/* Larger ratings would lose their digits in float32 and overflow when squared. */
#define PALATE__RATING_MAX 1e9

enum { PALATE__CHUNK_FIRST = 1 << 10, PALATE__CHUNK_LARGEST = 1 << 19 };

typedef struct palate__chunk {
    struct palate__chunk *next;
    int64_t *times; /* NULL: none of the chunk's ratings has one. */
    int64_t *lines; /* NULL: not wanted. */
    size_t count, capacity;
    float *values; /* This and the next two lie in the memory after the struct. */
    uint32_t *users;
    uint32_t *items;
} palate__chunk;

/* What reading leaves behind for the matrix. */
typedef struct palate__store {
    palate__id_builder users, items;
    palate__chunk *first, *last;
    int64_t count;
    bool keep_lines; /* So that a message can name the lines of duplicates. */
} palate__store;

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
    palate__store store;
    char first_problem[PALATE_MESSAGE_BYTES / 2]; /* For the message when no line can be read. */
};

void palate__chunk_free(palate_context *context, palate__chunk *chunk);
void palate__store_free(palate_context *context, palate__store *store);

/* build.c: the matrix of what was stored. Uses up the store. */
palate_status palate__build(palate__sink *sink, palate_ratings **out, palate_error *err);

#endif
