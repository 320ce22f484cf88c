/* SPDX-License-Identifier: Apache-2.0 */
/* The moments of one user's drift (drift.h) as a chain: their best values, or a draw, given what the
 * user's ratings leave for them.
 *
 *     e_t = d(t) + noise               several ratings may share a moment
 *     d(t+) = phi d(t) + innovation    phi = exp(-(t+ - t) / scale)
 *
 * One pass forth and one back find them exactly (Kalman 1960; Rauch, Tung & Striebel 1965).
 */
#ifndef PALATE_MODEL_CHAIN_H
#define PALATE_MODEL_CHAIN_H

#include <stddef.h>

/* One moment on the way forth: what the ratings until then say of d. */
typedef struct palate__drift_moment {
    double sum, count; /* Of what the moment's ratings leave for d; count > 0. */
    double mean, variance;
    float normal; /* For a draw, else 0. */
} palate__drift_moment;

typedef struct palate__chain {
    const float *phis;  /* exp(-distance to the moment before / scale); 0 for the first. */
    const float *rests; /* 1 - phi^2 > 0 */
    float *values;      /* d */
    size_t count;
    double lambda; /* noise / variance of d. */
    double noise;  /* Variance of a rating. */
} palate__chain;

/* phi and 1 - phi^2 of a distance in units of the scale; INFINITY for the first moment of a chain. */
void palate__chain_link(double distance, float *phi, float *rest);

/* Sets the values. Returns d' K^-1 d, K = covariance / variance, of the new ones. */
double palate__chain_solve(const palate__chain *chain, palate__drift_moment *moments);

/* What a constant taken off all values and put into an offset, `away` from the mean of its prior of
 * strength `strength`, makes best of the two: residuals stay as they are, and the slow exchange between
 * offset and values is done at once. Takes it off the values and returns it. */
double palate__chain_settle(const palate__chain *chain, double away, double strength);

#endif
