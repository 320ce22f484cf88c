/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of users and items to learn from: options that commands which train share. */
#ifndef PALATE_CLI_FEATURES_H
#define PALATE_CLI_FEATURES_H

#include "arguments.h"

typedef struct feature_options {
    const char *items;
    const char *item_features;
    const char *users;
    const char *user_features;
} feature_options;

const palate_option_table *feature_options_table(void);

/* What was read; all zero: nothing. */
typedef struct feature_tables {
    palate_features *users, *items;
} feature_tables;

/* Reads the tables and hands them to training. Returns the exit status, having said what is wrong. */
int features_read(const cli_arguments *arguments, const feature_options *options,
                  palate_train_options *train, feature_tables *out);

/* Notes how tables and ratings go together; returns the exit status. */
int features_tell(const feature_options *options, const feature_tables *tables,
                  const palate_ratings *ratings);

/* Notes which tables a model makes no use of. */
void features_tell_left_out(const feature_options *options, const feature_tables *tables,
                            const palate_model *model);

void features_release(feature_tables *tables);

#endif
