/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings one to a line, in fields: what all readers of such text share. */
#ifndef PALATE_RATINGS_DELIMITED_H
#define PALATE_RATINGS_DELIMITED_H

#include "ratings/columns.h"
#include "ratings/lines.h"

/* The separator that option separator asks for. */
palate_status palate__given_separator(const char *given, palate__sink *sink,
                                      palate__separator *out);

/* What a format says about its files. */
typedef struct palate__dialect {
    palate__separator separator; /* Option separator goes before it. */
    bool headless;               /* Never a header, unless option header says so. */
    bool typed;                  /* Always a header, its names followed by ":type". */
} palate__dialect;

/* Reads all lines. Every line must have as many fields as the first. */
palate_status palate__read_delimited(const palate__input *input, const palate_read_options *options,
                                     palate__dialect dialect, palate__sink *sink);

/* Cuts ":token", ":float" and their sequences off each name. False where one has no such type. */
bool palate__strip_types(palate__fields *header);

/* ---- For looking at the first lines ---- */

/* What the lines of a head have in common; a last line that is cut off is not looked at. */
typedef struct palate__look {
    palate__fields first; /* The first line that is not blank. */
    size_t lines;         /* Lines looked at. */
    bool even;            /* All have as many fields as the first. */
    bool rated;           /* In each of them, field 3 is a number, and 1 and 2 are not empty. */
    bool whole;           /* And so are all others: whole numbers, but for field 3. */
} palate__look;

palate__look palate__look_at(palate__span head, bool is_all, palate__separator separator);

#endif
