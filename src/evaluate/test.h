/* SPDX-License-Identifier: Apache-2.0 */
/* The question put to every system: the ratings to predict, matched with the model's rows. */
#ifndef PALATE_EVALUATE_TEST_H
#define PALATE_EVALUATE_TEST_H

#include "evaluate/plan.h"
#include "model/model.h"
#include "ratings/matrix.h"

typedef struct palate__test {
    palate_context *context;
    const palate_model *model;
    const palate_ratings *ratings;
    const palate_ratings *train; /* NULL: not given. */
    const palate__plan *plan;
    /* For each user and item of the ratings, the row of the model (of train), or PALATE_NO_ROW. */
    uint32_t *user_rows, *item_rows;
    uint32_t *train_users, *train_items; /* NULL: train is not given. */
    palate_test_facts facts;
} palate__test;

/* A test that failed to begin may still be ended. */
palate_status palate__test_begin(const palate_model *model, const palate_ratings *ratings,
                                 const palate__plan *plan, palate__test *out, palate_error *err);
void palate__test_end(palate__test *test);

#endif
