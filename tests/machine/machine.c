/* SPDX-License-Identifier: Apache-2.0 */
#include "palate/machine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_peaks_are_those_of_a_machine(void **unused)
{
    (void)unused;
    palate_machine_peaks one = {0}, all = {0};
    palate_error err;
    assert_true(palate_machine_threads() >= 1);
    assert_int_equal(palate_machine_measure(NULL, 1, 0.05, &one, &err), PALATE_OK);
    assert_int_equal(palate_machine_measure(NULL, 0, 0.05, &all, &err), PALATE_OK);
    /* Between a slow machine under a sanitizer and one that does not exist. */
    assert_true(one.multiply_adds > 1e6 && one.multiply_adds < 1e12);
    assert_true(one.read_bytes > 1e6 && one.read_bytes < 1e12);
    assert_true(all.multiply_adds > 1e6 && all.read_bytes > 1e6);
}

static void test_what_it_does_not_take(void **unused)
{
    (void)unused;
    static const struct {
        int64_t threads;
        double seconds;
    } wrong[] = {{-1, 0.1}, {INT64_MAX, 0.1}, {1, 0.0}, {1, -1.0}, {1, NAN}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        palate_machine_peaks peaks;
        palate_error err;
        assert_int_equal(
            palate_machine_measure(NULL, wrong[i].threads, wrong[i].seconds, &peaks, &err),
            PALATE_E_INVALID);
        assert_non_null(strstr(err.message, "threads"));
        assert_true(peaks.multiply_adds == 0.0);
    }
}

static void *allocate_some(size_t bytes, void *user)
{
    int *left = user;
    return (*left)-- > 0 ? malloc(bytes) : NULL;
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void test_memory_that_runs_out(void **unused)
{
    (void)unused;
    for (int allowed = 1; allowed <= 2; allowed++) {
        int left = allowed;
        const palate_allocator allocator = {allocate_some, release, &left};
        palate_context *context = NULL;
        palate_machine_peaks peaks;
        palate_error err;
        assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, &err), PALATE_OK);
        assert_int_equal(palate_machine_measure(context, 1, 0.01, &peaks, &err), PALATE_E_NOMEM);
        palate_context_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peaks_are_those_of_a_machine),
        cmocka_unit_test(test_what_it_does_not_take),
        cmocka_unit_test(test_memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
