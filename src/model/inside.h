/* SPDX-License-Identifier: Apache-2.0 */
/* Between a row inside, as training has it, and a row of U or V with its offset. With P = x + a, Q = y + a,
 * all >= 0, and the scale inside stretched by `gain`:
 *
 *     gain (r - shift) = b + c + sum_f (P_f - a)(Q_f - a)
 *                      = [b - a sum_f P_f + k a^2 / 2] + [c - a sum_f Q_f + k a^2 / 2] + P.Q
 *
 * so U = P / sqrt(gain), V = Q / sqrt(gain), and the brackets over gain are the offsets.
 */
#ifndef PALATE_MODEL_INSIDE_H
#define PALATE_MODEL_INSIDE_H

#include <stddef.h>

typedef struct palate__inside {
    double gain, anchor;
} palate__inside;

/* `x`: the bias, then k factors inside; those outside go to `factors`. Returns the offset. */
double palate__inside_leave(palate__inside inside, size_t k, const float *x, float *factors);

/* The other way round: factors inside go to `x` (k, without a bias) unless it is NULL. Returns the bias. */
double palate__inside_enter(palate__inside inside, size_t k, const float *factors, double offset,
                            float *x);

#endif
