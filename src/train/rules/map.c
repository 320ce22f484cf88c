/* SPDX-License-Identifier: Apache-2.0 */
/* Maximum a posteriori: one pass of coordinate descent on the row's residual; see row_map in
 * kernels.h.
 *
 *     minimize    sum_e (target_e - x_0 - c_e - sum_f x_f z_ef)^2
 *                 + lambda |x - prior|^2 + bias_lambda (x_0 - prior_0)^2
 *     subject to  x_f >= -anchor
 *
 * Hsieh & Dhillon 2011 (KDD) on one row: no Gram matrix, no learning rate; every denominator is
 * lambda plus a sum of squares. In mode pure lambda is multiplied by the number of the row's
 * ratings (Zhou et al. 2008, ALS-WR). Cost of a row with c ratings: O(c k).
 */
#include "train/rule.h"

/* A denominator must not be zero, even where no regularization is wanted. */
static const float LAMBDA_FLOOR = 1e-6F;

static size_t scratch_floats(const palate__training *training, size_t count)
{
    return training->kernels->row_map_scratch(training->stride, count);
}

static float lambda_of_row(const palate__training *training, int64_t count)
{
    double lambda = training->options.regularization;
    if (!training->with_bias)
        lambda *= (double)count;
    return lambda > (double)LAMBDA_FLOOR ? (float)lambda : LAMBDA_FLOOR;
}

static palate__row_result update_row(const palate__half *half, uint32_t row, float *x,
                                     float *scratch)
{
    const palate__training *training = half->training;
    const palate__matrix *matrix = &half->side->matrix;
    int64_t begin = matrix->begins[row];
    int64_t count = matrix->begins[row + 1] - begin;
    palate__row_problem problem = {
        .fixed = half->other->rows,
        .stride = training->stride,
        .coordinate_count = training->factor_count + 1,
        .columns = matrix->columns + begin,
        .ratings = matrix->values + begin,
        .count = (size_t)count,
        .shift = (float)training->shift,
        .gain = (float)training->gain,
        .lambda = lambda_of_row(training, count),
        .bias_lambda = half->side->bias_lambda,
        .bound = (float)training->bound,
        .prior = half->side->prior,
        .fit_bias = training->with_bias,
    };
    return training->kernels->row_map(&problem, x, scratch);
}

const palate__rule palate__rule_map = {
    .name = "map",
    .paper = "Hsieh & Dhillon 2011; Salakhutdinov & Mnih 2007",
    .measures = true,
    .scratch_floats = scratch_floats,
    .update_row = update_row,
};
