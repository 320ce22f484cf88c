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

void palate__normal4(palate__random4 random, float out[4])
{
    const double tau = 6.283185307179586;
    for (size_t pair = 0; pair < 2; pair++) {
        double radius = sqrt(-2.0 * log(1.0 - palate__uniform_double(random.word[2 * pair])));
        double angle = tau * palate__uniform_double(random.word[2 * pair + 1]);
        out[2 * pair] = (float)(radius * cos(angle));
        out[2 * pair + 1] = (float)(radius * sin(angle));
    }
}
