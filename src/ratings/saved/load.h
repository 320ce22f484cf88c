/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings out of a file that `palate convert` has written. */
#ifndef PALATE_RATINGS_SAVED_LOAD_H
#define PALATE_RATINGS_SAVED_LOAD_H

#include "ratings/matrix.h"
#include "ratings/reader.h"

/* Does a file begin as one? */
bool palate__saved_begins(palate__span head);

/* Fills `out`, which is all zero, with arrays that lie in the input, after checking all of them. */
palate_status palate__saved_load(const palate__input *input, int64_t threads, palate_ratings *out,
                                 palate_error *err);

#endif
