/* SPDX-License-Identifier: Apache-2.0 */
/* Many trials in one fold, several at the same time.
 *
 * One training does not fill the cores well where ratings are few: its threads wait for each other twice an
 * epoch. So trainings run side by side, each on its share of the threads, and what a trial comes to depends on
 * neither. The calling thread only waits, tells how things go, and passes on a request to stop.
 */
#ifndef PALATE_TUNE_CREW_H
#define PALATE_TUNE_CREW_H

#include "tune/study.h"

/* One trial to be measured. */
typedef struct palate__job {
    const palate__tried *tried;
    palate__result *result;
    palate_train_options options; /* Of training, for this rung. */
    double weight;                /* Of its work, beside other jobs. */
} palate__job;

/* What all jobs have in common. */
typedef struct palate__crew_plan {
    palate_context *context;
    const palate_ratings *train, *test;
    int64_t fold;
    bool single; /* It is the only fold: results need a standard error of their own. */
    const char *metric, *relevant;
    palate__study *study; /* NULL: none. */
    int threads, at_once;
    double until; /* By palate__seconds_now(): no job begins later. INFINITY: no limit. */
    /* Told how much of the weight is done. False: stop. */
    bool (*tell)(double done, int64_t finished, void *user);
    void *user;
} palate__crew_plan;

/* Where it comes back with PALATE_OK, jobs whose results are not known had no time. PALATE_E_STOPPED: on
 * request; what was finished is finished. `*trained` counts what was not found meanwhile. */
palate_status palate__crew_run(const palate__crew_plan *plan, const palate__job *jobs, size_t count,
                               int64_t *trained, palate_error *err);

#endif
