/* SPDX-License-Identifier: Apache-2.0 */
/* Ridge regression on who rated and what was rated, and on nothing else:
 *
 *     r(u, i) ~ mean + b_u + c_i      min  sum (r - mean - b_u - c_i)^2 + lambda_u |b|^2 + lambda_i |c|^2
 *
 * by exact steps on one side and the other in turn (Koren 2010, TKDD 4(1), section 2.1). The two
 * lambdas are chosen on a tenth of the ratings, held out at random: a walk over powers of two, to
 * where no step to a neighbour predicts them better.
 */
#ifndef PALATE_EVALUATE_BIAS_H
#define PALATE_EVALUATE_BIAS_H

#include "ratings/matrix.h"

typedef struct palate__bias {
    double mean;
    double user_lambda, item_lambda;
    double *users; /* b, one for each row of the ratings. */
    double *items; /* c */
} palate__bias;

/* Same bits for any number of threads. O(nnz) a step, some hundred steps. What failed may still be
 * ended. */
palate_status palate__bias_fit(palate_context *context, const palate_ratings *ratings, int threads,
                               palate__bias *out, palate_error *err);

/* NULL is allowed. */
void palate__bias_end(palate_context *context, palate__bias *bias);

#endif
