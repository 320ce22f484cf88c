/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the ratings is users, how much items, how much neither: variance components of
 *
 *     r_ui = mean + b_u + c_i + e_ui        b ~ N(m_b, s^2 / lambda_b), c ~ N(m_c, s^2 / lambda_c)
 *
 * by expectation maximization (Dempster, Laird & Rubin 1977) with the two sides taken as independent
 * given the ratings. It needs no held-out ratings, and gives what everything else is scaled by:
 * s, and the regularization of the offsets of either side. docs/training.md has how near that comes
 * to the best of a grid.
 */
#ifndef PALATE_TRAIN_COMPONENTS_H
#define PALATE_TRAIN_COMPONENTS_H

#include "ratings/matrix.h"

typedef struct palate__components_side {
    float *biases; /* row_count: b or c. */
    double mean;   /* m */
    double lambda;
} palate__components_side;

typedef struct palate__components {
    double deviation; /* s, on the scale of the ratings; > 0. */
    palate__components_side users, items;
} palate__components;

/* What the estimate is made from. */
typedef struct palate__components_input {
    palate_context *context;
    const palate__matrix *by_user, *by_item;
    double mean;  /* Of the ratings. */
    double width; /* Of their scale; 0 where it is none. */
    int threads;
} palate__components_input;

/* Cost: some 10 passes over the ratings either way. The result does not depend on the threads. */
palate_status palate__components_estimate(const palate__components_input *input,
                                          palate__components *out, palate_error *err);
void palate__components_free(palate_context *context, palate__components *components);

#endif
