/* SPDX-License-Identifier: Apache-2.0 */
/* Rows without links: how far they are from their prior is not kept beside them, and comes to the same. */
#include "train/training.h"

#include "train/support.h"

typedef struct run {
    palate_ratings *ratings;
    palate__training training;
} run;

static void begin(run *out, const triples *made, int rule, int link)
{
    palate_error err = {0};
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = rule;
    options.link = link;
    options.link_regularization = 1e30; /* So much that no coefficient is anything. */
    options.regularization = options.user_bias_regularization = 3.0;
    options.item_bias_regularization = 2.0;
    options.factors = 20;
    options.epochs = 12;
    options.tolerance = 0.0;
    out->ratings = ratings_of(made, false);
    if (palate__training_begin(&out->training, out->ratings, &options, NULL, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    palate__training_start(&out->training);
    if (palate__training_run(&out->training, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static void end(run *done)
{
    palate__training_end(&done->training);
    palate_ratings_free(done->ratings);
}

static void compare_sides(const palate__training *without, const palate__train_side *side,
                          const palate__train_side *other)
{
    assert_null(side->prior.away);
    assert_non_null(other->prior.away);
    assert_memory_equal(side->rows, other->rows,
                        side->matrix.row_count * without->stride * sizeof *side->rows);
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        float away[2][32];
        palate__prior_gather(&side->prior, row, palate__row_of(without, side->rows, row),
                             without->stride, away[0]);
        palate__prior_gather(&other->prior, row, palate__row_of(without, other->rows, row),
                             without->stride, away[1]);
        assert_memory_equal(away[0], away[1], without->stride * sizeof(float));
    }
}

static void test_no_links_are_as_links_that_say_nothing(void **unused)
{
    (void)unused;
    static const int rules[] = {PALATE_RULE_MAP, PALATE_RULE_VB};
    triples *made = stars(150, 80, 0.2);
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
        run without, with;
        begin(&without, made, rules[r], PALATE_LINK_OFF);
        begin(&with, made, rules[r], PALATE_LINK_ON);
        assert_int_equal(without.training.stride, 32);
        compare_sides(&without.training, &without.training.users, &with.training.users);
        compare_sides(&without.training, &without.training.items, &with.training.items);
        assert_true(fabs(without.training.objective - with.training.objective) <=
                    1e-9 * fabs(with.training.objective));
        end(&without);
        end(&with);
    }
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_links_are_as_links_that_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
