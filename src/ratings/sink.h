/* SPDX-License-Identifier: Apache-2.0 */
/* The sink readers write to: it checks each rating, then keeps it for the matrix (store) or hands
 * it to the caller who asked for pairs. */
#ifndef PALATE_RATINGS_SINK_H
#define PALATE_RATINGS_SINK_H

#include "ratings/reader.h"
#include "ratings/store.h"

/* Larger ratings would lose their digits in float32 and overflow when squared. */
#define PALATE__RATING_MAX 1e9

/* A problem that is told later, when all before it have been and its line is known. */
typedef struct palate__held {
    struct palate__held *next;
    int64_t line, column;
    palate__columns columns;
    char message[];
} palate__held;

typedef struct palate__holding {
    palate_context *context;
    palate__held *first, *last; /* Where nobody is told each, only the first. */
    int64_t count;
} palate__holding;

struct palate__sink {
    palate_context *context;
    const char *path; /* For messages. */
    const palate_read_options *options;
    bool lenient;
    palate_problem_callback on_problem;
    palate_pair_callback on_pair; /* NULL: ratings are stored. */
    void *user;                   /* Of either callback. */
    palate_error *err;
    palate__holding *holding; /* NULL: problems are told at once. */
    palate_read_report *report;
    size_t piece_bytes;      /* Any number will do: PALATE__PIECE_BYTES but in tests. */
    palate__columns columns; /* For messages. */
    palate__shard *shard;    /* What is read goes there; NULL: pairs. */
    palate__store store;
    char first_problem[PALATE_MESSAGE_BYTES / 2]; /* For the message when no line can be read. */
};

/* Of text, for one thread to read (pieces.h): large enough that waking it does not count, small enough to
 * stay in the cache from where it is cut to where it is read. */
enum { PALATE__PIECE_BYTES = 1 << 19 };

/* What ratings are within. */
static inline palate_scale palate__sink_bounds(const palate__sink *sink)
{
    const palate_scale scale = sink->options->scale;
    return scale.low < scale.high ? scale : (palate_scale){-PALATE__RATING_MAX, PALATE__RATING_MAX};
}

/* `report` and `err` are filled by reading. */
palate__sink palate__sink_make(palate_context *context, const char *path,
                               const palate_read_options *options, palate_read_report *report,
                               palate_error *err);

/* Takes a group of up to PALATE__GROUP ratings, whose lines follow each other from `line` on, up to the first
 * that palate__sink_rating() must have a look at. `*taken` is how many. Makes the keys of longer ids. */
palate_status palate__sink_group(palate__sink *sink, palate__group *group, size_t count,
                                 int64_t line, size_t *taken);

/* Before the first rating: a shard to read into. */
palate_status palate__sink_begin(palate__sink *sink);

/* After the last: what has been read is in the store. */
palate_status palate__sink_end(palate__sink *sink);

/* Tells problems that were held, whose lines follow `lines` others: as palate__sink_problem() for each,
 * until one ends reading. */
palate_status palate__sink_tell(palate__sink *sink, const palate__holding *problems, int64_t lines);

void palate__holding_free(palate__holding *problems);

/* build.c: the matrix of what was read. Uses up the store. */
palate_status palate__build(palate__sink *sink, palate_ratings **out, palate_error *err);

#endif
