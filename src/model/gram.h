/* SPDX-License-Identifier: Apache-2.0 */
/* The Gram matrix of one side, once for all rows of the other: what their cells that are zero have to
 * say. For row r of R with all of its cells known, and the other side V,
 *
 *     |r - V x|^2 + lambda |x|^2 + 2 l1 sum x  =  |r|^2 - 2 (V'r - l1)'x + x'(V'V + lambda I)x
 *
 * of which V'r needs but the cells that are not zero.
 */
#ifndef PALATE_MODEL_GRAM_H
#define PALATE_MODEL_GRAM_H

#include "base/context.h"
#include "kernels/kernels.h"
#include "palate/status.h"

typedef struct palate__gram {
    const palate__kernels *kernels;
    size_t k, stride;
    double *products; /* stride x stride: of the sums, coordinate 0 that of the offset. */
    float *matrix;    /* k x k: with lambda on the diagonal, as the descent takes it. */
    float *inverse;   /* k */
} palate__gram;

palate_status palate__gram_begin(palate_context *context, size_t k, palate__gram *out,
                                 palate_error *err);
void palate__gram_end(palate_context *context, palate__gram *gram);

/* Below the diagonal of a matrix of stride x stride what is above it. */
void palate__gram_mirror(double *products, size_t stride);

/* Sums products of `count` rows of `stride` floats, aligned, [ offset | factors | zeros ], onto nothing or
 * onto what is there. The same bits for any number of threads. */
void palate__gram_clear(palate__gram *gram);
void palate__gram_add(palate__gram *gram, const float *rows, size_t count, int threads);

/* Makes the matrix of `scale` times the products. */
void palate__gram_set(palate__gram *gram, double scale, double lambda);

/* sum_fg A_fg B_fg: of the Gram matrices of both sides, the sum of squares of all their products. */
double palate__gram_inner(const palate__gram *a, const palate__gram *b);

#endif
