/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations as a whole: the same for any threads and order, sound whatever is measured. */
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

static palate_evaluate_options all_metrics(void)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.count = "1,3,10";
    options.groups = 3;
    options.train = train;
    options.resamples = 50;
    return options;
}

static void test_any_threads(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.threads = 1;
    palate_evaluation *one = evaluate(model, test, &options);
    check_sound(one);
    static const int64_t counts[] = {2, 3, 8, 0};
    for (size_t t = 0; t < sizeof counts / sizeof counts[0]; t++) {
        options.threads = counts[t];
        palate_evaluation *many = evaluate(model, test, &options);
        check_same_figures(one, many);
        palate_evaluation_free(many);
    }
    palate_evaluation_free(one);
}

static void test_any_order_of_lines(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    palate_evaluation *one = evaluate(model, test, &options);
    palate_ratings *train_backwards = ratings_of(trained_on, stars, true);
    palate_ratings *test_backwards = ratings_of(held_out, stars, true);
    options.train = train_backwards;
    palate_evaluation *other = evaluate(model, test_backwards, &options);
    check_same_figures(one, other);
    assert_false(palate_evaluation_facts(other)->train_differs);
    palate_evaluation_free(one);
    palate_evaluation_free(other);
    palate_ratings_free(train_backwards);
    palate_ratings_free(test_backwards);
}

static void test_facts(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    palate_evaluation *evaluation = evaluate(model, test, &options);
    const palate_test_facts *facts = palate_evaluation_facts(evaluation);
    palate_test_facts expected = {0};
    for (int i = 0; i < USERS; i++)
        for (int j = 0; j < ITEMS; j++) {
            if (!held_out(i, j))
                continue;
            expected.rating_count++;
            expected.unknown.users += i >= USERS_KNOWN;
            expected.unknown.items += j >= ITEMS_KNOWN;
            expected.unknown.both += i >= USERS_KNOWN && j >= ITEMS_KNOWN;
        }
    assert_int_equal(facts->rating_count, expected.rating_count);
    assert_memory_equal(&facts->unknown, &expected.unknown, sizeof expected.unknown);
    assert_int_equal(facts->user_count, palate_ratings_user_count(test));
    assert_int_equal(facts->item_count, palate_ratings_item_count(test));
    assert_int_equal(facts->unknown_user_count, USERS - USERS_KNOWN);
    assert_int_equal(facts->unknown_item_count, ITEMS - ITEMS_KNOWN);
    assert_int_equal(facts->seen_count, 0);
    assert_false(facts->train_differs);
    assert_false(facts->seen_unknown);
    assert_int_equal(facts->catalogue_count, palate_ratings_item_count(train));
    /* Three quarters of 1..5. */
    assert_true(!facts->any_relevant && facts->relevant_from == 4);
    assert_true(facts->relevant_count > 0 && facts->relevant_count < facts->rating_count);
    assert_true(facts->relevant_user_count <= facts->user_count);
    palate_evaluation_free(evaluation);
}

static void test_training_ratings_are_noticed(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.train = test;
    palate_evaluation *evaluation = evaluate(model, train, &options);
    const palate_test_facts *facts = palate_evaluation_facts(evaluation);
    assert_int_equal(facts->seen_count, palate_ratings_count(train));
    assert_true(facts->train_differs);
    palate_evaluation_free(evaluation);
}

static void test_baselines_need_what_they_need(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.train = NULL;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    palate_figure figure = figure_of(evaluation, "bias-only", "rmse");
    assert_non_null(figure.undefined);
    assert_non_null(strstr(figure.undefined, "train"));
    assert_null(figure_of(evaluation, "mean", "rmse").undefined);
    palate_evaluation_free(evaluation);
}

