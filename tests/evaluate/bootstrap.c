/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals: percentiles as defined, as wide as theory says, and over users, not ratings. */
#include "evaluate/bootstrap.h"

#include "evaluate/support.h"

static void test_percentiles(void **state)
{
    (void)state;
    double values[101];
    for (int v = 0; v <= 100; v++)
        values[v] = (double)((v * 37) % 101);
    palate_figure figure = {0};
    palate__interval(values, 101, 0.9, &figure);
    assert_true(figure.has_interval);
    check_close(figure.low, 5);
    check_close(figure.high, 95);
    double few[] = {4, 1, 2};
    palate__interval(few, 3, 0.5, &figure);
    check_close(figure.low, 1.5);
    check_close(figure.high, 3);
}

static void test_no_value_no_interval(void **state)
{
    (void)state;
    palate_figure figure = {0};
    double values[] = {NAN, 1, NAN, NAN};
    palate__interval(values, 4, 0.9, &figure);
    assert_false(figure.has_interval);
    palate__interval(values, 0, 0.9, &figure);
    assert_false(figure.has_interval);
    double most[] = {NAN, 1, 3};
    palate__interval(most, 3, 0.5, &figure);
    assert_true(figure.has_interval);
    check_close(figure.low, 1.5);
}

static palate_evaluation *evaluate_at(const palate_model *model, const palate_ratings *test,
                                      double confidence, int64_t resamples, uint64_t seed)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.confidence = confidence;
    options.resamples = resamples;
    options.seed = seed;
    return evaluate(model, test, &options);
}

/* MAE = sum a / sum n over users; its standard error by the delta method, users being the sample. */
static double clustered_error(const palate_model *model, const palate_ratings *test, double mae)
{
    double squares = 0;
    double n = (double)palate_ratings_count(test);
    for (uint32_t i = 0; i < palate_ratings_user_count(test); i++) {
        palate_rated rated = palate_ratings_of_user(test, i);
        double residual = 0;
        for (int64_t e = 0; e < rated.count; e++)
            residual += fabs((double)rated.ratings[e] -
                             (double)palate_model_predict_one(
                                 model, palate_ratings_user_id(test, i),
                                 palate_ratings_item_id(test, rated.rows[e]))) -
                        mae;
        squares += residual * residual;
    }
    return sqrt(squares) / n;
}

static void test_as_wide_as_theory_says(void **state)
{
    (void)state;
    palate_ratings *train = train_ratings();
    palate_ratings *test = test_ratings();
    palate_model *model = trained_model(train);
    palate_evaluation *evaluation = evaluate_at(model, test, 0.95, 4000, 0);
    palate_figure mae = figure_of(evaluation, "model", "mae");
    double error = clustered_error(model, test, mae.value);
    assert_true(mae.low < mae.value && mae.value < mae.high);
    assert_true(fabs((mae.high - mae.low) / (2 * 1.96 * error) - 1) < 0.1);
    palate_evaluation_free(evaluation);
    palate_model_free(model);
    palate_ratings_free(test);
    palate_ratings_free(train);
}

static void test_confidence_and_seed(void **state)
{
    (void)state;
    palate_ratings *train = train_ratings();
    palate_ratings *test = test_ratings();
    palate_model *model = trained_model(train);
    palate_evaluation *wide = evaluate_at(model, test, 0.99, 500, 1);
    palate_evaluation *narrow = evaluate_at(model, test, 0.6, 500, 1);
    palate_evaluation *other = evaluate_at(model, test, 0.6, 500, 2);
    palate_evaluation *none = evaluate_at(model, test, 0.6, 0, 2);
    palate_figure a = figure_of(wide, "model", "rmse");
    palate_figure b = figure_of(narrow, "model", "rmse");
    palate_figure c = figure_of(other, "model", "rmse");
    palate_figure d = figure_of(none, "model", "rmse");
    assert_true(a.low < b.low && b.high < a.high);
    assert_true(b.value == c.value && b.low != c.low && d.value == c.value);
    assert_true(!d.has_interval && d.low == 0 && d.high == 0);
    palate_evaluation_free(wide);
    palate_evaluation_free(narrow);
    palate_evaluation_free(other);
    palate_evaluation_free(none);
    palate_model_free(model);
    palate_ratings_free(test);
    palate_ratings_free(train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_no_value_no_interval),
        cmocka_unit_test(test_as_wide_as_theory_says),
        cmocka_unit_test(test_confidence_and_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
