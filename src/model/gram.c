/* SPDX-License-Identifier: Apache-2.0 */
#include "model/gram.h"

#include "base/threads.h"

#include <string.h>

enum { LANES = PALATE__LANES };

palate_status palate__gram_begin(palate_context *context, size_t k, palate__gram *out,
                                 palate_error *err)
{
    const size_t stride = (k + LANES) / LANES * LANES;
    *out = (palate__gram){.kernels = palate__kernels_get(), .k = k, .stride = stride};
    out->products = palate__allocate_zeroed(context, stride, stride * sizeof(double));
    out->matrix = palate__allocate_array(context, k, k * sizeof(float));
    out->inverse = palate__allocate_array(context, k, sizeof(float));
    if (out->products == NULL || out->matrix == NULL || out->inverse == NULL)
        return palate__fail_memory(err, "making a Gram matrix: fewer factors need less");
    return PALATE_OK;
}

void palate__gram_end(palate_context *context, palate__gram *gram)
{
    palate__release(context, gram->products);
    palate__release(context, gram->matrix);
    palate__release(context, gram->inverse);
}

/* ---- Products ---- */

typedef struct job {
    palate__gram *gram;
    const float *rows;
    size_t count;
} job;

/* Each task has rows of the matrix to itself, from the diagonal on, and goes through all rows of the side. */
static void add_stripe(size_t task, int thread, void *argument)
{
    (void)thread;
    const job *shared = argument;
    palate__gram *gram = shared->gram;
    gram->kernels->gram_add(shared->rows, gram->stride, shared->count, task * LANES, 1 + gram->k,
                            gram->products + task * LANES * gram->stride);
}

void palate__gram_mirror(double *products, size_t stride)
{
    for (size_t i = 1; i < stride; i++)
        for (size_t j = 0; j < i; j++)
            products[i * stride + j] = products[j * stride + i];
}

void palate__gram_clear(palate__gram *gram)
{
    memset(gram->products, 0, gram->stride * gram->stride * sizeof *gram->products);
}

void palate__gram_add(palate__gram *gram, const float *rows, size_t count, int threads)
{
    job shared = {gram, rows, count};
    palate__parallel_for(threads, gram->stride / LANES, add_stripe, &shared);
    palate__gram_mirror(gram->products, gram->stride);
}

void palate__gram_set(palate__gram *gram, double scale, double lambda)
{
    const size_t k = gram->k;
    for (size_t f = 0; f < k; f++) {
        const double *products = gram->products + (1 + f) * gram->stride + 1;
        for (size_t g = 0; g < k; g++)
            gram->matrix[f * k + g] = (float)(scale * products[g]);
        const double diagonal = scale * products[f] + lambda;
        gram->matrix[f * k + f] = (float)diagonal;
        gram->inverse[f] = diagonal > 0.0 ? (float)(1.0 / diagonal) : 0.0F;
    }
}

double palate__gram_inner(const palate__gram *a, const palate__gram *b)
{
    double sum = 0.0;
    for (size_t f = 1; f <= a->k; f++)
        for (size_t g = 1; g <= a->k; g++)
            sum += a->products[f * a->stride + g] * b->products[f * a->stride + g];
    return sum;
}
