/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps that start further along the way the rows went last. */
#ifndef PALATE_TRAIN_AHEAD_H
#define PALATE_TRAIN_AHEAD_H

#include "train/training.h"

typedef struct palate__ahead {
    float *other
        [2]; /* Users' rows and items' after the epoch before the last; during one, after the last. */
    float step, most; /* The next step, and what it may grow to. */
    bool is_ahead;    /* The epoch did not start where the last one ended. */
} palate__ahead;

palate_status palate__ahead_begin(const palate__training *training, palate__ahead *out,
                                  palate_error *err);
void palate__ahead_end(const palate__training *training, palate__ahead *ahead);

/* Before an epoch: moves the rows ahead, where there was one before it; or leaves them, of which it takes a copy. */
void palate__ahead_go(palate__training *training, palate__ahead *ahead);
void palate__ahead_stay(palate__training *training, const palate__ahead *ahead);

/* Takes the rows back to where the last epoch left them, if they were moved; returns whether they were. The next
 * steps are smaller. */
bool palate__ahead_back(palate__training *training, palate__ahead *ahead);

/* An epoch has ended, and its rows stay. */
void palate__ahead_keep(palate__ahead *ahead);

#endif
