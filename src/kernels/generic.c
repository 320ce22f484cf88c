/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernels: what every other set must agree with, up to rounding. */
#include "kernels/tables.h"

#include <math.h>
#include <string.h>

enum { LANES = PALATE__LANES };

/* The 16 partial sums as a tree: lane l with lane l + 8, then 4, 2, 1. */
static float sum_lanes(float lane[LANES])
{
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            lane[l] += lane[l + half];
    return lane[0];
}

static float dot(const float *a, const float *b, size_t length)
{
    float lane[LANES] = {0};
    size_t f = 0;
    for (; f + LANES <= length; f += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += a[f + l] * b[f + l];
    for (size_t l = 0; f + l < length; l++)
        lane[l] += a[f + l] * b[f + l];
    return sum_lanes(lane);
}

static void scores(const float *user, const float *items, const float *start, size_t k,
                   size_t count, float *out)
{
    for (size_t j = 0; j < count; j++)
        out[j] = start[j] + dot(user, items + j * k, k);
}

/* A residual, and the rated rows transposed: coordinate f of all ratings lies together. */
static size_t row_update_scratch(size_t stride, size_t count)
{
    return count * (stride + 1);
}

static void gather(const palate__row_problem *p, const float *x, float *residual, float *panel)
{
    for (size_t e = 0; e < p->count; e++) {
        const float *z = p->fixed + (size_t)p->columns[e] * p->stride;
        panel[e] = p->fit_bias ? 1.0F : 0.0F;
        for (size_t f = 1; f < p->coordinate_count; f++)
            panel[f * p->count + e] = z[f];
        residual[e] = (p->ratings[e] - p->shift) * p->gain - z[0] - x[0] * panel[e] -
                      dot(x + 1, z + 1, p->coordinate_count - 1);
    }
}

/* The step of coordinate f to its minimum, or to a draw around it; at least `room`. */
static float step_of(const palate__row_problem *p, size_t f, float slope, float curvature,
                     float room)
{
    const palate__row_noise *noise = p->noise;
    float step = slope / curvature;
    if (noise == NULL)
        return f > 0 && step < room ? room : step;
    float deviation = noise->deviation / sqrtf(curvature);
    float normal = noise->normals[f];
    float low = (room - step) / deviation;
    if (f > 0 && normal < low)
        normal = noise->above(noise->random, f, low);
    return step + deviation * normal;
}

/* Moves coordinate f, given `z`, its values in the rated rows. */
static void update_coordinate(const palate__row_problem *p, size_t f, const float *z,
                              float *residual, float *x, float *away)
{
    float slope = dot(residual, z, p->count) - p->lambda[f] * away[f];
    float step = step_of(p, f, slope, p->lambda[f] + dot(z, z, p->count), p->bound - x[f]);
    x[f] += step;
    away[f] += step;
    for (size_t e = 0; e < p->count; e++)
        residual[e] -= step * z[e];
}

static double row_update(const palate__row_problem *p, float *x, float *away, float *scratch)
{
    float *residual = scratch;
    float *panel = scratch + p->count;
    double squared_error = 0.0;
    gather(p, x, residual, panel);
    for (size_t f = 0; f < p->coordinate_count; f++)
        update_coordinate(p, f, panel + f * p->count, residual, x, away);
    for (size_t e = 0; e < p->count; e++)
        squared_error += (double)residual[e] * (double)residual[e];
    return squared_error;
}

static void slice_gather(const float *matrix, size_t stride, const uint32_t *rows,
                         const float *weights, size_t count, float *sums)
{
    memset(sums, 0, LANES * sizeof *sums);
    for (size_t e = 0; e < count; e++)
        for (size_t l = 0; l < LANES; l++)
            sums[l] += weights[rows[e]] * matrix[rows[e] * stride + l];
}

static void slice_spread(float *matrix, size_t stride, const uint32_t *rows, const float *weights,
                         size_t count, const float *change)
{
    for (size_t e = 0; e < count; e++)
        for (size_t l = 0; l < LANES; l++)
            matrix[rows[e] * stride + l] -= weights[rows[e]] * change[l];
}

const palate__kernels palate__kernels_generic = {
    .name = "generic",
    .row_update = row_update,
    .row_update_scratch = row_update_scratch,
    .slice_gather = slice_gather,
    .slice_spread = slice_spread,
    .dot = dot,
    .scores = scores,
};
