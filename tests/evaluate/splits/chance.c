/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by chance: parts are parts, of the size asked for, and the ids alone decide. */
#include "evaluate/splits/support.h"

#include "base/random.h"

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

/* ---- The selection ---- */

static int compare_keys(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void check_places(uint64_t *keys, size_t count)
{
    uint64_t sorted[500];
    memcpy(sorted, keys, count * sizeof *keys);
    qsort(sorted, count, sizeof *sorted, compare_keys);
    for (size_t place = 0; place < count; place++)
        assert_true(palate__key_at(keys, count, place) == sorted[place]);
    assert_true(palate__key_at(keys, count, count) == UINT64_MAX);
}

static void test_key_at_a_place(void **state)
{
    (void)state;
    uint64_t keys[500];
    for (uint32_t k = 0; k < 500; k++) {
        palate__random4 drawn = palate__random(3, PALATE__RANDOM_SPLIT, 0, k, 0);
        keys[k] = (uint64_t)drawn.word[0] << 32 | drawn.word[1];
    }
    check_places(keys, 500);
    check_places(keys, 1);
    for (uint32_t k = 0; k < 500; k++)
        keys[k] = k % 7;
    check_places(keys, 500);
    for (uint32_t k = 0; k < 500; k++)
        keys[k] = UINT64_MAX - k % 3;
    check_places(keys, 500);
}

/* ---- K-fold ---- */

static void check_partition(const palate_split *split, int64_t first, int64_t parts)
{
    int tested[CELLS] = {0};
    int64_t count = palate_ratings_count(ratings);
    for (int64_t f = first; f < first + parts; f++) {
        fold of = take(split, f);
        check_divided(&of);
        mark_cells(of.test, tested);
        int64_t size = palate_ratings_count(of.test);
        assert_true(size == count / parts || size == count / parts + 1);
        give_back(&of);
    }
    for (int cell = 0; cell < CELLS; cell++)
        assert_int_equal(tested[cell], is_rated(cell / ITEMS, cell % ITEMS));
}

static void test_each_rating_is_tested_once(void **state)
{
    (void)state;
    static const int64_t folds[] = {2, 3, 5, 11};
    for (size_t f = 0; f < sizeof folds / sizeof folds[0]; f++) {
        palate_split_options options = split_options(PALATE_SPLIT_K_FOLD);
        options.folds = folds[f];
        palate_split *split = split_of(ratings, options);
        assert_int_equal(palate_split_fold_count(split), folds[f]);
        check_partition(split, 0, folds[f]);
        palate_split_free(split);
    }
}

static void test_repeats_are_other_partitions(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_K_FOLD);
    options.folds = 3;
    options.repeats = 2;
    palate_split *split = split_of(ratings, options);
    assert_int_equal(palate_split_fold_count(split), 6);
    assert_string_equal(palate_split_fold_name(split, 4), "fold 2.2");
    check_partition(split, 0, 3);
    check_partition(split, 3, 3);
    fold one = take(split, 0);
    fold other = take(split, 3);
    assert_true(fingerprint(one.test) != fingerprint(other.test));
    give_back(&one);
    give_back(&other);
    palate_split_free(split);
}

static void test_as_many_folds_as_ratings(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_K_FOLD);
    options.folds = palate_ratings_count(ratings);
    palate_split *split = split_of(ratings, options);
    fold of = take(split, options.folds - 1);
    assert_int_equal(palate_ratings_count(of.test), 1);
    give_back(&of);
    palate_split_free(split);
}

/* ---- The seed and the ids alone decide ---- */

static void check_same_fold(const palate_split *one, const palate_split *other, int64_t number)
{
    fold a = take(one, number);
    fold b = take(other, number);
    assert_true(fingerprint(a.train) == fingerprint(b.train));
    assert_true(fingerprint(a.test) == fingerprint(b.test));
    give_back(&a);
    give_back(&b);
}

static void test_any_order_of_lines(void **state)
{
    (void)state;
    palate_ratings *backwards = timed_ratings(true, false);
    for (int method = PALATE_SPLIT_K_FOLD; method <= PALATE_SPLIT_USER_TIME; method++) {
        palate_split *one = split_of(ratings, split_options(method));
        palate_split *other = split_of(backwards, split_options(method));
        for (int64_t f = 0; f < palate_split_fold_count(one); f++)
            check_same_fold(one, other, f);
        palate_split_free(one);
        palate_split_free(other);
    }
    palate_ratings_free(backwards);
}

