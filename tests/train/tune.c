/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning: what is open is chosen, the rest stays, and what was tried is told and kept. */
#include "train/support.h"

#include <unistd.h>

typedef struct record {
    size_t count;
    int64_t factors_most;
    double best;
} record;

static void on_trial(const palate_trial *trial, void *user)
{
    record *to = user;
    to->count++;
    to->factors_most = trial->factors > to->factors_most ? trial->factors : to->factors_most;
    if (to->count == 1 || trial->validation_rmse < to->best)
        to->best = trial->validation_rmse;
    assert_true(trial->regularization > 0.0 && trial->epochs > 0);
    assert_true(isfinite(trial->validation_rmse));
}

static palate_train_options tuning_options(record *to)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.tune = true;
    options.threads = 1;
    options.on_trial = on_trial;
    options.on_trial_user = to;
    return options;
}

static size_t count_trials(const palate_model *model)
{
    size_t count = 0;
    for (const char *at = palate_model_tuning_json(model); (at = strstr(at, "{")) != NULL; at++)
        count++;
    return count;
}

/* Three planted tastes need no 31 factors: as few are found. */
static void test_few_factors_are_found(void **unused)
{
    (void)unused;
    static const char *const path = "tune.csv";
    palate_synth_options made_up;
    palate_synth_options_init(&made_up);
    made_up.tastes = 3;
    palate_ratings *ratings = NULL;
    assert_int_equal(palate_synth_write(NULL, &made_up, path, NULL, NULL), PALATE_OK);
    assert_int_equal(palate_ratings_read(NULL, path, NULL, &ratings, NULL), PALATE_OK);
    unlink(path);
    record tried = {0};
    palate_train_options options = tuning_options(&tried);
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_true(tried.count > 10);
    assert_int_equal(count_trials(model), tried.count);
    assert_true(about.factor_count >= 2 && about.factor_count <= 7);
    palate_model_free(model);
    palate_ratings_free(ratings);
}

static void test_what_is_given_stays(void **unused)
{
    (void)unused;
    triples *made = stars(100, 80, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    record tried = {0};
    palate_train_options options = tuning_options(&tried);
    options.factors = 5;
    options.link = PALATE_LINK_OFF;
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_int_equal(about.factor_count, 5);
    assert_int_equal(tried.factors_most, 5);
    assert_non_null(strstr(palate_model_options_json(model), "\"link\":\"off\""));
    palate_model_free(model);

    /* Nothing is open: nothing is tried. */
    tried = (record){0};
    options.regularization = 2.0;
    model = train(ratings, &options);
    assert_int_equal(tried.count, 0);
    assert_string_equal(palate_model_tuning_json(model), "[]");
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

static void test_threads_leave_no_trace(void **unused)
{
    (void)unused;
    triples *made = stars(100, 80, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    record one = {0};
    record three = {0};
    palate_train_options options = tuning_options(&one);
    options.factors = 3;
    palate_model *model = train(ratings, &options);
    options.threads = 3;
    options.on_trial_user = &three;
    palate_model *other = train(ratings, &options);
    assert_int_equal(one.count, three.count);
    assert_true(one.best == three.best);
    assert_string_equal(palate_model_tuning_json(model), palate_model_tuning_json(other));
    palate_model_free(model);
    palate_model_free(other);
    palate_ratings_free(ratings);
    free(made);
}

typedef struct stopper {
    size_t calls, wanted;
    double last;
} stopper;

static bool stop_early(const palate_progress *progress, void *user)
{
    stopper *own = user;
    assert_true(progress->fraction >= own->last && progress->fraction <= 1.0);
    own->last = progress->fraction;
    return ++own->calls < own->wanted;
}

static void test_a_request_ends_it_with_a_model(void **unused)
{
    (void)unused;
    triples *made = stars(100, 80, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    for (size_t wanted = 1; wanted < 400; wanted = 3 * wanted) {
        record tried = {0};
        stopper own = {.wanted = wanted};
        palate_train_options options = tuning_options(&tried);
        options.on_progress = stop_early;
        options.on_progress_user = &own;
        palate_model *model = NULL;
        palate_error err = {0};
        assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_STOPPED);
        assert_non_null(model);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
    free(made);
}

static void test_too_few_ratings_are_not_tuned_on(void **unused)
{
    (void)unused;
    triples *made = stars(20, 10, 0.9);
    palate_ratings *ratings = ratings_of(made, false);
    record tried = {0};
    palate_train_options options = tuning_options(&tried);
    palate_model *model = train(ratings, &options);
    assert_int_equal(tried.count, 0);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_factors_are_found),
        cmocka_unit_test(test_what_is_given_stays),
        cmocka_unit_test(test_threads_leave_no_trace),
        cmocka_unit_test(test_a_request_ends_it_with_a_model),
        cmocka_unit_test(test_too_few_ratings_are_not_tuned_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
