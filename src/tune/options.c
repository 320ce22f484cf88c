/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options of a search. */
#include "tune/space.h"

#define AT(field) offsetof(palate_tune_options, field)

static const palate_option OPTIONS[] = {
    {"search", "", PALATE_OPTION_CHOICE, AT(search), "grid", 0, 0, "grid|random|halving", "SEARCH",
     "grid: every combination; random: some; halving: some, most of them given up after few "
     "epochs"},
    {"trials", "n-trials n-iter budget", PALATE_OPTION_COUNT_AUTO, AT(trials), "auto", 1,
     PALATE__TRIALS_MAX, NULL, "N",
     "Random and halving: how many combinations; auto: 20, for halving 27; grid: the most there "
     "may "
     "be"},
    {"metric", "scoring objective", PALATE_OPTION_TEXT, AT(metric), NULL, 0, 0, NULL, "NAME",
     "What decides, such as ndcg@20; by default rmse"},
    {"relevant", "relevant-from threshold relevance", PALATE_OPTION_TEXT, AT(relevant), NULL, 0, 0,
     NULL, "RATING",
     "Metrics of lists: items rated this or higher are relevant; any: all that are rated; by "
     "default "
     "from three quarters of the scale on"},
    {"keep", "eta reduction-factor", PALATE_OPTION_COUNT, AT(keep), "3", 2, 10, NULL, "N",
     "Halving: one in N goes on, with N times the epochs"},
    {"least-epochs", "min-epochs", PALATE_OPTION_COUNT, AT(least_epochs), "3", 1, 100000, NULL, "N",
     "Halving: epochs of the first rung at least"},
    {"study", "storage", PALATE_OPTION_TEXT, AT(study), NULL, 0, 0, NULL, "FILE",
     "Keep every result in a file (SQLite); called again, go on where it stopped"},
    {"time-limit", "timeout", PALATE_OPTION_REAL, AT(time_limit), "0", 0, 1e9, NULL, "SECONDS",
     "Begin no training after this long; 0: no limit"},
    {"at-once", "concurrency", PALATE_OPTION_COUNT_AUTO, AT(at_once), "auto", 1, 1024, NULL, "N",
     "Trainings at the same time, which share the threads; auto: one a thread. The result is the "
     "same "
     "for any"},
    {"search-seed", "", PALATE_OPTION_SEED, AT(search_seed), "0", 0, 0, NULL, "N",
     "Of what is drawn; --seed is that of training"},
};

static const palate_option_table TABLE = {
    .title = "Search options",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_tune_options),
};

const palate_option_table *palate_tune_options_table(void)
{
    return &TABLE;
}

void palate_tune_options_init(palate_tune_options *options)
{
    palate_options_init(&TABLE, options);
}
