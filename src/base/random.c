/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <Random123/philox.h>
#include <math.h>

palate__random4 palate__random(uint64_t seed, palate__purpose purpose, uint32_t stream,
                               uint32_t row, uint32_t index)
{
    philox4x32_ctr_t counter = {{(uint32_t)purpose, stream, row, index}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t drawn = philox4x32(counter, key);
    return (palate__random4){{drawn.v[0], drawn.v[1], drawn.v[2], drawn.v[3]}};
}

/* The value that a standard normal number stays below with probability p, to some seven digits
 * (Wichura 1988, Appl. Stat. 37, AS 241). */
static double normal_quantile(double p)
{
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        double above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
        double below = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0;
        return q * above / below;
    }
    const double r = sqrt(-log(q < 0.0 ? p : 1.0 - p));
    double value = 0.0;
    if (r <= 5.0) {
        double s = r - 1.6;
        double above = ((0.17023821103 * s + 1.3067284816) * s + 2.7568153900) * s + 1.4234372777;
        value = above / ((0.12021132975 * s + 0.73700164250) * s + 1.0);
    } else {
        double s = r - 5.0;
        double above = ((0.017337203997 * s + 0.42868294337) * s + 3.0812263860) * s + 6.6579051150;
        value = above / ((0.012258202635 * s + 0.24197894225) * s + 1.0);
    }
    return q < 0.0 ? -value : value;
}

void palate__normal4(palate__random4 random, float out[4])
{
    for (int i = 0; i < 4; i++)
        out[i] = (float)normal_quantile(((double)random.word[i] + 0.5) * 0x1.0p-32);
}
