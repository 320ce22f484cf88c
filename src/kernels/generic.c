/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernels: what every other set must agree with, up to rounding. */
#include "kernels/tables.h"

#include <math.h>
#include <stdbool.h>
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

static size_t first_outside(const float *values, size_t count, float low, float high)
{
    size_t e = 0;
    while (e < count && values[e] >= low && values[e] <= high)
        e++;
    return e;
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

/* ---- Screening in bytes ---- */

static bool may_reach(const palate__tiles *tiles, const palate__tile_users *users, size_t t)
{
    bool found = false;
    for (size_t r = 0; r < users->count; r++)
        found |= !(tiles->tops[t] + users->lengths[r] * tiles->lengths[t] < users->thresholds[r]);
    return found;
}

/* The sums of products of one user with the items of a tile. */
static void multiply_tile(const uint8_t *items, const int8_t *user, size_t quads, int32_t *sums)
{
    enum { ITEMS = PALATE__TILE_ITEMS };
    memset(sums, 0, ITEMS * sizeof *sums);
    for (size_t q = 0; q < quads; q++)
        for (size_t l = 0; l < ITEMS; l++)
            for (size_t i = 0; i < 4; i++)
                sums[l] += items[(q * ITEMS + l) * 4 + i] * user[q * PALATE__TILE_USERS * 4 + i];
}

/* For each item of a tile, product and offset with what the bytes have too much. */
static void score_tile(const palate__tiles *tiles, const palate__tile_users *users, size_t t,
                       size_t r, float *out)
{
    int32_t sums[PALATE__TILE_ITEMS];
    const uint8_t *items = tiles->bytes + t * tiles->quads * 4 * PALATE__TILE_ITEMS;
    multiply_tile(items, users->bytes + 4 * r, tiles->quads, sums);
    for (size_t l = 0; l < PALATE__TILE_ITEMS; l++)
        out[l] = (float)sums[l] * (users->scales[r] * tiles->scales[t]) +
                 tiles->offsets[t * PALATE__TILE_ITEMS + l];
}

static uint16_t screen_tile(const palate__tiles *tiles, const palate__tile_users *users, size_t t,
                            size_t r)
{
    float values[PALATE__TILE_ITEMS];
    const float limit = users->thresholds[r] + users->shifts[r] * tiles->scales[t] -
                        users->reaches[r] * tiles->misses[t] - users->misses[r] * tiles->lengths[t];
    uint16_t found = 0;
    score_tile(tiles, users, t, r, values);
    for (size_t l = 0; l < PALATE__TILE_ITEMS; l++)
        found |= (uint16_t)(!(values[l] < limit) << l);
    return found;
}

static size_t screen_tiles(const palate__tiles *tiles, const palate__tile_users *users,
                           size_t first, size_t end, palate__tile_hits *hits)
{
    size_t count = 0;
    for (size_t t = first; t < end; t++) {
        bool found = false;
        if (!may_reach(tiles, users, t))
            continue;
        hits[count] = (palate__tile_hits){.tile = (uint32_t)t};
        for (size_t r = 0; r < users->count; r++) {
            hits[count].lanes[r] = screen_tile(tiles, users, t, r);
            found |= hits[count].lanes[r] != 0;
        }
        count += found;
    }
    return count;
}

static void tile_maxima(const palate__tiles *tiles, const palate__tile_users *users, size_t first,
                        size_t end, const uint16_t *const *hidden, float *maxima)
{
    enum { ITEMS = PALATE__TILE_ITEMS };
    for (size_t i = 0; i < users->count * ITEMS; i++)
        maxima[i] = -INFINITY;
    for (size_t t = first; t < end; t++) {
        for (size_t r = 0; r < users->count; r++) {
            float values[ITEMS];
            const float less = users->shifts[r] * tiles->scales[t] +
                               users->reaches[r] * tiles->misses[t] +
                               users->misses[r] * tiles->lengths[t];
            score_tile(tiles, users, t, r, values);
            for (size_t l = 0; l < ITEMS; l++)
                if ((hidden[r][t] >> l & 1) == 0 && values[l] - less > maxima[r * ITEMS + l])
                    maxima[r * ITEMS + l] = values[l] - less;
        }
    }
}

static double to_steps(const double *values, size_t count, double step, int limit, int8_t *steps)
{
    const double inverse = 1.0 / step;
    double left = 0.0;
    for (size_t f = 0; f < count; f++) {
        double place = values[f] * inverse;
        place = place > -limit ? place : -limit;
        place = place < limit ? place : limit;
        steps[f] = (int8_t)(place + (place < 0.0 ? -0.5 : 0.5));
        const double away = values[f] - step * steps[f];
        left += away * away;
    }
    return left;
}

static void transform(const palate__transform *by, const float *const *rows, size_t count,
                      double *out)
{
    for (size_t r = 0; r < count; r++, out += by->width) {
        memcpy(out, by->begin, by->width * sizeof *out);
        for (size_t f = 0; f < by->length; f++)
            for (size_t j = 0; j < by->width; j++)
                out[j] += (double)rows[r][f] * by->matrix[f * by->width + j];
    }
}

/* ---- The row update ---- */

/* A narrow number as the bits of a float, and back; numbers below 2^-14 are whole multiples of 2^-24. */
static float widened(uint16_t narrow)
{
    uint32_t bits = ((uint32_t)(narrow & 0x7FFF) << 13) + (112U << 23);
    float size = 0.0F;
    memcpy(&size, &bits, sizeof size);
    if (size < 0x1p-14F)
        size = (float)(narrow & 0x7FFF) * 0x1p-24F;
    return (narrow & 0x8000) != 0 ? -size : size;
}

static uint16_t narrowed(float value)
{
    const uint16_t sign = signbit(value) ? 0x8000 : 0;
    const float size = fminf(fabsf(value), PALATE__NARROW_MOST);
    uint32_t bits = 0;
    if (size < 0x1p-14F)
        return (uint16_t)(sign | (uint16_t)nearbyintf(size * 0x1p24F));
    memcpy(&bits, &size, sizeof bits);
    bits += 0xFFF + (bits >> 13 & 1);
    return (uint16_t)(sign | (uint16_t)((bits - (112U << 23)) >> 13));
}

static void narrow_row(const float *row, size_t stride, uint16_t *narrow)
{
    memset(narrow, 0, palate__narrow_stride(stride) * sizeof *narrow);
    for (size_t f = 0; f < stride; f++)
        narrow[f] = narrowed(row[f]);
}

/* A residual, the rated rows transposed: coordinate f of all ratings lies together; and one of them. */
static size_t row_update_scratch(size_t stride, size_t count)
{
    return count * (stride + 1) + stride;
}

/* The row of rating e. */
static const float *rated_row(const palate__row_problem *p, size_t e, float *widened_row)
{
    if (p->narrow == NULL)
        return p->fixed + (size_t)p->columns[e] * p->stride;
    for (size_t f = 0; f < p->stride; f++)
        widened_row[f] = widened(p->narrow[p->columns[e] * palate__narrow_stride(p->stride) + f]);
    return widened_row;
}

/* Returns the sum of doubts. */
static double gather(const palate__row_problem *p, const float *x, float *residual, float *panel)
{
    double doubt = 0.0;
    float *widened_row = panel + p->count * p->stride;
    for (size_t e = 0; e < p->count; e++) {
        const float *z = rated_row(p, e, widened_row);
        panel[e] = p->fit_bias ? 1.0F : 0.0F;
        for (size_t f = 1; f < p->coordinate_count; f++)
            panel[f * p->count + e] = z[f];
        residual[e] = (p->ratings[e] - p->shift) * p->gain - z[0] - x[0] * panel[e] -
                      dot(x + 1, z + 1, p->coordinate_count - 1);
        doubt += p->doubts == NULL ? 0.0 : (double)p->doubts[p->columns[e]];
    }
    return doubt;
}

/* The step of coordinate f to its minimum, or to a draw around it; at least `room`. */
static float step_of(const palate__row_problem *p, size_t f, float slope, float curvature,
                     float room)
{
    const palate__row_noise *noise = p->noise;
    float step = p->relaxation * slope / curvature;
    if (noise == NULL)
        return f > 0 && step < room ? room : step;
    float deviation = noise->deviation / sqrtf(curvature);
    float normal = noise->normals[f];
    float low = (room - step) / deviation;
    if (f > 0 && normal < low)
        normal = noise->above(noise->random, f, low);
    return step + deviation * normal;
}

/* Moves coordinate f, given `z`, its values in the rated rows. Returns the sum of their squares. */
static float update_coordinate(const palate__row_problem *p, size_t f, float lambda, const float *z,
                               float *residual, float *x, float *away)
{
    const float squares = dot(z, z, p->count);
    const float slope = dot(residual, z, p->count) - lambda * away[f];
    const float step = step_of(p, f, slope, lambda + squares, p->bound - x[f]);
    x[f] += step;
    away[f] += step;
    for (size_t e = 0; e < p->count; e++)
        residual[e] -= step * z[e];
    return squares;
}

static palate__row_sums row_update(const palate__row_problem *p, float *x, float *away,
                                   float *scratch)
{
    float *residual = scratch;
    float *panel = scratch + p->count;
    palate__row_sums sums = {.doubt = gather(p, x, residual, panel)};
    (void)update_coordinate(p, 0, p->lambda[0], panel, residual, x, away);
    for (size_t f = 1; f < p->coordinate_count; f++)
        sums.squares += (double)update_coordinate(p, f, p->lambda[f] + (float)sums.doubt,
                                                  panel + f * p->count, residual, x, away);
    for (size_t e = 0; e < p->count; e++)
        sums.squared_error += (double)residual[e] * (double)residual[e];
    return sums;
}

static void multiply_sums(const palate__rated *rated, const float *x, double *above, double *below)
{
    memset(above, 0, rated->stride * sizeof *above);
    memset(below, 0, rated->stride * sizeof *below);
    for (size_t e = 0; e < rated->count; e++) {
        const float *z = rated->fixed + (size_t)rated->columns[e] * rated->stride;
        const double target = (double)rated->ratings[e] - rated->shift;
        const double estimate = (double)(rated->estimates != NULL ? rated->estimates[e]
                                                                  : dot(x, z, rated->stride));
        for (size_t f = 0; f < rated->stride; f++) {
            above[f] += target * (double)z[f];
            below[f] += estimate * (double)z[f];
        }
    }
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

/* ---- Rows of which every cell is known ---- */

static void weigh_rows(const float *matrix, size_t stride, const uint32_t *rows,
                       const float *weights, size_t count, float *sums)
{
    for (size_t f = 0; f < stride; f++) {
        double sum = 0.0;
        for (size_t e = 0; e < count; e++)
            sum += (double)weights[e] * (double)matrix[(size_t)rows[e] * stride + f];
        sums[f] = (float)sum;
    }
}

static void gram_add(const float *rows, size_t stride, size_t count, size_t first, size_t end,
                     double *sums)
{
    for (size_t r = 0; r < count; r++, rows += stride)
        for (size_t i = 0; i < LANES && first + i < end; i++)
            for (size_t j = first; j < stride; j++)
                sums[i * stride + j] += (double)rows[first + i] * (double)rows[j];
}

/* One pass over the coordinates of a row that stands in lane l. Returns about how much lower it is. */
static float descend_once(const palate__gram_problem *p, const float *b, float *x, size_t l)
{
    enum { ROWS = PALATE__GRAM_ROWS };
    float lowered = 0.0F;
    for (size_t f = 0; f < p->count; f++) {
        float slope = b[f * ROWS + l];
        for (size_t j = 0; j < p->count; j++)
            slope -= p->gram[f * p->count + j] * x[j * ROWS + l];
        const float old = x[f * ROWS + l];
        const float now = old + slope * p->inverse[f];
        x[f * ROWS + l] = now > 0.0F ? now : 0.0F;
        const float step = x[f * ROWS + l] - old;
        lowered += step * step * p->gram[f * p->count + f];
    }
    return lowered;
}

static void gram_descend(const palate__gram_problem *p, const float *b, float *x)
{
    for (size_t l = 0; l < PALATE__GRAM_ROWS; l++) {
        float first = 0.0F;
        for (size_t pass = 0; pass < p->passes; pass++) {
            const float lowered = descend_once(p, b, x, l);
            if (pass == 0)
                first = lowered;
            if (lowered <= p->still * first)
                break;
        }
    }
}

/* ---- Text ---- */

#include "kernels/hash.inc"
#include "kernels/keys.inc"
#include "kernels/lines.inc"
#include "kernels/marks.inc"

/* ---- What the registers can do ---- */

static float multiply_adds(size_t rounds, float factor, float addend)
{
    enum { AT_ONCE = 32 }; /* As many as fit the registers, four to one. */
    float sum = 0.0F;
    for (size_t first = 0; first < PALATE__CHAINS; first += AT_ONCE) {
        float x[AT_ONCE];
        for (size_t l = 0; l < AT_ONCE; l++)
            x[l] = (float)(first + l) * PALATE__CHAIN_STEP;
        for (size_t round = 0; round < rounds; round++)
            for (size_t l = 0; l < AT_ONCE; l++)
                x[l] = x[l] * factor + addend;
        for (size_t l = 0; l < AT_ONCE; l++)
            sum += x[l];
    }
    return sum;
}

enum { BYTE_LIMIT = 127 };

PALATE__KERNEL_TABLE(generic);
