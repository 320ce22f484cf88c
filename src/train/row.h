/* SPDX-License-Identifier: Apache-2.0 */
/* The one operation, for the rules that stand on the kernels' row_update: a row, and for a user the
 * moments of its drift, are minimized or drawn with everything else held fixed. */
#ifndef PALATE_TRAIN_ROW_H
#define PALATE_TRAIN_ROW_H

#include "train/rule.h"

typedef struct palate__row_manner {
    const palate__row_noise *noise; /* NULL for both: minimize. */
    const palate__drift_draw *drift;
} palate__row_manner;

/* `told` is what kernels say of the row; NULL: it is not wanted. */
palate__sums palate__row_improve(const palate__half *half, uint32_t row, float *x,
                                 const palate__desk *desk, const palate__row_manner *manner,
                                 palate__row_sums *told);

/* What comes before an epoch where rows are minimized: how far they go beyond. */
void palate__row_before_epoch(palate__training *training);

/* What follows the rows of a side where they were minimized: their prior. */
void palate__row_after_side(palate__training *training, palate__train_side *side);

/* Floats of scratch that palate__row_improve() needs for rows of at most `count` ratings. */
size_t palate__row_scratch(const palate__training *training, size_t count);

#endif
