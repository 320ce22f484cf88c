/* SPDX-License-Identifier: Apache-2.0 */
/* The pilot: how strong the priors are to be, found by a few short runs on a part of the ratings.
 *
 * The rule for lambda (auto.c) suits ratings of which offsets explain the most. Where factors
 * explain more, or who rated what says nothing, other strengths are better by far, and no rule from
 * counts alone can know. So, where the options leave them open, a pilot walks from the rule's value:
 *
 *     lambda and the link's together   halved, or doubled, as long as that is better
 *     what a table says                taken in, if not worse; then its strength a quarter, or fourfold
 *     the link                         left out, if that is no worse
 *
 * "Better" is by more than the standard error of the mean difference of squared errors on ratings
 * held out, so that noise leaves the rule's values. The runs see some tens of thousands of ratings
 * and few factors: some tenths of a second, whatever the size of the whole.
 */
#ifndef PALATE_TRAIN_PILOT_H
#define PALATE_TRAIN_PILOT_H

#include "palate/train.h"
#include "train/choice.h"

/* Fewer ratings say too little. */
enum { PALATE__PILOT_LEAST = 1000 };

/* Options have been checked. Leaves factor 1 where they are not open, or the ratings too few. */
palate_status palate__pilot(const palate_ratings *ratings, const palate_train_options *options,
                            palate__choice *out, palate_error *err);

#endif
