/* SPDX-License-Identifier: Apache-2.0 */
#include "model/drift.h"

#include <math.h>

/* How many moments are not later than a time. */
static size_t count_until(const palate__moments *moments, int64_t time)
{
    size_t low = 0;
    size_t high = moments->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (moments->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* In double: the difference of two times may not fit an integer. */
static double distance(const palate__moments *moments, int64_t from, int64_t to)
{
    return ((double)to - (double)from) / moments->scale;
}

float palate__drift_at(const palate__moments *moments, int64_t time)
{
    size_t after = count_until(moments, time);
    if (moments->count == 0)
        return 0.0F;
    if (after == 0)
        return (float)(exp(-distance(moments, time, moments->times[0])) *
                       (double)moments->values[0]);
    double before = distance(moments, moments->times[after - 1], time);
    double left = (double)moments->values[after - 1];
    if (after == moments->count || before == 0.0)
        return (float)(exp(-before) * left);
    /* sinh(ahead) / sinh(whole) and sinh(before) / sinh(whole), without overflow. */
    double ahead = distance(moments, time, moments->times[after]);
    double whole = expm1(-2.0 * (before + ahead));
    double of_left = exp(-before) * expm1(-2.0 * ahead) / whole;
    double of_right = exp(-ahead) * expm1(-2.0 * before) / whole;
    return (float)(of_left * left + of_right * (double)moments->values[after]);
}
