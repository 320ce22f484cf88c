/* SPDX-License-Identifier: Apache-2.0 */
/* Trials of one choice hold out the same ratings, whether each splits them or all share one split. */
#include "train/trial.h"

#include "train/support.h"

static palate_train_options trial_options(void)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    options.regularization = 3.0;
    return palate__trial_options(&options, 0.2);
}

static void begin(palate__trial *out, const palate_ratings *ratings, const palate__trial *like)
{
    const palate_train_options options = trial_options();
    palate_error err = {0};
    if (palate__trial_begin(out, ratings, &options, like, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static void run(palate__trial *trial)
{
    palate_error err = {0};
    if (palate__trial_run(trial, 5, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static void test_a_shared_split_is_the_same_and_outlives_the_first(void **unused)
{
    (void)unused;
    triples *made = stars(100, 60, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate__trial first, alone, shared;
    begin(&first, ratings, NULL);
    begin(&alone, ratings, NULL);
    begin(&shared, ratings, &first);
    assert_ptr_equal(shared.training.users.matrix.columns, first.training.users.matrix.columns);
    assert_ptr_not_equal(alone.training.users.matrix.columns, first.training.users.matrix.columns);
    palate__trial_end(&first);
    run(&alone);
    run(&shared);
    const size_t count = alone.training.held_out.count;
    assert_true(count > 100);
    assert_int_equal(shared.training.held_out.count, count);
    assert_memory_equal(alone.training.held_out.items, shared.training.held_out.items,
                        count * sizeof(uint32_t));
    assert_memory_equal(alone.errors, shared.errors, count * sizeof(float));
    palate__trial_end(&alone);
    palate__trial_end(&shared);
    palate_ratings_free(ratings);
    free(made);
}

/* One that has ended, or never began, shares nothing. */
static void test_there_may_be_none_to_share_with(void **unused)
{
    (void)unused;
    triples *made = stars(100, 60, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate__trial first = {.begun = false}, second;
    begin(&second, ratings, &first);
    run(&second);
    assert_true(second.training.held_out.count > 0);
    palate__trial_end(&second);
    begin(&first, ratings, &second);
    palate__trial_end(&first);
    palate_ratings_free(ratings);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shared_split_is_the_same_and_outlives_the_first),
        cmocka_unit_test(test_there_may_be_none_to_share_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