/* A model of tastes beats offsets, which beat the mean: on ratings made of tastes. */
static void test_systems_come_in_order(void **state)
{
    (void)state;
    const char *path = "evaluation.csv";
    palate_ratings *all = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_synth_write(NULL, NULL, path, NULL, &err), PALATE_OK);
    assert_int_equal(palate_ratings_read(NULL, path, NULL, &all, &err), PALATE_OK);
    remove(path);
    palate_model *learned = trained_model(all);
    palate_evaluate_options options = all_metrics();
    options.train = all;
    palate_evaluation *evaluation = evaluate(learned, all, &options);
    double rmse[] = {figure_of(evaluation, "model", "rmse").value,
                     figure_of(evaluation, "bias-only", "rmse").value,
                     figure_of(evaluation, "mean", "rmse").value};
    assert_true(rmse[0] < rmse[1] && rmse[1] < rmse[2]);
    double fcp[] = {figure_of(evaluation, "model", "fcp").value,
                    figure_of(evaluation, "bias-only", "fcp").value,
                    figure_of(evaluation, "mean", "fcp").value};
    assert_true(fcp[0] > fcp[1] && fcp[1] > fcp[2]);
    check_close(fcp[2], 0.5);
    assert_non_null(
        strstr(palate_evaluation_system_note(evaluation, system_of(evaluation, "bias-only")),
               "regularization"));
    palate_evaluation_free(evaluation);
    palate_model_free(learned);
    palate_ratings_free(all);
}

/* One user, one rating: what can be measured is, the rest says why not. */
static void test_hardly_anything(void **state)
{
    (void)state;
    static const char *const user[] = {"u1"};
    static const char *const item[] = {"i1"};
    static const float rating[] = {3};
    palate_rating_arrays arrays = {1, user, item, rating, NULL};
    palate_ratings *single = NULL;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &single, NULL), PALATE_OK);
    palate_evaluate_options options = all_metrics();
    options.train = single;
    palate_evaluation *evaluation = evaluate(model, single, &options);
    check_sound(evaluation);
    assert_null(figure_of(evaluation, "model", "rmse").undefined);
    assert_false(figure_of(evaluation, "model", "rmse").has_interval);
    assert_non_null(figure_of(evaluation, "model", "fcp").undefined);
    assert_non_null(figure_of(evaluation, "model", "fcp-surprise").undefined);
    palate_evaluation_free(evaluation);
    palate_ratings_free(single);
}

/* ---- What is asked for ---- */

static void test_metrics_are_chosen(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.metrics = "MAE, fcp_surprise,mae";
    palate_evaluation *evaluation = evaluate(model, test, &options);
    assert_int_equal(palate_evaluation_measure_count(evaluation), 2);
    assert_string_equal(palate_evaluation_measure(evaluation, 0)->name, "mae");
    assert_string_equal(palate_evaluation_measure(evaluation, 0)->title, "MAE");
    assert_string_equal(palate_evaluation_measure(evaluation, 1)->name, "fcp-surprise");
    assert_null(palate_evaluation_measure(evaluation, 2));
    assert_non_null(palate_evaluation_figure(evaluation, 0, 2, 0).undefined);
    assert_non_null(palate_evaluation_figure(evaluation, 99, 0, 0).undefined);
    assert_null(palate_evaluation_system(evaluation, 99));
    assert_string_equal(palate_evaluation_system_note(evaluation, 99), "");
    palate_evaluation_free(evaluation);
}

static void test_lengths_of_some_metrics(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.metrics = "ndcg@7, recall,NDCG@2,ndcg@7";
    options.count = "2,5";
    palate_evaluation *evaluation = evaluate(model, test, &options);
    static const char *const names[] = {"ndcg@7", "recall@2", "recall@5", "ndcg@2"};
    assert_int_equal(palate_evaluation_measure_count(evaluation), 4);
    for (size_t m = 0; m < 4; m++)
        assert_string_equal(palate_evaluation_measure(evaluation, m)->name, names[m]);
    assert_int_equal(palate_evaluation_measure(evaluation, 0)->at, 7);
    options.metrics = "ndcg,recall";
    options.count = "2,5,7";
    palate_evaluation *other = evaluate(model, test, &options);
    assert_true(figure_of(evaluation, "model", "ndcg@7").value ==
                figure_of(other, "model", "ndcg@7").value);
    assert_true(figure_of(evaluation, "model", "recall@5").value ==
                figure_of(other, "model", "recall@5").value);
    palate_evaluation_free(evaluation);
    palate_evaluation_free(other);
}

static void test_nothing_is_chosen(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.metrics = "";
    palate_evaluation *evaluation = evaluate(model, test, &options);
    assert_int_equal(palate_evaluation_measure_count(evaluation), 0);
    palate_evaluation_free(evaluation);
}

