/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the other side in 16 bits: where they are, that they change nothing that counts, and where they end. */
#include "train/training.h"

#include "train/support.h"

enum { USERS = 1200, ITEMS = 400, MANY = USERS * ITEMS };

static palate_ratings *many, *few;

/* Three tastes and some noise, three of five cells seen. */
static palate_ratings *many_ratings(void)
{
    static char ids[USERS][ID_BYTES];
    const char **users = calloc(MANY, sizeof *users);
    const char **items = calloc(MANY, sizeof *items);
    float *values = calloc(MANY, sizeof *values);
    palate_rating_arrays arrays = {0, users, items, values, NULL};
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    assert_true(users != NULL && items != NULL && values != NULL);
    for (uint32_t i = 0; i < USERS; i++)
        snprintf(ids[i], ID_BYTES, "n%u", i);
    for (uint32_t i = 0; i < USERS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++) {
            if (made_up(i * 7919U + j, 3) >= 0.6)
                continue;
            double sum = 1.0 + 1.5 * made_up(i * 104729U + j, 5);
            for (uint32_t f = 0; f < 3; f++)
                sum += 1.6 * made_up(i, 10 + f) * 1.6 * made_up(j, 100 + f);
            users[arrays.count] = ids[i];
            items[arrays.count] = ids[j];
            values[arrays.count++] = (float)sum;
        }
    }
    if (palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    free(users);
    free(items);
    free(values);
    return ratings;
}

static palate_train_options some_options(int rule, int64_t epochs)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = rule;
    options.factors = 20;
    options.epochs = epochs;
    options.tolerance = 0.0;
    options.regularization = 5.0;
    return options;
}

static void begin(palate__training *training, const palate_ratings *ratings,
                  const palate_train_options *options)
{
    palate_error err = {0};
    if (palate__training_begin(training, ratings, options, NULL, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    palate__training_start(training);
}

static void run(palate__training *training)
{
    palate_error err = {0};
    assert_int_equal(palate__training_run(training, &err), PALATE_OK);
}

/* ---- Where ---- */

static bool is_rounded(const palate_ratings *ratings, int mode, int rule)
{
    palate_train_options options = some_options(rule, 1);
    options.mode = mode;
    palate__training training;
    begin(&training, ratings, &options);
    const bool rounded = training.users.narrow != NULL;
    assert_true((training.items.narrow != NULL) == rounded);
    palate__training_end(&training);
    return rounded;
}

static void test_rounded_where_it_is_worth_it(void **unused)
{
    (void)unused;
    assert_true(is_rounded(many, PALATE_MODE_DEFAULT, PALATE_RULE_VB));
    assert_true(is_rounded(many, PALATE_MODE_DEFAULT, PALATE_RULE_MAP));
    assert_false(is_rounded(many, PALATE_MODE_DEFAULT, PALATE_RULE_BAYES));
    assert_false(is_rounded(many, PALATE_MODE_STRICT, PALATE_RULE_MAP));
    assert_false(is_rounded(many, PALATE_MODE_PURE, PALATE_RULE_MAP));
    assert_false(is_rounded(few, PALATE_MODE_DEFAULT, PALATE_RULE_VB));
}

/* ---- What it changes ---- */

/* The root mean square of the difference of two sides' factors. */
static double difference(const palate__training *one, const palate__train_side *a,
                         const palate__train_side *b)
{
    double sum = 0.0;
    const size_t count = (size_t)a->matrix.row_count * one->stride;
    for (size_t i = 0; i < count; i++)
        sum += pow((double)a->rows[i] - (double)b->rows[i], 2);
    return sqrt(sum / (double)count);
}

static void check_nearness(int rule)
{
    palate__training rounded, exact;
    palate_train_options options = some_options(rule, 8);
    options.validation = 0.1;
    begin(&rounded, many, &options);
    begin(&exact, many, &options);
    palate__training_widen(&exact);
    run(&rounded);
    run(&exact);
    assert_non_null(rounded.items.narrow);
    const double away = difference(&rounded, &rounded.items, &exact.items);
    assert_true(away > 0.0 && away < 1e-3);
    assert_true(fabs(rounded.validation_rmse - exact.validation_rmse) < 2e-5);
    assert_true(fabs(rounded.objective / exact.objective - 1.0) < 1e-4);
    palate__training_end(&rounded);
    palate__training_end(&exact);
}

static void test_rounding_changes_nothing_that_counts(void **unused)
{
    (void)unused;
    check_nearness(PALATE_RULE_MAP);
    check_nearness(PALATE_RULE_VB);
}

static void test_threads_leave_no_trace(void **unused)
{
    (void)unused;
    palate__training one, other;
    palate_train_options options = some_options(PALATE_RULE_VB, 3);
    options.threads = 1;
    begin(&one, many, &options);
    run(&one);
    for (options.threads = 2; options.threads <= 3; options.threads++) {
        begin(&other, many, &options);
        run(&other);
        assert_true(difference(&one, &one.users, &other.users) == 0.0);
        assert_true(difference(&one, &one.items, &other.items) == 0.0);
        palate__training_end(&other);
    }
    palate__training_end(&one);
}

/* ---- Where it ends ---- */

/* The objective falls to where rounding would keep it from falling further, and on. */
static void test_a_run_to_the_end_ends_exact(void **unused)
{
    (void)unused;
    palate__training training;
    palate_train_options options = some_options(PALATE_RULE_MAP, 300);
    options.factors = 4;
    options.regularization = 40.0;
    options.tolerance = 5e-5;
    begin(&training, many, &options);
    run(&training);
    assert_string_equal(training.stopped_by, "tolerance");
    assert_null(training.users.narrow);
    assert_null(training.items.narrow);
    assert_false(training.rounded);
    size_t e = 1;
    while (e < training.log_count &&
           fabs(training.log[e].objective / training.log[e - 1].objective - 1.0) >= 1e-4)
        e++;
    for (e += 2; e < training.log_count; e++)
        assert_true(training.log[e].objective <= training.log[e - 1].objective * (1.0 + 1e-7));
    palate__training_end(&training);
}

static int make_ratings(void **unused)
{
    (void)unused;
    triples *made = stars(100, 60, 0.3);
    few = ratings_of(made, false);
    free(made);
    many = many_ratings();
    return 0;
}

static int free_ratings(void **unused)
{
    (void)unused;
    palate_ratings_free(few);
    palate_ratings_free(many);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounded_where_it_is_worth_it),
        cmocka_unit_test(test_rounding_changes_nothing_that_counts),
        cmocka_unit_test(test_threads_leave_no_trace),
        cmocka_unit_test(test_a_run_to_the_end_ends_exact),
    };
    return cmocka_run_group_tests(tests, make_ratings, free_ratings);
}
