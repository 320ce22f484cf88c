/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/threads.h"

#include "base/compiler.h"

#include <omp.h>
#include <sched.h>
#include <stdatomic.h>

/* More threads than this help nobody, and their scratch memory has to be somewhere. */
enum { THREADS_MAX = 1024 };

#ifdef PALATE__THREAD_SANITIZER
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define ACQUIRE(address) __tsan_acquire(address)
#define RELEASE(address) __tsan_release(address)
#else
#define ACQUIRE(address) (void)(address)
#define RELEASE(address) (void)(address)
#endif

typedef struct job {
    atomic_size_t next;
    size_t task_count;
    palate__task task;
    void *argument;
} job;

int palate__thread_count(long long wanted)
{
    if (wanted > 0)
        return wanted < THREADS_MAX ? (int)wanted : THREADS_MAX;
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count < THREADS_MAX ? count : THREADS_MAX;
}

static void work(job *shared, int thread)
{
    for (;;) {
        size_t task = atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
        if (task >= shared->task_count)
            return;
        shared->task(task, thread, shared->argument);
    }
}

PALATE__NO_THREAD_SANITIZER
static void fork_and_join(job *shared, int threads)
{
    RELEASE(shared);
#pragma omp parallel num_threads(threads)
    {
        ACQUIRE(shared);
        work(shared, omp_get_thread_num());
        RELEASE(shared);
    }
    ACQUIRE(shared);
}

void palate__parallel_for(int threads, size_t task_count, palate__task task, void *argument)
{
    job shared = {.task_count = task_count, .task = task, .argument = argument};
    if ((size_t)threads > task_count)
        threads = (int)task_count;
    if (threads > 1)
        fork_and_join(&shared, threads);
    else
        work(&shared, 0);
}

static void *run_aside(void *argument)
{
    const palate__aside *aside = argument;
    aside->function(aside->argument);
    return NULL;
}

void palate__aside_begin(palate__aside *aside, void (*function)(void *argument), void *argument)
{
    aside->function = function;
    aside->argument = argument;
    aside->running = pthread_create(&aside->thread, NULL, run_aside, aside) == 0;
    if (!aside->running)
        function(argument);
}

void palate__aside_end(palate__aside *aside)
{
    if (aside->running)
        pthread_join(aside->thread, NULL);
    aside->running = false;
}
