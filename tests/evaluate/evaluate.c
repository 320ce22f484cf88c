/* SPDX-License-Identifier: Apache-2.0 */
/* palate_model_evaluate() against the formulas, one rating after the other. */
#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USERS = 150, ITEMS = 90, FACTORS = 5, ID_BYTES = 16 };

static char user_texts[USERS][ID_BYTES], item_texts[ITEMS][ID_BYTES];
static const char *user_ids[USERS], *item_ids[ITEMS];
static float user_factors[USERS * FACTORS], item_factors[ITEMS * FACTORS];

static void name_all(void)
{
    for (int i = 0; i < USERS; i++) {
        snprintf(user_texts[i], ID_BYTES, "u%d", i);
        user_ids[i] = user_texts[i];
    }
    for (int j = 0; j < ITEMS; j++) {
        snprintf(item_texts[j], ID_BYTES, "i%d", j);
        item_ids[j] = item_texts[j];
    }
}

/* A model that knows all but the last few users and items. */
static palate_model *make_model(palate_scale scale)
{
    name_all();
    for (int e = 0; e < USERS * FACTORS; e++)
        user_factors[e] = (float)(e * 37 % 101) / 80.0F;
    for (int e = 0; e < ITEMS * FACTORS; e++)
        item_factors[e] = (float)(e * 53 % 97) / 70.0F;
    palate_factors factors = {.user_count = USERS - 10,
                              .item_count = ITEMS - 7,
                              .factor_count = FACTORS,
                              .user_factors = user_factors,
                              .item_factors = item_factors,
                              .base = 0.5,
                              .user_ids = user_ids,
                              .item_ids = item_ids,
                              .scale = scale};
    palate_model *model = NULL;
    palate_error err;
    assert_int_equal(palate_model_from_factors(NULL, &factors, &model, &err), PALATE_OK);
    return model;
}

/* Every third cell; the first user has rated everything. */
static palate_ratings *make_ratings(void)
{
    enum { MOST = USERS * ITEMS };
    static const char *users[MOST], *items[MOST];
    static float values[MOST];
    size_t count = 0;
    for (int i = 0; i < USERS; i++) {
        for (int j = 0; j < ITEMS; j++) {
            if (i > 0 && (i + j) % 3 != 0)
                continue;
            users[count] = user_ids[i];
            items[count] = item_ids[j];
            values[count++] = (float)(1 + (i * 7 + j * 3) % 5);
        }
    }
    palate_rating_arrays arrays = {count, users, items, values, NULL};
    palate_ratings *ratings = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err), PALATE_OK);
    return ratings;
}

static palate_metrics evaluate_plainly(const palate_model *model, const palate_ratings *ratings)
{
    palate_metrics metrics = {0};
    palate_model_summary summary;
    palate_model_info(model, &summary);
    double squared = 0;
    double absolute = 0;
    double baseline = 0;
    for (uint32_t i = 0; i < palate_ratings_user_count(ratings); i++) {
        palate_rated rated = palate_ratings_of_user(ratings, i);
        const char *user = palate_ratings_user_id(ratings, i);
        bool stranger = palate_model_find_user(model, user, PALATE_TEXT) == PALATE_NO_ROW;
        for (int64_t e = 0; e < rated.count; e++) {
            const char *item = palate_ratings_item_id(ratings, rated.rows[e]);
            bool strange = palate_model_find_item(model, item, PALATE_TEXT) == PALATE_NO_ROW;
            double rating = (double)rated.ratings[e];
            double error = rating - (double)palate_model_predict_one(model, user, item);
            metrics.unknown.users += stranger;
            metrics.unknown.items += strange;
            metrics.unknown.both += stranger && strange;
            metrics.count++;
            squared += error * error;
            absolute += fabs(error);
            double off = rating - (double)(float)summary.mean;
            baseline += off * off;
        }
    }
    metrics.rmse = sqrt(squared / (double)metrics.count);
    metrics.mae = absolute / (double)metrics.count;
    metrics.baseline_rmse = sqrt(baseline / (double)metrics.count);
    return metrics;
}

static void check_close(double got, double expected)
{
    assert_true(isfinite(got));
    assert_true(fabs(got - expected) <= 1e-12 * (1 + fabs(expected)));
}

static void check_scale(palate_scale scale)
{
    palate_model *model = make_model(scale);
    palate_ratings *ratings = make_ratings();
    palate_metrics expected = evaluate_plainly(model, ratings);
    palate_metrics got;
    assert_int_equal(palate_model_evaluate(model, ratings, 1, &got, NULL), PALATE_OK);
    assert_int_equal(got.count, expected.count);
    assert_memory_equal(&got.unknown, &expected.unknown, sizeof got.unknown);
    assert_true(got.unknown.both > 0 && got.unknown.users > got.unknown.both);
    check_close(got.rmse, expected.rmse);
    check_close(got.mae, expected.mae);
    check_close(got.baseline_rmse, expected.baseline_rmse);
    palate_ratings_free(ratings);
    palate_model_free(model);
}

static void test_equals_the_formulas(void **state)
{
    (void)state;
    check_scale((palate_scale){1, 5});
    check_scale((palate_scale){0, 0});
}

static void test_same_bits_for_any_threads(void **state)
{
    (void)state;
    palate_model *model = make_model((palate_scale){1, 5});
    palate_ratings *ratings = make_ratings();
    palate_metrics one;
    assert_int_equal(palate_model_evaluate(model, ratings, 1, &one, NULL), PALATE_OK);
    static const int64_t thread_counts[] = {2, 3, 8, 0};
    for (size_t t = 0; t < sizeof thread_counts / sizeof thread_counts[0]; t++) {
        palate_metrics many;
        assert_int_equal(palate_model_evaluate(model, ratings, thread_counts[t], &many, NULL),
                         PALATE_OK);
        assert_memory_equal(&many, &one, sizeof one);
    }
    palate_ratings_free(ratings);
    palate_model_free(model);
}

static void test_perfect_model(void **state)
{
    (void)state;
    static const float ones[] = {1, 1};
    static const float stars[] = {2, 4};
    static const char *const users[] = {"a", "b"};
    static const char *const items[] = {"x", "y"};
    palate_factors factors = {.user_count = 2,
                              .item_count = 2,
                              .factor_count = 1,
                              .user_factors = ones,
                              .item_factors = stars,
                              .user_ids = users,
                              .item_ids = items};
    palate_model *model = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &factors, &model, NULL), PALATE_OK);
    palate_rating_arrays arrays = {2, users, items, stars, NULL};
    palate_ratings *ratings = NULL;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, NULL), PALATE_OK);
    palate_metrics got;
    assert_int_equal(palate_model_evaluate(model, ratings, 0, &got, NULL), PALATE_OK);
    assert_int_equal(got.count, 2);
    assert_true(got.rmse == 0 && got.mae == 0);
    palate_ratings_free(ratings);
    palate_model_free(model);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    palate_model *model = make_model((palate_scale){1, 5});
    palate_ratings *ratings = make_ratings();
    palate_metrics got;
    palate_error err;
    assert_int_equal(palate_model_evaluate(NULL, ratings, 0, &got, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "model"));
    assert_int_equal(palate_model_evaluate(model, NULL, 0, &got, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "ratings"));
    assert_int_equal(palate_model_evaluate(model, ratings, 0, NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "out"));
    assert_int_equal(palate_model_evaluate(model, ratings, -1, &got, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "threads"));
    palate_ratings_free(ratings);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_the_formulas),
        cmocka_unit_test(test_same_bits_for_any_threads),
        cmocka_unit_test(test_perfect_model),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
