/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-validation is training and evaluating on each fold, by hand; and its spread that of the
 * folds. */
#include "evaluate/support.h"

static palate_ratings *ratings;

static bool some_cells(int i, int j)
{
    return (i * 31 + j * 17) % 5 < 2;
}

static int set_up(void **state)
{
    (void)state;
    ratings = ratings_of(some_cells, stars, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_ratings_free(ratings);
    return 0;
}

static palate_split *split_in(int64_t folds, int method)
{
    palate_split_options options;
    palate_split_options_init(&options);
    options.folds = folds;
    options.method = method;
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    if (palate_split_create(ratings, &options, &split, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return split;
}

static palate_train_options training(int64_t threads)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    options.epochs = 4;
    options.threads = threads;
    return options;
}

static palate_evaluate_options measuring(int64_t threads)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.count = "3,10";
    options.resamples = 30;
    options.threads = threads;
    return options;
}

static palate_cross_validation *validate(const palate_split *split, int64_t threads)
{
    palate_train_options train = training(threads);
    palate_evaluate_options options = measuring(threads);
    palate_cross_validation *validation = NULL;
    palate_error err = {.message = ""};
    if (palate_cross_validate(split, &train, &options, NULL, NULL, &validation, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return validation;
}

/* ---- Each fold ---- */

static void check_fold(const palate_split *split, int64_t number, const palate_fold_result *result)
{
    palate_ratings *train = NULL;
    palate_ratings *test = NULL;
    palate_model *model = NULL;
    palate_train_options train_options = training(1);
    palate_evaluate_options options = measuring(1);
    assert_int_equal(palate_split_take(split, number, &train, &test, NULL), PALATE_OK);
    assert_int_equal(palate_model_train(train, &train_options, &model, NULL), PALATE_OK);
    options.train = train;
    options.resamples = 0;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_same_figures(evaluation, result->evaluation);
    assert_string_equal(result->name, palate_split_fold_name(split, number));
    assert_int_equal(result->train_count, palate_ratings_count(train));
    assert_int_equal(result->test_count, palate_ratings_count(test));
    palate_evaluation_free(evaluation);
    palate_model_free(model);
    palate_ratings_free(train);
    palate_ratings_free(test);
}

static void test_each_fold_by_hand(void **state)
{
    (void)state;
    palate_split *split = split_in(3, PALATE_SPLIT_K_FOLD);
    palate_cross_validation *validation = validate(split, 2);
    assert_int_equal(palate_cross_validation_fold_count(validation), 3);
    for (int64_t f = 0; f < 3; f++)
        check_fold(split, f, palate_cross_validation_fold(validation, f));
    assert_null(palate_cross_validation_fold(validation, 3));
    assert_null(palate_cross_validation_fold(validation, -1));
    palate_cross_validation_free(validation);
    palate_split_free(split);
}

/* ---- The spread ---- */

static void check_spread(const palate_cross_validation *validation, size_t system, size_t measure)
{
    double values[4];
    double sum = 0;
    double squares = 0;
    for (int64_t f = 0; f < 4; f++) {
        const palate_evaluation *of = palate_cross_validation_fold(validation, f)->evaluation;
        values[f] = palate_evaluation_figure(of, system, measure, 0).value;
        sum += values[f];
    }
    for (int f = 0; f < 4; f++)
        squares += (values[f] - sum / 4) * (values[f] - sum / 4);
    palate_spread spread = palate_cross_validation_spread(validation, system, measure);
    if (spread.undefined != NULL) {
        assert_true(spread.mean == 0 && spread.sd == 0 && !spread.has_interval);
        return;
    }
    double sd = sqrt(squares / 3);
    /* t of .05 and 3 degrees of freedom; a quarter tested, three learned from. */
    double reach = 3.182446305284263 * sd * sqrt(1.0 / 4 + 1.0 / 3);
    assert_int_equal(spread.fold_count, 4);
    check_close(spread.mean, sum / 4);
    check_close(spread.sd, sd);
    assert_true(spread.has_interval);
    assert_true(fabs(spread.high - spread.mean - reach) <= 1e-3 * reach + 1e-12);
    assert_true(fabs(spread.mean - spread.low - reach) <= 1e-3 * reach + 1e-12);
}

static void test_spread_over_folds(void **state)
{
    (void)state;
    palate_split *split = split_in(4, PALATE_SPLIT_K_FOLD);
    palate_cross_validation *validation = validate(split, 0);
    const palate_evaluation *first = palate_cross_validation_fold(validation, 0)->evaluation;
    for (size_t s = 0; s < palate_evaluation_system_count(first); s++)
        for (size_t m = 0; m < palate_evaluation_measure_count(first); m++)
            check_spread(validation, s, m);
    assert_non_null(palate_cross_validation_spread(validation, 99, 0).undefined);
    assert_non_null(palate_cross_validation_spread(validation, 0, 999).undefined);
    palate_cross_validation_free(validation);
    palate_split_free(split);
}

static void test_single_fold_has_the_interval_of_users(void **state)
{
    (void)state;
    palate_split *split = split_in(1, PALATE_SPLIT_LEAVE_ONE_OUT);
    palate_cross_validation *validation = validate(split, 0);
    palate_spread spread = palate_cross_validation_spread(validation, 0, 0);
    const palate_evaluation *only = palate_cross_validation_fold(validation, 0)->evaluation;
    palate_figure figure = palate_evaluation_figure(only, 0, 0, 0);
    assert_int_equal(spread.fold_count, 1);
    assert_true(spread.mean == figure.value && spread.sd == 0);
    assert_true(spread.has_interval && figure.has_interval);
    assert_true(spread.low == figure.low && spread.high == figure.high);
    palate_cross_validation_free(validation);
    palate_split_free(split);
}

/* ---- Differences ---- */

static void check_difference(const palate_cross_validation *validation, size_t system,
                             size_t measure)
{
    double values[4];
    double sum = 0;
    double squares = 0;
    palate_difference found = palate_cross_validation_difference(validation, system, measure);
    for (int64_t f = 0; f < 4; f++) {
        const palate_evaluation *of = palate_cross_validation_fold(validation, f)->evaluation;
        palate_figure one = palate_evaluation_figure(of, 0, measure, 0);
        palate_figure other = palate_evaluation_figure(of, system, measure, 0);
        if (one.undefined != NULL || other.undefined != NULL) {
            assert_non_null(found.undefined);
            return;
        }
        values[f] = one.value - other.value;
        sum += values[f];
    }
    for (int f = 0; f < 4; f++)
        squares += (values[f] - sum / 4) * (values[f] - sum / 4);
    double error = sqrt(squares / 3) * sqrt(1.0 / 4 + 1.0 / 3);
    check_close(found.value, sum / 4);
    assert_true(found.has_test && found.has_interval && found.p >= 0 && found.p <= found.p_holm);
    assert_true(fabs(found.high - found.value - 3.182446305284263 * error) <= 1e-3 * error + 1e-12);
    /* 5.840909 leaves .01 of Student's distribution of 3 degrees of freedom. */
    assert_true(error == 0 || (found.p < 0.01) == (fabs(found.value) > 5.840909 * error));
}

static void test_differences_over_folds(void **state)
{
    (void)state;
    palate_split *split = split_in(4, PALATE_SPLIT_K_FOLD);
    palate_train_options train = training(1);
    palate_evaluate_options options = measuring(1);
    palate_cross_validation *validation = NULL;
    options.differences = true;
    assert_int_equal(palate_cross_validate(split, &train, &options, NULL, NULL, &validation, NULL),
                     PALATE_OK);
    const palate_evaluation *first = palate_cross_validation_fold(validation, 0)->evaluation;
    size_t tests = 0;
    for (size_t s = 1; s < palate_evaluation_system_count(first); s++)
        for (size_t m = 0; m < palate_evaluation_measure_count(first); m++) {
            check_difference(validation, s, m);
            tests += palate_cross_validation_difference(validation, s, m).has_test;
        }
    assert_int_equal(palate_cross_validation_test_count(validation), tests);
    assert_non_null(palate_cross_validation_difference(validation, 0, 0).undefined);
    assert_non_null(palate_cross_validation_difference(validation, 99, 0).undefined);
    palate_cross_validation_free(validation);
    palate_split_free(split);
}

/* ---- Progress, and stopping ---- */

typedef struct told {
    double last;
    int64_t fold;
    int64_t stop_in; /* A fold. */
    int calls;
} told;

static bool on_progress(const palate_fold_progress *reached, void *user)
{
    told *so_far = user;
    assert_true(reached->share >= so_far->last && reached->share <= 1);
    assert_true(reached->fold >= so_far->fold && reached->fold < reached->fold_count);
    assert_true(reached->seconds >= 0 && strncmp(reached->fold_name, "fold ", 5) == 0);
    so_far->last = reached->share;
    so_far->fold = reached->fold;
    so_far->calls++;
    return reached->fold != so_far->stop_in;
}

static palate_status validate_until(int64_t stop_in, told *so_far, palate_cross_validation **out)
{
    palate_split *split = split_in(3, PALATE_SPLIT_K_FOLD);
    palate_train_options train = training(1);
    palate_evaluate_options options = measuring(1);
    palate_error err;
    *so_far = (told){.stop_in = stop_in};
    palate_status status = palate_cross_validate(split, &train, &options, on_progress, so_far, out,
                                                 &err);
    palate_split_free(split);
    return status;
}

static void test_progress_and_stopping(void **state)
{
    (void)state;
    told so_far;
    palate_cross_validation *validation = NULL;
    assert_int_equal(validate_until(-1, &so_far, &validation), PALATE_OK);
    assert_true(so_far.calls > 10 && so_far.last > 0.9);
    palate_cross_validation_free(validation);
    assert_int_equal(validate_until(0, &so_far, &validation), PALATE_E_STOPPED);
    assert_null(validation);
    assert_int_equal(validate_until(2, &so_far, &validation), PALATE_E_STOPPED);
    assert_int_equal(palate_cross_validation_fold_count(validation), 2);
    assert_null(palate_cross_validation_spread(validation, 0, 0).undefined);
    palate_cross_validation_free(validation);
}

/* ---- What goes wrong ---- */

static void check_refused(const palate_split *split, const palate_train_options *train,
                          const palate_evaluate_options *options, const char *says)
{
    palate_cross_validation *validation = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_cross_validate(split, train, options, NULL, NULL, &validation, &err),
                     PALATE_E_INVALID);
    assert_null(validation);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    palate_split *split = split_in(2, PALATE_SPLIT_K_FOLD);
    palate_train_options train = training(1);
    palate_evaluate_options options = measuring(1);
    palate_error err;
    check_refused(NULL, NULL, NULL, "split is NULL");
    assert_int_equal(palate_cross_validate(split, NULL, NULL, NULL, NULL, NULL, &err),
                     PALATE_E_INVALID);
    train.factors = 0;
    check_refused(split, &train, &options, "option factors");
    train = training(1);
    options.metrics = "rsme";
    check_refused(split, &train, &options, "no metric");
    palate_cross_validation_free(NULL);
    palate_split_free(split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_fold_by_hand),
        cmocka_unit_test(test_spread_over_folds),
        cmocka_unit_test(test_single_fold_has_the_interval_of_users),
        cmocka_unit_test(test_differences_over_folds),
        cmocka_unit_test(test_progress_and_stopping),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
