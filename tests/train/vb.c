/* SPDX-License-Identifier: Apache-2.0 */
/* Rule vb: what its variances are, and what minding them is good for. */
#include "train/training.h"

#include "train/support.h"

#include "model/model.h"

#include <unistd.h>

/* Ratings of many users by few items, of ranks that 12 factors overfit. */
static palate_train_options some_options(int rule, int64_t epochs)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = rule;
    options.factors = 12;
    options.epochs = epochs;
    options.tolerance = 0.0;
    options.regularization = 2.0;
    options.link = PALATE_LINK_OFF;
    return options;
}

/* ---- From the definition ---- */

static double square_of(const palate__training *training, const float *x)
{
    double sum = 0.0;
    for (size_t f = 1; f <= training->factor_count; f++)
        sum += (double)x[f] * (double)x[f];
    return sum / (double)training->factor_count;
}

/* The items move last: theirs follow from the users as they are. */
static void test_variance_is_what_ratings_leave(void **unused)
{
    (void)unused;
    triples *made = stars(120, 70, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    const palate_train_options options = some_options(PALATE_RULE_VB, 5);
    palate__training training;
    palate_error err = {0};
    assert_int_equal(palate__training_begin(&training, ratings, &options, NULL, &err), PALATE_OK);
    palate__training_start(&training);
    assert_int_equal(palate__training_run(&training, &err), PALATE_OK);
    const palate__matrix *matrix = &training.items.matrix;
    const double noise = training.log[3].train_rmse * training.gain; /* After the epoch before. */
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        double sum = (double)training.items.prior.lambda[1];
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
            const uint32_t user = matrix->columns[e];
            sum += square_of(&training, palate__row_of(&training, training.users.rows, user)) +
                   (double)training.users.variances[user];
        }
        assert_true(fabs((double)training.items.variances[row] * sum / (noise * noise) - 1.0) <
                    1e-5);
    }
    palate__training_end(&training);
    palate_ratings_free(ratings);
    free(made);
}

static void test_more_ratings_are_surer(void **unused)
{
    (void)unused;
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t user = 0; user < 200; user++)
        for (uint32_t item = 0; item < 60; item++)
            if (made_up(user * 7919U + item, 5) < 0.02 + 0.015 * item)
                add(made, user, item, 1.0 + floor(5.0 * made_up(user, item)));
    palate_ratings *ratings = ratings_of(made, false);
    const palate_train_options options = some_options(PALATE_RULE_VB, 10);
    palate_model *model = train(ratings, &options);
    assert_non_null(model->items.variances);
    for (uint32_t a = 0; a < model->items.ids.count; a++)
        for (uint32_t b = 0; b < model->items.ids.count; b++)
            if (model->items.counts[a] > 2 * model->items.counts[b])
                assert_true(model->items.variances[a] < model->items.variances[b]);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- What it is good for ---- */

static double validation_rmse(const triples *made, int rule)
{
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = some_options(rule, 30);
    options.validation = 0.2;
    options.patience = 0;
    palate_model *model = train(ratings, &options);
    palate_model_summary summary;
    palate_model_info(model, &summary);
    palate_model_free(model);
    palate_ratings_free(ratings);
    return summary.validation_rmse;
}

/* With strengths that let factors fit noise, less of it is fitted. */
static void test_noise_is_fitted_less(void **unused)
{
    (void)unused;
    triples *made = stars(200, 80, 0.3);
    const double certain = validation_rmse(made, PALATE_RULE_MAP);
    const double unsure = validation_rmse(made, PALATE_RULE_VB);
    assert_true(unsure < 0.98 * certain);
    free(made);
}

/* ---- What the file keeps ---- */

static void test_variances_are_kept(void **unused)
{
    (void)unused;
    triples *made = stars(120, 70, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    const palate_train_options options = some_options(PALATE_RULE_VB, 5);
    palate_model *model = train(ratings, &options);
    palate_model *loaded = NULL;
    palate_error err;
    assert_int_equal(palate_model_save(model, "vb.palate", &err), PALATE_OK);
    assert_int_equal(palate_model_load(NULL, "vb.palate", &loaded, &err), PALATE_OK);
    assert_memory_equal(loaded->users.variances, model->users.variances,
                        model->users.ids.count * sizeof(float));
    assert_memory_equal(loaded->items.variances, model->items.variances,
                        model->items.ids.count * sizeof(float));
    palate_model_free(loaded);

    /* A variance below zero is none. */
    ((float *)palate__writable(model->items.variances))[3] = -1.0F;
    assert_int_equal(palate_model_save(model, "vb.palate", &err), PALATE_E_INTERNAL);
    assert_non_null(strstr(err.message, "item_variances"));
    unlink("vb.palate");
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* Somebody new is as unsure of what was rated as training was: their row is the one trained. */
static void test_folded_rows_are_those_trained(void **unused)
{
    (void)unused;
    triples *made = stars(120, 70, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = some_options(PALATE_RULE_VB, 400);
    palate_model *model = train(ratings, &options);
    const size_t k = model->factor_count;
    const int64_t *begins = model->seen_begins;
    float factors[12], offset;
    palate_error err;
    for (uint32_t user = 0; user < 20; user++) {
        const int64_t own[] = {0, begins[user + 1] - begins[user]};
        const palate_new_rows rows = {1, own, model->seen_items + begins[user],
                                      model->seen_ratings + begins[user], NULL};
        assert_int_equal(palate_model_fold_in(model, &rows, NULL, factors, &offset, &err),
                         PALATE_OK);
        for (size_t f = 0; f < k; f++)
            assert_true(fabsf(factors[f] - model->users.factors[user * k + f]) < 5e-3F);
        assert_true(fabsf(offset - model->users.offsets[user]) < 5e-3F);
    }
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variance_is_what_ratings_leave),
        cmocka_unit_test(test_more_ratings_are_surer),
        cmocka_unit_test(test_noise_is_fitted_less),
        cmocka_unit_test(test_variances_are_kept),
        cmocka_unit_test(test_folded_rows_are_those_trained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
