/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning: options that are left open, chosen on a tenth of the ratings held out.
 *
 * First the strengths, around what the pilot has found, by successive halving (Jamieson & Talwalkar
 * 2016, AISTATS): all contenders run some epochs, the better half goes on where it left off, until
 * one is left. The pilot's own choice stays in until the end, and is taken unless another is better
 * by more than the standard error. Then the number of factors, halved or doubled as long as that is
 * better. */
#ifndef PALATE_TRAIN_TUNE_H
#define PALATE_TRAIN_TUNE_H

#include "palate/train.h"
#include "train/choice.h"

/* `choice` holds the pilot's, and gets that of tuning; its trials are released by the caller. A
 * request to stop ends tuning early with the best so far. */
palate_status palate__tune(const palate_ratings *ratings, const palate_train_options *options,
                           palate__choice *choice, palate_error *err);

#endif
