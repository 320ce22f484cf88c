/* SPDX-License-Identifier: Apache-2.0 */
/* Variational: rule map, minding that the rows of the other side are not known for sure.
 *
 * A row that c ratings have told of is known up to a variance v, the same for all its factors. What is expected of
 * the squared error over the rows z of the other side is then
 *
 *     sum_e e^2 + (sum_e v_z) |x - f|^2        v = noise^2 / (lambda + sum_e (|z|^2 / k + v_z))
 *
 * so that the row is shrunk by lambda and by what is not sure of each thing rated: long rows more than short ones, and
 * those more that rated what few have. Lim & Teh 2007 (KDD Cup), Raiko, Ilin & Karhunen 2007 (ECML), where the row has
 * one variance rather than k, and shrinks towards the mean of its prior rather than towards the anchor: with a link,
 * whose sums are most of a row, the latter is far worse (docs/decisions/0046-variational.md).
 *
 * Costs a gather of one number a rating beside those of k: what |z|^2 comes to, rows are improved by anyway.
 */
#include "train/row.h"

#include <math.h>

static palate__sums update_row(const palate__half *half, uint32_t row, float *x,
                               const palate__desk *desk)
{
    const palate__training *training = half->training;
    const palate__train_side *side = half->side;
    const palate__row_manner manner = {.noise = NULL};
    palate__row_sums told;
    const palate__sums found = palate__row_improve(half, row, x, desk, &manner, &told);
    const double weight = (double)side->prior.lambda[1] + told.doubt +
                          told.squares / (double)training->factor_count;
    side->variances[row] = (float)(training->noise * training->noise / weight);
    return found;
}

/* What the ratings' variance is, is learned on the way; at first it is that which offsets leave. */
static void after_epoch(palate__training *training, const palate__sums *users,
                        const palate__sums *items)
{
    (void)users;
    training->noise = sqrt(items->squared_error /
                           (double)palate__matrix_count(&training->users.matrix));
}

/* At first every row is taken for sure: it has not been moved by what is not. */
static palate_status begin_side(palate_context *context, palate__train_side *side,
                                palate_error *err)
{
    const uint32_t rated = side->matrix.row_count;
    side->variances = palate__allocate_zeroed(context, side->row_count, sizeof *side->variances);
    if (side->variances == NULL)
        return palate__fail_memory(err, "preparing training");
    for (uint32_t row = rated; row < side->row_count; row++)
        side->variances[row] = 1.0F / side->prior.lambda[1];
    return PALATE_OK;
}

static palate_status begin(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(begin_side(training->context, &training->users, err));
    PALATE_TRY(begin_side(training->context, &training->items, err));
done:
    return status;
}

const palate__rule palate__rule_vb = {
    .name = "vb",
    .paper = "Lim & Teh 2007; Raiko, Ilin & Karhunen 2007",
    .has_prior = true,
    .takes_narrow = true,
    .begin = begin,
    .before_epoch = palate__row_before_epoch,
    .after_side = palate__row_after_side,
    .after_epoch = after_epoch,
    .scratch_floats = palate__row_scratch,
    .update_row = update_row,
};
