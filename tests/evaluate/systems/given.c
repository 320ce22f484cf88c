/* SPDX-License-Identifier: Apache-2.0 */
/* Another system, given by what it answers: the model's own answers give the model's figures. */
#include "evaluate/support.h"

static palate_ratings *train, *test;
static palate_model *model;

static int set_up(void **state)
{
    (void)state;
    train = train_ratings();
    test = test_ratings();
    model = trained_model(train);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_model_free(model);
    palate_ratings_free(test);
    palate_ratings_free(train);
    return 0;
}

/* ---- Answers ---- */

static const char *users[MOST], *items[MOST];
static float values[MOST];
static size_t count;

static void answer(const char *user, const char *item, float value)
{
    users[count] = user;
    items[count] = item;
    values[count++] = value;
}

static palate_ratings *answers(void)
{
    palate_rating_arrays arrays = {count, users, items, values, NULL};
    palate_ratings *made = NULL;
    palate_error err = {.message = ""};
    if (palate_ratings_from_arrays(NULL, &arrays, NULL, &made, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return made;
}

/* The model's predictions but every so many-th, and some that nobody asked for. */
static palate_ratings *own_predictions(size_t skipped)
{
    size_t place = 0;
    count = 0;
    for (uint32_t i = 0; i < palate_ratings_user_count(test); i++) {
        palate_rated rated = palate_ratings_of_user(test, i);
        const char *user = palate_ratings_user_id(test, i);
        for (int64_t e = 0; e < rated.count; e++) {
            const char *item = palate_ratings_item_id(test, rated.rows[e]);
            if (skipped == 0 || ++place % skipped != 0)
                answer(user, item, palate_model_predict_one(model, user, item));
        }
    }
    answer("nobody", "nothing", 3);
    answer(palate_ratings_user_id(test, 0), "nothing", 3);
    return answers();
}

/* The model's lists of 20, with what was seen, scored higher than all else. */
static palate_ratings *own_lists(void)
{
    enum { PLACES = 20 };
    uint32_t listed[PLACES];
    float scores[PLACES];
    uint32_t listed_count = 0;
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = PLACES;
    count = 0;
    for (uint32_t i = 0; i < palate_ratings_user_count(test); i++) {
        const char *user = palate_ratings_user_id(test, i);
        uint32_t row = palate_model_find_user(model, user, PALATE_TEXT);
        int64_t seen = 0;
        assert_int_equal(
            palate_model_recommend(model, &row, 1, &options, listed, scores, &listed_count, NULL),
            PALATE_OK);
        for (uint32_t place = 0; place < listed_count; place++)
            answer(user, palate_model_item_id(model, listed[place]), scores[place]);
        if (row != PALATE_NO_ROW && palate_model_seen(model, row, &seen) != NULL && seen > 0)
            answer(user, palate_model_item_id(model, palate_model_seen(model, row, &seen)[0]), 99);
    }
    return answers();
}

static palate_evaluate_options options_for(const palate_other_system *others, size_t other_count)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.count = "3,10";
    options.groups = 2;
    options.resamples = 40;
    options.permutations = 200;
    options.differences = true;
    options.others = others;
    options.other_count = other_count;
    return options;
}

static void test_own_answers_give_own_figures(void **state)
{
    (void)state;
    palate_ratings *predictions = own_predictions(0);
    palate_ratings *lists = own_lists();
    palate_other_system other = {"twin", predictions, lists};
    palate_evaluate_options options = options_for(&other, 1);
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    assert_string_equal(palate_evaluation_system(evaluation, 1), "twin");
    for (size_t m = 0; m < palate_evaluation_measure_count(evaluation); m++)
        for (size_t slice = 0; slice < palate_evaluation_slice_count(evaluation); slice++) {
            palate_figure own = palate_evaluation_figure(evaluation, 0, m, slice);
            palate_figure twin = palate_evaluation_figure(evaluation, 1, m, slice);
            if (palate_evaluation_measure(evaluation, m)->metric == palate_metric_find("auc")) {
                assert_non_null(twin.undefined);
                continue;
            }
            assert_true(own.value == twin.value && own.low == twin.low && own.high == twin.high);
        }
    palate_evaluation_free(evaluation);
    palate_ratings_free(predictions);
    palate_ratings_free(lists);
}

static void test_only_predictions_or_lists(void **state)
{
    (void)state;
    palate_ratings *predictions = own_predictions(0);
    palate_ratings *lists = own_lists();
    palate_other_system others[] = {{"predicts", predictions, NULL}, {"lists", NULL, lists}};
    palate_evaluate_options options = options_for(others, 2);
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    assert_null(figure_of(evaluation, "predicts", "rmse").undefined);
    assert_non_null(figure_of(evaluation, "predicts", "ndcg@3").undefined);
    assert_non_null(figure_of(evaluation, "lists", "rmse").undefined);
    assert_null(figure_of(evaluation, "lists", "ndcg@3").undefined);
    palate_evaluation_free(evaluation);
    palate_ratings_free(predictions);
    palate_ratings_free(lists);
}

/* ---- Missing predictions ---- */

static void check_refused(palate_evaluate_options options, const char *says)
{
    palate_evaluation *evaluation = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_evaluation_run(model, test, &options, &evaluation, &err),
                     PALATE_E_INVALID);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
}

