/* SPDX-License-Identifier: Apache-2.0 */
/* What is compared: the model, the baselines. One file in systems/ each. */
#ifndef PALATE_EVALUATE_SYSTEM_H
#define PALATE_EVALUATE_SYSTEM_H

#include "evaluate/test.h"

typedef struct palate__system palate__system;

/* Lists of some users of the test that follow each other. */
typedef struct palate__lists {
    size_t first, count; /* Users first .. first + count - 1. */
    size_t places;       /* Of each list. */
    uint32_t *items;     /* count x places, best first. */
    float *scores;       /* The same. Not filled by all. */
    uint32_t *counts;    /* count: places used. */
} palate__lists;

struct palate__system {
    const palate__test *test;
    char name[64];
    char note[128];             /* A few words for the table; "" for none. */
    const char *no_predictions; /* Why it predicts no ratings; NULL: it does. */
    const char *no_lists;       /* Why it recommends nothing; NULL: it does. */
    const char *no_order;       /* Why it does not order all items; NULL: it does. */
    /* Predicts entries begin .. begin + count - 1 of the test ratings, all of test user `user`, on
     * their scale. Called by several threads at once. */
    palate_status (*predict)(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions);
    /* Fills lists: of the candidates but those seen, equal scores by id. */
    palate_status (*recommend)(const palate__system *system, const palate__lists *lists,
                               palate_error *err);
    /* Scores every item of the model for a test user. `scratch` is as large as `scores`. Called by
     * several threads at once. */
    void (*score)(const palate__system *system, uint32_t user, float *scores, float *scratch);
    void (*release)(palate__system *system); /* NULL: nothing to release. */
    void *own;
};

/* Each fills a system that is all zero. One that failed may still be released. */
palate_status palate__system_model(const palate__test *test, palate__system *out,
                                   palate_error *err);
palate_status palate__system_mean(const palate__test *test, palate__system *out, palate_error *err);
palate_status palate__system_popularity(const palate__test *test, palate__system *out,
                                        palate_error *err);
palate_status palate__system_bias_only(const palate__test *test, palate__system *out,
                                       palate_error *err);

/* `left_out`: by entry of the test ratings, set where there is no prediction; NULL: that is an error. */
palate_status palate__system_given(const palate__test *test, const palate_other_system *other,
                                   bool *left_out, palate__system *out, palate_error *err);

void palate__system_release(palate__system *system);

/* How ids compare as bytes: less than 0 where that of the left row comes first. */
int palate__compare_ids(const palate__ids *ids, uint32_t left, uint32_t right);

/* For systems that score items alike for everybody: the rows of the model in the order of the
 * scores, equal ones by id; NULL when memory runs out. And lists from such an order. */
uint32_t *palate__order_items(const palate__test *test, const float *scores);
void palate__recommend_in_order(const palate__test *test, const uint32_t *order,
                                const palate__lists *lists);

#endif
