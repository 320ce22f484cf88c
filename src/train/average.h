/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of draws from the posterior.
 *
 * The mean of the predictions of S draws is one wider model of the same form, every factor >= 0:
 *
 *     U = [U_0 w_0^1/2, U_1 w^1/2 ... U_S w^1/2]    V alike    w_0 + S w = 1    offsets and drift: means
 *
 * Block 0 is the minimum that the run begins with (rule map's answer): it errs otherwise than draws
 * do, and the mean of both is better than either (docs/accuracy.md). With S = 0 the mean rows of the
 * draws are kept instead: a model of k factors, a little less accurate.
 */
#ifndef PALATE_TRAIN_AVERAGE_H
#define PALATE_TRAIN_AVERAGE_H

#include "train/training.h"

typedef struct palate__average_side {
    float *factors; /* row_count x (room k): the blocks of a row side by side; else NULL. */
    float *offsets; /* row_count x room */
    double *sums;   /* row_count x stride, for the mean rows; else NULL. */
} palate__average_side;

struct palate__average {
    int64_t minimized; /* Epochs that minimize, before the first draw. */
    size_t wanted;     /* S, or 0 for the mean rows. */
    size_t taken;      /* Draws. */
    size_t blocks;     /* Of factors: the minimum, where it is one of them, and the draws. */
    double of_minimum; /* Weight of the minimum, that of a draw being 1; 0: it does not count. */
    double weight;     /* Of all taken. */
    palate__average_side users, items;
    double *drift_sums; /* Of each moment; NULL without drift. */
    double noise_sum;   /* Of the variances of a rating, over draws. */
};

/* Blocks there is room for. */
static inline size_t palate__average_room(const palate__average *average)
{
    return average->wanted + (average->of_minimum > 0.0 ? 1 : 0);
}

/* The weight of a block among all. */
static inline double palate__block_weight(const palate__average *average, size_t block)
{
    bool minimum = average->of_minimum > 0.0 && block == 0;
    return (minimum ? average->of_minimum : 1.0) / average->weight;
}

/* Sets training->average, for the samples the options ask for. */
palate_status palate__average_begin(palate__training *training, palate_error *err);
void palate__average_end(palate__training *training);

/* After each epoch: takes it in where it is one of those that count. */
void palate__average_take(palate__training *training);

#endif
