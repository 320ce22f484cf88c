/* SPDX-License-Identifier: Apache-2.0 */
/* From a path to text: mapped files, standard input, gzip and zstd by their first bytes. */
#ifndef PALATE_RATINGS_INPUT_H
#define PALATE_RATINGS_INPUT_H

#include "base/file.h"
#include "ratings/reader.h"

/* An input and what must be released with it. */
typedef struct palate__source {
    palate__input input;
    palate__mapping mapping;
    char *text;              /* Decompressed; NULL where the mapping is the text. */
    const char *compression; /* "none", "gzip" or "zstd". */
} palate__source;

/* A byte order mark at the start is left out. */
palate_status palate__source_open(palate_context *context, const char *path, palate__source *out,
                                  palate_error *err);
void palate__source_close(palate__source *source);

#endif
