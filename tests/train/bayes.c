/* SPDX-License-Identifier: Apache-2.0 */
/* Rule bayes: draws have the distribution they should have, and their average is one model. */
#include "model/model.h"
#include "train/support.h"

#include "base/random.h"

static palate_train_options some_options(int64_t samples)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = PALATE_RULE_BAYES;
    options.factors = 4;
    options.epochs = 200;
    options.samples = samples;
    options.threads = 1;
    return options;
}

/* A model of blocks predicts what its blocks predict on average, and all of it is >= 0. */
static void test_wide_model_is_the_mean_of_its_blocks(void **unused)
{
    (void)unused;
    triples *made = stars(80, 50, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = some_options(9);
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_int_equal(about.factor_count, 40); /* Nine draws and the minimum. */
    assert_int_equal(about.sample_count, 10);
    assert_true(fabs(model->blend - 0.3) < 1e-9);
    for (size_t e = 0; e < (size_t)about.user_count * about.factor_count; e++)
        assert_true(palate_model_user_factors(model)[e] >= 0.0F);
    for (uint32_t i = 0; i < about.user_count; i += 7) {
        for (uint32_t j = 0; j < about.item_count; j += 5) {
            double mean = 0.0;
            for (uint32_t b = 0; b < 10; b++) {
                double weight = b == 0 ? model->blend : (1.0 - model->blend) / 9.0;
                double product = 0.0;
                for (uint32_t f = 4 * b; f < 4 * b + 4; f++)
                    product += (double)model->users.factors[i * 40 + f] *
                               (double)model->items.factors[j * 40 + f];
                mean += product + weight * ((double)model->users.sample_offsets[i * 10 + b] +
                                            (double)model->items.sample_offsets[j * 10 + b]);
            }
            assert_true(fabs(about.base + mean - (double)palate__model_score(model, i, j)) < 1e-4);
        }
    }
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* Averages predict better than rule map where a model without noise is overfitted easily. */
static void test_averages_are_better_than_single_draws(void **unused)
{
    (void)unused;
    triples *made = stars(150, 90, 0.25);
    palate_ratings *ratings = ratings_of(made, false);
    double rmse[2];
    for (int many = 0; many <= 1; many++) {
        palate_train_options options = some_options(many ? 60 : 1);
        options.blend = 0.0;
        options.validation = 0.2;
        palate_model *model = train(ratings, &options);
        palate_model_summary about;
        palate_model_info(model, &about);
        assert_int_equal(about.best_epoch, about.epochs);
        rmse[many] = about.validation_rmse;
        palate_model_free(model);
    }
    assert_true(rmse[1] < 0.97 * rmse[0]);
    palate_ratings_free(ratings);
    free(made);
}

/* What validation says is what the saved model does. */
static void test_validation_measures_the_model_that_is_made(void **unused)
{
    (void)unused;
    triples *made = stars(100, 60, 0.3);
    add_moods(made, 0.6);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = some_options(12);
    options.validation = 0.25;
    options.seed = 3;
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_true(about.moment_count > 0);
    double squares = 0.0;
    size_t count = 0;
    for (uint32_t i = 0; i < about.user_count; i++) {
        palate_rated rated = palate_ratings_of_user(ratings, i);
        for (int64_t e = 0; e < rated.count; e++) {
            palate__random4 drawn = palate__random(3, PALATE__RANDOM_VALIDATION, 0, i,
                                                   rated.rows[e]);
            if (!(palate__uniform_double(drawn.word[0]) < 0.25))
                continue;
            const palate_cells cell = {1, &i, &rated.rows[e], &rated.times[e]};
            float prediction = 0.0F;
            assert_int_equal(palate_model_predict(model, &cell, &prediction, NULL, NULL, NULL),
                             PALATE_OK);
            double error = (double)rated.ratings[e] - (double)prediction;
            squares += error * error;
            count++;
        }
    }
    assert_true(fabs(sqrt(squares / (double)count) - about.validation_rmse) < 1e-4);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* Intervals hold what they promise: ratings of a known model, with noise of a known size. */
static void test_deviations_are_calibrated(void **unused)
{
    (void)unused;
    triples *made = planted(150, 90, 3, 0.4);
    size_t kept = 0;
    triples *held = calloc(1, sizeof *held);
    triples *rest = calloc(1, sizeof *rest);
    assert_non_null(held);
    assert_non_null(rest);
    for (size_t e = 0; e < made->count; e++) {
        float four[4];
        palate__normal4(palate__random(8, PALATE__RANDOM_SYNTH, 0, (uint32_t)e, 0), four);
        triples *to = e % 5 == 0 ? held : rest;
        add(to, (uint32_t)atoi(made->users[e] + 1), (uint32_t)atoi(made->items[e] + 1),
            (double)made->ratings[e] + 0.5 * (double)four[0]);
    }
    palate_ratings *ratings = ratings_of(rest, false);
    palate_train_options options = some_options(60);
    options.epochs = 400;
    palate_model *model = train(ratings, &options);
    assert_true(fabs(model->noise - 0.5) < 0.05);
    size_t within_half = 0;
    size_t within_nine = 0;
    for (size_t e = 0; e < held->count; e++) {
        uint32_t user = palate_model_find_user(model, held->users[e], PALATE_TEXT);
        uint32_t item = palate_model_find_item(model, held->items[e], PALATE_TEXT);
        const palate_cells cell = {1, &user, &item, NULL};
        float prediction = 0.0F;
        float deviation = 0.0F;
        assert_int_equal(palate_model_predict(model, &cell, &prediction, &deviation, NULL, NULL),
                         PALATE_OK);
        double away = fabs((double)held->ratings[e] - (double)prediction) / (double)deviation;
        within_half += away < 0.674;
        within_nine += away < 1.645;
        kept++;
    }
    const uint32_t nobody = PALATE_NO_ROW;
    const uint32_t somebody = 0;
    float prediction = 0.0F;
    float deviation = 0.0F;
    const palate_cells unknown = {1, &nobody, &somebody, NULL};
    assert_int_equal(palate_model_predict(model, &unknown, &prediction, &deviation, NULL, NULL),
                     PALATE_OK);
    assert_true(isfinite(prediction) && isnan(deviation));
    assert_true(fabs((double)within_half / (double)kept - 0.5) < 0.06);
    assert_true(fabs((double)within_nine / (double)kept - 0.9) < 0.04);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
    free(held);
    free(rest);
}

static void test_deviations_need_draws(void **unused)
{
    (void)unused;
    triples *made = stars(40, 30, 0.4);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = some_options(0); /* The mean rows only. */
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_int_equal(about.factor_count, 4);
    assert_int_equal(about.sample_count, 0);
    const uint32_t row = 0;
    const palate_cells cell = {1, &row, &row, NULL};
    float prediction = 0.0F;
    float deviation = 0.0F;
    palate_error err = {0};
    assert_int_equal(palate_model_predict(model, &cell, &prediction, &deviation, NULL, &err),
                     PALATE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "rule bayes"));
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- Stopping ---- */

static bool stop_after(const palate_progress *progress, void *user)
{
    return progress->epoch < *(const int64_t *)user;
}

/* However early it is stopped, what there is makes a model. */
static void test_stopped_runs_give_models(void **unused)
{
    (void)unused;
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    for (int64_t epochs = 1; epochs < 200; epochs += epochs < 40 ? 7 : 60) {
        palate_train_options options = some_options(8);
        options.on_progress = stop_after;
        options.on_progress_user = &epochs;
        palate_model *model = NULL;
        palate_error err = {0};
        assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_E_STOPPED);
        assert_non_null(model);
        palate_model_summary about;
        palate_model_info(model, &about);
        for (size_t e = 0; e < (size_t)about.item_count * about.factor_count; e++)
            assert_true(palate_model_item_factors(model)[e] >= 0.0F);
        palate_metrics metrics;
        assert_int_equal(palate_model_evaluate(model, ratings, 1, &metrics, &err), PALATE_OK);
        assert_true(metrics.rmse < 1.2 * metrics.baseline_rmse);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_model_is_the_mean_of_its_blocks),
        cmocka_unit_test(test_averages_are_better_than_single_draws),
        cmocka_unit_test(test_validation_measures_the_model_that_is_made),
        cmocka_unit_test(test_deviations_are_calibrated),
        cmocka_unit_test(test_deviations_need_draws),
        cmocka_unit_test(test_stopped_runs_give_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
