/* SPDX-License-Identifier: Apache-2.0 */
/* Why: a prediction as a sum, and the ratings it came from. */
#ifndef PALATE_EXPLAIN_H
#define PALATE_EXPLAIN_H

#include "palate/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- A prediction as a sum ---- */

/** What the parts of a prediction are measured from. Both sums are the same prediction. */
typedef enum palate_parts {
    /**
     * From the typical user t and the typical item j, those that stand for somebody unknown: what is
     * special about the user, about the item, and about the two together.
     *
     *     common    score of t and j
     *     user      score of (user, j) - score of (t, j), at no time
     *     item      score of (t, item) - score of (t, j)
     *     factor f  (U[user][f] - t[f]) (V[item][f] - j[f]): above 0 where both have more of the factor
     *               than is typical, or both less; mode default's anchor is no part of it
     */
    PALATE_PARTS_TYPICAL,
    /** From nothing: base, offsets, and U[user][f] V[item][f], which is never negative. */
    PALATE_PARTS_ZERO
} palate_parts;

/** A prediction, and what it is the sum of:
 *
 *     score = common + user + item + time + sum of the factors' parts
 */
typedef struct palate_explanation {
    double prediction; /**< The score within the scale: what palate_model_predict() says. */
    double score;      /**< Before clipping; off the sum of parts by rounding alone. */
    double common;     /**< The same for all users and items. */
    double user;       /**< Of the user with any item. */
    double item;       /**< Of the item with any user. */
    double time;       /**< How the user's offset has moved; 0 at no time. */
} palate_explanation;

/**
 * Take a prediction apart.
 *
 * @param user, item  Rows of the model, or PALATE_NO_ROW for the typical ones; both unknown: the
 * mean, all of it common.
 * @param time   As in palate_cells; PALATE_NO_TIME: at no time.
 * @param parts  palate_parts.
 * @param[out] factors  k: each factor's part.
 * @return PALATE_OK, or PALATE_E_INVALID for a row that is not there or parts that are none.
 * @cost O(k).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_explain(const palate_model *model,
                                                                uint32_t user, uint32_t item,
                                                                int64_t time, int parts,
                                                                palate_explanation *out,
                                                                double *factors, palate_error *err);

/* ---- Because of which ratings ---- */

/** One of the user's ratings, and what it does to a prediction. */
typedef struct palate_reason {
    uint32_t item;
    float rating;
    int64_t time;  /**< Or PALATE_NO_TIME. */
    double effect; /**< How much higher the score is with this rating than without it. */
} palate_reason;

/** The ratings behind a prediction, and what folding in says of it. */
typedef struct palate_reasons {
    double score;  /**< With all of the user's ratings taken in anew: near the model's own, which
                     training left where it stopped. */
    int64_t count; /**< Reasons, one for each rating of the user. */
} palate_reasons;

/**
 * The ratings of a user that moved a prediction most: each is left out in turn, and the user folded
 * in again (palate_model_fold_in()) from all the others. Exact up to where folding in stands still,
 * some 1e-5 of a rating's deviation; effects do not add up to the score.
 *
 * @param user  A row of the model; `item` and `time` as in palate_model_explain(). The rating of
 * `item` itself, where there is one, counts as any other.
 * @param threads  0: as many as the machine gives. The result does not depend on it.
 * @param[out] reasons  As many as palate_model_seen() counts; the largest effects first, whatever
 * their sign.
 * @return PALATE_OK, PALATE_E_INVALID (a row that is not there), PALATE_E_UNSUPPORTED (a model without
 * ratings, or one that folds nobody in), PALATE_E_NOMEM.
 * @determinism The same bits for any number of threads.
 * @cost For c ratings, c folds of c - 1 ratings that begin near their end: O(c^2 k), some 20 ms for
 * 165 ratings.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_reasons(
    const palate_model *model, uint32_t user, uint32_t item, int64_t time, int64_t threads,
    palate_reasons *out, palate_reason *reasons, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
