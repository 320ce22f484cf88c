/* SPDX-License-Identifier: Apache-2.0 */
/* Tastes that were planted come back: each factor is about one of them, and all are found. */
#include "palate/palate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RATINGS "planted.csv"

enum { TOP = 5 };

/* In the order in which they are planted. */
static const char *const NAMES[] = {"western", "romance", "comedy", "horror", "fantasy", "mystery"};

static palate_model *learn(int64_t tastes, uint64_t seed)
{
    palate_synth_options made_up;
    palate_synth_options_init(&made_up);
    made_up.tastes = tastes;
    made_up.seed = seed;
    palate_train_options options;
    palate_train_options_init(&options);
    options.mode = PALATE_MODE_PURE;
    options.factors = tastes;
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_synth_write(NULL, &made_up, RATINGS, NULL, &err), PALATE_OK);
    if (palate_ratings_read(NULL, RATINGS, NULL, &ratings, &err) != PALATE_OK ||
        palate_model_train(ratings, &options, &model, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    palate_ratings_free(ratings);
    unlink(RATINGS);
    return model;
}

/* How many items have more of the factor than this one. */
static uint32_t rank_of(const palate_model *model, uint32_t item, uint32_t factor)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    const float *column = palate_model_item_factors(model) + factor;
    uint32_t rank = 0;
    for (uint32_t other = 0; other < about.item_count; other++)
        rank += column[(size_t)other * about.factor_count] >
                column[(size_t)item * about.factor_count];
    return rank;
}

/* A bit for each taste that all the factor's top items have. */
static unsigned tastes_of_factor(const palate_model *model, uint32_t factor, int64_t tastes)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    unsigned shared = (1U << tastes) - 1;
    for (uint32_t item = 0; item < about.item_count; item++) {
        if (rank_of(model, item, factor) >= TOP)
            continue;
        for (int t = 0; t < tastes; t++)
            if (strstr(palate_model_item_id(model, item), NAMES[t]) == NULL)
                shared &= ~(1U << t);
    }
    return shared;
}

static void check_planted(int64_t tastes, uint64_t seed)
{
    palate_model *model = learn(tastes, seed);
    unsigned found = 0;
    for (uint32_t f = 0; f < tastes; f++) {
        unsigned shared = tastes_of_factor(model, f, tastes);
        if (shared == 0)
            fail_msg("seed %lu: factor %u of %ld is about no taste", (unsigned long)seed, f,
                     (long)tastes);
        found |= shared;
    }
    assert_int_equal(found, (1U << tastes) - 1);
    palate_model_free(model);
}

static void test_planted_tastes_are_found(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (int64_t tastes = 2; tastes <= 6; tastes++)
            check_planted(tastes, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted_tastes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