/* The test ratings that the answers hold. */
static palate_ratings *test_ratings_of(const palate_ratings *predictions)
{
    count = 0;
    for (uint32_t i = 0; i < palate_ratings_user_count(test); i++) {
        palate_rated rated = palate_ratings_of_user(test, i);
        const char *user = palate_ratings_user_id(test, i);
        uint32_t row = palate_ratings_find_user(predictions, user, PALATE_TEXT);
        palate_rated predicted = palate_ratings_of_user(predictions, row);
        for (int64_t e = 0; e < rated.count; e++) {
            const char *item = palate_ratings_item_id(test, rated.rows[e]);
            uint32_t column = palate_ratings_find_item(predictions, item, PALATE_TEXT);
            for (int64_t p = 0; p < predicted.count; p++)
                if (predicted.rows[p] == column)
                    answer(user, item, rated.ratings[e]);
        }
    }
    return answers();
}

static void test_missing_predictions(void **state)
{
    (void)state;
    palate_ratings *predictions = own_predictions(7);
    palate_other_system other = {"gaps", predictions, NULL};
    palate_evaluate_options options = options_for(&other, 1);
    options.metrics = "rating";
    check_refused(options, "gaps: no prediction for ");
    check_refused(options, "option common");
    options.common = true;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    palate_ratings *common = test_ratings_of(predictions);
    options.others = NULL;
    options.other_count = 0;
    palate_evaluation *alone = evaluate(model, common, &options);
    const palate_test_facts *facts = palate_evaluation_facts(evaluation);
    assert_int_equal(facts->common_count, palate_ratings_count(common));
    assert_int_equal(facts->rating_count, palate_ratings_count(test));
    static const char *const measures[] = {"rmse", "mae", "fcp", "fcp-surprise"};
    for (size_t m = 0; m < 4; m++) {
        check_close(figure_of(evaluation, "model", measures[m]).value,
                    figure_of(alone, "model", measures[m]).value);
        check_close(figure_of(evaluation, "mean", measures[m]).value,
                    figure_of(alone, "mean", measures[m]).value);
        check_close(figure_of(evaluation, "gaps", measures[m]).value,
                    figure_of(alone, "model", measures[m]).value);
    }
    palate_evaluation_free(evaluation);
    palate_evaluation_free(alone);
    palate_ratings_free(common);
    palate_ratings_free(predictions);
}

static void test_nothing_in_common(void **state)
{
    (void)state;
    count = 0;
    answer("nobody", "nothing", 3);
    palate_ratings *predictions = answers();
    palate_other_system other = {"stranger", predictions, predictions};
    palate_evaluate_options options = options_for(&other, 1);
    options.common = true;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    assert_int_equal(palate_evaluation_facts(evaluation)->common_count, 0);
    assert_non_null(figure_of(evaluation, "model", "rmse").undefined);
    assert_true(figure_of(evaluation, "stranger", "recall@10").value == 0);
    assert_non_null(figure_of(evaluation, "stranger", "coverage@10").undefined);
    palate_evaluation_free(evaluation);
    palate_ratings_free(predictions);
}

/* ---- Lists by hand ---- */

static void test_lists_by_hand(void **state)
{
    (void)state;
    static const char *const test_users[] = {"u0", "u0", "u1"};
    static const char *const test_items[] = {"new", "i7", "i9"};
    static const float test_values[] = {5, 5, 5};
    palate_rating_arrays arrays = {3, test_users, test_items, test_values, NULL};
    palate_ratings *asked = NULL;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &asked, NULL), PALATE_OK);
    assert_true(!trained_on(0, 7) && trained_on(0, 5) && !trained_on(1, 9));
    count = 0;
    answer("u0", "i5", 9);      /* Seen in training: no candidate. */
    answer("u0", "unheard", 8); /* Of nowhere: a miss. */
    answer("u0", "new", 7);     /* The model does not know it; the test does. */
    answer("u0", "i7", 7);      /* The same score: by id before "new". */
    answer("u1", "i3", 1);
    palate_ratings *lists = answers();
    palate_other_system other = {"other", NULL, lists};
    palate_evaluate_options options = options_for(&other, 1);
    options.groups = 0;
    palate_evaluation *evaluation = evaluate(model, asked, &options);
    check_close(figure_of(evaluation, "other", "recall@3").value, 0.5);
    check_close(figure_of(evaluation, "other", "mrr@3").value, 0.5 / 2);
    check_close(figure_of(evaluation, "other", "precision@3").value, 2.0 / 3 / 2);
    check_close(figure_of(evaluation, "other", "ndcg@3").value,
                (1 / log2(3) + 0.5) / (1 + 1 / log2(3)) / 2);
    /* Of the lists of two users, two items of the catalogue. */
    check_close(figure_of(evaluation, "other", "coverage@3").value,
                2.0 / palate_ratings_item_count(train));
    palate_evaluation_free(evaluation);
    palate_ratings_free(lists);
    palate_ratings_free(asked);
}

/* ---- Names ---- */

static void test_names(void **state)
{
    (void)state;
    palate_ratings *lists = own_lists();
    palate_other_system others[] = {{"one", NULL, lists}, {"one", NULL, lists}};
    check_refused(options_for(others, 2), "two systems are named \"one\"");
    others[1].name = "mean";
    check_refused(options_for(others, 2), "two systems are named \"mean\"");
    others[1].name = "";
    check_refused(options_for(others, 2), "needs a name");
    others[1].name = NULL;
    check_refused(options_for(others, 2), "needs a name");
    others[1].name = "a name that is longer than any name of a system ought to be, and then some";
    check_refused(options_for(others, 2), "needs a name");
    check_refused(options_for(NULL, 2), "others is NULL");
    palate_ratings_free(lists);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_answers_give_own_figures),
        cmocka_unit_test(test_only_predictions_or_lists),
        cmocka_unit_test(test_missing_predictions),
        cmocka_unit_test(test_nothing_in_common),
        cmocka_unit_test(test_lists_by_hand),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
