/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between systems: p is what all exchanges give, and tells chance from more than chance. */
#include "evaluate/support.h"

#include "base/random.h"

/* ---- Systems made up: each user's errors are of one size, as those of one user are alike ---- */

enum { RATED = 6 };

static int some_users;
static double spread, bias;
static uint64_t draw_seed;

static double normal(uint32_t stream, uint32_t user, uint32_t item)
{
    float four[4];
    palate__normal4(palate__random(draw_seed, PALATE__RANDOM_SYNTH, stream, user, item), four);
    return (double)four[0];
}

static bool few_cells(int i, int j)
{
    return i < some_users && j < RATED;
}

static float true_rating(int i, int j)
{
    (void)i;
    (void)j;
    return 3;
}

/* Off by a distance that is the user's, and a little more. */
static double distance(uint32_t stream, int i, int j)
{
    double own = spread * normal(stream, (uint32_t)i, 0);
    return fabs(own + 0.1 * normal(stream + 50, (uint32_t)i, (uint32_t)j));
}

static float one_prediction(int i, int j)
{
    return (float)(3 + distance(1, i, j));
}

static float other_prediction(int i, int j)
{
    return (float)(3 + distance(2, i, j) + bias);
}

typedef struct comparison {
    palate_model *model;
    palate_ratings *test, *one, *other;
} comparison;

static palate_model *any_model(void)
{
    static float factors[USERS];
    name_all();
    palate_factors given = {.user_count = USERS,
                            .item_count = ITEMS,
                            .factor_count = 1,
                            .user_factors = factors,
                            .item_factors = factors,
                            .base = 3.5,
                            .user_ids = user_ids,
                            .item_ids = item_ids};
    palate_model *model = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &given, &model, NULL), PALATE_OK);
    return model;
}

/* Two systems beside a model: the one compared is the first of them. */
static comparison make(void)
{
    return (comparison){any_model(), ratings_of(few_cells, true_rating, false),
                        ratings_of(few_cells, one_prediction, false),
                        ratings_of(few_cells, other_prediction, false)};
}

static void give_back(comparison *of)
{
    palate_model_free(of->model);
    palate_ratings_free(of->test);
    palate_ratings_free(of->one);
    palate_ratings_free(of->other);
}

/* The model against one system that predicts as given. */
static palate_difference compare(const palate_model *model, const palate_ratings *test,
                                 const palate_ratings *predictions, int64_t permutations,
                                 uint64_t seed, const char *metric)
{
    palate_other_system other = {"other", predictions, NULL};
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = metric;
    options.others = &other;
    options.other_count = 1;
    options.differences = true;
    options.permutations = permutations;
    options.seed = seed;
    options.resamples = 0;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    palate_difference difference = palate_evaluation_difference(evaluation, 1, 0);
    assert_int_equal(palate_evaluation_test_count(evaluation), 1);
    palate_evaluation_free(evaluation);
    return difference;
}

/* ---- All exchanges there are ---- */

/* The share of the 2^users ways to exchange whose difference of MAE is as large. */
static double exact_p(const comparison *of, const palate_model *model)
{
    double differences[16];
    int users = (int)palate_ratings_user_count(of->test);
    double observed = 0;
    int larger = 0;
    for (int i = 0; i < users; i++) {
        differences[i] = 0;
        for (int j = 0; j < RATED; j++) {
            double own = fabs(3 -
                              (double)palate_model_predict_one(model, user_ids[i], item_ids[j]));
            differences[i] += own - fabs(3 - (double)other_prediction(i, j));
        }
        observed += differences[i];
    }
    for (int way = 0; way < 1 << users; way++) {
        double sum = 0;
        for (int i = 0; i < users; i++)
            sum += (way >> i & 1) != 0 ? differences[i] : -differences[i];
        larger += fabs(sum) >= fabs(observed) * (1 - 1e-9);
    }
    return (double)larger / (double)(1 << users);
}

static void test_p_is_that_of_all_exchanges(void **state)
{
    (void)state;
    some_users = 10;
    spread = 0.5;
    for (uint64_t round = 0; round < 6; round++) {
        draw_seed = round;
        bias = 0.1 * (double)round;
        comparison of = make();
        double exact = exact_p(&of, of.model);
        palate_difference found = compare(of.model, of.test, of.other, 50000, round, "mae");
        double error = sqrt(exact * (1 - exact) / 50000) + 1e-4;
        assert_true(found.has_test);
        if (fabs(found.p - exact) > 5 * error)
            fail_msg("p is %g, not %g", found.p, exact);
        give_back(&of);
    }
}

/* ---- Chance, and more than chance ---- */

/* A model that predicts as the first system: one factor a rating. */
static palate_model *model_of(float (*predicts)(int i, int j))
{
    static float users[USERS * USERS], items[ITEMS * USERS];
    name_all();
    memset(users, 0, sizeof users);
    memset(items, 0, sizeof items);
    for (int i = 0; i < some_users; i++)
        users[i * some_users + i] = 1;
    for (int j = 0; j < ITEMS; j++)
        for (int i = 0; i < some_users; i++)
            items[j * some_users + i] = predicts(i, j);
    palate_factors given = {.user_count = (uint32_t)some_users,
                            .item_count = ITEMS,
                            .factor_count = (uint32_t)some_users,
                            .user_factors = users,
                            .item_factors = items,
                            .user_ids = user_ids,
                            .item_ids = item_ids};
    palate_model *model = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &given, &model, NULL), PALATE_OK);
    return model;
}

