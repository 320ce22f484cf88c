/* SPDX-License-Identifier: Apache-2.0 */
/* Doubles to floats for bounds, which must not come out on the wrong side. */
#ifndef PALATE_RECOMMEND_ROUNDING_H
#define PALATE_RECOMMEND_ROUNDING_H

#include <math.h>

/* The next float that is more: also for a value that was itself rounded, in doubles. */
static inline float palate__round_up(double value)
{
    return nextafterf((float)value, INFINITY);
}

static inline float palate__round_down(double value)
{
    return nextafterf((float)value, -INFINITY);
}

#endif
