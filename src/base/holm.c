/* SPDX-License-Identifier: Apache-2.0 */
#include "base/holm.h"

#include <math.h>
#include <stdlib.h>

typedef struct test {
    double p;
    size_t place;
} test;

static int compare_tests(const void *a, const void *b)
{
    const test *left = a;
    const test *right = b;
    if (left->p != right->p)
        return left->p > right->p ? 1 : -1;
    return (left->place > right->place) - (left->place < right->place);
}

palate_status palate__holm(palate_context *context, double *values, size_t count, palate_error *err)
{
    test *tests = palate__allocate_array(context, count, sizeof *tests);
    size_t made = 0;
    double least = 0.0;
    if (tests == NULL)
        return palate__fail_memory(err, "correcting tests");
    for (size_t v = 0; v < count; v++)
        if (!isnan(values[v]))
            tests[made++] = (test){values[v], v};
    qsort(tests, made, sizeof *tests, compare_tests);
    for (size_t t = 0; t < made; t++) {
        double corrected = fmin((double)(made - t) * tests[t].p, 1.0);
        least = fmax(least, corrected);
        values[tests[t].place] = least;
    }
    palate__release(context, tests);
    return PALATE_OK;
}
