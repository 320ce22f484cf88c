/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of doubles in four parts, as one part would wait for each addition; and doubles to floats for
 * bounds, which must not come out on the wrong side.
 */
#ifndef PALATE_RECOMMEND_NUMBERS_H
#define PALATE_RECOMMEND_NUMBERS_H

#include <math.h>
#include <stddef.h>

enum { PALATE__PARTS = 4 };

static inline double palate__add_parts(const double parts[PALATE__PARTS])
{
    return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

/* sum a[f]^2 */
static inline double palate__squares(const double *a, size_t count)
{
    double parts[PALATE__PARTS] = {0};
    for (size_t f = 0; f < count; f++)
        parts[f % PALATE__PARTS] += a[f] * a[f];
    return palate__add_parts(parts);
}

static inline double palate__squares_of_floats(const float *a, size_t count)
{
    double parts[PALATE__PARTS] = {0};
    for (size_t f = 0; f < count; f++)
        parts[f % PALATE__PARTS] += (double)a[f] * (double)a[f];
    return palate__add_parts(parts);
}

/* sum a[f] b[f] */
static inline double palate__product(const float *a, const double *b, size_t count)
{
    double parts[PALATE__PARTS] = {0};
    for (size_t f = 0; f < count; f++)
        parts[f % PALATE__PARTS] += (double)a[f] * b[f];
    return palate__add_parts(parts);
}

/* The largest |a[f]|. */
static inline double palate__largest(const double *a, size_t count)
{
    double parts[PALATE__PARTS] = {0};
    for (size_t f = 0; f < count; f++) {
        double *part = &parts[f % PALATE__PARTS];
        *part = fabs(a[f]) > *part ? fabs(a[f]) : *part;
    }
    return fmax(fmax(parts[0], parts[1]), fmax(parts[2], parts[3]));
}

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
