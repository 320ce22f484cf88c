/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernels: what every other set must agree with, up to rounding. */
#include "kernels/tables.h"

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

static void scores_at(const float *user, const float *items, const uint32_t *rows,
                      const float *start, size_t k, size_t count, float *out)
{
    for (size_t j = 0; j < count; j++)
        out[j] = start[j] + dot(user, items + rows[j] * k, k);
}

static void screen(const float *users, const float *thresholds, const float *items,
                   const float *offsets, size_t k, size_t count, uint32_t *hits)
{
    enum { USERS = PALATE__SCREEN_USERS };
    for (size_t j = 0; j < count; j++) {
        float sums[USERS];
        for (size_t r = 0; r < USERS; r++)
            sums[r] = offsets[j];
        for (size_t f = 0; f < k; f++)
            for (size_t r = 0; r < USERS; r++)
                sums[r] += users[f * USERS + r] * items[j * k + f];
        hits[j] = 0;
        for (size_t r = 0; r < USERS; r++)
            hits[j] |= (uint32_t) !(sums[r] < thresholds[r]) << r;
    }
}

/* A residual, and the rated rows transposed: coordinate f of all ratings lies together. */
static size_t row_map_scratch(size_t stride, size_t count)
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

/* Moves coordinate f to its minimum, given `z`, its values in the rated rows. */
static void update_coordinate(const palate__row_problem *p, size_t f, const float *z,
                              float *residual, float *x)
{
    float lambda = f == 0 ? p->bias_lambda : p->lambda;
    float slope = dot(residual, z, p->count) + lambda * (p->prior[f] - x[f]);
    float step = slope / (lambda + dot(z, z, p->count));
    if (f > 0 && step < p->bound - x[f])
        step = p->bound - x[f];
    x[f] += step;
    for (size_t e = 0; e < p->count; e++)
        residual[e] -= step * z[e];
}

static double penalty_of(const palate__row_problem *p, const float *x)
{
    double sum = 0.0;
    for (size_t f = 1; f < p->coordinate_count; f++) {
        double away = (double)x[f] - (double)p->prior[f];
        sum += away * away;
    }
    double away = p->fit_bias ? (double)x[0] - (double)p->prior[0] : 0.0;
    return (double)p->lambda * sum + (double)p->bias_lambda * away * away;
}

static palate__row_result row_map(const palate__row_problem *p, float *x, float *scratch)
{
    float *residual = scratch;
    float *panel = scratch + p->count;
    gather(p, x, residual, panel);
    for (size_t f = 0; f < p->coordinate_count; f++)
        update_coordinate(p, f, panel + f * p->count, residual, x);
    palate__row_result result = {0.0, penalty_of(p, x)};
    for (size_t e = 0; e < p->count; e++)
        result.squared_error += (double)residual[e] * (double)residual[e];
    return result;
}

const palate__kernels palate__kernels_generic = {
    .name = "generic",
    .row_map = row_map,
    .row_map_scratch = row_map_scratch,
    .dot = dot,
    .scores = scores,
    .scores_at = scores_at,
    .screen = screen,
};
