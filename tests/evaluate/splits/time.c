/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by time: nothing is learned from what was not yet known. */
#include "evaluate/splits/support.h"

static palate_ratings *ratings;

static int set_up(void **state)
{
    (void)state;
    ratings = timed_ratings(false, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_ratings_free(ratings);
    return 0;
}

typedef struct span {
    int64_t first, last;
} span;

static span span_of(const int64_t *times, int64_t count)
{
    span of = {INT64_MAX, INT64_MIN};
    for (int64_t e = 0; e < count; e++) {
        of.first = times[e] < of.first ? times[e] : of.first;
        of.last = times[e] > of.last ? times[e] : of.last;
    }
    return of;
}

static void test_the_past_before_the_future(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_TIME);
    options.test_share = 0.3;
    palate_split *split = split_of(ratings, options);
    assert_int_equal(palate_split_fold_count(split), 1);
    fold of = take(split, 0);
    check_divided(&of);
    span train = span_of(of.train->times, palate_ratings_count(of.train));
    span test = span_of(of.test->times, palate_ratings_count(of.test));
    assert_true(train.last < test.first);
    /* At least the share, and not a whole moment more than it takes. */
    double share = (double)palate_ratings_count(of.test) / (double)palate_ratings_count(ratings);
    assert_true(share >= 0.3 - 0.001 && share < 0.3 + 0.03);
    give_back(&of);
    palate_split_free(split);
}

static void test_windows_follow_each_other(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_TIME);
    options.test_share = 0.2;
    options.folds = 4;
    palate_split *split = split_of(ratings, options);
    int64_t end = INT64_MIN;
    int tested[CELLS] = {0};
    for (int64_t f = 0; f < 4; f++) {
        fold of = take(split, f);
        span train = span_of(of.train->times, palate_ratings_count(of.train));
        span test = span_of(of.test->times, palate_ratings_count(of.test));
        assert_true(train.last < test.first);
        assert_true(end < test.first);
        /* Learned from everything up to the last window. */
        assert_true(f == 0 || train.last == end);
        end = test.last;
        mark_cells(of.test, tested);
        give_back(&of);
    }
    for (int cell = 0; cell < CELLS; cell++)
        assert_true(tested[cell] <= 1);
    palate_split_free(split);
}

static void check_user(const fold *of, uint32_t row, int64_t tested)
{
    const char *id = palate_ratings_user_id(ratings, row);
    palate_rated train = palate_ratings_of_user(
        of->train, palate_ratings_find_user(of->train, id, PALATE_TEXT));
    palate_rated test = palate_ratings_of_user(of->test,
                                               palate_ratings_find_user(of->test, id, PALATE_TEXT));
    assert_int_equal(test.count, tested);
    if (tested > 0)
        assert_true(span_of(train.times, train.count).last <=
                    span_of(test.times, test.count).first);
}

static void test_each_user_their_own(void **state)
{
    (void)state;
    static const int64_t counts[] = {0, 1, 3, 1000};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        palate_split_options options = split_options(PALATE_SPLIT_USER_TIME);
        options.test_count = counts[c];
        options.test_share = 0.25;
        palate_split *split = split_of(ratings, options);
        fold of = take(split, 0);
        check_divided(&of);
        for (uint32_t row = 0; row < palate_ratings_user_count(ratings); row++) {
            int64_t had = palate_ratings_of_user(ratings, row).count;
            int64_t wanted = counts[c] > 0 ? counts[c] : (int64_t)(0.25 * (double)had + 0.5);
            wanted = wanted < 1 ? 1 : wanted;
            check_user(&of, row, wanted < had ? wanted : had - 1);
        }
        give_back(&of);
        palate_split_free(split);
    }
}

/* ---- Ratings without a time ---- */

static palate_ratings *half_timed(void)
{
    enum { COUNT = 12 };
    static const char *users[COUNT], *items[COUNT];
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    static float values[COUNT];
    static int64_t times[COUNT];
    for (int e = 0; e < COUNT; e++) {
        users[e] = e < COUNT / 2 ? "x" : "y";
        items[e] = names[e % (COUNT / 2)];
        values[e] = (float)(e % 5);
        times[e] = e % 2 == 0 ? PALATE_NO_TIME : e;
    }
    palate_rating_arrays arrays = {COUNT, users, items, values, times};
    palate_ratings *made = NULL;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &made, NULL), PALATE_OK);
    return made;
}

static void test_without_a_time_never_a_test(void **state)
{
    (void)state;
    palate_ratings *half = half_timed();
    for (int method = PALATE_SPLIT_TIME; method <= PALATE_SPLIT_USER_TIME; method++) {
        palate_split_options options = split_options(method);
        options.test_share = 0.9;
        palate_split *split = split_of(half, options);
        fold of = take(split, 0);
        assert_true(span_of(of.test->times, palate_ratings_count(of.test)).first != PALATE_NO_TIME);
        assert_int_equal(palate_ratings_count(of.train) + palate_ratings_count(of.test),
                         palate_ratings_count(half));
        give_back(&of);
        palate_split_free(split);
    }
    palate_ratings_free(half);
}

static void check_refused(const palate_ratings *of, palate_split_options options, const char *says)
{
    palate_split *split = NULL;
    fold taken = {0};
    palate_error err = {.message = ""};
    palate_status status = palate_split_create(of, &options, &split, &err);
    if (status == PALATE_OK)
        status = palate_split_take(split, 0, &taken.train, &taken.test, &err);
    assert_int_equal(status, PALATE_E_INVALID);
    assert_true(taken.train == NULL && taken.test == NULL);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
    palate_split_free(split);
}

static void test_what_cannot_be_split(void **state)
{
    (void)state;
    static const char *const users[] = {"x", "y"};
    static const char *const items[] = {"a", "b"};
    static const float values[] = {1, 2};
    static const int64_t same[] = {5, 5};
    palate_rating_arrays arrays = {2, users, items, values, NULL};
    palate_ratings *timeless = NULL;
    palate_ratings *one_moment = NULL;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &timeless, NULL), PALATE_OK);
    arrays.times = same;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &one_moment, NULL), PALATE_OK);
    palate_split_options options = split_options(PALATE_SPLIT_TIME);
    options.test_share = 0.5;
    check_refused(timeless, options, "needs times");
    check_refused(one_moment, options, "no rating to learn from");
    options.folds = 3;
    check_refused(ratings, options, "nothing to learn from");
    options = split_options(PALATE_SPLIT_USER_TIME);
    check_refused(timeless, options, "needs times");
    check_refused(one_moment, options, "no rating to test on");
    options.folds = 2;
    check_refused(ratings, options, "would be the same");
    palate_ratings_free(timeless);
    palate_ratings_free(one_moment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_past_before_the_future),
        cmocka_unit_test(test_windows_follow_each_other),
        cmocka_unit_test(test_each_user_their_own),
        cmocka_unit_test(test_without_a_time_never_a_test),
        cmocka_unit_test(test_what_cannot_be_split),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
