/* SPDX-License-Identifier: Apache-2.0 */
/* Maximum a posteriori: one pass of coordinate descent on the row's residual; see row_update in
 * kernels.h.
 *
 *     minimize    sum_e (target_e - x_0 - c_e - d_e - sum_f x_f z_ef)^2
 *                 + lambda |x - f|^2 + lambda_0 (x_0 - mean)^2          f: the link's, see prior.h
 *     subject to  x_f >= -anchor
 *
 * Hsieh & Dhillon 2011 (KDD) on one row: no Gram matrix, no learning rate; every denominator is
 * lambda plus a sum of squares. Cost of a row with c ratings: O(c k).
 */
#include "train/row.h"

static palate__sums update_row(const palate__half *half, uint32_t row, float *x,
                               const palate__desk *desk)
{
    return palate__row_improve(half, row, x, desk, &(palate__row_manner){.noise = NULL}, NULL);
}

const palate__rule palate__rule_map = {
    .name = "map",
    .paper = "Hsieh & Dhillon 2011; Salakhutdinov & Mnih 2007; Koren 2008",
    .descends = true,
    .has_prior = true,
    .takes_narrow = true,
    .before_epoch = palate__row_before_epoch,
    .after_side = palate__row_after_side,
    .scratch_floats = palate__row_scratch,
    .update_row = update_row,
};
