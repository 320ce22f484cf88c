/* SPDX-License-Identifier: Apache-2.0 */
/* Models from given factors: the blackboard's numbers, and every mistake named. */
#include "model/support.h"

#include <float.h>
#include <math.h>

static void assert_near(double found, double expected, double error)
{
    if (!(fabs(found - expected) <= error))
        fail_msg("%.9g is not %.9g", found, expected);
}

static void the_blackboard_scores_as_by_hand(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    const uint32_t user = palate_model_find_user(model, "User 1", PALATE_TEXT);
    const uint32_t item = palate_model_find_item(model, "A", PALATE_TEXT);
    assert_near(palate__model_score(model, user, item), .76, 1e-6);
    assert_near(palate_model_predict_one(model, "User 1", "A"), .8 * .9 + .2 * .2, 1e-6);
    assert_near(palate_model_predict_one(model, "User 2", "B"), .4 * .1 + .6 * .8, 1e-6);
    assert_near(palate_model_predict_one(model, "User 3", "C"), 1 * .6 + .1 * .3, 1e-6);
    assert_string_equal(palate_model_factor_name(model, 0), "Action");
    assert_string_equal(palate_model_factor_name(model, 1), "Romance");
    assert_null(palate_model_factor_name(model, 2));
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_string_equal(about.mode, "imported");
    assert_string_equal(about.rule, "none");
    assert_int_equal(about.rating_count, 0);
    assert_true(isnan(about.train_rmse) && isnan(about.validation_rmse));
    int64_t seen = -1;
    palate_model_seen(model, user, &seen);
    assert_int_equal(seen, 0);
    palate_model_free(model);
}

/* Somebody unknown has the mean of the rows; both unknown, the mean over all pairs. */
static void the_unknown_have_the_mean(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    const uint32_t users[] = {0, PALATE_NO_ROW, PALATE_NO_ROW};
    const uint32_t items[] = {PALATE_NO_ROW, 0, PALATE_NO_ROW};
    float predictions[3];
    palate_unknown_counts unknown;
    palate_error err;
    double of_user = 0.0;
    double of_item = 0.0;
    double of_all = 0.0;
    for (uint32_t i = 0; i < 3; i++) {
        of_user += (double)palate__model_score(model, 0, i) / 3.0;
        of_item += (double)palate__model_score(model, i, 0) / 3.0;
        for (uint32_t j = 0; j < 3; j++)
            of_all += (double)palate__model_score(model, i, j) / 9.0;
    }
    const palate_cells cells = {3, users, items, NULL};
    assert_ok(palate_model_predict(model, &cells, predictions, NULL, &unknown, &err), &err);
    assert_near(predictions[0], of_user, 1e-6);
    assert_near(predictions[1], of_item, 1e-6);
    assert_near(predictions[2], of_all, 1e-6);
    assert_int_equal(unknown.users, 2);
    assert_int_equal(unknown.items, 2);
    assert_int_equal(unknown.both, 1);
    palate_model_free(model);
}

static void offsets_base_and_scale_count(void **state)
{
    (void)state;
    static const float user_offsets[] = {.5F, -1.F, 0.F};
    static const float item_offsets[] = {1.F, 0.F, 9.F};
    palate_factors factors = blackboard_factors();
    factors.user_offsets = user_offsets;
    factors.item_offsets = item_offsets;
    factors.base = 2.0;
    factors.scale = (palate_scale){1.0, 5.0};
    factors.factor_names = NULL;
    palate_model *model = from_factors(&factors);
    assert_near(palate_model_predict_one(model, "User 1", "A"), 2 + .5 + 1 + .76, 1e-5);
    assert_near(palate_model_predict_one(model, "User 1", "C"), 5, 0);
    assert_near(palate__model_score(model, 0, 2), 2 + .5 + 9 + .8 * .6 + .2 * .3, 1e-5);
    assert_string_equal(palate_model_factor_name(model, 1), "factor 2");
    palate_model_free(model);
}

/* Even where numbers are so large that sums overflow, to both sides. */
static void predictions_are_always_finite(void **state)
{
    (void)state;
    static const float huge[] = {FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX};
    static const float low[] = {-FLT_MAX, -FLT_MAX, -FLT_MAX};
    const float one[] = {1e-30F, 1e-30F, 1e-30F, 1e-30F, 1e-30F, 1e-30F};
    palate_factors factors = blackboard_factors();
    factors.user_factors = huge;
    factors.item_factors = one;
    factors.base = -(double)FLT_MAX;
    factors.user_offsets = low;
    factors.item_offsets = low;
    palate_error err;
    palate_model *model = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &factors, &model, &err), PALATE_E_INVALID);
    factors.base = 0.0;
    factors.user_offsets = NULL;
    factors.item_offsets = low;
    model = from_factors(&factors);
    ((float *)palate__writable(model->items.factors))[0] = FLT_MAX;
    ((float *)palate__writable(model->users.offsets))[0] = -FLT_MAX;
    const uint32_t rows[] = {0, 1, 2, PALATE_NO_ROW};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            float prediction = NAN;
            const palate_cells cells = {1, &rows[i], &rows[j], NULL};
            assert_ok(palate_model_predict(model, &cells, &prediction, NULL, NULL, &err), &err);
            assert_true(isfinite(prediction));
        }
    palate_model_free(model);
}

