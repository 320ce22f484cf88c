/* SPDX-License-Identifier: Apache-2.0 */
/* A search in memory.
 *
 *     space     what may be tried                                  space.c
 *     trials    the points of it that are                          draw.c
 *     rungs     how far each goes: one, or those of halving        draw.c
 *     results   one for each trial and fold, of the rung it is in  crew.c, or study.c
 *     ranking   means, errors, differences, which to choose        rank.c
 */
#ifndef PALATE_TUNE_TUNING_H
#define PALATE_TUNE_TUNING_H

#include "tune/space.h"

enum { PALATE__RUNGS_MAX = 20 };

/* What one training in one fold came to. */
typedef struct palate__result {
    bool known;
    char *failed; /* NULL, or why there is no value. */
    double value;
    bool has_error; /* The fold is the only one. */
    double error;
    int64_t factors, epochs; /* Of the model. */
    double seconds;
} palate__result;

typedef struct palate__tried {
    palate_tuning_trial trial;
    palate__value *values;   /* By axis. */
    const char **texts;      /* The same, for `trial`. */
    palate__result *results; /* By fold. */
    bool standing;           /* It goes on to the next rung. */
} palate__tried;

struct palate_tuning {
    palate_context *context;
    palate__space space;
    palate_train_options base; /* Of all trials. */
    palate_tune_options options;
    palate_measure measure;
    int64_t fold_count;
    int64_t rung_count;
    palate_rung rungs[PALATE__RUNGS_MAX];
    size_t count;
    palate__tried *tried;         /* In the order in which they were drawn. */
    const palate__tried **ranked; /* From the best to the worst. */
    int64_t trained_count, found_count;
    bool complete;
};

/* tuning.c: an empty search over `folds` folds; released with palate_tuning_free() also where it failed. */
palate_status palate__tuning_make(palate_context *context, int64_t folds, palate_tuning **out,
                                  palate_error *err);

/* tuning.c: options of a trial. `share` of its epochs; 1: as they are asked for. */
palate_train_options palate__trial_training(const palate_tuning *tuning, const palate__tried *tried,
                                            double share);

/* tuning.c: forgets results. */
void palate__results_clear(palate_context *context, palate__result *results, int64_t count);

/* draw.c: trials and rungs. Options are checked. */
palate_status palate__tuning_draw(palate_tuning *tuning, palate_error *err);

/* rank.c: what the results come to, and the order of trials. */
palate_status palate__tuning_rank(palate_tuning *tuning, palate_error *err);

#endif
