/* SPDX-License-Identifier: Apache-2.0 */
#include "model/inside.h"

#include <math.h>

double palate__inside_leave(palate__inside inside, size_t k, const float *x, float *factors)
{
    const double scale = 1.0 / sqrt(inside.gain);
    const double constant = (double)k * inside.anchor * inside.anchor / 2.0;
    double sum = 0.0;
    for (size_t f = 0; f < k; f++) {
        const double factor = fmax((double)x[1 + f] + inside.anchor, 0.0);
        sum += factor;
        factors[f] = (float)(factor * scale);
    }
    return ((double)x[0] - inside.anchor * sum + constant) / inside.gain;
}

double palate__inside_enter(palate__inside inside, size_t k, const float *factors, double offset,
                            float *x)
{
    const double scale = sqrt(inside.gain);
    const double constant = (double)k * inside.anchor * inside.anchor / 2.0;
    double sum = 0.0;
    for (size_t f = 0; f < k; f++) {
        const double factor = (double)factors[f] * scale;
        sum += factor;
        if (x != NULL)
            x[f] = (float)(factor - inside.anchor);
    }
    return inside.gain * offset + inside.anchor * sum - constant;
}
