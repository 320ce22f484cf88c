/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of training: what must hold for any ratings and options. */
#include "train/support.h"

#include <stdbool.h>

static palate_train_options options_for(int mode, int rule)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.mode = mode;
    options.rule = rule;
    options.factors = 8;
    return options;
}

static void assert_factors_valid(const palate_model *model)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    const float *users = palate_model_user_factors(model);
    const float *items = palate_model_item_factors(model);
    for (size_t f = 0; f < (size_t)about.user_count * about.factor_count; f++)
        assert_true(users[f] >= 0.0F && isfinite(users[f]));
    for (size_t f = 0; f < (size_t)about.item_count * about.factor_count; f++)
        assert_true(items[f] >= 0.0F && isfinite(items[f]));
}

static void test_objective_never_rises(void **unused)
{
    (void)unused;
    triples *made = stars(120, 80, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    for (int mode = PALATE_MODE_DEFAULT; mode <= PALATE_MODE_PURE; mode++) {
        for (int64_t seed = 0; seed < 3; seed++) {
            palate_train_options options = options_for(mode, PALATE_RULE_MAP);
            options.seed = (uint64_t)seed;
            options.epochs = 100;
            options.tolerance = 0.0;
            palate_model *model = train(ratings, &options);
            size_t count = 0;
            const palate_epoch *log = palate_model_log(model, &count);
            assert_int_equal(count, 100);
            for (size_t e = 1; e < count; e++)
                assert_true(log[e].objective <= log[e - 1].objective * (1.0 + 1e-6));
            assert_true(log[count - 1].objective < log[0].objective);
            assert_factors_valid(model);
            palate_model_free(model);
        }
    }
    palate_ratings_free(ratings);
    free(made);
}

static void test_planted_matrix_is_recovered(void **unused)
{
    (void)unused;
    triples *made = planted(150, 100, 3, 0.5);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_for(PALATE_MODE_PURE, PALATE_RULE_MAP);
    options.factors = 3;
    options.epochs = 3000;
    options.regularization = 1e-6;
    options.tolerance = 0.0;
    palate_model *model = train(ratings, &options);
    double squares = 0.0;
    uint32_t unseen = 0;
    for (uint32_t i = 0; i < 150; i++) {
        for (uint32_t j = 0; j < 100; j++) {
            double truth = 0.0;
            for (uint32_t f = 0; f < 3; f++)
                truth += 1.6 * made_up(i, 10 + f) * 1.6 * made_up(j, 100 + f);
            if (made_up(i * 7919U + j, 3) < 0.5)
                continue;
            char user[ID_BYTES], item[ID_BYTES];
            snprintf(user, sizeof user, "u%u", i);
            snprintf(item, sizeof item, "i%u", j);
            double error = (double)palate_model_predict_one(model, user, item) - truth;
            squares += error * error;
            unseen++;
        }
    }
    /* Cells nobody has seen; the ratings range over about 5. */
    assert_true(sqrt(squares / unseen) < 0.05);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* Strict means: one product of two matrices without a negative entry, and nothing added to it. */
static void test_strict_has_nothing_negative(void **unused)
{
    (void)unused;
    triples *made = stars(120, 80, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_for(PALATE_MODE_STRICT, PALATE_RULE_MAP);
    palate_model *strict = train(ratings, &options);
    options.mode = PALATE_MODE_DEFAULT;
    palate_model *free_model = train(ratings, &options);
    palate_model_summary about, about_free;
    palate_model_info(strict, &about);
    palate_model_info(free_model, &about_free);
    assert_true(about.base == 0.0);
    for (uint32_t i = 0; i < about.user_count; i++)
        assert_true(palate_model_user_offsets(strict)[i] >= 0.0F);
    for (uint32_t j = 0; j < about.item_count; j++)
        assert_true(palate_model_item_offsets(strict)[j] >= 0.0F);
    assert_factors_valid(strict);
    palate_metrics metrics, metrics_free;
    palate_error err;
    assert_int_equal(palate_model_evaluate(strict, ratings, 1, &metrics, &err), PALATE_OK);
    assert_int_equal(palate_model_evaluate(free_model, ratings, 1, &metrics_free, &err), PALATE_OK);
    assert_true(metrics.rmse < metrics_free.rmse + 0.05);
    palate_model_free(strict);
    palate_model_free(free_model);
    palate_ratings_free(ratings);
    free(made);
}

static void test_pure_has_no_offsets(void **unused)
{
    (void)unused;
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_for(PALATE_MODE_PURE, PALATE_RULE_MAP);
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_true(about.base == 0.0);
    for (uint32_t i = 0; i < about.user_count; i++)
        assert_true(palate_model_user_offsets(model)[i] == 0.0F);
    for (uint32_t j = 0; j < about.item_count; j++)
        assert_true(palate_model_item_offsets(model)[j] == 0.0F);
    assert_true(about.train_rmse < 0.7);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* The same ratings on another scale give the same model on that scale. */
static void test_scale_does_not_matter(void **unused)
{
    (void)unused;
    triples *made = stars(100, 60, 0.25);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    palate_model *model = train(ratings, &options);
    for (size_t e = 0; e < made->count; e++)
        made->ratings[e] = 5.0F * made->ratings[e] - 15.0F;
    palate_ratings *wide = ratings_of(made, false);
    palate_model *wide_model = train(wide, &options);
    for (uint32_t j = 0; j < 60; j++) {
        char item[ID_BYTES];
        snprintf(item, sizeof item, "i%u", j);
        double narrow = (double)palate_model_predict_one(model, "u5", item);
        double there = (double)palate_model_predict_one(wide_model, "u5", item);
        assert_true(fabs(5.0 * narrow - 15.0 - there) < 5e-3);
        assert_true(there >= -10.0 && there <= 10.0);
    }
    palate_model_free(model);
    palate_model_free(wide_model);
    palate_ratings_free(ratings);
    palate_ratings_free(wide);
    free(made);
}

/* ---- What ends a run ---- */

typedef struct watcher {
    int64_t stop_after;
    int64_t epochs_seen;
    double last_fraction;
    bool in_order;
} watcher;

static bool watch(const palate_progress *progress, void *user)
{
    watcher *watching = user;
    if (progress->fraction < watching->last_fraction || progress->fraction > 1.0)
        watching->in_order = false;
    watching->last_fraction = progress->fraction;
    if (progress->epoch_ended)
        watching->epochs_seen++;
    return watching->epochs_seen < watching->stop_after;
}

static void test_stopping_on_request_keeps_a_model(void **unused)
{
    (void)unused;
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    watcher watching = {.stop_after = 3, .in_order = true};
    options.on_progress = watch;
    options.on_progress_user = &watching;
    options.tolerance = 0.0;
    palate_model *model = NULL;
    palate_error err;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_STOPPED);
    assert_non_null(model);
    assert_true(watching.in_order);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_int_equal(about.epochs, 3);
    assert_string_equal(about.stopped_by, "request");
    assert_factors_valid(model);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

static const uint32_t *items_seen(const palate_model *model)
{
    int64_t count = 0;
    const uint32_t *items = palate_model_seen(model, 0, &count);
    assert_true(count > 0);
    return items;
}

/* What users rated is there once, for ratings and models, and as long as one of them is; but a model does
 * not depend on a file of ratings. */
static void test_models_share_what_was_rated(void **unused)
{
    (void)unused;
    const char *path = "shared.palate-ratings";
    triples *made = stars(60, 40, 0.3);
    palate_train_options options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.epochs = 2;
    palate_ratings *ratings = ratings_of(made, false), *mapped = NULL;
    const uint32_t *columns = palate_ratings_by_user(ratings).columns;
    assert_int_equal(palate_ratings_save(ratings, path, NULL), PALATE_OK);
    assert_int_equal(palate_ratings_read(NULL, path, NULL, &mapped, NULL), PALATE_OK);
    palate_model *models[] = {train(ratings, &options), train(ratings, &options),
                              train(mapped, &options)};
    assert_ptr_equal(items_seen(models[0]), columns);
    assert_ptr_equal(items_seen(models[1]), columns);
    assert_ptr_not_equal(items_seen(models[2]), palate_ratings_by_user(mapped).columns);
    palate_ratings_free(ratings);
    palate_ratings_free(mapped);
    palate_model_free(models[0]);
    for (uint32_t item = 0; item < 5; item++)
        assert_int_equal(items_seen(models[1])[item], items_seen(models[2])[item]);
    palate_model_free(models[1]);
    palate_model_free(models[2]);
    assert_int_equal(remove(path), 0);
    free(made);
}

static void test_validation_keeps_the_best_epoch(void **unused)
{
    (void)unused;
    triples *made = stars(150, 80, 0.15);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.regularization = 0.5; /* So little that it overfits. */
    options.validation = 0.2;
    options.patience = 4;
    options.epochs = 400;
    options.tolerance = 0.0;
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_string_equal(about.stopped_by, "patience");
    assert_int_equal(about.epochs, about.best_epoch + 4);
    size_t count = 0;
    const palate_epoch *log = palate_model_log(model, &count);
    for (size_t e = 0; e < count; e++)
        assert_true(log[e].validation_rmse >= about.validation_rmse);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* Without a scale predictions are not clipped, and so not when they are measured either. */
static void test_validation_of_equal_ratings_measures_predictions(void **unused)
{
    (void)unused;
    triples *made = planted(60, 40, 3, 0.3);
    for (size_t e = 0; e < made->count; e++)
        made->ratings[e] = 3.0F;
    palate_ratings *ratings = ratings_of(made, false);
    for (int rule = PALATE_RULE_VB; rule <= PALATE_RULE_MU; rule++) {
        palate_train_options options = options_for(PALATE_MODE_PURE, rule);
        options.validation = 0.3;
        options.regularization = 0.001;
        palate_model *model = train(ratings, &options);
        palate_model_summary about;
        palate_metrics metrics;
        palate_error err;
        palate_model_info(model, &about);
        assert_int_equal(palate_model_evaluate(model, ratings, 1, &metrics, &err), PALATE_OK);
        assert_true(about.best_epoch > 0);
        assert_true(about.validation_rmse > 0.0);
        assert_true(metrics.rmse < 1.0);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
    free(made);
}

/* A scale too narrow to be stretched to the inner one. */
static void test_ratings_as_good_as_equal_give_a_model(void **unused)
{
    (void)unused;
    triples *made = stars(30, 20, 0.5);
    for (size_t e = 0; e < made->count; e++)
        made->ratings[e] *= 0x1p-140F;
    palate_ratings *ratings = ratings_of(made, false);
    for (int mode = PALATE_MODE_DEFAULT; mode <= PALATE_MODE_PURE; mode++) {
        palate_train_options options = options_for(mode, PALATE_RULE_MAP);
        palate_model *model = train(ratings, &options);
        assert_factors_valid(model);
        palate_model_summary about;
        palate_model_info(model, &about);
        assert_true(isfinite(about.train_rmse));
        for (uint32_t i = 0; i < about.user_count; i++)
            assert_true(isfinite(palate_model_user_offsets(model)[i]));
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
    free(made);
}

static void test_scale_wider_than_ratings_can_be_is_refused(void **unused)
{
    (void)unused;
    triples *made = stars(5, 5, 1.0);
    const palate_rating_arrays arrays = {made->count, made->user_ids, made->item_ids, made->ratings,
                                         NULL};
    palate_read_options options;
    palate_read_options_init(&options);
    options.scale = (palate_scale){0.0, 1e300};
    palate_ratings *ratings = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, &options, &ratings, &err),
                     PALATE_E_INVALID);
    assert_null(ratings);
    assert_non_null(strstr(err.message, "scale"));
    free(made);
}

static void test_limits_end_a_run(void **unused)
{
    (void)unused;
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_model_summary about;
    palate_train_options options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.epochs = 100000;
    options.tolerance = 1e-5;
    palate_model *model = train(ratings, &options);
    palate_model_info(model, &about);
    assert_string_equal(about.stopped_by, "tolerance");
    palate_model_free(model);

    options.tolerance = 0.0;
    options.time_limit = 0.05;
    model = train(ratings, &options);
    palate_model_info(model, &about);
    assert_string_equal(about.stopped_by, "time limit");
    palate_model_free(model);

    options.time_limit = 0.0;
    options.epochs = 0;
    model = train(ratings, &options);
    palate_model_info(model, &about);
    assert_string_equal(about.stopped_by, "epochs");
    assert_int_equal(about.epochs, 0);
    assert_factors_valid(model);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

static void test_options_that_do_not_fit_are_refused(void **unused)
{
    (void)unused;
    triples *made = stars(20, 10, 0.5);
    palate_ratings *ratings = ratings_of(made, false);
    palate_model *model = NULL;
    palate_error err;
    palate_train_options options = options_for(PALATE_MODE_STRICT, PALATE_RULE_MU);
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "strict"));
    options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MU);
    options.init_low = 2.0;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "init-low"));
    options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.biases = true;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "biases"));
    options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.item_regularization = 1.0;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "item-regularization"));
    options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.validation = 1e-9;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "validation"));
    float users[20 * 8] = {0}, items[10 * 8] = {0};
    palate_start start = {users, items};
    options = options_for(PALATE_MODE_DEFAULT, PALATE_RULE_MAP);
    options.start = &start;
    users[17] = NAN;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    users[17] = 0.0F;
    items[3] = -1.0F;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "starting factors"));
    assert_null(model);
    palate_ratings_free(ratings);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objective_never_rises),
        cmocka_unit_test(test_planted_matrix_is_recovered),
        cmocka_unit_test(test_strict_has_nothing_negative),
        cmocka_unit_test(test_pure_has_no_offsets),
        cmocka_unit_test(test_scale_does_not_matter),
        cmocka_unit_test(test_stopping_on_request_keeps_a_model),
        cmocka_unit_test(test_models_share_what_was_rated),
        cmocka_unit_test(test_validation_keeps_the_best_epoch),
        cmocka_unit_test(test_validation_of_equal_ratings_measures_predictions),
        cmocka_unit_test(test_ratings_as_good_as_equal_give_a_model),
        cmocka_unit_test(test_scale_wider_than_ratings_can_be_is_refused),
        cmocka_unit_test(test_limits_end_a_run),
        cmocka_unit_test(test_options_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
