/* SPDX-License-Identifier: Apache-2.0 */
/* What a search for options has come to, as palate tune tells it: a table of trials, and command lines to copy. */
#ifndef PALATE_CLI_TRIALS_H
#define PALATE_CLI_TRIALS_H

#include "arguments.h"
#include "stability.h"

typedef struct trials_view {
    const palate_tuning *tuning;
    int64_t fold_count;
    const stability *stable;
    size_t simplest; /* A place; SIZE_MAX: none. */
    /* Command lines say what these have given of the groups of options `kept`. */
    const cli_arguments *arguments;
    const size_t *kept;
    size_t kept_count;
} trials_view;

/* Both write to standard output and return an exit status. */
int trials_print(const trials_view *view);
int trials_print_json(const trials_view *view);

/* Draws what the values of one option come to. Returns false when it failed, and says so. */
bool trials_draw(const trials_view *view, const char *path);

#endif
