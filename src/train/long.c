/* SPDX-License-Identifier: Apache-2.0 */
/* With z_e = [1, z_e1 ... z_ek] and the residual e before the update,
 *
 *     G = sum_e z_e z_e'      g = sum_e e z_e      E = sum_e e^2
 *
 * tell a pass over the coordinates all it needs: once x has moved by d, slopes are g - G d, and the error is
 * E - 2 g'd + d'G d. The ratings are cut into pieces, whose sums are added in order. */
#include "train/long.h"

#include "model/gram.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

enum {
    PIECES = 16,
    BATCH = 128 /* Rows side by side, as many as fit the first-level cache with 63 factors. */
};

/* Sums of a piece: G, by rows; g; E; doubts. */
static size_t piece_doubles(size_t stride)
{
    return stride * stride + stride + 2;
}

palate_status palate__long_begin(palate__training *training, palate_error *err)
{
    training->long_sums = palate__allocate_array(training->context, PIECES,
                                                 piece_doubles(training->stride) * sizeof(double));
    return training->long_sums == NULL
               ? palate__fail_memory(err, "preparing training: fewer factors need less")
               : PALATE_OK;
}

/* ---- Sums over the ratings ---- */

typedef struct job {
    const palate__training *training;
    const palate__row_problem *problem;
    const float *x;
} job;

/* The row of rating e, 1 in place of its bias. Returns what x leaves of the rating. */
static float take_row(const job *of, size_t e, float *to)
{
    const palate__row_problem *p = of->problem;
    const float *z = p->fixed + p->columns[e] * p->stride;
    memcpy(to, z, p->stride * sizeof *to);
    to[0] = p->fit_bias ? 1.0F : 0.0F;
    return (p->ratings[e] - p->shift) * p->gain - z[0] -
           of->training->kernels->dot(of->x, to, p->coordinate_count);
}

/* Ratings first .. first + count - 1, count <= BATCH, onto the sums. */
static void add_batch(const job *of, size_t first, size_t count, float *scratch, double *sums)
{
    const palate__kernels *kernels = of->training->kernels;
    const size_t stride = of->problem->stride;
    float *rows = scratch + BATCH;
    double *slopes = sums + stride * stride;
    for (size_t e = 0; e < count; e++) {
        scratch[e] = take_row(of, first + e, rows + e * stride);
        slopes[stride] += (double)scratch[e] * (double)scratch[e];
        if (of->problem->doubts != NULL)
            slopes[stride + 1] += (double)of->problem->doubts[of->problem->columns[first + e]];
    }
    for (size_t f = 0; f < stride; f += PALATE__LANES)
        kernels->gram_add(rows, stride, count, f, stride, sums + f * stride);
    for (size_t e = 0; e < count; e++)
        for (size_t f = 0; f < stride; f++)
            slopes[f] += (double)scratch[e] * (double)rows[e * stride + f];
}

static void add_piece(size_t piece, int thread, void *argument)
{
    const job *of = argument;
    const palate__training *training = of->training;
    const size_t count = of->problem->count;
    const size_t end = count * (piece + 1) / PIECES;
    double *sums = training->long_sums + piece * piece_doubles(training->stride);
    float *scratch = training->scratch + (size_t)thread * training->scratch_floats;
    memset(sums, 0, piece_doubles(training->stride) * sizeof *sums);
    for (size_t e = count * piece / PIECES; e < end; e += BATCH)
        add_batch(of, e, end - e < BATCH ? end - e : BATCH, scratch, sums);
}

/* Pieces after the first onto it. */
static void add_up(const palate__training *training)
{
    const size_t length = piece_doubles(training->stride);
    for (size_t piece = 1; piece < PIECES; piece++)
        for (size_t i = 0; i < length; i++)
            training->long_sums[i] += training->long_sums[piece * length + i];
}

/* ---- The pass ---- */

/* The step to the minimum of a coordinate, or to a draw around it. */
static float choose_step(const palate__row_problem *p, size_t f, double slope, double curvature,
                         float room)
{
    const palate__row_noise *noise = p->noise;
    const float step = (float)((double)p->relaxation * slope / curvature);
    if (noise == NULL)
        return f > 0 && step < room ? room : step;
    const float deviation = noise->deviation / (float)sqrt(curvature);
    const float low = (room - step) / deviation;
    float normal = noise->normals[f];
    if (f > 0 && normal < low)
        normal = noise->above(noise->random, f, low);
    return step + deviation * normal;
}

/* Moves x; slopes become those after it. Returns what the squared error changes by. */
static double descend(const palate__row_problem *p, const double *gram, double *slopes, float *x,
                      float *away)
{
    const double doubt = slopes[p->stride + 1];
    double change = 0.0;
    for (size_t f = 0; f < p->coordinate_count; f++) {
        const double *row = gram + f * p->stride;
        const double lambda = (double)p->lambda[f] + (f > 0 ? doubt : 0.0);
        const float step = choose_step(p, f, slopes[f] - lambda * (double)away[f], row[f] + lambda,
                                       p->bound - x[f]);
        x[f] += step;
        away[f] += step;
        change += (double)step * ((double)step * row[f] - 2.0 * slopes[f]);
        for (size_t g = 0; g < p->coordinate_count; g++)
            slopes[g] -= (double)step * row[g];
    }
    return change;
}

palate__row_sums palate__long_update(const palate__training *training,
                                     const palate__row_problem *problem, float *x, float *away)
{
    const size_t stride = problem->stride;
    double *sums = training->long_sums;
    double *slopes = sums + stride * stride;
    job shared = {training, problem, x};
    palate__parallel_for(training->threads, PIECES, add_piece, &shared);
    add_up(training);
    palate__gram_mirror(sums, stride);
    const double change = descend(problem, sums, slopes, x, away);
    palate__row_sums found = {fmax(slopes[stride] + change, 0.0), slopes[stride + 1], 0.0};
    for (size_t f = 1; f < problem->coordinate_count; f++)
        found.squares += sums[f * stride + f];
    return found;
}
