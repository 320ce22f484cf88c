/* SPDX-License-Identifier: Apache-2.0 */
#include "train/row.h"

#include "train/long.h"

#include <math.h>

static size_t kernel_floats(const palate__training *training, size_t count)
{
    size_t floats = training->kernels->row_update_scratch(training->stride, count);
    return (floats + PALATE__LANES - 1) / PALATE__LANES * PALATE__LANES;
}

/* What the kernel wants, the row's distance from its prior, ratings without drift. */
size_t palate__row_scratch(const palate__training *training, size_t count)
{
    return kernel_floats(training, count) + training->stride + count;
}

/* sum over the factors of away^2 */
static double distance_of(const palate__training *training, const float *away)
{
    return (double)training->kernels->dot(away + 1, away + 1, training->factor_count);
}

/* The row's ratings without the drift of their users. */
static const float *without_drift(const palate__half *half, uint32_t row, float *to)
{
    const palate__training *training = half->training;
    const palate__drift *drift = &training->drift;
    const palate__matrix *matrix = &half->side->matrix;
    const uint32_t *moments = half->is_users ? drift->user_moments : drift->item_moments;
    const float per_rating = (float)(1.0 / training->gain);
    const int64_t first = matrix->begins[row];
    for (int64_t e = first; e < matrix->begins[row + 1]; e++) {
        uint32_t user = half->is_users ? row : matrix->columns[e];
        to[e - first] = matrix->values[e] -
                        palate__drift_value(drift, user, moments[e]) * per_rating;
    }
    return to;
}

palate__sums palate__row_improve(const palate__half *half, uint32_t row, float *x,
                                 const palate__desk *desk, const palate__row_manner *manner,
                                 palate__row_sums *told)
{
    const palate__training *training = half->training;
    const palate__prior *prior = &half->side->prior;
    const palate__matrix *matrix = &half->side->matrix;
    const int64_t begin = matrix->begins[row];
    const size_t count = (size_t)(matrix->begins[row + 1] - begin);
    const float *ratings = matrix->values + begin;
    palate__sums sums = {0.0, 0.0};
    const bool is_long = palate__is_long(training, count);
    float *away = desk->scratch + kernel_floats(training, is_long ? PALATE__LONG_ROW : count);
    if (training->drift.on)
        ratings = without_drift(half, row, away + training->stride);
    palate__prior_gather(prior, row, x, training->stride, away);
    palate__row_problem problem = {
        .fixed = half->other->rows,
        .narrow = half->other->narrow,
        .stride = training->stride,
        .coordinate_count = training->factor_count + 1,
        .columns = matrix->columns + begin,
        .ratings = ratings,
        .count = count,
        .shift = (float)training->shift,
        .gain = (float)training->gain,
        .lambda = prior->lambda,
        .doubts = half->other->variances,
        .bound = (float)training->bound,
        .relaxation = manner->noise == NULL ? training->relaxation : 1.0F,
        .fit_bias = training->with_bias,
        .noise = manner->noise,
    };
    const palate__row_sums found = is_long ? palate__long_update(training, &problem, x, away)
                                           : training->kernels->row_update(&problem, x, away,
                                                                           desk->scratch);
    sums.squared_error = found.squared_error;
    if (told != NULL)
        *told = found;
    palate__prior_spread(prior, row, training->stride, away);
    if (found.doubt > 0.0)
        sums.penalty = found.doubt * distance_of(training, away);
    if (training->drift.on && half->is_users)
        sums.penalty += palate__drift_update(training, row, desk->scratch, desk->thread,
                                             manner->drift);
    return sums;
}

/* Steps beyond the minimum of each coordinate, while the run has far to go. The objective falls with each of them,
 * as a parabola does on both sides of its minimum. Not in the first epoch: from the starting rows they lead to a
 * slightly worse end (docs/decisions/0067-relaxation.md). */
static const float RELAXATION = 0.4F;
static const float RELAXATION_KEPT = 0.9F; /* From epoch to epoch. */

void palate__row_before_epoch(palate__training *training)
{
    const int64_t epoch = training->epoch;
    training->relaxation = epoch == 0
                               ? 1.0F
                               : 1.0F + RELAXATION * powf(RELAXATION_KEPT, (float)(epoch - 1));
}

void palate__row_after_side(palate__training *training, palate__train_side *side)
{
    palate__prior_update(training, side, NULL);
}
