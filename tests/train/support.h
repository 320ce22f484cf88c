/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings for the tests of training, made up in memory. */
#ifndef PALATE_TESTS_TRAIN_SUPPORT_H
#define PALATE_TESTS_TRAIN_SUPPORT_H

#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATINGS_MAX = 20000, ID_BYTES = 16 };

/* Triples on their way to palate_ratings_from_arrays(). */
typedef struct triples {
    size_t count;
    char users[RATINGS_MAX][ID_BYTES], items[RATINGS_MAX][ID_BYTES];
    const char *user_ids[RATINGS_MAX], *item_ids[RATINGS_MAX];
    float ratings[RATINGS_MAX];
    int64_t times[RATINGS_MAX];
    bool timed; /* `times` are those of the ratings. */
} triples;

static inline double made_up(uint32_t a, uint32_t b)
{
    uint32_t mixed = a * 2654435761U ^ (b + 0x9e3779b9U) * 2246822519U;
    mixed ^= mixed >> 15;
    mixed *= 3266489917U;
    mixed ^= mixed >> 13;
    return (double)mixed * 0x1.0p-32;
}

static inline void add(triples *to, uint32_t user, uint32_t item, double rating)
{
    size_t e = to->count++;
    snprintf(to->users[e], ID_BYTES, "u%u", user);
    snprintf(to->items[e], ID_BYTES, "i%u", item);
    to->user_ids[e] = to->users[e];
    to->item_ids[e] = to->items[e];
    to->ratings[e] = (float)rating;
}

/* A planted non-negative matrix of the given rank, about a share `density` of it seen, without noise. */
static inline triples *planted(uint32_t users, uint32_t items, uint32_t rank, double density)
{
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t i = 0; i < users; i++) {
        for (uint32_t j = 0; j < items; j++) {
            if (made_up(i * 7919U + j, 3) >= density)
                continue;
            double sum = 0.0;
            for (uint32_t f = 0; f < rank; f++)
                sum += 1.6 * made_up(i, 10 + f) * 1.6 * made_up(j, 100 + f);
            add(made, i, j, sum);
        }
    }
    return made;
}

/* Whole stars from one to five, some noise, few of the cells seen. */
static inline triples *stars(uint32_t users, uint32_t items, double density)
{
    triples *made = planted(users, items, 3, density);
    for (size_t e = 0; e < made->count; e++) {
        double noisy = 1.0 + (double)made->ratings[e] + 1.5 * made_up((uint32_t)e, 77);
        made->ratings[e] = (float)fmin(5.0, floor(noisy));
    }
    return made;
}

/* Gives the ratings times: each user has sittings, in which what is rated goes up and down together. */
static inline void add_moods(triples *made, double height)
{
    made->timed = true;
    for (size_t e = 0; e < made->count; e++) {
        uint32_t user = (uint32_t)atoi(made->users[e] + 1);
        uint32_t sitting = (uint32_t)(4.0 * made_up((uint32_t)e, 201));
        double mood = made_up(user * 31U + sitting, 203) < 0.5 ? -height : height;
        made->times[e] = (int64_t)user * 1000000 + (int64_t)sitting * 100000 +
                         (int64_t)(1000.0 * made_up((uint32_t)e, 202));
        made->ratings[e] = (float)fmin(5.0, fmax(1.0, (double)made->ratings[e] + mood));
    }
}

static inline palate_ratings *ratings_of(const triples *from, bool keep_order)
{
    palate_error err = {0};
    palate_ratings *ratings = NULL;
    palate_read_options options;
    palate_read_options_init(&options);
    options.keep_order = keep_order;
    palate_rating_arrays arrays = {from->count, from->user_ids, from->item_ids, from->ratings,
                                   from->timed ? from->times : NULL};
    if (palate_ratings_from_arrays(NULL, &arrays, &options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

static inline palate_model *train(const palate_ratings *ratings,
                                  const palate_train_options *options)
{
    palate_error err = {0};
    palate_model *model = NULL;
    if (palate_model_train(ratings, options, &model, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return model;
}

#endif
