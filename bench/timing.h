/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs of this folder measure with. */
#ifndef PALATE_BENCH_TIMING_H
#define PALATE_BENCH_TIMING_H

#include <palate/palate.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static inline void demand(palate_status status, const palate_error *err)
{
    if (status == PALATE_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static inline int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Puts the seconds in order. */
static inline double median(double *seconds, int count)
{
    qsort(seconds, (size_t)count, sizeof *seconds, by_value);
    return seconds[count / 2];
}

#endif
