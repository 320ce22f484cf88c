/* SPDX-License-Identifier: Apache-2.0 */
#include "base/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TASKS_MAX = 5000, THREADS_MAX = 8 };

typedef struct record {
    unsigned char runs[TASKS_MAX]; /* Of each task. */
    unsigned sums[THREADS_MAX];    /* Scratch of each thread; needs no lock. */
    int thread_count;
    atomic_int strangers; /* Threads beyond the number asked for. */
} record;

static void run_task(size_t task, int thread, void *argument)
{
    record *to = argument;
    to->runs[task]++;
    if (thread < 0 || thread >= to->thread_count)
        atomic_fetch_add(&to->strangers, 1);
    else
        to->sums[thread] += (unsigned)task;
}

/* Every task runs once, whatever the number of tasks and threads, and scratch by thread is safe. */
static void test_every_task_once(void **state)
{
    (void)state;
    static const size_t task_counts[] = {0, 1, 2, 3, 7, 8, 9, 1000, TASKS_MAX};
    for (int threads = 1; threads <= THREADS_MAX; threads++) {
        for (size_t c = 0; c < sizeof task_counts / sizeof task_counts[0]; c++) {
            record to = {.thread_count = threads};
            const size_t count = task_counts[c];
            palate__parallel_for(threads, count, run_task, &to);
            unsigned sum = 0;
            for (int t = 0; t < threads; t++)
                sum += to.sums[t];
            for (size_t task = 0; task < TASKS_MAX; task++)
                assert_int_equal(to.runs[task], task < count);
            assert_int_equal(sum, count * (count - (count > 0)) / 2);
            assert_int_equal(atomic_load(&to.strangers), 0);
        }
    }
}

typedef struct order {
    size_t last;
    bool rising;
} order;

static void note_order(size_t task, int thread, void *argument)
{
    order *to = argument;
    to->rising = to->rising && (task == 0 || task == to->last + 1) && thread == 0;
    to->last = task;
}

/* One thread runs the tasks in order, on the caller's thread. */
static void test_one_thread_in_order(void **state)
{
    (void)state;
    order to = {.rising = true};
    palate__parallel_for(1, 100, note_order, &to);
    assert_true(to.rising);
    assert_int_equal(to.last, 99);
}

static void square(size_t task, int thread, void *argument)
{
    (void)thread;
    ((uint64_t *)argument)[task] = (uint64_t)task * task;
}

/* What tasks wrote is there when the call returns. */
static void test_results_are_visible(void **state)
{
    (void)state;
    uint64_t squares[TASKS_MAX];
    for (int round = 0; round < 50; round++) {
        memset(squares, 0xFF, sizeof squares);
        palate__parallel_for(4, TASKS_MAX, square, squares);
        for (size_t task = 0; task < TASKS_MAX; task++)
            assert_int_equal(squares[task], task * task);
    }
}

static void test_thread_count(void **state)
{
    (void)state;
    assert_in_range(palate__thread_count(0), 1, 1024);
    assert_int_equal(palate__thread_count(1), 1);
    assert_int_equal(palate__thread_count(7), 7);
    assert_in_range(palate__thread_count(INT64_MAX), 1, 1024);
    assert_in_range(palate__thread_count(-3), 1, 1024);
}

static void count_down(void *argument)
{
    int *left = argument;
    while (*left > 0)
        --*left;
}

/* Both run, and what one wrote the other sees. */
static void test_aside(void **state)
{
    (void)state;
    for (int round = 0; round < 100; round++) {
        int other = 1000 * round, own = 1000;
        palate__aside aside;
        palate__aside_begin(&aside, count_down, &other);
        count_down(&own);
        palate__aside_end(&aside);
        assert_int_equal(other, 0);
        assert_int_equal(own, 0);
        palate__aside_end(&aside); /* Nothing is left to wait for. */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_task_once),
        cmocka_unit_test(test_one_thread_in_order),
        cmocka_unit_test(test_results_are_visible),
        cmocka_unit_test(test_thread_count),
        cmocka_unit_test(test_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
