/* SPDX-License-Identifier: Apache-2.0 */
/* A search is training and evaluating, by hand; and the same whatever threads, stops and studies. */
#include "evaluate/support.h"

#include <sqlite3.h>

static palate_ratings *ratings;
static palate_split *split;

static bool some_cells(int i, int j)
{
    return (i * 31 + j * 17) % 5 < 2;
}

static palate_split *split_by(uint64_t seed, int method, int64_t folds)
{
    palate_split_options options;
    palate_split_options_init(&options);
    options.folds = folds;
    options.method = method;
    options.seed = seed;
    palate_split *made = NULL;
    assert_int_equal(palate_split_create(ratings, &options, &made, NULL), PALATE_OK);
    return made;
}

static int set_up(void **state)
{
    (void)state;
    ratings = ratings_of(some_cells, stars, false);
    split = split_by(0, PALATE_SPLIT_K_FOLD, 3);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_split_free(split);
    palate_ratings_free(ratings);
    return 0;
}

static palate_train_options training(int64_t threads)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.epochs = 6;
    options.threads = threads;
    options.tolerance = 0;
    options.fast = true; /* Without a pilot. */
    return options;
}

static palate_tune_options searching(int search)
{
    palate_tune_options options;
    palate_tune_options_init(&options);
    options.search = search;
    options.trials = search == PALATE_SEARCH_GRID ? PALATE_AUTO : 9;
    options.least_epochs = 1;
    return options;
}

static const char *const PLANE[] = {"factors=2..9", "regularization=0.5..50:log"};
static const char *const GRID[] = {"factors=2,5", "mode=default,pure"};

