/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings of some of the users, without their times, in rows as they are: those of the others are
 * empty. */
#ifndef PALATE_TRAIN_SUBSET_H
#define PALATE_TRAIN_SUBSET_H

#include "ratings/matrix.h"

/* Every step-th user; ids are borrowed. Released with palate__subset_free(). */
palate_status palate__subset_make(const palate_ratings *ratings, uint32_t step, palate_ratings *out,
                                  palate_error *err);
void palate__subset_free(palate_ratings *subset);

#endif
