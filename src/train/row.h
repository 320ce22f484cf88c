/* SPDX-License-Identifier: Apache-2.0 */
/* The one operation, for the rules that stand on the kernels' row_update: a row, and for a user the
 * moments of its drift, are minimized or drawn with everything else held fixed. */
#ifndef PALATE_TRAIN_ROW_H
#define PALATE_TRAIN_ROW_H

#include "train/rule.h"

/* NULL for both: minimize. */
typedef struct palate__row_draw {
    const palate__row_noise *noise;
    const palate__drift_draw *drift;
} palate__row_draw;

palate__sums palate__row_improve(const palate__half *half, uint32_t row, float *x,
                                 const palate__desk *desk, palate__row_draw draw);

/* Floats of scratch that palate__row_improve() needs for rows of at most `count` ratings. */
size_t palate__row_scratch(const palate__training *training, size_t count);

#endif
