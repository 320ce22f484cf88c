/* SPDX-License-Identifier: Apache-2.0 */
/* What factors are about: how much each explains, and the items and users that stand for it. */
#ifndef PALATE_FACTORS_H
#define PALATE_FACTORS_H

#include "palate/similar.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Exclusivity and coherence are of so many items, the first that stand for a factor, of those with so many
 * ratings. */
enum { PALATE_FACTOR_TOP = 10, PALATE_FACTOR_SUPPORT = 20 };

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
    /** How little else its first items stand for: of what sets an item apart, how much is the factor, the
     * mean of y[f]^2 / |y|^2; 0..1. (What Bischof and Airoldi 2012, ICML, ask of words of topics.) 0 where no
     * item stands for it. */
    double exclusivity;
    /** Whether its first items have users in common: of all pairs, the mean of the normalized pointwise mutual
     * information (Bouma 2009; of topics, Lau, Newman and Baldwin 2014, EACL) of being rated by a user,
     *
     *     log(p(i,j) / (p(i) p(j))) / -log p(i,j)            -1 where nobody rated both
     *
     * -1..1: 0 by chance. 0 where fewer than two items stand for it, or nobody's ratings are known. */
    double coherence;
} palate_factor_facts;

/**
 * @param[out] out  k of them, in the model's order.
 * @return PALATE_OK, PALATE_E_INVALID (an argument is NULL), PALATE_E_NOMEM.
 * @determinism  The same bits every time, on every instruction set.
 * @cost  O((m + n) k^2 + nnz).
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

/* ---- Stability: the same factors again? ---- */

/** A factor of one model and what it is matched with in another. */
typedef struct palate_factor_match {
    uint32_t factor; /**< Of the other model. */
    double
        cosine; /**< Of both columns of V, over the items that both models know: 0..1. Two columns of
                           numbers that are not negative have one far above 0 even where they are unrelated. */
    double
        correlation; /**< The same of columns less their means: -1..1, near 0 where they are unrelated. 0 where
                           a column is constant. */
} palate_factor_match;

/**
 * Match the factors of two models, each with one of the other, so that the sum of their correlations is
 * the largest there is (best assignment: Jonker and Volgenant 1987). Of models that were trained
 * with different seeds, the mean cosine, or correlation, is how stable factors are (Brunet et al. 2004, PNAS 101;
 * Greene, O'Callaghan and Cunningham 2014, ECML, "term-centric stability").
 *
 * @param[out] out  k of them, by factor of `model`.
 * @return PALATE_OK; PALATE_E_INVALID (different numbers of factors, or no item in common),
 *         PALATE_E_NOMEM.
 * @determinism  The same bits every time.
 * @cost  O(n k^2 + k^3).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_match_factors(const palate_model *model,
                                                                      const palate_model *other,
                                                                      palate_factor_match *out,
                                                                      palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