/* Rounds of a hundred in which p is at most .1. */
static int count_found(double with_bias, const char *metric)
{
    int found = 0;
    some_users = 40;
    spread = 0.6;
    bias = with_bias;
    for (uint64_t round = 0; round < 100; round++) {
        draw_seed = 1000 + round;
        comparison of = make();
        palate_model *first = model_of(one_prediction);
        found += compare(first, of.test, of.other, 400, round, metric).p <= 0.1;
        palate_model_free(first);
        give_back(&of);
    }
    return found;
}

/* Systems of the same kind differ by chance alone: p <= .1 in one of ten rounds, though a rating is
 * worth much less than a rating of somebody else would be. */
static void test_chance_is_not_taken_for_more(void **state)
{
    (void)state;
    int by_mae = count_found(0, "mae");
    int by_rmse = count_found(0, "rmse");
    assert_true(by_mae >= 2 && by_mae <= 20);
    assert_true(by_rmse >= 2 && by_rmse <= 20);
}

static void test_more_than_chance_is_found(void **state)
{
    (void)state;
    assert_true(count_found(0.6, "mae") >= 95);
    assert_true(count_found(0.6, "rmse") >= 95);
}

/* ---- Properties ---- */

static void test_alike(void **state)
{
    (void)state;
    some_users = 20;
    spread = 0.5;
    bias = 0;
    palate_model *model = model_of(one_prediction);
    palate_ratings *test = ratings_of(few_cells, true_rating, false);
    palate_ratings *same = ratings_of(few_cells, one_prediction, false);
    palate_difference difference = compare(model, test, same, 500, 1, "rmse");
    assert_true(difference.value == 0 && difference.p == 1 && difference.p_holm == 1);
    palate_ratings_free(same);
    palate_ratings_free(test);
    palate_model_free(model);
}

static void test_either_way_round(void **state)
{
    (void)state;
    some_users = 25;
    spread = 0.5;
    bias = 0.2;
    draw_seed = 3;
    comparison of = make();
    palate_model *first = model_of(one_prediction);
    palate_model *second = model_of(other_prediction);
    palate_difference one = compare(first, of.test, of.other, 1000, 5, "rmse");
    palate_difference other = compare(second, of.test, of.one, 1000, 5, "rmse");
    assert_true(one.value == -other.value && one.p == other.p);
    assert_true(one.value < 0);
    palate_model_free(first);
    palate_model_free(second);
    give_back(&of);
}

static palate_evaluate_options everything(const palate_ratings *train, int64_t threads)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.train = train;
    options.differences = true;
    options.resamples = 60;
    options.permutations = 3000;
    options.threads = threads;
    return options;
}

static void check_difference(const palate_evaluation *evaluation, size_t system, size_t measure)
{
    palate_difference found = palate_evaluation_difference(evaluation, system, measure);
    palate_figure one = palate_evaluation_figure(evaluation, 0, measure, 0);
    palate_figure other = palate_evaluation_figure(evaluation, system, measure, 0);
    assert_true(isfinite(found.value) && isfinite(found.low) && isfinite(found.high));
    assert_true(isfinite(found.p) && isfinite(found.p_holm));
    if (found.undefined != NULL) {
        assert_true(!found.has_test && !found.has_interval && found.value == 0);
        return;
    }
    check_close(found.value, one.value - other.value);
    assert_true(!found.has_interval || found.low <= found.high);
    if (found.has_test)
        assert_true(found.p >= 1.0 / 3001 - 1e-12 && found.p <= found.p_holm && found.p_holm <= 1);
}

/* The baselines, where no others are given; and the same bits for any number of threads. */
static void test_against_baselines(void **state)
{
    (void)state;
    palate_ratings *train = train_ratings();
    palate_ratings *test = test_ratings();
    palate_model *model = trained_model(train);
    palate_evaluate_options options = everything(train, 1);
    palate_evaluation *one = evaluate(model, test, &options);
    options = everything(train, 5);
    palate_evaluation *many = evaluate(model, test, &options);
    size_t tests = 0;
    for (size_t s = 0; s < palate_evaluation_system_count(one); s++)
        for (size_t m = 0; m < palate_evaluation_measure_count(one); m++) {
            palate_difference a = palate_evaluation_difference(one, s, m);
            palate_difference b = palate_evaluation_difference(many, s, m);
            check_difference(one, s, m);
            assert_true(a.p == b.p && a.p_holm == b.p_holm && a.low == b.low && a.high == b.high);
            tests += a.has_test;
        }
    assert_int_equal(palate_evaluation_test_count(one), tests);
    assert_true(tests > 10);
    assert_non_null(palate_evaluation_difference(one, 0, 0).undefined);
    assert_non_null(palate_evaluation_difference(one, 9, 0).undefined);
    assert_non_null(palate_evaluation_difference(one, 0, 999).undefined);
    palate_evaluation_free(one);
    palate_evaluation_free(many);
    palate_model_free(model);
    palate_ratings_free(test);
    palate_ratings_free(train);
}

/* Nothing is compared unless asked for. */
static void test_not_asked_for(void **state)
{
    (void)state;
    palate_ratings *train = train_ratings();
    palate_ratings *test = test_ratings();
    palate_model *model = trained_model(train);
    palate_evaluation *evaluation = evaluate(model, test, NULL);
    assert_int_equal(palate_evaluation_test_count(evaluation), 0);
    assert_non_null(palate_evaluation_difference(evaluation, 1, 0).undefined);
    palate_evaluation_free(evaluation);
    palate_model_free(model);
    palate_ratings_free(test);
    palate_ratings_free(train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p_is_that_of_all_exchanges),
        cmocka_unit_test(test_chance_is_not_taken_for_more),
        cmocka_unit_test(test_more_than_chance_is_found),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_either_way_round),
        cmocka_unit_test(test_against_baselines),
        cmocka_unit_test(test_not_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
