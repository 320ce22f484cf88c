/* SPDX-License-Identifier: Apache-2.0 */
/* Independent tasks shared out over threads. A task writes only what is its own, so the result
 * depends neither on the number of threads nor on which of them ran it. The only file that knows
 * OpenMP is threads.c.
 */
#ifndef PALATE_BASE_THREADS_H
#define PALATE_BASE_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* `thread` is 0..threads-1 and names the scratch memory the task may use; thread 0 is the caller's.
 */
typedef void (*palate__task)(size_t task, int thread, void *argument);

/* Threads to use for an option: 0 stands for as many as the machine (and its cgroup) gives this
 * process. At least 1. */
int palate__thread_count(long long wanted);

/* Runs task 0..task_count-1, low numbers first, and returns when all are done. */
void palate__parallel_for(int threads, size_t task_count, palate__task task, void *argument);

/*
 * One function on a thread of its own, beside its caller. The thread ends with it: nothing is left
 * that a process made by fork() would miss, as it would the threads of palate__parallel_for.
 */
typedef struct palate__aside {
    void (*function)(void *argument);
    void *argument;
    pthread_t thread;
    bool running;
} palate__aside;

/* Begins; where no thread is to be had, the function runs at once. */
void palate__aside_begin(palate__aside *aside, void (*function)(void *argument), void *argument);

/* Waits for its end. All it wrote can be seen then. */
void palate__aside_end(palate__aside *aside);

#endif
