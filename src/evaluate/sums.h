/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of a tally's rows over all users and over each group of them:
 *
 *     all users       [ all items | items of group 1 | ... ]     column_count
 *     users, group 1  [ ...                                ]
 *     ...
 *
 * and what the measures of each slice come to.
 */
#ifndef PALATE_EVALUATE_SUMS_H
#define PALATE_EVALUATE_SUMS_H

#include "evaluate/tally.h"

/* Doubles that sums take. */
size_t palate__sums_size(const palate__test *test);

/* Adds one user's row, `weight` times. */
void palate__sums_add(const palate__test *test, const palate__tally *tally, size_t user,
                      double weight, double *sums);

/* Everything, then the groups of users, then those of items. */
size_t palate__slice_count(const palate__test *test);

/* The value of a measure in a slice; false: it has none. For metrics with columns only. */
bool palate__sums_value(const palate__test *test, const palate__planned *measure, size_t slice,
                        const double *sums, double *value);

#endif
