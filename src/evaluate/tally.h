/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of all measures (metrics.h), filled for each user by one system; once for everything,
 * then once for each group of items:
 *
 *              all items                                     items of group 1
 *     user 0   [ rmse: squares, ratings | ndcg@10: ... ]     [ rmse: ... | ... ]  ...
 *     user 1   [ ...                                   ]     [ ...             ]
 */
#ifndef PALATE_EVALUATE_TALLY_H
#define PALATE_EVALUATE_TALLY_H

#include "evaluate/system.h"

typedef struct palate__tally {
    size_t user_count;
    size_t column_count; /* Of all blocks. */
    double *rows;        /* user_count x column_count */
    /* For each length of a list, how often each item of the model was recommended: lengths x n.
     * NULL: not wanted. */
    uint32_t *item_counts;
} palate__tally;

/* Which part of all work this is, for progress. */
typedef struct palate__progress_part {
    const palate_evaluate_options *options;
    double begin, end;
} palate__progress_part;

/* PALATE_E_STOPPED where the caller says so. */
palate_status palate__progress_tell(const palate__progress_part *part, double share,
                                    palate_error *err);

/* Same bits for any number of threads. What failed may still be ended. */
palate_status palate__tally_fill(const palate__system *system, const palate__progress_part *part,
                                 palate__tally *out, palate_error *err);
void palate__tally_end(palate_context *context, palate__tally *tally);

#endif
