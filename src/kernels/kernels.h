/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels: the inner loops, and nothing else. They see arrays and lengths only, allocate nothing
 * and cannot fail.
 *
 * generic.c is the definition of correct. Other files override entries of the table for an
 * instruction set; which table is used is decided once, at run time, by what the processor can do,
 * or by the environment variable PALATE_ISA. Sums are taken in one order on one instruction set: in
 * PALATE__LANES partial sums, lane l taking elements l, l + LANES, ..., which are then added as a
 * binary tree. Sets differ in rounding where they fuse multiply and add.
 */
#ifndef PALATE_KERNELS_KERNELS_H
#define PALATE_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { PALATE__LANES = 16 };

/* How a coordinate is drawn rather than minimized: numbers that are the caller's to make. */
typedef struct palate__row_noise {
    float deviation;      /* > 0: the standard deviation of a rating. */
    const float *normals; /* `stride` standard normal numbers; 0 in the padding, and at coordinate 0
                             where it is not fitted. */
    /* A standard normal number that is at least `low`, for coordinate f. */
    float (*above)(void *random, size_t f, float low);
    void *random;
} palate__row_noise;

/* One row to improve; see row_update below. Pointers to float are to 64-byte aligned memory unless
 * said otherwise. */
typedef struct palate__row_problem {
    const float
        *fixed; /* Rows of the fixed side, `stride` floats each: coordinate 0 is that row's bias. */
    size_t stride; /* A multiple of PALATE__LANES: 1 + k coordinates and padding, which holds 0. */
    size_t coordinate_count; /* 1 + k */
    const uint32_t *columns; /* The rows of `fixed` that are rated: c of them. Any alignment. */
    const float *ratings;    /* c, on the original scale. Any alignment. */
    size_t count;            /* c >= 0 */
    float shift, gain;       /* Targets are (rating - shift) * gain. */
    const float *lambda;     /* `stride` floats > 0: the strength of each coordinate's prior. */
    float bound;             /* Coordinates 1..k stay >= bound; coordinate 0 is free. */
    int fit_bias;            /* 0: coordinate 0 stays as it is (and counts as 0). */
    const palate__row_noise *noise; /* NULL: minimize. */
} palate__row_problem;

typedef struct palate__kernels {
    const char *name;

    /*
     * Improves one row x (`stride` floats) by one pass over its coordinates f = 0..k:
     *
     *     e = target - x_0 - (bias of the column) - sum_f x_f z_f    z_f: coordinate f of a rated row
     *     m = x_f + (sum e z_f - lambda_f away_f) / (lambda_f + sum z_f^2)
     *     x_f <- max(m, bound)                                        without noise: the minimum
     *            N(m, deviation^2 / (lambda_f + sum z_f^2)) >= bound  with noise: drawn
     *
     * where `away` (`stride` floats, 0 in the padding) is how far x is from the mean of its prior, and
     * moves with x. Without noise sum e^2 + sum_f lambda_f away_f^2 never rises (up to rounding).
     * `scratch` has row_update_scratch(stride, count) floats; afterwards the first `count` of them
     * hold e. Returns sum e^2.
     */
    double (*row_update)(const palate__row_problem *problem, float *x, float *away, float *scratch);

    /* Floats of scratch for rows of at most `count` ratings. */
    size_t (*row_update_scratch)(size_t stride, size_t count);

    /*
     * A slice of PALATE__LANES columns of a matrix, and the rows that share something:
     *
     *     sums[l] = sum_e weights[rows[e]] * matrix[rows[e] * stride + l]            gather
     *     matrix[rows[e] * stride + l] -= weights[rows[e]] * change[l]                spread
     *
     * `matrix` points at the slice's first column, 64-byte aligned as are sums and change; rows are
     * `count` different ones.
     */
    void (*slice_gather)(const float *matrix, size_t stride, const uint32_t *rows,
                         const float *weights, size_t count, float *sums);
    void (*slice_spread)(float *matrix, size_t stride, const uint32_t *rows, const float *weights,
                         size_t count, const float *change);

    /* sum_f a[f] b[f] over `length` floats of any alignment. */
    float (*dot)(const float *a, const float *b, size_t length);

    /* scores[j] = start[j] + dot(user, items + j * k, k) for j < count; the same bits as dot(). Any
     * alignment. */
    void (*scores)(const float *user, const float *items, const float *start, size_t k,
                   size_t count, float *scores);
} palate__kernels;

/* The table for this machine. Thread-safe, chosen at first use. */
const palate__kernels *palate__kernels_get(void);

/* Every table compiled in, best last, NULL-terminated; `usable` tells which this machine can run.
 * For tests. */
const palate__kernels *const *palate__kernels_all(void);
int palate__kernels_usable(const palate__kernels *kernels);

#endif
