/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of all metrics (metrics.h), filled for each user by one system:
 *
 *     user 0   [ rmse: squares, ratings | mae: sum, ratings | ... ]
 *     user 1   [ ...                                              ]
 */
#ifndef PALATE_EVALUATE_TALLY_H
#define PALATE_EVALUATE_TALLY_H

#include "evaluate/system.h"

typedef struct palate__tally {
    size_t user_count;
    size_t column_count;
    double *rows; /* user_count x column_count */
} palate__tally;

/* What is told how far filling has come. Returns false to stop. */
typedef struct palate__progress_part {
    const palate_evaluate_options *options;
    double begin, end; /* Of all work, what this part is. */
} palate__progress_part;

palate_status palate__progress_tell(const palate__progress_part *part, double share,
                                    palate_error *err);

/* Same bits for any number of threads. What failed may still be ended. */
palate_status palate__tally_fill(const palate__system *system, const palate__progress_part *part,
                                 palate__tally *out, palate_error *err);
void palate__tally_end(palate_context *context, palate__tally *tally);

/* Adds up the rows of all users, in their order: column_count sums. */
void palate__tally_add(const palate__tally *tally, double *sums);

/* The value of a measure, from sums of the columns. False: it has none. */
bool palate__tally_value(const palate__planned *measure, const double *sums, double *value);

#endif
