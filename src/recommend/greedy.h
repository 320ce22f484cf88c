/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in which an item depends on those before it: quotas of categories, and diversity by maximal marginal
 * relevance (Carbonell & Goldstein 1998, SIGIR). Until the list is full, of all candidates j the next is the one with
 *
 *     the largest   value(j) = (1 - d) score(j) - d w max(0, max over the list of cosine(i, j))
 *
 * equal ones in the order of scores; one without room in a category is passed over for good.
 *
 * Exact without going through all candidates: values are never above (1 - d) score. So from the best candidates alone,
 * however few, an item is known to be next if its value is not below that of the last of them; where that is not so,
 * more of them are asked for.
 */
#ifndef PALATE_RECOMMEND_GREEDY_H
#define PALATE_RECOMMEND_GREEDY_H

#include "palate/recommend.h"
#include "recommend/filter.h"
#include "recommend/request.h"

typedef struct palate__greedy {
    double diversity;
    const palate__quota *quotas;
    size_t quota_count;
    palate_passed_over *passed; /* Of each user, or NULL. */
} palate__greedy;

palate_status palate__recommend_greedy(const palate__request *asked, const palate__greedy *by,
                                       palate_error *err);

#endif