static void check_refused(palate_evaluate_options options, const char *says)
{
    palate_evaluation *evaluation = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_evaluation_run(model, test, &options, &evaluation, &err),
                     PALATE_E_INVALID);
    assert_null(evaluation);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
}

static void test_bad_options(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.metrics = "rsme";
    check_refused(options, "did you mean \"rmse\"");
    options.metrics = "rmse,,mae";
    check_refused(options, "no metric \"\"");
    options.metrics =
        "\x01\xff-nonsense-that-is-very-long-and-means-nothing-at-all-anywhere-at-all";
    check_refused(options, "no metric");
    static const char *const lengths[] = {"ndcg@", "ndcg@0", "ndcg@x", "ndcg@5@6"};
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        options.metrics = lengths[l];
        check_refused(options, "is not allowed as a length");
    }
    options.metrics = "rmse@5";
    check_refused(options, "rmse is not of the first places");
    options.metrics = "all@5";
    check_refused(options, "no metric \"all\"");
    options.metrics = "nothing@5";
    check_refused(options, "no metric \"nothing\"");
    options = all_metrics();
    options.confidence = 1;
    check_refused(options, "confidence");
    options.confidence = NAN;
    check_refused(options, "confidence");
    options = all_metrics();
    options.resamples = -1;
    check_refused(options, "resamples");
    options = all_metrics();
    options.threads = -1;
    check_refused(options, "threads");
    options = all_metrics();
    static const char *const counts[] = {
        "",     "0",       "5,",
        "5,x",  "1000001", "-1",
        "5 10", "1e3",     "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        options.count = counts[c];
        check_refused(options, "option count");
    }
    options = all_metrics();
    static const char *const relevances[] = {"", "x", "nan", "inf", "4,5", "anything"};
    for (size_t r = 0; r < sizeof relevances / sizeof relevances[0]; r++) {
        options.relevant = relevances[r];
        check_refused(options, "option relevant");
    }
    options = all_metrics();
    options.groups = 101;
    check_refused(options, "groups");
    static const uint32_t rows[] = {0, 12345};
    options = all_metrics();
    options.candidates = rows;
    options.candidate_count = 2;
    check_refused(options, "candidates[1] is row 12345");
    options.candidates = NULL;
    check_refused(options, "candidates is NULL");
}

static void test_null_arguments(void **state)
{
    (void)state;
    palate_evaluation *evaluation = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_evaluation_run(NULL, test, NULL, &evaluation, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "model"));
    assert_int_equal(palate_evaluation_run(model, NULL, NULL, &evaluation, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "test"));
    assert_int_equal(palate_evaluation_run(model, test, NULL, NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "out"));
    palate_evaluation_free(NULL);
}

/* ---- Groups ---- */

static void check_cut(const palate_evaluation *evaluation, palate_slice_kind kind, int64_t rows)
{
    int64_t most = -1;
    palate_slice sum = {0};
    int groups = 0;
    for (size_t s = 1; s < palate_evaluation_slice_count(evaluation); s++) {
        const palate_slice *slice = palate_evaluation_slice(evaluation, s);
        if (slice->kind != kind)
            continue;
        assert_true(slice->least > most && slice->most >= slice->least && slice->row_count > 0);
        most = slice->most;
        sum.row_count += slice->row_count;
        sum.rating_count += slice->rating_count;
        groups++;
    }
    assert_int_equal(sum.row_count, rows);
    assert_int_equal(sum.rating_count, palate_ratings_count(test));
    assert_true(groups >= 2 && groups <= 3);
}

static void test_groups_are_a_partition(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    palate_evaluation *evaluation = evaluate(model, test, &options);
    const palate_slice *all = palate_evaluation_slice(evaluation, 0);
    assert_int_equal(all->kind, PALATE_SLICE_ALL);
    assert_int_equal(all->rating_count, palate_ratings_count(test));
    check_cut(evaluation, PALATE_SLICE_USERS, palate_ratings_user_count(test));
    check_cut(evaluation, PALATE_SLICE_ITEMS, palate_ratings_item_count(test));
    assert_null(palate_evaluation_slice(evaluation, palate_evaluation_slice_count(evaluation)));
    palate_evaluation_free(evaluation);
}

