/* SPDX-License-Identifier: Apache-2.0 */
#include "palate/machine.h"

#include "base/clock.h"
#include "base/context.h"
#include "base/threads.h"
#include "kernels/kernels.h"

#include <math.h>

/* Memory that is read, all threads together; and rounds that take about a millisecond: long beside what it takes
 * to wake threads, short beside what else a machine does. */
enum { FLOATS = 1 << 26, ROUNDS = 1 << 15 };

enum { THREADS_MAX = 4096 };

typedef struct work {
    const palate__kernels *kernels;
    float *memory;
    size_t threads;
    float sums[THREADS_MAX]; /* Looked at by nobody; without them nothing would have to be done. */
} work;

static void multiply_and_add(size_t task, int thread, void *argument)
{
    (void)thread;
    work *of = argument;
    of->sums[task] = of->kernels->multiply_adds(ROUNDS, 0.999F, 0.001F);
}

static void write_share(size_t task, int thread, void *argument)
{
    (void)thread;
    work *of = argument;
    for (size_t at = FLOATS * task / of->threads; at < FLOATS * (task + 1) / of->threads; at++)
        of->memory[at] = 0.5F;
}

static void read_share(size_t task, int thread, void *argument)
{
    (void)thread;
    work *of = argument;
    const size_t begin = FLOATS * task / of->threads;
    const size_t end = FLOATS * (task + 1) / of->threads;
    of->sums[task] = of->kernels->dot(of->memory + begin, of->memory + begin, end - begin);
}

/* The least seconds in which all threads do the task, of tries for `seconds`; one at least. */
static double least_seconds(palate__task task, work *of, double seconds)
{
    double least = INFINITY;
    const double end = palate__seconds_now() + seconds;
    double now = palate__seconds_now();
    do {
        const double began = now;
        palate__parallel_for((int)of->threads, of->threads, task, of);
        now = palate__seconds_now();
        least = fmin(least, now - began);
    } while (now < end);
    return least;
}

int palate_machine_threads(void)
{
    return palate__thread_count(0);
}

palate_status palate_machine_measure(palate_context *context, int64_t threads, double seconds,
                                     palate_machine_peaks *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    work *of = NULL;
    float *memory = NULL;
    *out = (palate_machine_peaks){0};
    if (threads < 0 || threads > THREADS_MAX || !(seconds > 0.0))
        return palate__fail(err, PALATE_E_INVALID,
                            "measuring the machine takes 0 to %d threads and more than 0 seconds, "
                            "not %lld and %g",
                            THREADS_MAX, (long long)threads, seconds);
    of = palate__allocate(context, sizeof *of);
    memory = palate__allocate_array(context, FLOATS, sizeof *memory);
    if (of == NULL || memory == NULL)
        PALATE_TRY(palate__fail_memory(err, "measuring the machine"));
    palate__use_huge_pages(memory, FLOATS * sizeof *memory);
    *of = (work){.kernels = palate__kernels_get(),
                 .memory = memory,
                 .threads = (size_t)palate__thread_count(threads)};
    palate__parallel_for((int)of->threads, of->threads, write_share, of);
    const double all = (double)of->threads;
    out->multiply_adds = all * PALATE__CHAINS * ROUNDS /
                         least_seconds(multiply_and_add, of, seconds / 2);
    out->read_bytes = (double)(FLOATS * sizeof *memory) /
                      least_seconds(read_share, of, seconds / 2);
done:
    palate__release(context, memory);
    palate__release(context, of);
    return status;
}
