/* SPDX-License-Identifier: Apache-2.0 */
/* Trials: short runs with ratings held out, to choose by. All trials of one choice hold out the same
 * ratings, so that they are compared rating by rating. */
#ifndef PALATE_TRAIN_TRIAL_H
#define PALATE_TRAIN_TRIAL_H

#include "train/training.h"

typedef struct palate__trial {
    palate__training training;
    bool begun;
    float *errors; /* Squared, of each rating held out, inside; as of the last run. */
    double mean_error;
} palate__trial;

/* What the ratings held out are a share of, and what else is the same for all: rule map, nothing that
 * ends a run early, no drift. `share` of the ratings is held out. */
palate_train_options palate__trial_options(const palate_train_options *asked, double share);

/* To be ended whether it began or not. `*out` must not move until then. `like`: one of the same ratings, with which it
 * shares its split where that has begun; NULL: none. */
palate_status palate__trial_begin(palate__trial *out, const palate_ratings *ratings,
                                  const palate_train_options *options, const palate__trial *like,
                                  palate_error *err);
void palate__trial_end(palate__trial *trial);

/* Some more epochs. PALATE_E_STOPPED where on_progress asked for it. */
palate_status palate__trial_run(palate__trial *trial, int64_t epochs, palate_error *err);

/* By how many standard errors of the mean difference `other` is better than `best`. */
double palate__trial_advantage(const palate__trial *other, const palate__trial *best);

/* On the scale of the ratings. */
double palate__trial_rmse(const palate__trial *trial);

#endif