static void assert_invalid(const palate_factors *factors, const char *because)
{
    palate_error err = {0};
    palate_model *model = NULL;
    assert_int_equal(palate_model_from_factors(NULL, factors, &model, &err), PALATE_E_INVALID);
    assert_null(model);
    if (strstr(err.message, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, because);
}

static void wrong_sizes_and_missing_arrays_are_named(void **state)
{
    (void)state;
    palate_factors factors = blackboard_factors();
    palate_error err;
    assert_int_equal(palate_model_from_factors(NULL, &factors, NULL, &err), PALATE_E_INVALID);
    assert_invalid(NULL, "factors is NULL");
    factors.user_count = 0;
    assert_invalid(&factors, "0 users");
    factors = blackboard_factors();
    factors.item_count = UINT32_MAX;
    assert_invalid(&factors, "4294967295 items");
    factors = blackboard_factors();
    factors.factor_count = 0;
    assert_invalid(&factors, "0 factors");
    factors.factor_count = 65536;
    assert_invalid(&factors, "65536 factors");
    factors = blackboard_factors();
    factors.user_factors = NULL;
    assert_invalid(&factors, "user_factors is NULL");
    factors = blackboard_factors();
    factors.item_ids = NULL;
    assert_invalid(&factors, "item_ids is NULL");
}

static void wrong_numbers_are_named(void **state)
{
    (void)state;
    static const float bad[] = {NAN, -INFINITY, INFINITY, -1e-20F};
    palate_factors factors = blackboard_factors();
    for (size_t b = 0; b < 4; b++) {
        float values[6] = {0};
        values[3] = bad[b];
        factors = blackboard_factors();
        factors.item_factors = values;
        assert_invalid(&factors, "item_factors: row 1, factor 2");
        factors = blackboard_factors();
        factors.user_offsets = values + 2;
        if (!isfinite(bad[b]))
            assert_invalid(&factors, "user_offsets: the offset of row 1");
    }
    factors = blackboard_factors();
    factors.base = NAN;
    assert_invalid(&factors, "base nan");
    factors = blackboard_factors();
    factors.scale = (palate_scale){5.0, 1.0};
    assert_invalid(&factors, "scale 5:1");
    factors.scale = (palate_scale){0.0, INFINITY};
    assert_invalid(&factors, "scale 0:inf");
}

static void wrong_texts_are_named(void **state)
{
    (void)state;
    const char *ids[] = {"a", "b", "a"};
    const char *names[] = {"Action", "Action"};
    palate_factors factors = blackboard_factors();
    factors.user_ids = ids;
    factors.factor_names = names;
    assert_invalid(&factors, "user_ids[0] and [2] are both \"a\"");
    ids[2] = "";
    assert_invalid(&factors, "user_ids[2] is empty");
    ids[2] = NULL;
    assert_invalid(&factors, "user_ids[2] is NULL");
    ids[2] = "\xff";
    assert_invalid(&factors, "user_ids[2] is not UTF-8");
    ids[2] = "c";
    assert_invalid(&factors, "factor_names[1] \"Action\" is the name of another factor");
    names[1] = "Offset";
    assert_invalid(&factors, "what the column of offsets is called");
    names[1] = "";
    assert_invalid(&factors, "is empty");
    names[1] = NULL;
    assert_invalid(&factors, "is NULL");
    names[1] = "\xc3";
    assert_invalid(&factors, "is not UTF-8");
}

static void no_model_answers_like_an_empty_one(void **state)
{
    (void)state;
    palate_model_summary about;
    size_t count = 1;
    int64_t seen = 1;
    palate_error err;
    palate_model_free(NULL);
    palate_model_info(NULL, &about);
    assert_string_equal(about.mode, "");
    assert_string_equal(palate_model_options_json(NULL), "{}");
    assert_null(palate_model_log(NULL, &count));
    assert_int_equal(count, 0);
    assert_int_equal(palate_model_find_user(NULL, "a", 1), PALATE_NO_ROW);
    assert_int_equal(palate_model_find_item(NULL, "a", 1), PALATE_NO_ROW);
    assert_null(palate_model_user_id(NULL, 0));
    assert_null(palate_model_item_id(NULL, 0));
    assert_int_equal(palate_model_user_at(NULL, 0), PALATE_NO_ROW);
    assert_int_equal(palate_model_item_at(NULL, 0), PALATE_NO_ROW);
    assert_null(palate_model_user_factors(NULL));
    assert_null(palate_model_item_offsets(NULL));
    assert_null(palate_model_seen(NULL, 0, &seen));
    assert_int_equal(seen, 0);
    assert_null(palate_model_factor_name(NULL, 0));
    assert_int_equal(palate_model_predict(NULL, NULL, NULL, NULL, NULL, &err), PALATE_E_INVALID);
    palate_model *model = blackboard_model();
    assert_null(palate_model_user_id(model, 3));
    assert_int_equal(palate_model_item_at(model, 3), PALATE_NO_ROW);
    assert_null(palate_model_seen(model, 3, &seen));
    assert_int_equal(palate_model_find_user(model, NULL, 0), PALATE_NO_ROW);
    assert_near(palate_model_predict_one(model, NULL, NULL), model->summary.mean, 1e-6);
    const palate_cells none = {1, NULL, NULL, NULL};
    assert_int_equal(palate_model_predict(model, &none, NULL, NULL, NULL, &err), PALATE_E_INVALID);
    const uint32_t beyond = 3;
    float prediction;
    const palate_cells cells = {1, &beyond, &beyond, NULL};
    assert_int_equal(palate_model_predict(model, &cells, &prediction, NULL, NULL, &err),
                     PALATE_E_INVALID);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_blackboard_scores_as_by_hand),
        cmocka_unit_test(the_unknown_have_the_mean),
        cmocka_unit_test(offsets_base_and_scale_count),
        cmocka_unit_test(predictions_are_always_finite),
        cmocka_unit_test(wrong_sizes_and_missing_arrays_are_named),
        cmocka_unit_test(wrong_numbers_are_named),
        cmocka_unit_test(wrong_texts_are_named),
        cmocka_unit_test(no_model_answers_like_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
