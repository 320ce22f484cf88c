/* SPDX-License-Identifier: Apache-2.0 */
/* RMSE, MAE and both FCPs against their formulas, one pair of ratings after the other. */
#include "evaluate/support.h"

typedef struct sums {
    double squared, absolute, count;
    double concordant, tied, discordant;
    double mean_right, right_users, mean_wrong, wrong_users;
} sums;

/* All pairs of a user's ratings. */
static void add_pairs(const float *ratings, const float *predictions, int64_t count, sums *to)
{
    double concordant = 0;
    double tied = 0;
    double discordant = 0;
    for (int64_t a = 0; a < count; a++)
        for (int64_t b = 0; b < count; b++) {
            if (!(ratings[a] > ratings[b]))
                continue;
            concordant += predictions[a] > predictions[b];
            tied += predictions[a] == predictions[b];
            discordant += predictions[a] < predictions[b];
        }
    to->concordant += concordant;
    to->tied += tied;
    to->discordant += discordant;
    to->mean_right += concordant;
    to->right_users += concordant > 0;
    to->mean_wrong += tied + discordant;
    to->wrong_users += tied + discordant > 0;
}

static sums measure_plainly(const palate_model *model, const palate_ratings *test)
{
    static float predictions[ITEMS];
    sums found = {0};
    for (uint32_t i = 0; i < palate_ratings_user_count(test); i++) {
        palate_rated rated = palate_ratings_of_user(test, i);
        for (int64_t e = 0; e < rated.count; e++) {
            predictions[e] = palate_model_predict_one(model, palate_ratings_user_id(test, i),
                                                      palate_ratings_item_id(test, rated.rows[e]));
            double error = (double)rated.ratings[e] - (double)predictions[e];
            found.squared += error * error;
            found.absolute += fabs(error);
            found.count++;
        }
        add_pairs(rated.ratings, predictions, rated.count, &found);
    }
    return found;
}

static void check_against(const palate_evaluation *evaluation, const sums *found)
{
    double right = found->mean_right / found->right_users;
    double wrong = found->mean_wrong / found->wrong_users;
    check_close(figure_of(evaluation, "model", "rmse").value, sqrt(found->squared / found->count));
    check_close(figure_of(evaluation, "model", "mae").value, found->absolute / found->count);
    check_close(figure_of(evaluation, "model", "fcp").value,
                (found->concordant + found->tied / 2) /
                    (found->concordant + found->tied + found->discordant));
    check_close(figure_of(evaluation, "model", "fcp-surprise").value, right / (right + wrong));
}

static palate_evaluation *evaluate_ratings(const palate_model *model, const palate_ratings *test)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "rating";
    options.resamples = 0;
    return evaluate(model, test, &options);
}

/* Predictions of whole stars, so that many are alike. */
static palate_model *coarse_model(void)
{
    static float user_factors[USERS], item_factors[ITEMS];
    name_all();
    for (int i = 0; i < USERS_KNOWN; i++)
        user_factors[i] = (float)(i % 3);
    for (int j = 0; j < ITEMS_KNOWN; j++)
        item_factors[j] = (float)(j % 4);
    palate_factors factors = {.user_count = USERS_KNOWN,
                              .item_count = ITEMS_KNOWN,
                              .factor_count = 1,
                              .user_factors = user_factors,
                              .item_factors = item_factors,
                              .base = 1,
                              .user_ids = user_ids,
                              .item_ids = item_ids,
                              .scale = {1, 5}};
    palate_model *model = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &factors, &model, NULL), PALATE_OK);
    return model;
}

static void test_equal_the_formulas(void **state)
{
    (void)state;
    palate_ratings *train = train_ratings();
    palate_ratings *test = test_ratings();
    palate_model *models[] = {trained_model(train), coarse_model()};
    for (size_t m = 0; m < 2; m++) {
        sums found = measure_plainly(models[m], test);
        palate_evaluation *evaluation = evaluate_ratings(models[m], test);
        check_against(evaluation, &found);
        assert_true(m == 0 || found.tied > 100);
        palate_evaluation_free(evaluation);
        palate_model_free(models[m]);
    }
    palate_ratings_free(test);
    palate_ratings_free(train);
}

/* ---- Properties ---- */

static float perfect(int i, int j)
{
    return (float)(1 + (i % 3) * (j % 4) > 5 ? 5 : 1 + (i % 3) * (j % 4));
}

static float reversed(int i, int j)
{
    return 6 - perfect(i, j);
}

static bool known_cells(int i, int j)
{
    return i < USERS_KNOWN && j < ITEMS_KNOWN && held_out(i, j);
}

static void test_perfect_and_reversed(void **state)
{
    (void)state;
    palate_model *model = coarse_model();
    palate_ratings *same = ratings_of(known_cells, perfect, false);
    palate_ratings *turned = ratings_of(known_cells, reversed, false);
    palate_evaluation *good = evaluate_ratings(model, same);
    palate_evaluation *bad = evaluate_ratings(model, turned);
    assert_true(figure_of(good, "model", "rmse").value == 0);
    assert_true(figure_of(good, "model", "mae").value == 0);
    assert_true(figure_of(good, "model", "fcp").value == 1);
    assert_true(figure_of(good, "model", "fcp-surprise").value == 1);
    assert_true(figure_of(bad, "model", "fcp").value == 0);
    assert_true(figure_of(bad, "model", "fcp-surprise").value == 0);
    palate_evaluation_free(good);
    palate_evaluation_free(bad);
    palate_ratings_free(same);
    palate_ratings_free(turned);
    palate_model_free(model);
}

static bool alike(const char *typed, const char *name)
{
    const palate_metric_definition *found = palate_metric_find(typed);
    return found != NULL && strcmp(found->name, name) == 0;
}

static void test_definitions(void **state)
{
    (void)state;
    size_t place = 0;
    for (; palate_metric_at(place) != NULL; place++) {
        const palate_metric_definition *metric = palate_metric_at(place);
        assert_ptr_equal(palate_metric_find(metric->name), metric);
        assert_non_null(strchr(metric->formula, '='));
        assert_true(strlen(metric->title) > 0 && strlen(metric->notes) > 20);
    }
    assert_true(place >= 4);
    assert_true(alike("RMSE", "rmse") && alike("fcp_surprise", "fcp-surprise"));
    assert_null(palate_metric_find("nothing"));
    assert_null(palate_metric_find(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_the_formulas),
        cmocka_unit_test(test_perfect_and_reversed),
        cmocka_unit_test(test_definitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
