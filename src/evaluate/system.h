/* SPDX-License-Identifier: Apache-2.0 */
/* What is compared: the model, the baselines. One file in systems/ each. */
#ifndef PALATE_EVALUATE_SYSTEM_H
#define PALATE_EVALUATE_SYSTEM_H

#include "evaluate/test.h"

typedef struct palate__system palate__system;

struct palate__system {
    const palate__test *test;
    char name[64];
    char note[128];             /* A few words for the table; "" for none. */
    const char *no_predictions; /* Why it predicts no ratings; NULL: it does. */
    /* Predicts entries begin .. begin + count - 1 of the test ratings, all of test user `user`, on
     * their scale. Called by several threads at once. */
    palate_status (*predict)(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions);
    void (*release)(palate__system *system); /* NULL: nothing to release. */
    void *own;
};

/* Each fills a system that is all zero. One that failed may still be released. */
palate_status palate__system_model(const palate__test *test, palate__system *out,
                                   palate_error *err);
palate_status palate__system_mean(const palate__test *test, palate__system *out, palate_error *err);
palate_status palate__system_bias_only(const palate__test *test, palate__system *out,
                                       palate_error *err);

void palate__system_release(palate__system *system);

#endif
