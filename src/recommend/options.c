/* SPDX-License-Identifier: Apache-2.0 */
#include "palate/recommend.h"
#include "palate/update.h"

static const palate_option OPTIONS[] = {
    {.name = "count",
     .aliases = "n top",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_recommend_options, count),
     .default_text = "10",
     .min = 1,
     .max = 1000000,
     .placeholder = "N",
     .help = "How many items to recommend to each user"},
    {.name = "include-seen",
     .aliases = "",
     .type = PALATE_OPTION_BOOL,
     .offset = offsetof(palate_recommend_options, include_seen),
     .default_text = "false",
     .help = "Items the user has rated may be recommended too"},
    {.name = "popularity-discount",
     .aliases = "",
     .type = PALATE_OPTION_REAL,
     .offset = offsetof(palate_recommend_options, popularity_discount),
     .default_text = "0",
     .min = 0,
     .max = 1000,
     .placeholder = "D",
     .help = "Take D log10(1 + ratings of the item) off each score: less of what everybody knows"},
    {.name = "diversity",
     .aliases = "mmr",
     .type = PALATE_OPTION_REAL,
     .offset = offsetof(palate_recommend_options, diversity),
     .default_text = "0",
     .min = 0,
     .max = 1,
     .placeholder = "D",
     .help = "How much an item comes later for being like those before it, 0: not at all"},
    {.name = "threads",
     .aliases = "num-threads nthreads n-jobs",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_recommend_options, threads),
     .default_text = "0",
     .min = 0,
     .max = 1024,
     .placeholder = "T",
     .help = "Threads to use, 0 for as many as the machine gives; the result is the same"},
};

static const palate_option_table TABLE = {
    .title = "Recommendation options",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_recommend_options),
};

const palate_option_table *palate_recommend_options_table(void)
{
    return &TABLE;
}

void palate_recommend_options_init(palate_recommend_options *options)
{
    palate_options_init(&TABLE, options);
}

/* ---- Taking in new rows ---- */

static const palate_option FOLD_IN_OPTIONS[] = {
    {.name = "side",
     .aliases = "",
     .type = PALATE_OPTION_CHOICE,
     .offset = offsetof(palate_fold_in_options, side),
     .default_text = "users",
     .choices = "users|items",
     .placeholder = "SIDE",
     .help = "Whether the new rows are users or items"},
    {.name = "regularization",
     .aliases = "reg lambda l2",
     .type = PALATE_OPTION_REAL_AUTO,
     .offset = offsetof(palate_fold_in_options, regularization),
     .default_text = "auto",
     .min = 0,
     .max = 1e9,
     .placeholder = "L",
     .help = "Strength of the prior of the factors; auto: that of training"},
    {.name = "threads",
     .aliases = "num-threads nthreads n-jobs",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_fold_in_options, threads),
     .default_text = "0",
     .min = 0,
     .max = 1024,
     .placeholder = "T",
     .help = "Threads to use, 0 for as many as the machine gives; the result is the same"},
};

static const palate_option_table FOLD_IN_TABLE = {
    .title = "Options for new users and items",
    .options = FOLD_IN_OPTIONS,
    .count = sizeof FOLD_IN_OPTIONS / sizeof FOLD_IN_OPTIONS[0],
    .struct_bytes = sizeof(palate_fold_in_options),
};

const palate_option_table *palate_fold_in_options_table(void)
{
    return &FOLD_IN_TABLE;
}

void palate_fold_in_options_init(palate_fold_in_options *options)
{
    palate_options_init(&FOLD_IN_TABLE, options);
}

/* ---- Further ratings ---- */

static const palate_option UPDATE_OPTIONS[] = {
    {.name = "passes",
     .aliases = "epochs iterations",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_update_options, passes),
     .default_text = "2",
     .min = 1,
     .max = 1000,
     .placeholder = "N",
     .help = "How often to improve the rows with new ratings, users then items"},
    {.name = "threads",
     .aliases = "num-threads nthreads n-jobs",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_update_options, threads),
     .default_text = "0",
     .min = 0,
     .max = 1024,
     .placeholder = "T",
     .help = "Threads to use, 0 for as many as the machine gives; the result is the same"},
};

static const palate_option_table UPDATE_TABLE = {
    .title = "Update options",
    .options = UPDATE_OPTIONS,
    .count = sizeof UPDATE_OPTIONS / sizeof UPDATE_OPTIONS[0],
    .struct_bytes = sizeof(palate_update_options),
};

const palate_option_table *palate_update_options_table(void)
{
    return &UPDATE_TABLE;
}

void palate_update_options_init(palate_update_options *options)
{
    palate_options_init(&UPDATE_TABLE, options);
}