/* The whole is made of its groups: squared errors add up, hits add up. */
static void test_groups_add_up(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    options.metrics = "rmse,precision,precision-capped";
    options.count = "10";
    palate_evaluation *evaluation = evaluate(model, test, &options);
    static const palate_slice_kind kinds[] = {PALATE_SLICE_USERS, PALATE_SLICE_ITEMS};
    for (size_t k = 0; k < 2; k++) {
        double squares = 0;
        double precision = 0;
        for (size_t s = 1; s < palate_evaluation_slice_count(evaluation); s++) {
            const palate_slice *slice = palate_evaluation_slice(evaluation, s);
            double rmse = palate_evaluation_figure(evaluation, 0, 0, s).value;
            squares += slice->kind == kinds[k] ? rmse * rmse * (double)slice->rating_count : 0;
            precision += slice->kind == kinds[k]
                             ? palate_evaluation_figure(evaluation, 0, 1, s).value
                             : 0;
        }
        double rmse = palate_evaluation_figure(evaluation, 0, 0, 0).value;
        check_close(squares, rmse * rmse * (double)palate_ratings_count(test));
        assert_true(precision > 0);
    }
    palate_evaluation_free(evaluation);
}

/* The rest is the same whether there are groups or not. */
static void test_groups_change_nothing(void **state)
{
    (void)state;
    palate_evaluate_options options = all_metrics();
    palate_evaluation *with = evaluate(model, test, &options);
    options.groups = 0;
    palate_evaluation *without = evaluate(model, test, &options);
    assert_int_equal(palate_evaluation_slice_count(without), 1);
    evaluation_pair pair = {without, with};
    each_figure(without, check_same_figure, &pair);
    palate_evaluation_free(with);
    palate_evaluation_free(without);
}

static void test_groups_of_a_model_without_counts(void **state)
{
    (void)state;
    static const float ones[] = {1, 1};
    static const char *const ids[] = {"u1", "u2"};
    palate_factors factors = {.user_count = 2,
                              .item_count = 2,
                              .factor_count = 1,
                              .user_factors = ones,
                              .item_factors = ones,
                              .user_ids = ids,
                              .item_ids = ids};
    palate_model *given = NULL;
    palate_evaluation *evaluation = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_model_from_factors(NULL, &factors, &given, NULL), PALATE_OK);
    palate_evaluate_options options = all_metrics();
    assert_int_equal(palate_evaluation_run(given, test, &options, &evaluation, &err),
                     PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "option groups"));
    options.groups = 0;
    evaluation = evaluate(given, test, &options);
    check_sound(evaluation);
    palate_evaluation_free(evaluation);
    palate_model_free(given);
}

/* ---- Progress ---- */

typedef struct told {
    double last;
    int calls, most;
} told;

static bool on_progress(double share, void *user)
{
    told *so_far = user;
    assert_true(share >= so_far->last && share <= 1);
    so_far->last = share;
    return ++so_far->calls <= so_far->most;
}

static void test_progress_and_stopping(void **state)
{
    (void)state;
    told so_far = {0, 0, 1000000};
    palate_evaluate_options options = all_metrics();
    options.on_progress = on_progress;
    options.on_progress_user = &so_far;
    palate_evaluation_free(evaluate(model, test, &options));
    assert_true(so_far.calls >= 4 && so_far.last > 0.6);
    int calls = so_far.calls;
    for (int most = 0; most < calls; most++) {
        palate_evaluation *evaluation = NULL;
        palate_error err;
        so_far = (told){0, 0, most};
        assert_int_equal(palate_evaluation_run(model, test, &options, &evaluation, &err),
                         PALATE_E_STOPPED);
        assert_null(evaluation);
        assert_int_equal(so_far.calls, most + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_threads),
        cmocka_unit_test(test_any_order_of_lines),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_training_ratings_are_noticed),
        cmocka_unit_test(test_baselines_need_what_they_need),
        cmocka_unit_test(test_systems_come_in_order),
        cmocka_unit_test(test_hardly_anything),
        cmocka_unit_test(test_metrics_are_chosen),
        cmocka_unit_test(test_lengths_of_some_metrics),
        cmocka_unit_test(test_nothing_is_chosen),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_null_arguments),
        cmocka_unit_test(test_groups_are_a_partition),
        cmocka_unit_test(test_groups_add_up),
        cmocka_unit_test(test_groups_change_nothing),
        cmocka_unit_test(test_groups_of_a_model_without_counts),
        cmocka_unit_test(test_progress_and_stopping),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
