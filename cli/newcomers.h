/* SPDX-License-Identifier: Apache-2.0 */
/* Users that a model has not seen, and what they rated, from a file. */
#ifndef PALATE_CLI_NEWCOMERS_H
#define PALATE_CLI_NEWCOMERS_H

#include "command.h"

typedef struct newcomers {
    palate_ratings *ratings;
    palate_new_rows rows; /* In the order in which users first appear in the file. */
    int64_t *begins;
    uint32_t *columns;
    float *values;
    int64_t *times;
    int64_t unknown_count; /* Ratings of items that the model does not know; they are left out. */
} newcomers;

/* Reads a file; ratings that lie outside the model's scale are errors of it. Notes what the model does
 * not know. Returns an exit status; `out` is released either way. */
int newcomers_read(newcomers *out, palate_context *context, const palate_model *model,
                   const palate_read_options *options, const char *path);
void newcomers_release(newcomers *all);

/* The id of a user, by place. */
const char *newcomers_id(const newcomers *all, size_t place);

#endif
