/* SPDX-License-Identifier: Apache-2.0 */
/* From a path to text: mapped files, standard input, gzip and zstd by their first bytes. */
#ifndef PALATE_RATINGS_INPUT_H
#define PALATE_RATINGS_INPUT_H

#include "base/file.h"
#include "ratings/matrix.h"
#include "ratings/reader.h"

/* An input and what must be released with it. */
struct palate__source {
    palate__input input;
    palate__mapping mapping;
    char *text;              /* Decompressed; NULL where the mapping is the text. */
    const char *compression; /* "none", "gzip" or "zstd". */
};

/* A byte order mark at the start is left out. */
palate_status palate__source_open(palate_context *context, const char *path, palate__source *out,
                                  palate_error *err);
void palate__source_close(palate__source *source);

/* The text before `at` has been read: once there is enough of it, gives its pages back, which counts
 * where the file is as large as the memory. They can still be read. `*released` is how far this has
 * come, at first the beginning. */
void palate__input_release(const char **released, const char *at);

static inline void palate__input_used(const palate__input *input, const char **released,
                                      const char *at)
{
    enum { STEP_BYTES = 1 << 22 };
    if (input->mapped && at - *released >= STEP_BYTES)
        palate__input_release(released, at);
}

#endif
