/* SPDX-License-Identifier: Apache-2.0 */
/* The two tests beside what they stand for: all draws counted, and the distributions' ends. */
#include "recommend/enrichment.h"

#include "../train/support.h"

enum { TOTAL = 10 };

/* Of all sets of `drawn` of TOTAL things, the share with at least `hits` among the first `marked`, or with
 * ranks of a sum of at least that. */
static double count_sets(size_t drawn, size_t marked, size_t hits, size_t rank_sum)
{
    size_t all = 0;
    size_t more = 0;
    for (unsigned set = 0; set < 1U << TOTAL; set++) {
        size_t size = 0;
        size_t inside = 0;
        size_t sum = 0;
        for (size_t i = 0; i < TOTAL; i++)
            if ((set >> i & 1U) != 0) {
                size++;
                inside += i < marked;
                sum += i + 1;
            }
        if (size != drawn)
            continue;
        all++;
        more += inside >= hits && sum >= rank_sum;
    }
    return (double)more / (double)all;
}

static void hypergeometric_is_the_share_of_all_draws(void **state)
{
    (void)state;
    double log_factorials[TOTAL + 1];
    palate__fill_log_factorials(log_factorials, TOTAL);
    for (size_t drawn = 0; drawn <= TOTAL; drawn++)
        for (size_t marked = 0; marked <= TOTAL; marked++)
            for (size_t hits = 0; hits <= TOTAL + 1; hits++) {
                const double p = exp(
                    palate__hypergeometric_tail(log_factorials, TOTAL, marked, drawn, hits));
                assert_true(fabs(p - count_sets(drawn, marked, hits, 0)) <= 1e-12);
            }
}

/* Far out in the tail, where the probability itself would be zero. */
static void hypergeometric_does_not_underflow(void **state)
{
    (void)state;
    enum { MANY = 4000 };
    double log_factorials[MANY + 1];
    palate__fill_log_factorials(log_factorials, MANY);
    const double p = palate__hypergeometric_tail(log_factorials, MANY, 2000, 2000, 1990);
    assert_true(isfinite(p) && p < -2000.0);
    assert_true(palate__hypergeometric_tail(log_factorials, MANY, 2000, 2000, 1991) < p);
}

/* The normal approximation: near the exact share, and never far below it. */
static void rank_sums_are_near_the_share_of_all_draws(void **state)
{
    (void)state;
    for (size_t marked = 3; marked <= 7; marked++)
        for (size_t sum = 0; sum <= 55; sum++) {
            const double exact = count_sets(marked, 0, 0, sum);
            const double p = palate__rank_sum_tail((double)sum, marked, TOTAL);
            assert_true(fabs(p - exact) <= 0.02);
        }
}

static void what_cannot_be_tested_is_no_finding(void **state)
{
    (void)state;
    assert_true(palate__rank_sum_tail(0.0, 0, TOTAL) == 1.0);
    assert_true(palate__rank_sum_tail(55.0, TOTAL, TOTAL) == 1.0);
    assert_true(palate__rank_sum_tail(0.0, 0, 0) == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hypergeometric_is_the_share_of_all_draws),
        cmocka_unit_test(hypergeometric_does_not_underflow),
        cmocka_unit_test(rank_sums_are_near_the_share_of_all_draws),
        cmocka_unit_test(what_cannot_be_tested_is_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
