/* SPDX-License-Identifier: Apache-2.0 */
#include "axis.h"

#include <math.h>

double axis_step(double range, int steps)
{
    const double rough = range / steps;
    const double power = pow(10.0, floor(log10(rough)));
    const double times = rough / power;
    return power * (times < 1.5 ? 1.0 : times < 3.5 ? 2.0 : times < 7.5 ? 5.0 : 10.0);
}

int axis_decimals(double step)
{
    const int decimals = (int)ceil(-log10(step) - 1e-9);
    return decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
}
