/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps that start further along the way the rows went last. */
#ifndef PALATE_TRAIN_AHEAD_H
#define PALATE_TRAIN_AHEAD_H

#include "train/training.h"

/* Of both sides, users first: rows after the last epoch, and after the one before. */
typedef struct palate__ahead {
    float *last[2];
    float *before[2];
    float step, most; /* The next step, and what it may grow to. */
    bool is_ahead;    /* The rows are not those of the last epoch. */
} palate__ahead;

palate_status palate__ahead_begin(const palate__training *training, palate__ahead *out,
                                  palate_error *err);
void palate__ahead_end(const palate__training *training, palate__ahead *ahead);

/* Moves the rows ahead. Two epochs or more have ended. */
void palate__ahead_go(palate__training *training, palate__ahead *ahead);

/* Takes the rows back to where the last epoch left them, if they were moved; returns whether they were. The next
 * steps are smaller. */
bool palate__ahead_back(palate__training *training, palate__ahead *ahead);

/* An epoch has ended: the rows are its rows. */
void palate__ahead_keep(palate__training *training, palate__ahead *ahead);

#endif