static void test_seed_matters(void **state)
{
    (void)state;
    for (int method = PALATE_SPLIT_K_FOLD; method <= PALATE_SPLIT_LEAVE_ONE_OUT; method++) {
        palate_split_options options = split_options(method);
        palate_split *one = split_of(ratings, options);
        options.seed = 1;
        palate_split *other = split_of(ratings, options);
        fold a = take(one, 0);
        fold b = take(other, 0);
        assert_true(fingerprint(a.test) != fingerprint(b.test));
        give_back(&a);
        give_back(&b);
        palate_split_free(one);
        palate_split_free(other);
    }
}

/* The least and the greatest key, in the order of chance of all ratings, of some of them. */
static void find_keys(const palate_split *all, const palate_ratings *some, uint64_t *least,
                      uint64_t *greatest)
{
    *least = UINT64_MAX;
    *greatest = 0;
    for (uint32_t row = 0; row < some->users.count; row++) {
        palate_rated rated = palate_ratings_of_user(some, row);
        uint32_t user = palate_ratings_find_user(ratings, palate_ratings_user_id(some, row),
                                                 PALATE_TEXT);
        for (int64_t e = 0; e < rated.count; e++) {
            const char *id = palate_ratings_item_id(some, rated.rows[e]);
            uint32_t item = palate_ratings_find_item(ratings, id, PALATE_TEXT);
            uint64_t key = palate__split_key(all, 0, user, item);
            *least = key < *least ? key : *least;
            *greatest = key > *greatest ? key : *greatest;
        }
    }
}

/* The order of chance of some ratings is the one they have among all. */
static void test_ratings_keep_their_places(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_SHUFFLE);
    options.test_share = 0.5;
    palate_split *all = split_of(ratings, options);
    fold of = take(all, 0);
    palate_split *part = split_of(of.train, options);
    fold inner = take(part, 0);
    uint64_t least[2];
    uint64_t greatest[2];
    find_keys(all, inner.test, &least[0], &greatest[0]);
    find_keys(all, inner.train, &least[1], &greatest[1]);
    assert_true(greatest[0] < least[1]);
    give_back(&inner);
    give_back(&of);
    palate_split_free(part);
    palate_split_free(all);
}

/* ---- Shuffle, leave one out ---- */

static void test_shuffle_has_its_share(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_SHUFFLE);
    options.folds = 3;
    options.test_share = 0.15;
    palate_split *split = split_of(ratings, options);
    uint64_t before = 0;
    for (int64_t f = 0; f < 3; f++) {
        fold of = take(split, f);
        check_divided(&of);
        assert_true(fabs((double)palate_ratings_count(of.test) -
                         0.15 * (double)palate_ratings_count(ratings)) <= 0.5);
        assert_true(fingerprint(of.test) != before);
        before = fingerprint(of.test);
        give_back(&of);
    }
    palate_split_free(split);
}

static void check_left_out(int64_t test_count)
{
    palate_split_options options = split_options(PALATE_SPLIT_LEAVE_ONE_OUT);
    options.test_count = test_count;
    palate_split *split = split_of(ratings, options);
    fold of = take(split, 0);
    check_divided(&of);
    int64_t wanted = test_count == 0 ? 1 : test_count;
    for (uint32_t row = 0; row < palate_ratings_user_count(ratings); row++) {
        const char *id = palate_ratings_user_id(ratings, row);
        int64_t had = palate_ratings_of_user(ratings, row).count;
        uint32_t in_test = palate_ratings_find_user(of.test, id, PALATE_TEXT);
        int64_t tested = palate_ratings_of_user(of.test, in_test).count;
        assert_int_equal(tested, had - 1 < wanted ? had - 1 : wanted);
    }
    give_back(&of);
    palate_split_free(split);
}

static void test_leave_one_out(void **state)
{
    (void)state;
    check_left_out(0);
    check_left_out(1);
    check_left_out(4);
    check_left_out(1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_at_a_place),
        cmocka_unit_test(test_each_rating_is_tested_once),
        cmocka_unit_test(test_repeats_are_other_partitions),
        cmocka_unit_test(test_as_many_folds_as_ratings),
        cmocka_unit_test(test_any_order_of_lines),
        cmocka_unit_test(test_seed_matters),
        cmocka_unit_test(test_ratings_keep_their_places),
        cmocka_unit_test(test_shuffle_has_its_share),
        cmocka_unit_test(test_leave_one_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
