/* SPDX-License-Identifier: Apache-2.0 */
/* Trials and rungs. */
#include "tune/tuning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static palate_tuning *begin(int search, int64_t trials, const char *const *tries, size_t count)
{
    palate_tuning *tuning = NULL;
    assert_int_equal(palate__tuning_make(NULL, 1, &tuning, NULL), PALATE_OK);
    palate_train_options_init(&tuning->base);
    palate_tune_options_init(&tuning->options);
    tuning->options.search = search;
    tuning->options.trials = trials;
    assert_int_equal(palate__space_make(NULL, tries, count, &tuning->space, NULL), PALATE_OK);
    return tuning;
}

static palate_tuning *drawn(int search, int64_t trials, const char *const *tries, size_t count)
{
    palate_tuning *tuning = begin(search, trials, tries, count);
    palate_error err = {.message = ""};
    if (palate__tuning_draw(tuning, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return tuning;
}

static bool same(const palate_tuning *a, const palate_tuning *b, size_t t)
{
    for (size_t axis = 0; axis < a->space.axis_count; axis++)
        if (strcmp(a->tried[t].values[axis], b->tried[t].values[axis]) != 0)
            return false;
    return true;
}

static const char *const PLANE[] = {"factors=4..128:log", "anchor=0..0.5"};

static void test_random_is_a_function_of_the_seed(void **state)
{
    (void)state;
    palate_tuning *few = drawn(PALATE_SEARCH_RANDOM, 10, PLANE, 2);
    palate_tuning *many = drawn(PALATE_SEARCH_RANDOM, 40, PLANE, 2);
    palate_tuning *by_default = drawn(PALATE_SEARCH_RANDOM, PALATE_AUTO, PLANE, 2);
    palate_tuning *other = begin(PALATE_SEARCH_RANDOM, 10, PLANE, 2);
    size_t equal = 0;
    other->options.search_seed = 1;
    assert_int_equal(palate__tuning_draw(other, NULL), PALATE_OK);
    assert_int_equal(few->count, 10);
    assert_int_equal(many->count, 40);
    assert_int_equal(by_default->count, 20);
    /* More trials are those and others. */
    for (size_t t = 0; t < 10; t++) {
        assert_true(same(few, many, t));
        equal += same(few, other, t);
        assert_int_equal(few->tried[t].trial.number, t + 1);
    }
    assert_true(equal < 3);
    for (size_t t = 0; t < many->count; t++)
        for (size_t u = 0; u < t; u++) {
            const char *const *a = many->tried[t].trial.values;
            const char *const *b = many->tried[u].trial.values;
            assert_true(strcmp(a[0], b[0]) != 0 || strcmp(a[1], b[1]) != 0);
        }
    palate_tuning_free(few);
    palate_tuning_free(many);
    palate_tuning_free(by_default);
    palate_tuning_free(other);
}

static void test_small_spaces_are_tried_whole(void **state)
{
    (void)state;
    const char *tries[] = {"factors=4,8,16", "mode=default,pure"};
    palate_tuning *all = drawn(PALATE_SEARCH_RANDOM, 20, tries, 2);
    assert_int_equal(all->count, 6);
    palate_tuning_free(all);
    palate_tuning *some = drawn(PALATE_SEARCH_RANDOM, 5, tries, 2);
    assert_int_equal(some->count, 5);
    palate_tuning_free(some);
    const char *whole[] = {"factors=1..3"};
    palate_tuning *three = drawn(PALATE_SEARCH_RANDOM, 20, whole, 1);
    assert_int_equal(three->count, 3);
    palate_tuning_free(three);
}

static void test_grid_has_a_most(void **state)
{
    (void)state;
    const char *tries[] = {"factors=1..100:100", "anchor=0..1:101"};
    palate_tuning *tuning = begin(PALATE_SEARCH_GRID, PALATE_AUTO, tries, 2);
    palate_error err = {.message = ""};
    assert_int_equal(palate__tuning_draw(tuning, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "10100 combinations, more than 10000"));
    palate_tuning_free(tuning);
    tuning = begin(PALATE_SEARCH_GRID, 24, PLANE, 2);
    assert_int_equal(palate__tuning_draw(tuning, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "25 combinations, more than 24"));
    palate_tuning_free(tuning);
    tuning = drawn(PALATE_SEARCH_GRID, 25, PLANE, 2);
    assert_int_equal(tuning->count, 25);
    assert_int_equal(tuning->rung_count, 1);
    assert_true(tuning->rungs[0].share == 1.0 && tuning->rungs[0].trial_count == 25);
    palate_tuning_free(tuning);
}

/* ---- Rungs ---- */

static void check_rungs(const palate_tuning *tuning, int64_t count, const int64_t *trials,
                        const int64_t *epochs)
{
    assert_int_equal(tuning->rung_count, count);
    for (int64_t r = 0; r < count; r++) {
        palate_train_options options = palate__trial_training(tuning, &tuning->tried[0],
                                                              tuning->rungs[r].share);
        assert_int_equal(tuning->rungs[r].trial_count, trials[r]);
        assert_int_equal(options.epochs, epochs[r]);
    }
}

static void test_rungs_by_hand(void **state)
{
    (void)state;
    palate_tuning *tuning = drawn(PALATE_SEARCH_HALVING, PALATE_AUTO, PLANE, 2);
    /* 30 epochs by default, three times fewer at each step, never under 3; the last are asked for as they
     * were. */
    check_rungs(tuning, 3, (const int64_t[]){27, 9, 3}, (const int64_t[]){3, 10, PALATE_AUTO});
    palate_tuning_free(tuning);
    tuning = begin(PALATE_SEARCH_HALVING, 20, PLANE, 2);
    tuning->base.epochs = 64;
    tuning->options.keep = 2;
    tuning->options.least_epochs = 1;
    assert_int_equal(palate__tuning_draw(tuning, NULL), PALATE_OK);
    check_rungs(tuning, 5, (const int64_t[]){20, 10, 5, 2, 1}, (const int64_t[]){4, 8, 16, 32, 64});
    palate_tuning_free(tuning);
    /* Too few epochs to give out less. */
    tuning = begin(PALATE_SEARCH_HALVING, 20, PLANE, 2);
    tuning->base.epochs = 5;
    assert_int_equal(palate__tuning_draw(tuning, NULL), PALATE_OK);
    check_rungs(tuning, 1, (const int64_t[]){20}, (const int64_t[]){5});
    palate_tuning_free(tuning);
}

/* Each trial gets its share of its own epochs. */
static void test_rungs_where_epochs_differ(void **state)
{
    (void)state;
    const char *tries[] = {"mode=default,pure", "anchor=0..0.5"};
    palate_tuning *tuning = drawn(PALATE_SEARCH_HALVING, 9, tries, 2);
    assert_int_equal(tuning->rung_count, 3);
    for (size_t t = 0; t < 9; t++) {
        palate_train_options options = palate__trial_training(tuning, &tuning->tried[t],
                                                              tuning->rungs[0].share);
        assert_int_equal(options.epochs, options.mode == PALATE_MODE_PURE ? 11 : 3);
    }
    palate_tuning_free(tuning);
}

static void test_halving_spends_epochs(void **state)
{
    (void)state;
    const char *tries[] = {"epochs=10,20"};
    palate_tuning *tuning = begin(PALATE_SEARCH_HALVING, PALATE_AUTO, tries, 1);
    palate_error err = {.message = ""};
    assert_int_equal(palate__tuning_draw(tuning, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "halving gives out epochs itself"));
    palate_tuning_free(tuning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_is_a_function_of_the_seed),
        cmocka_unit_test(test_small_spaces_are_tried_whole),
        cmocka_unit_test(test_grid_has_a_most),
        cmocka_unit_test(test_rungs_by_hand),
        cmocka_unit_test(test_rungs_where_epochs_differ),
        cmocka_unit_test(test_halving_spends_epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
