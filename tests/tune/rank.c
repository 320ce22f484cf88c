/* SPDX-License-Identifier: Apache-2.0 */
/* Means, standard errors and choices, by hand. */
#include "tune/tuning.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FOLDS = 4 };

/* A grid over `tries`, with a metric. */
static palate_tuning *made(const char *const *tries, size_t count, const char *metric)
{
    palate_tuning *tuning = NULL;
    assert_int_equal(palate__tuning_make(NULL, FOLDS, &tuning, NULL), PALATE_OK);
    palate_train_options_init(&tuning->base);
    palate_tune_options_init(&tuning->options);
    tuning->measure.metric = palate_metric_find(metric);
    assert_int_equal(palate__space_make(NULL, tries, count, &tuning->space, NULL), PALATE_OK);
    assert_int_equal(palate__tuning_draw(tuning, NULL), PALATE_OK);
    return tuning;
}

/* What trial t came to in each fold; NAN: not measured. */
static void set(palate_tuning *tuning, size_t t, int64_t factors, const double values[FOLDS])
{
    for (int f = 0; f < FOLDS; f++)
        if (!isnan(values[f]))
            tuning->tried[t].results[f] = (palate__result){.known = true,
                                                           .value = values[f],
                                                           .factors = factors,
                                                           .epochs = 10 + f,
                                                           .seconds = 2.0};
}

static void fail_trial(palate_tuning *tuning, size_t t)
{
    palate__result *result = &tuning->tried[t].results[0];
    result->known = true;
    result->failed = palate__copy_text(NULL, "why", 3);
}

static void rank(palate_tuning *tuning)
{
    assert_int_equal(palate__tuning_rank(tuning, NULL), PALATE_OK);
}

static int64_t number_at(const palate_tuning *tuning, size_t place)
{
    return palate_tuning_trial_at(tuning, place)->number;
}

static void check_close(double found, double wanted)
{
    if (fabs(found - wanted) > 1e-12)
        fail_msg("%.17g, not %.17g", found, wanted);
}

static const char *const FACTORS[] = {"factors=8,16,32,64"};

static void test_means_and_errors(void **state)
{
    (void)state;
    palate_tuning *tuning = made(FACTORS, 1, "rmse");
    set(tuning, 0, 8, (const double[]){0.92, 0.94, 0.90, 0.96});
    set(tuning, 1, 16, (const double[]){0.91, 0.93, 0.89, 0.95});
    set(tuning, 2, 32, (const double[]){0.90, 0.93, 0.89, 0.94});
    set(tuning, 3, 64, (const double[]){0.93, 0.93, 0.93, 0.93});
    rank(tuning);
    const palate_tuning_trial *best = palate_tuning_trial_at(tuning, 0);
    const palate_tuning_trial *second = palate_tuning_trial_at(tuning, 1);
    assert_int_equal(best->number, 3);
    assert_int_equal(second->number, 2);
    assert_int_equal(number_at(tuning, 2), 1); /* .93 as trial 4, and drawn before it. */
    assert_int_equal(number_at(tuning, 3), 4);
    assert_null(palate_tuning_trial_at(tuning, 4));
    check_close(best->mean, 0.915);
    /* Off the mean -.015, .015, -.025, .025: squares add up to .0017. */
    check_close(best->error, sqrt(0.0017 / 3 / 4));
    /* .01, 0, 0, .01 worse: mean .005, squares off it .0001. */
    assert_true(second->has_difference && second->comparable);
    check_close(second->difference, 0.005);
    check_close(second->difference_error, sqrt(0.0001 / 3 / 4));
    check_close(best->difference, 0.0);
    assert_int_equal(best->fold_count, 4);
    assert_int_equal(best->factors, 32);
    assert_int_equal(best->epochs, 13);
    check_close(best->seconds, 2.0);
    palate_tuning_free(tuning);
}

/* Errors that are all as good as one another leave the rule to decide. */
static const double BEST[FOLDS] = {0.90, 0.92, 0.90, 0.92};       /* .91, s.e. .0057735 */
static const double WITHIN[FOLDS] = {0.905, 0.925, 0.905, 0.925}; /* .915 */
static const double BEYOND[FOLDS] = {0.907, 0.927, 0.907, 0.927}; /* .917 */

static void test_fewest_factors_within_one_error(void **state)
{
    (void)state;
    palate_tuning *tuning = made(FACTORS, 1, "rmse");
    set(tuning, 0, 8, BEYOND);
    set(tuning, 1, 16, WITHIN);
    set(tuning, 2, 32, WITHIN);
    set(tuning, 3, 64, BEST);
    rank(tuning);
    assert_int_equal(number_at(tuning, 0), 4);
    assert_int_equal(number_at(tuning, palate_tuning_simplest(tuning)), 2);
    palate_tuning_free(tuning);
}

