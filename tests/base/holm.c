/* SPDX-License-Identifier: Apache-2.0 */
/* Holm's correction: by hand, and what it must keep. */
#include "base/holm.h"

#include "evaluate/support.h"

static void correct(double *values, size_t count)
{
    assert_int_equal(palate__holm(NULL, values, count, NULL), PALATE_OK);
}

static void test_by_hand(void **state)
{
    (void)state;
    double values[] = {0.03, 0.01, 0.04, 0.005};
    correct(values, 4);
    /* .005 x 4, .01 x 3, .03 x 2, and .04 x 1 not below the one before. */
    static const double expected[] = {0.06, 0.03, 0.06, 0.02};
    for (size_t v = 0; v < 4; v++)
        check_close(values[v], expected[v]);
}

static void test_what_is_no_test_does_not_count(void **state)
{
    (void)state;
    double values[] = {NAN, 0.02, NAN, 0.5};
    correct(values, 4);
    assert_true(isnan(values[0]) && isnan(values[2]));
    check_close(values[1], 0.04);
    check_close(values[3], 0.5);
    double none[] = {NAN};
    correct(none, 1);
    assert_true(isnan(none[0]));
    correct(none, 0);
}

static void test_properties(void **state)
{
    (void)state;
    double values[40];
    double before[40];
    for (int v = 0; v < 40; v++)
        before[v] = values[v] = (double)(v * 29 % 41) / 41 / (v % 3 + 1);
    correct(values, 40);
    for (int a = 0; a < 40; a++) {
        assert_true(values[a] >= before[a] && values[a] <= 1 && values[a] <= 40 * before[a]);
        for (int b = 0; b < 40; b++)
            assert_true(!(before[a] < before[b]) || values[a] <= values[b]);
    }
    double one = 0.2;
    correct(&one, 1);
    check_close(one, 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_what_is_no_test_does_not_count),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
