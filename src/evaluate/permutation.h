/* SPDX-License-Identifier: Apache-2.0 */
/* Is one system better than another, or only luckier? If they were alike, each user could as well have
 * had the results of the other one: for every permutation a coin is tossed for each user, and the two
 * systems' columns are exchanged or not. p is the share of permutations whose difference is at least
 * as large as the one observed (Fisher 1935; in retrieval Smucker, Allan & Carterette 2007). All
 * ratings of a user go together, as they are not independent.
 */
#ifndef PALATE_EVALUATE_PERMUTATION_H
#define PALATE_EVALUATE_PERMUTATION_H

#include "evaluate/sums.h"

/*
 * Tests the difference of two systems in every measure; `p` receives one value a measure, NaN where
 * there is no difference to test (no value, or no columns). Same bits for any number of threads.
 */
palate_status palate__permute(const palate__test *test, const palate__tally *one,
                              const palate__tally *other, const palate__progress_part *part,
                              double *p, palate_error *err);

#endif