static void test_the_best_may_be_the_simplest(void **state)
{
    (void)state;
    palate_tuning *tuning = made(FACTORS, 1, "rmse");
    set(tuning, 0, 8, BEST);
    set(tuning, 1, 16, WITHIN);
    set(tuning, 2, 32, WITHIN);
    set(tuning, 3, 64, BEYOND);
    rank(tuning);
    assert_int_equal(palate_tuning_simplest(tuning), 0);
    palate_tuning_free(tuning);
}

static void test_stronger_regularization_is_simpler(void **state)
{
    (void)state;
    const char *tries[] = {"regularization=auto,1,10,100"};
    palate_tuning *tuning = made(tries, 1, "rmse");
    set(tuning, 0, 8, WITHIN); /* Not compared: nobody knows how strong. */
    set(tuning, 1, 8, BEST);
    set(tuning, 2, 8, WITHIN);
    set(tuning, 3, 8, BEYOND);
    rank(tuning);
    assert_int_equal(number_at(tuning, palate_tuning_simplest(tuning)), 3);
    palate_tuning_free(tuning);
    /* Fewer factors count before strength. */
    tuning = made(tries, 1, "rmse");
    set(tuning, 0, 9, WITHIN);
    set(tuning, 1, 9, BEST);
    set(tuning, 2, 9, WITHIN);
    set(tuning, 3, 9, WITHIN);
    set(tuning, 0, 7, WITHIN);
    rank(tuning);
    assert_int_equal(number_at(tuning, palate_tuning_simplest(tuning)), 1);
    palate_tuning_free(tuning);
}

/* Of a metric that is better the higher. */
static void test_higher_is_better(void **state)
{
    (void)state;
    palate_tuning *tuning = made(FACTORS, 1, "ndcg");
    set(tuning, 0, 8, BEST);
    set(tuning, 1, 16, WITHIN);
    set(tuning, 2, 32, BEYOND);
    set(tuning, 3, 64, BEYOND);
    rank(tuning);
    assert_int_equal(number_at(tuning, 0), 3);
    assert_int_equal(number_at(tuning, palate_tuning_simplest(tuning)), 2);
    assert_true(palate_tuning_trial_at(tuning, 2)->difference < 0.0);
    palate_tuning_free(tuning);
}

/* What was measured further comes first, whatever its value; what failed comes last. */
static void test_reach_comes_first(void **state)
{
    (void)state;
    palate_tuning *tuning = made(FACTORS, 1, "rmse");
    set(tuning, 0, 8, (const double[]){0.5, NAN, NAN, NAN});
    set(tuning, 1, 16, BEST);
    set(tuning, 2, 32, WITHIN);
    tuning->tried[2].trial.rung = 1;
    fail_trial(tuning, 3);
    rank(tuning);
    assert_int_equal(number_at(tuning, 0), 3);
    assert_int_equal(number_at(tuning, 1), 2);
    assert_int_equal(number_at(tuning, 2), 1);
    assert_int_equal(number_at(tuning, 3), 4);
    assert_true(palate_tuning_trial_at(tuning, 0)->comparable);
    assert_false(palate_tuning_trial_at(tuning, 1)->comparable);
    assert_false(palate_tuning_trial_at(tuning, 1)->has_difference); /* Of another rung. */
    assert_false(palate_tuning_trial_at(tuning, 2)->has_error);
    assert_string_equal(palate_tuning_trial_at(tuning, 3)->failed, "why");
    assert_int_equal(palate_tuning_simplest(tuning), 0);
    palate_tuning_free(tuning);
}

/* Without a standard error there is nothing to be within; without a result no choice. */
static void test_nothing_to_choose_by(void **state)
{
    (void)state;
    palate_tuning *tuning = made(FACTORS, 1, "rmse");
    rank(tuning);
    assert_int_equal(palate_tuning_simplest(tuning), SIZE_MAX);
    set(tuning, 0, 8, (const double[]){0.92, NAN, NAN, NAN});
    set(tuning, 1, 16, (const double[]){0.91, NAN, NAN, NAN});
    rank(tuning);
    assert_int_equal(number_at(tuning, 0), 2);
    assert_int_equal(palate_tuning_simplest(tuning), 0);
    palate_tuning_free(tuning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_and_errors),
        cmocka_unit_test(test_fewest_factors_within_one_error),
        cmocka_unit_test(test_the_best_may_be_the_simplest),
        cmocka_unit_test(test_stronger_regularization_is_simpler),
        cmocka_unit_test(test_higher_is_better),
        cmocka_unit_test(test_reach_comes_first),
        cmocka_unit_test(test_nothing_to_choose_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
