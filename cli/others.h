/* SPDX-License-Identifier: Apache-2.0 */
/* Other systems to compare with, as options name their files. */
#ifndef PALATE_CLI_OTHERS_H
#define PALATE_CLI_OTHERS_H

#include "arguments.h"

typedef struct other_systems {
    palate_other_system *list; /* Names and ratings are owned. */
    size_t count;
} other_systems;

/* Reads the files of every --compare and --compare-lists given; those of one name are one system.
 * Returns the exit status, having told what is wrong; to be released either way. */
int others_read(other_systems *out, const cli_arguments *arguments,
                const palate_read_options *options);
void others_release(other_systems *others);

#endif