static palate_tuning *searched(const palate_split *of, const char *const *tries,
                               const palate_tune_options *options, int64_t threads)
{
    palate_train_options train = training(threads);
    palate_tuning *tuning = NULL;
    palate_error err = {.message = ""};
    if (palate_tune(of, tries, 2, &train, options, &tuning, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return tuning;
}

/* All but seconds. */
static void check_same(const palate_tuning *a, const palate_tuning *b)
{
    assert_int_equal(palate_tuning_trial_count(a), palate_tuning_trial_count(b));
    for (size_t p = 0; p < palate_tuning_trial_count(a); p++) {
        palate_tuning_trial one = *palate_tuning_trial_at(a, p);
        palate_tuning_trial other = *palate_tuning_trial_at(b, p);
        assert_int_equal(one.number, other.number);
        assert_int_equal(one.rung, other.rung);
        assert_int_equal(one.fold_count, other.fold_count);
        assert_int_equal(one.factors, other.factors);
        assert_int_equal(one.epochs, other.epochs);
        assert_true(one.mean == other.mean && one.error == other.error);
        assert_true(one.difference == other.difference &&
                    one.difference_error == other.difference_error);
        assert_string_equal(one.values[0], other.values[0]);
        assert_string_equal(one.values[1], other.values[1]);
    }
    assert_int_equal(palate_tuning_simplest(a), palate_tuning_simplest(b));
}

/* ---- By hand ---- */

static double measured(const palate_tuning *tuning, size_t place, int64_t fold)
{
    palate_ratings *train = NULL;
    palate_ratings *test = NULL;
    palate_model *model = NULL;
    palate_train_options options;
    palate_evaluate_options how;
    palate_evaluate_options_init(&how);
    how.metrics = palate_tuning_measure(tuning)->name;
    how.resamples = 0;
    assert_int_equal(palate_tuning_options(tuning, place, &options, NULL), PALATE_OK);
    assert_int_equal(palate_split_take(split, fold, &train, &test, NULL), PALATE_OK);
    assert_int_equal(palate_model_train(train, &options, &model, NULL), PALATE_OK);
    palate_evaluation *evaluation = evaluate(model, test, &how);
    const double value = palate_evaluation_figure(evaluation, 0, 0, 0).value;
    palate_evaluation_free(evaluation);
    palate_model_free(model);
    palate_ratings_free(train);
    palate_ratings_free(test);
    return value;
}

static void check_by_hand(const char *metric)
{
    palate_tune_options options = searching(PALATE_SEARCH_GRID);
    options.metric = metric;
    palate_tuning *tuning = searched(split, GRID, &options, 2);
    assert_true(palate_tuning_complete(tuning));
    assert_int_equal(palate_tuning_trial_count(tuning), 4);
    assert_int_equal(palate_tuning_trained_count(tuning), 12);
    assert_int_equal(palate_tuning_found_count(tuning), 0);
    assert_string_equal(palate_tuning_axis(tuning, 1)->name, "mode");
    assert_null(palate_tuning_axis(tuning, 2));
    for (size_t p = 0; p < 4; p++) {
        double sum = 0;
        for (int64_t f = 0; f < 3; f++)
            sum += measured(tuning, p, f);
        check_close(palate_tuning_trial_at(tuning, p)->mean, sum / 3);
    }
    palate_tuning_free(tuning);
}

static void test_by_hand(void **state)
{
    (void)state;
    check_by_hand(NULL);
    check_by_hand("ndcg@5");
}

static void test_one_fold_has_an_error_of_its_users(void **state)
{
    (void)state;
    palate_split *one = split_by(0, PALATE_SPLIT_SHUFFLE, 1);
    palate_tune_options options = searching(PALATE_SEARCH_GRID);
    palate_tuning *tuning = searched(one, GRID, &options, 2);
    for (size_t p = 0; p < 4; p++) {
        const palate_tuning_trial *trial = palate_tuning_trial_at(tuning, p);
        assert_true(trial->has_error && trial->error > 0.0 && trial->error < 0.1 * trial->mean);
        assert_false(trial->has_difference);
    }
    palate_tuning_free(tuning);
    palate_split_free(one);
}

/* ---- The same bits ---- */

static void test_threads_decide_nothing(void **state)
{
    (void)state;
    for (int search = PALATE_SEARCH_GRID; search <= PALATE_SEARCH_HALVING; search++) {
        palate_tune_options options = searching(search);
        const char *const *tries = search == PALATE_SEARCH_GRID ? GRID : PLANE;
        palate_tuning *one = searched(split, tries, &options, 1);
        palate_tuning *many = searched(split, tries, &options, 7);
        options.at_once = 1;
        palate_tuning *in_turn = searched(split, tries, &options, 3);
        check_same(one, many);
        check_same(one, in_turn);
        palate_tuning_free(one);
        palate_tuning_free(many);
        palate_tuning_free(in_turn);
    }
}

/* ---- Halving ---- */

/* Of 9 trials 3 go on, and of those 1; who goes on was better than who does not. */
static void test_the_better_third_goes_on(void **state)
{
    (void)state;
    palate_tune_options options = searching(PALATE_SEARCH_HALVING);
    palate_train_options train = training(2);
    palate_tuning *tuning = searched(split, PLANE, &options, 2);
    assert_int_equal(palate_tuning_rung_count(tuning), 2);
    assert_int_equal(palate_tuning_trained_count(tuning), (9 + 3) * 3);
    for (size_t p = 0; p < 9; p++) {
        const palate_tuning_trial *trial = palate_tuning_trial_at(tuning, p);
        assert_int_equal(trial->rung, p < 3 ? 1 : 0);
        assert_int_equal(trial->epochs, p < 3 ? 6 : 2);
        assert_true(trial->comparable == (p < 3));
    }
    /* Those that went on were the best after 2 epochs. */
    train.epochs = 2;
    options.search = PALATE_SEARCH_RANDOM;
    palate_tuning *early = NULL;
    assert_int_equal(palate_tune(split, PLANE, 2, &train, &options, &early, NULL), PALATE_OK);
    bool went_on[10] = {false};
    for (size_t p = 0; p < 3; p++)
        went_on[palate_tuning_trial_at(tuning, p)->number] = true;
    for (size_t p = 0; p < 3; p++)
        assert_true(went_on[palate_tuning_trial_at(early, p)->number]);
    for (size_t p = 3; p < 9; p++)
        assert_int_equal(palate_tuning_trial_at(early, p)->number,
                         palate_tuning_trial_at(tuning, p)->number);
    palate_tuning_free(early);
    palate_tuning_free(tuning);
}

/* ---- Trials that cannot be trained ---- */

static void test_failed_trials_are_last(void **state)
{
    (void)state;
    const char *tries[] = {"rule=map,mu", "mode=default,strict"};
    palate_tune_options options = searching(PALATE_SEARCH_GRID);
    palate_tuning *tuning = searched(split, tries, &options, 2);
    size_t failed = 0;
    for (size_t p = 0; p < 4; p++) {
        const palate_tuning_trial *trial = palate_tuning_trial_at(tuning, p);
        failed += trial->failed != NULL;
        assert_true(failed == 0 || trial->failed != NULL);
    }
    assert_true(failed > 0 && failed < 4);
    assert_true(palate_tuning_complete(tuning));
    palate_tuning_free(tuning);
}

static void test_nothing_can_be_trained(void **state)
{
    (void)state;
    const char *tries[] = {"mode=strict"};
    palate_train_options train = training(1);
    palate_tuning *tuning = NULL;
    palate_error err = {.message = ""};
    train.rule = PALATE_RULE_MU;
    assert_int_equal(palate_tune(split, tries, 1, &train, NULL, &tuning, &err), PALATE_E_INVALID);
    assert_null(tuning);
    assert_non_null(strstr(err.message, "no trial could be measured: "));
}

/* ---- Studies ---- */

static const char STUDY[] = "tune-test.sqlite";

static palate_tune_options with_study(int search)
{
    palate_tune_options options = searching(search);
    options.study = STUDY;
    return options;
}

static bool stop_at_once(const palate_tune_progress *progress, void *user)
{
    int64_t *wanted = user;
    assert_true(progress->share >= 0.0 && progress->share <= 1.0 + 1e-9);
    assert_true(progress->done <= progress->count);
    return progress->done < *wanted;
}

/* Stopped as soon as something is there, again and again, it comes to the same, and trains nothing twice. */
static void test_goes_on_where_it_stopped(void **state)
{
    (void)state;
    palate_tune_options plain = searching(PALATE_SEARCH_HALVING);
    palate_tuning *whole = searched(split, PLANE, &plain, 2);
    palate_tune_options options = with_study(PALATE_SEARCH_HALVING);
    palate_train_options train = training(1);
    palate_tuning *tuning = NULL;
    int64_t trained = 0;
    int stops = 0;
    (void)remove(STUDY);
    for (int64_t wanted = 1;; wanted += 7) {
        options.on_progress = stop_at_once;
        options.on_progress_user = &wanted;
        palate_status status = palate_tune(split, PLANE, 2, &train, &options, &tuning, NULL);
        assert_true(status == PALATE_OK || status == PALATE_E_STOPPED);
        if (tuning != NULL)
            trained += palate_tuning_trained_count(tuning);
        if (status == PALATE_OK)
            break;
        stops++;
        assert_true(tuning == NULL || !palate_tuning_complete(tuning));
        palate_tuning_free(tuning);
    }
    assert_true(stops > 0);
    check_same(whole, tuning);
    assert_int_equal(trained, palate_tuning_trained_count(whole));
    palate_tuning_free(tuning);
    palate_tuning_free(whole);
}

/* A search of other trials takes those that are known. */
static void test_results_serve_other_searches(void **state)
{
    (void)state;
    const char *larger[] = {"factors=2,5,7", "mode=default,pure"};
    palate_tune_options options = with_study(PALATE_SEARCH_GRID);
    (void)remove(STUDY);
    palate_tuning_free(searched(split, GRID, &options, 2));
    palate_tuning *tuning = searched(split, larger, &options, 2);
    assert_int_equal(palate_tuning_found_count(tuning), 12);
    assert_int_equal(palate_tuning_trained_count(tuning), 6);
    palate_tuning_free(tuning);
}

static void check_refused(const palate_split *of, const palate_tune_options *options,
                          palate_status wanted, const char *says)
{
    palate_train_options train = training(1);
    palate_tuning *tuning = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_tune(of, GRID, 2, &train, options, &tuning, &err), wanted);
    assert_null(tuning);
    if (strstr(err.message, says) == NULL)
        fail_msg("does not say \"%s\": %s", says, err.message);
}

static bool other_cells(int i, int j)
{
    return some_cells(i, j) && i + j > 0;
}

static void test_other_data_are_refused(void **state)
{
    (void)state;
    palate_tune_options options = with_study(PALATE_SEARCH_GRID);
    (void)remove(STUDY);
    palate_tuning_free(searched(split, GRID, &options, 2));
    palate_split *other = split_by(1, PALATE_SPLIT_K_FOLD, 3);
    check_refused(other, &options, PALATE_E_INVALID, "a study of other folds");
    palate_split_free(other);
    other = split_by(0, PALATE_SPLIT_K_FOLD, 4);
    check_refused(other, &options, PALATE_E_INVALID, "a study of other folds");
    palate_split_free(other);
    options.metric = "mae";
    check_refused(split, &options, PALATE_E_INVALID, "a study of other metrics");
    options.metric = NULL;
    palate_ratings *kept = ratings;
    ratings = ratings_of(other_cells, stars, false);
    other = split_by(0, PALATE_SPLIT_K_FOLD, 3);
    check_refused(other, &options, PALATE_E_INVALID, "a study of other ratings");
    palate_split_free(other);
    palate_ratings_free(ratings);
    ratings = ratings_of(some_cells, stars, true);
    other = split_by(0, PALATE_SPLIT_K_FOLD, 3);
    palate_tuning *same = searched(other, GRID, &options, 1); /* Lines in another order. */
    assert_int_equal(palate_tuning_trained_count(same), 0);
    palate_tuning_free(same);
    palate_split_free(other);
    palate_ratings_free(ratings);
    ratings = kept;
}

/* ---- Files that are no studies ---- */

static void write_study(const char *bytes, size_t count)
{
    FILE *file = fopen(STUDY, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void change_study(const char *sql)
{
    sqlite3 *database = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(STUDY, &database), SQLITE_OK);
    if (sqlite3_exec(database, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void make_study(void)
{
    palate_tune_options options = with_study(PALATE_SEARCH_GRID);
    (void)remove(STUDY);
    palate_tuning_free(searched(split, GRID, &options, 1));
}

static void test_other_files_are_refused(void **state)
{
    (void)state;
    palate_tune_options options = with_study(PALATE_SEARCH_GRID);
    write_study("user,item,rating\n1,2,3\n", 23);
    check_refused(split, &options, PALATE_E_FORMAT, "no study of palate");
    (void)remove(STUDY);
    change_study("CREATE TABLE shop(x)");
    check_refused(split, &options, PALATE_E_FORMAT, "a database, but no study of palate");
    make_study();
    change_study("PRAGMA user_version = 2");
    check_refused(split, &options, PALATE_E_FORMAT, "another version");
    make_study();
    change_study("UPDATE study SET value = '0.0.9' WHERE key = 'palate'");
    check_refused(split, &options, PALATE_E_INVALID, "other versions of palate");
    make_study();
    change_study("DELETE FROM study WHERE key = 'split'");
    check_refused(split, &options, PALATE_E_FORMAT, "does not say what it is of");
    make_study();
    change_study("DROP TABLE result");
    check_refused(split, &options, PALATE_E_FORMAT, "damaged");
    static const char *const DAMAGE[] = {
        "UPDATE result SET value = NULL",    "UPDATE result SET value = 'x'",
        "UPDATE result SET value = 9e999",   "UPDATE result SET factors = -1",
        "UPDATE result SET error = -1.0",    "UPDATE result SET seconds = -9e999",
        "UPDATE result SET value = x'0001'", "UPDATE result SET epochs = -3",
    };
    for (size_t d = 0; d < sizeof DAMAGE / sizeof DAMAGE[0]; d++) {
        make_study();
        change_study(DAMAGE[d]);
        check_refused(split, &options, PALATE_E_FORMAT, "damaged");
    }
    options.study = "no-such-folder/study.sqlite";
    check_refused(split, &options, PALATE_E_IO, "no-such-folder/study.sqlite: cannot open");
}

/* Cut off anywhere, or with bytes changed, it is refused or serves; nothing crashes. */
static void test_damaged_files(void **state)
{
    (void)state;
    static char bytes[100000];
    make_study();
    FILE *file = fopen(STUDY, "rb");
    assert_non_null(file);
    const size_t count = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    palate_tune_options options = with_study(PALATE_SEARCH_GRID);
    palate_train_options train = training(1);
    size_t refused = 0;
    for (size_t at = 1; at < count; at += 331) {
        palate_tuning *tuning = NULL;
        palate_error err = {.message = ""};
        bytes[at] ^= 0x55;
        write_study(bytes, at % 2 == 0 ? at : count);
        bytes[at] ^= 0x55;
        palate_status status = palate_tune(split, GRID, 2, &train, &options, &tuning, &err);
        assert_true(status == PALATE_OK || (tuning == NULL && err.message[0] != '\0'));
        refused += status != PALATE_OK;
        palate_tuning_free(tuning);
    }
    assert_true(refused > 10);
    (void)remove(STUDY);
}

/* ---- What is wrong ---- */

static void check_options_refused(const palate_tune_options *options, const char *says)
{
    check_refused(split, options, PALATE_E_INVALID, says);
}

static void test_bad_options(void **state)
{
    (void)state;
    palate_tune_options options = searching(PALATE_SEARCH_GRID);
    options.metric = "rating";
    check_options_refused(&options, "option metric: \"rating\" does not decide");
    options.metric = "rmse,mae";
    check_options_refused(&options, "does not decide");
    options.metric = "gini";
    check_options_refused(&options, "does not decide");
    options.metric = "rmsd";
    check_options_refused(&options, "did you mean \"rmse\"?");
    options = searching(PALATE_SEARCH_GRID);
    options.search = 7;
    check_options_refused(&options, "option search");
    options = searching(PALATE_SEARCH_GRID);
    options.keep = 1;
    check_options_refused(&options, "option keep");
    options = searching(PALATE_SEARCH_GRID);
    options.trials = 0;
    check_options_refused(&options, "option trials");
    options = searching(PALATE_SEARCH_GRID);
    options.at_once = 0;
    check_options_refused(&options, "option at-once");
    palate_tuning *tuning = NULL;
    palate_error err;
    assert_int_equal(palate_tune(NULL, GRID, 2, NULL, NULL, &tuning, &err), PALATE_E_INVALID);
    assert_int_equal(palate_tune(split, GRID, 2, NULL, NULL, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_tune(split, NULL, 2, NULL, NULL, &tuning, &err), PALATE_E_INVALID);
    palate_tuning_free(NULL);
}

/* A limit so short that nothing is measured is no result. */
static void test_time_limit(void **state)
{
    (void)state;
    palate_tune_options options = searching(PALATE_SEARCH_GRID);
    options.time_limit = 1e-9;
    check_refused(split, &options, PALATE_E_STOPPED, "the time limit came before any result");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_one_fold_has_an_error_of_its_users),
        cmocka_unit_test(test_threads_decide_nothing),
        cmocka_unit_test(test_the_better_third_goes_on),
        cmocka_unit_test(test_failed_trials_are_last),
        cmocka_unit_test(test_nothing_can_be_trained),
        cmocka_unit_test(test_goes_on_where_it_stopped),
        cmocka_unit_test(test_results_serve_other_searches),
        cmocka_unit_test(test_other_data_are_refused),
        cmocka_unit_test(test_other_files_are_refused),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_time_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
