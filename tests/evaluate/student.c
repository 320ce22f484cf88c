/* SPDX-License-Identifier: Apache-2.0 */
/* Student's t against tables, and as the inverse of itself. */
#include "evaluate/student.h"

#include "evaluate/support.h"

static void check_near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance * fabs(expected)))
        fail_msg("%.17g, not %.17g", got, expected);
}

/* Closed forms: 1 degree of freedom is Cauchy's distribution; 2 has an algebraic one. */
static void test_closed_forms(void **state)
{
    (void)state;
    const double pi = 3.141592653589793;
    static const double values[] = {0, 1e-3, 0.5, 1, 3, 40, 1e5};
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        double t = values[v];
        check_near(palate__student_tails(t, 1), t == 0 ? 1 : 2 * atan(1 / t) / pi, 1e-12);
        check_near(palate__student_tails(t, 2), t < 100 ? 1 - t / sqrt(2 + t * t) : 1 / (t * t),
                   1e-8);
        assert_true(palate__student_tails(-t, 3) == palate__student_tails(t, 3));
    }
}

/* As every table of statistics has them. */
static void test_tables(void **state)
{
    (void)state;
    static const struct {
        double tails, freedom, t;
    } rows[] = {
        {0.05, 1, 12.7062047362},  {0.05, 4, 2.7764451052},  {0.01, 4, 4.6040948714},
        {0.1, 9, 1.8331129326},    {0.05, 30, 2.0422724563}, {0.05, 1e6, 1.9599663},
        {0.001, 10, 4.5868938587},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        check_near(palate__student_quantile(rows[r].tails, rows[r].freedom), rows[r].t, 1e-7);
        check_near(palate__student_tails(rows[r].t, rows[r].freedom), rows[r].tails, 1e-6);
    }
}

static void test_inverse(void **state)
{
    (void)state;
    static const double tails[] = {0.5, 0.1, 1e-3, 1e-8};
    for (double freedom = 1; freedom < 200; freedom = freedom * 2 + 1)
        for (size_t p = 0; p < sizeof tails / sizeof tails[0]; p++) {
            double t = palate__student_quantile(tails[p], freedom);
            check_near(palate__student_tails(t, freedom), tails[p], 1e-9);
        }
    assert_true(palate__student_quantile(1, 5) < 1e-6);
}

/* Fewer folds, or more that is tested than learned from, leave more in doubt. */
static void test_fold_error(void **state)
{
    (void)state;
    check_close(palate__fold_error(2, 4, 0), 1);
    check_close(palate__fold_error(1, 5, 0.25), sqrt(0.45));
    assert_true(palate__fold_error(1, 5, 0.25) > palate__fold_error(1, 10, 0.25));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_fold_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
