/* SPDX-License-Identifier: Apache-2.0 */
/* From a row inside to U or V and an offset. With P = x + a, Q = y + a, all >= 0, and the scale
 * inside stretched by `gain`:
 *
 *     gain (r - shift) = b + c + sum_f (P_f - a)(Q_f - a)
 *                      = [b - a sum_f P_f + k a^2 / 2] + [c - a sum_f Q_f + k a^2 / 2] + P.Q
 *
 * so U = P / sqrt(gain), V = Q / sqrt(gain), and the brackets over gain are the offsets.
 */
#ifndef PALATE_TRAIN_CONVERT_H
#define PALATE_TRAIN_CONVERT_H

#include "train/training.h"

/* `factors`: k. */
void palate__convert_row(const palate__training *training, const float *x, float *factors,
                         float *offset);

#endif
