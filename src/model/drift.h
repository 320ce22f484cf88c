/* SPDX-License-Identifier: Apache-2.0 */
/* How a user's offset moves with time: a Gaussian process with exponential covariance (Ornstein &
 * Uhlenbeck 1930)
 *
 *     cov(d(s), d(t)) = variance * exp(-|s - t| / scale)
 *
 * known at moments, the times of the user's ratings. It is a Markov process, so between two moments
 * it depends on these alone (Rybicki & Press 1992, ApJ 398).
 */
#ifndef PALATE_MODEL_DRIFT_H
#define PALATE_MODEL_DRIFT_H

#include <stddef.h>
#include <stdint.h>

/* The moments of one user. */
typedef struct palate__moments {
    const int64_t *times; /* Strictly increasing. */
    const float *values;
    size_t count;
    double scale; /* In the unit of the times; > 0. */
} palate__moments;

/* What is to be expected of d at a time, given the moments; 0 without any. Between the values of its
 * neighbours and 0. Cost O(log count). */
float palate__drift_at(const palate__moments *moments, int64_t time);

#endif
