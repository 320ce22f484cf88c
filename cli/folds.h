/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings in folds: options that commands which train on each of them share. */
#ifndef PALATE_CLI_FOLDS_H
#define PALATE_CLI_FOLDS_H

#include "arguments.h"

typedef struct fold_options {
    const char *given;
    const char *fold_column;
    const char *save;
    uint64_t split_seed;
} fold_options;

const palate_option_table *fold_options_table(void);

typedef struct fold_source {
    palate_ratings *ratings; /* NULL: the folds are in files. */
    palate_split *split;
} fold_source;

/* Whether there is one source of ratings. Returns the exit status, having said what is wrong. */
int folds_check(const cli_arguments *arguments, const fold_options *options);

/* Reads ratings and divides them, or opens folds in files; the seed of `split` is that of the options. Returns
 * the exit status, having said what is wrong. `out` is released either way. */
int folds_make(const cli_arguments *arguments, const fold_options *options,
               palate_split_options *split, const palate_read_options *read, fold_source *out);
void folds_release(fold_source *of);

/* Options of reading for training with these: rule mu with biases goes through the ratings in the order
 * of lines. */
const palate_read_options *folds_read_options(palate_read_options *read,
                                              const palate_train_options *train);

#endif
