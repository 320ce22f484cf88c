/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_RECOMMEND_FILTER_H
#define PALATE_RECOMMEND_FILTER_H

#include "palate/filter.h"

/* At most `most` items of each category. Categories of item j: begins[j] <= e < begins[j + 1]. */
typedef struct palate__quota {
    uint32_t most;
    uint32_t category_count;
    size_t *begins; /* n + 1 */
    uint32_t *categories;
} palate__quota;

struct palate_filter {
    const palate_model *model;
    unsigned char *passes; /* n */
    int64_t left;
    palate_filter_rule *rules; /* Their texts are owned. */
    size_t rule_count;
    palate__quota *quotas;
    size_t quota_count;
};

#endif
