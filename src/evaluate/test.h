/* SPDX-License-Identifier: Apache-2.0 */
/* The question put to every system: which ratings to predict, which items to find. Matched with the
 * model once:
 *
 *     users of the test ratings   -> rows of the model, or PALATE_NO_ROW
 *     items of the test ratings   -> rows of the model, or numbers from its item count on
 */
#ifndef PALATE_EVALUATE_TEST_H
#define PALATE_EVALUATE_TEST_H

#include "evaluate/plan.h"
#include "model/model.h"
#include "ratings/matrix.h"

/* Rows of the test ratings in groups by their training ratings. */
typedef struct palate__groups {
    size_t count;         /* 0: not asked for. */
    uint32_t *of;         /* By row: its group. */
    palate_slice *slices; /* count */
} palate__groups;

typedef struct palate__test {
    palate_context *context;
    const palate_model *model;
    const palate_ratings *ratings;
    const palate_ratings *train; /* NULL: not given. */
    const palate__plan *plan;
    uint32_t *user_rows;                 /* By user of the ratings. */
    uint32_t *item_rows;                 /* By item. */
    uint32_t *train_users, *train_items; /* The same for train, with PALATE_NO_ROW. */
    const char *no_counts; /* Why it is not known how often items were rated; NULL: it is. */
    bool *barred;      /* By item of the model: not among the candidates given. NULL: none is. */
    uint32_t *allowed; /* The others, where candidates were given. */
    double grade_base; /* Grades are ratings minus this. */
    double *inverse_norms, *information, *discounts;
    palate__items items;
    palate__groups users_by, items_by;
    bool *left_out; /* By entry of by_user: some system does not predict it. NULL: none is. */
    palate_test_facts facts;
} palate__test;

/* A test that failed to begin may still be ended. */
palate_status palate__test_begin(const palate_model *model, const palate_ratings *ratings,
                                 const palate__plan *plan, palate__test *out, palate_error *err);
void palate__test_end(palate__test *test);

/* Rows of one table by rows of another, matched by id, or PALATE_NO_ROW. NULL when memory runs out. */
uint32_t *palate__match_rows(palate_context *context, const palate__ids *from,
                             const palate__ids *to);

/* The items a test user was seen to rate in training, `*count` rows in increasing order. */
const uint32_t *palate__test_seen(const palate__test *test, uint32_t user, size_t *count);

/* Whether sorted rows hold one. */
bool palate__holds_row(const uint32_t *rows, size_t count, uint32_t row);

/* Whether a rating of an item (a row of the model, or a number beyond) says that it is relevant to
 * a user who has `seen` these. */
bool palate__test_relevant(const palate__test *test, float rating, uint32_t item,
                           const uint32_t *seen, size_t seen_count);

/* Items that may be recommended to a user who has `seen` these. */
size_t palate__test_candidate_count(const palate__test *test, const uint32_t *seen,
                                    size_t seen_count);

#endif
