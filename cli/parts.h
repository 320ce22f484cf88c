/* SPDX-License-Identifier: Apache-2.0 */
/* A prediction as a sum: its factors' parts, the largest first. */
#ifndef PALATE_CLI_PARTS_H
#define PALATE_CLI_PARTS_H

#include <palate/palate.h>

/* A factor and its part of the sum. */
typedef struct factor_part {
    uint32_t factor;
    double adds;
} factor_part;

/* Takes a prediction apart as palate_model_explain() does. Returns its factors' parts, all of them, the
 * largest first, whatever their sign; to be freed. NULL after telling what is wrong. */
factor_part *parts_take(const palate_model *model, uint32_t user, uint32_t item, int64_t time,
                        int parts, palate_explanation *sum);

#endif
