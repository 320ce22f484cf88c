/* SPDX-License-Identifier: Apache-2.0 */
/* What factors are about: how much each explains, and the items and users that stand for it. */
#ifndef PALATE_FACTORS_H
#define PALATE_FACTORS_H

#include "palate/similar.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What can be said of a factor. */
typedef struct palate_factor_facts {
    /**
     * Its share of what factors explain: of the variance, over all pairs of a user and an item, of what
     * factors add to the typical (explain.h). With C and D the covariances of the users' and of the
     * items' factors,
     *
     *     share[f] = sum_g C[f][g] D[f][g] / sum_fg C[f][g] D[f][g]
     *
     * so that shares add up to 1. Below 0 for a factor that mostly takes back what others add; 0 for all
     * where factors explain nothing.
     */
    double share;
    /** Of the items' factors (Hoyer 2004, JMLR 5): 0, all items have as much of it, to 1, only one item
     * has it. */
    double sparsity;
} palate_factor_facts;

/**
 * @param[out] out  k of them, in the model's order.
 * @return PALATE_OK, PALATE_E_INVALID (an argument is NULL), PALATE_E_NOMEM.
 * @determinism  The same bits every time, on every instruction set.
 * @cost  O((m + n) k^2).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_factor_facts(const palate_model *model,
                                                                     palate_factor_facts *out,
                                                                     palate_error *err);

/**
 * The items, or users, that stand for a factor: those that have more of it than is typical, and
 * little else that sets them apart.
 *
 *     value = y[f]^2 / |y|, y[f] > 0          y: as rows are compared, see palate_model_similar()
 *
 * which is how far the factor sets a row apart, in units of the ratings, times how much of what sets it
 * apart is the factor.
 *
 * @param factor  0..k-1.
 * @param options  Side, count and support; the measure plays no part. NULL: the defaults.
 * @param[out] rows, values  As many as options->count: the highest value first, equal ones ordered by id.
 * @param[out] count  How many there are.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_NOMEM.
 * @cost  O((m + n) k).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_factor_top(
    const palate_model *model, uint32_t factor, const palate_similar_options *options,
    uint32_t *rows, double *values, size_t *count, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
