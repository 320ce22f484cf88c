/* SPDX-License-Identifier: Apache-2.0 */
/* What every reader of ratings looks like: text in, ratings out to a sink. One file per format in
 * readers/, one row each in the registry (readers.c).
 */
#ifndef PALATE_RATINGS_READER_H
#define PALATE_RATINGS_READER_H

#include "base/context.h"
#include "base/text.h"
#include "palate/ratings.h"

/* The text of one input: mapped, or decompressed into memory. Without a byte order mark. */
typedef struct palate__input {
    palate_context *context;
    const char *path; /* As the user wrote it, for messages. */
    const char *data;
    size_t bytes;
    bool mapped; /* The text lies in a mapped file: pages that have been read can be given back. */
} palate__input;

/* One rating as read. */
typedef struct palate__record {
    palate__span user, item;
    double rating; /* NaN: the source has none (pairs only). */
    int64_t time;  /* Or PALATE_NO_TIME. */
    int64_t line;
} palate__record;

/* Where ratings go: into the matrix being built, or to a caller who asked for pairs. */
typedef struct palate__sink palate__sink;

/* Takes a rating: checks ids (not empty, UTF-8), value (finite) and scale; hands what is wrong to
 * palate__sink_problem. `rating_column` and the others are the 1-based fields to blame. */
typedef struct palate__columns {
    int user, item, rating, time; /* 0: the source has none. */
} palate__columns;
palate_status palate__sink_rating(palate__sink *sink, const palate__record *record,
                                  const palate__columns *columns);

/* Names a user or item that may have no rating at all (a dense table's row and column headings). */
palate_status palate__sink_user(palate__sink *sink, palate__span id);
palate_status palate__sink_item(palate__sink *sink, palate__span id);

/* Tells which field is which, for messages about fields before the first rating. */
void palate__sink_columns(palate__sink *sink, const palate__columns *columns);

/* Something is wrong with a line. Strict: fills the error, "FILE:LINE: field COLUMN (rating):
 * message", and returns PALATE_E_FORMAT. The name in brackets is there where the column is one of
 * the sink's columns; the line is left out where it is 0, the field likewise. Lenient: counts the
 * line as skipped, tells on_problem, returns PALATE_OK: go on with the next line. */
palate_status palate__sink_problem(palate__sink *sink, int64_t line, int64_t column,
                                   const char *format, ...) PALATE__PRINTF(4, 5);

/* For messages: what was taken for what ("user=userId item=movieId rating=rating"), and how many
 * lines were seen (added to those counted so far). */
void palate__sink_describe(palate__sink *sink, const char *format, ...) PALATE__PRINTF(2, 3);
void palate__sink_count_lines(palate__sink *sink, int64_t lines);

/* True where a missing rating column is an error (reading ratings), false for pairs. */
bool palate__sink_needs_ratings(const palate__sink *sink);

/* The path as the user wrote it, for messages. */
const char *palate__sink_path(const palate__sink *sink);

/* The error the caller wants filled for what is wrong with the source as a whole. */
palate_error *palate__sink_error(palate__sink *sink);

typedef struct palate__reader {
    const char *name; /* As for --format. */
    const char *help; /* One line. */
    /* How sure the reader is that the text is its own, 0 (no) to 100, by the first bytes of it.
     * `is_all`: that is the whole text. */
    int (*sniff)(palate__span head, bool is_all);
    palate_status (*read)(const palate__input *input, const palate_read_options *options,
                          palate__sink *sink);
    /* NULL, or how ratings are had that lie ready in the input: fills `out`, which is all zero, with arrays
     * in the input, and its report. `read` is for pairs then. */
    palate_status (*open)(const palate__input *input, const palate_read_options *options,
                          palate_ratings *out, palate_error *err);
} palate__reader;

/* Every reader, NULL-terminated; of equally sure ones the first wins. */
extern const palate__reader *const palate__readers[];

#endif
