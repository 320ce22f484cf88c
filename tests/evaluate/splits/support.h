/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings with times, and what the tests of splits ask of a fold. */
#ifndef TESTS_EVALUATE_SPLITS_SUPPORT_H
#define TESTS_EVALUATE_SPLITS_SUPPORT_H

#include "evaluate/split.h"
#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USERS = 60, ITEMS = 40, CELLS = USERS * ITEMS };

static char user_texts[USERS][24], item_texts[ITEMS][24];

/* User 0 has one rating, the others every third cell. */
static inline bool is_rated(int i, int j)
{
    return i == 0 ? j == 0 : (i * 7 + j * 5) % 3 == 0;
}

/* Several ratings share a moment. */
static inline int64_t time_of(int i, int j)
{
    return 1000 + (i * 37 + j * 101) % 97;
}

static inline palate_ratings *timed_ratings(bool backwards, bool keep_order)
{
    static const char *users[CELLS], *items[CELLS];
    static float values[CELLS];
    static int64_t times[CELLS];
    size_t count = 0;
    for (int at = 0; at < CELLS; at++) {
        int cell = backwards ? CELLS - 1 - at : at;
        int i = cell / ITEMS;
        int j = cell % ITEMS;
        snprintf(user_texts[i], sizeof user_texts[i], "user, \"%d\"", i);
        snprintf(item_texts[j], sizeof item_texts[j], "item %d", j);
        if (!is_rated(i, j))
            continue;
        users[count] = user_texts[i];
        items[count] = item_texts[j];
        times[count] = time_of(i, j);
        values[count++] = (float)(i + 2 * j) / 7;
    }
    palate_rating_arrays arrays = {count, users, items, values, times};
    palate_read_options options;
    palate_read_options_init(&options);
    options.keep_order = keep_order;
    palate_ratings *ratings = NULL;
    palate_error err = {.message = ""};
    if (palate_ratings_from_arrays(NULL, &arrays, &options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

static inline palate_split_options split_options(int method)
{
    palate_split_options options;
    palate_split_options_init(&options);
    options.method = method;
    return options;
}

static inline palate_split *split_of(const palate_ratings *ratings, palate_split_options options)
{
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    if (palate_split_create(ratings, &options, &split, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return split;
}

typedef struct fold {
    palate_ratings *train, *test;
} fold;

static inline fold take(const palate_split *split, int64_t number)
{
    fold of = {0};
    palate_error err = {.message = ""};
    if (palate_split_take(split, number, &of.train, &of.test, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return of;
}

static inline void give_back(fold *of)
{
    palate_ratings_free(of->train);
    palate_ratings_free(of->test);
    *of = (fold){0};
}

/* Marks the cells that ratings fill, by the numbers in their ids; each is as it was. */
static inline void mark_cells(const palate_ratings *ratings, int *cells)
{
    for (uint32_t row = 0; row < palate_ratings_user_count(ratings); row++) {
        palate_rated rated = palate_ratings_of_user(ratings, row);
        int i = atoi(palate_ratings_user_id(ratings, row) + strlen("user, \""));
        for (int64_t e = 0; e < rated.count; e++) {
            int j = atoi(palate_ratings_item_id(ratings, rated.rows[e]) + strlen("item "));
            cells[i * ITEMS + j]++;
            assert_true(rated.ratings[e] == (float)(i + 2 * j) / 7);
            assert_int_equal(rated.times[e], time_of(i, j));
        }
    }
}

static inline uint64_t fingerprint(const palate_ratings *ratings)
{
    return ratings->fingerprint;
}

/* Every rating is in one of the two, none is in both. */
static inline void check_divided(const fold *of)
{
    int train[CELLS] = {0};
    int test[CELLS] = {0};
    mark_cells(of->train, train);
    mark_cells(of->test, test);
    for (int cell = 0; cell < CELLS; cell++)
        assert_int_equal(train[cell] + test[cell], is_rated(cell / ITEMS, cell % ITEMS));
}

#endif
