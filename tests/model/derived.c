/* SPDX-License-Identifier: Apache-2.0 */
/* What is derived from a model is made once, whoever asks, and released with it. */
#include "model/derived.h"

#include "base/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static int released;

static void release(palate_context *context, void *object)
{
    assert_null(context);
    released += *(int *)object;
}

static void test_a_life(void **state)
{
    (void)state;
    palate__derived derived = {0};
    int object = 5;
    released = 0;
    assert_null(palate__derived_get(&derived));
    assert_int_equal(palate__derived_spend(&derived, 3), 3);
    assert_int_equal(palate__derived_spend(&derived, 4), 7);
    assert_true(palate__derived_begin(&derived));
    assert_false(palate__derived_begin(&derived));
    assert_null(palate__derived_get(&derived));
    palate__derived_give_up(&derived);
    assert_true(palate__derived_begin(&derived));
    palate__derived_set(&derived, &object, release);
    assert_ptr_equal(palate__derived_get(&derived), &object);
    assert_false(palate__derived_begin(&derived));
    palate__derived_free(NULL, &derived);
    assert_int_equal(released, 5);
    palate__derived_free(NULL, &derived);
    assert_int_equal(released, 5);
}

typedef struct crowd {
    palate__derived derived;
    int object;
    atomic_int makers, wrong;
} crowd;

static void ask(size_t task, int thread, void *argument)
{
    crowd *shared = argument;
    (void)task;
    (void)thread;
    palate__derived_spend(&shared->derived, 1);
    if (palate__derived_begin(&shared->derived)) {
        atomic_fetch_add(&shared->makers, 1);
        shared->object = 42;
        palate__derived_set(&shared->derived, &shared->object, release);
    }
    const int *found = palate__derived_get(&shared->derived);
    if (found != NULL && *found != 42)
        atomic_fetch_add(&shared->wrong, 1);
}

static void test_a_crowd_makes_it_once(void **state)
{
    (void)state;
    crowd shared = {.object = 0};
    palate__parallel_for(4, 1000, ask, &shared);
    assert_int_equal(atomic_load(&shared.makers), 1);
    assert_int_equal(atomic_load(&shared.wrong), 0);
    assert_int_equal(palate__derived_spend(&shared.derived, 0), 1000);
    palate__derived_free(NULL, &shared.derived);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_life),
        cmocka_unit_test(test_a_crowd_makes_it_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
