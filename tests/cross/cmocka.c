/* SPDX-License-Identifier: Apache-2.0 */
/* As much of cmocka as tests/kernels need, for machines whose cmocka is not installed here: the first failure ends
 * the run. The header is cmocka's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void fail_at(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    exit(1);
}

void _assert_true(const LargestIntegralType result, const char *const expression,
                  const char *const file, const int line)
{
    if (!result)
        fail_at(expression, file, line);
}

void _assert_int_equal(const LargestIntegralType a, const LargestIntegralType b,
                       const char *const file, const int line)
{
    if (a != b)
        fail_at("equal numbers", file, line);
}

void _assert_in_range(const LargestIntegralType value, const LargestIntegralType minimum,
                      const LargestIntegralType maximum, const char *const file, const int line)
{
    if (value < minimum || value > maximum)
        fail_at("number within a range", file, line);
}

void _assert_memory_equal(const void *const a, const void *const b, const size_t size,
                          const char *const file, const int line)
{
    if (memcmp(a, b, size) != 0)
        fail_at("equal memory", file, line);
}

int _cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *const tests,
                            const size_t num_tests, CMFixtureFunction group_setup,
                            CMFixtureFunction group_teardown)
{
    (void)group_name;
    (void)group_setup;
    (void)group_teardown;
    for (size_t t = 0; t < num_tests; t++) {
        void *state = NULL;
        tests[t].test_func(&state);
        printf("passed: %s\n", tests[t].name);
    }
    return 0;
}
