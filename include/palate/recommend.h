/* SPDX-License-Identifier: Apache-2.0 */
/* Recommendation: the best items a user has not rated yet; exact, never approximate. */
#ifndef PALATE_RECOMMEND_H
#define PALATE_RECOMMEND_H

#include "palate/filter.h"
#include "palate/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a user's list went past. */
typedef struct palate_passed_over {
    int64_t seen;  /**< Items that might have come but that the user has rated. */
    int64_t quota; /**< Items that were next but had no room in a category. */
} palate_passed_over;

/** What to recommend. Fill with palate_recommend_options_init(). */
typedef struct palate_recommend_options {
    int64_t count;     /**< N, items a user, 1..1000000. */
    bool include_seen; /**< Items the user rated may come too. */
    double
        popularity_discount; /**< d >= 0: scores are taken as less by d log10(1 + ratings of the item). */
    double
        diversity; /**< d, 0..1: how much less an item comes for being like those before it; see below. */
    int64_t threads; /**< 0: as many as the machine gives. The result does not depend on it. */
    const uint32_t *allow; /**< NULL: any item; else only these item rows. */
    size_t allow_count;
    const uint32_t *deny; /**< Never these item rows. */
    size_t deny_count;
    const palate_filter
        *filter; /**< NULL: no further rules; else those of filter.h, made for this model. */
    palate_passed_over *passed; /**< NULL, or receives, for each user, what its list went past. */
} palate_recommend_options;

PALATE_API const palate_option_table *palate_recommend_options_table(void);
PALATE_API void palate_recommend_options_init(palate_recommend_options *options);

/**
 * The N items with the highest score for each of some users.
 *
 * The score is the prediction before clipping, so that items at the top of the scale still have an
 * order. Equal scores are ordered by id (bytes), so that the answer is one and the same everywhere.
 * An item whose score is not a number, as factors that overflow may give, is left out.
 *
 * With a quota or diversity the list is made item by item. Of all that may come, the next is the one with
 *
 *     the largest  (1 - d) score - d w max(0, the largest cosine to an item of the list so far)
 *
 * d: diversity, w: the width of the scale (1 without one), cosines as palate_model_similar() has them: maximal marginal
 * relevance (Carbonell & Goldstein 1998); equal ones in the order of scores. An item without room in one of
 * its categories is passed over for good. This, too, is exact: what going through all candidates would give.
 *
 * @param users   `user_count` rows, or PALATE_NO_ROW for the typical user (nothing seen).
 * @param options NULL means defaults (N = 10).
 * @param[out] items   user_count x N item rows, best first; unused places hold PALATE_NO_ROW.
 * @param[out] scores  user_count x N; unused places hold 0.
 * @param[out] counts  user_count: how many places of each row are used (fewer than N where items
 * run out).
 * @return PALATE_OK, PALATE_E_INVALID (option, or a row that is not there), PALATE_E_NOMEM.
 * @threads     Reentrant. The model may be read from any number of threads.
 * @determinism The same items and bits for any number of threads, and whatever was asked before.
 * @cost O(n k) a user at first. When so much has been asked of a model that it pays, an index of its
 * items is made, once: O(n k^2) time, k + 13 bytes an item, released with the model. Then nearly all
 * items are turned away by bounds (docs/decisions/0025-item-index.md) and some tens a user are
 * scored: no answer changes.
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_model_recommend(const palate_model *model, const uint32_t *users, size_t user_count,
                       const palate_recommend_options *options, uint32_t *items, float *scores,
                       uint32_t *counts, palate_error *err);

/* ---- Somebody new ---- */

/** Rows with ratings that training has not seen: new users with ratings of items of the model, known users
 * with all their ratings of today; or new items. Ratings e of row r: begins[r] <= e < begins[r + 1]. */
typedef struct palate_new_rows {
    size_t count;
    const int64_t *begins; /**< count + 1 */
    const uint32_t *
        columns; /**< Rows of the other side; PALATE_NO_ROW: one it does not know, which is left out. */
    const float *ratings; /**< On the scale of the ratings; finite. */
    const int64_t *
        times; /**< When, or PALATE_NO_TIME; NULL: at no time. Where the model's users' offsets move with
                     time, a new user's do, and what known users were off by then is no property of a new item. */
} palate_new_rows;

typedef enum palate_fold_in_side {
    PALATE_FOLD_IN_USERS, /**< The rows are users, what they name are items. */
    PALATE_FOLD_IN_ITEMS  /**< The other way round. */
} palate_fold_in_side;

/** How to take in rows. Fill with palate_fold_in_options_init(). */
typedef struct palate_fold_in_options {
    int side; /**< palate_fold_in_side */
    /** lambda of the factors, >= 0, as in training; or PALATE_AUTO: the model's own. A model that has none (rule mu,
     * given factors) takes 0.06 for each rating, rule mu's. */
    double regularization;
    int64_t threads; /**< 0: as many as the machine gives. The result does not depend on it. */
} palate_fold_in_options;

PALATE_API const palate_option_table *palate_fold_in_options_table(void);
PALATE_API void palate_fold_in_options_init(palate_fold_in_options *options);

/**
 * Factors and offsets for rows that were not there in training: each becomes the minimum of what training minimizes, with
 * everything else of the model held fixed. Nothing of the model changes, and rows do not depend on each other.
 *
 *     score = base + offset + (offset of the other side) + factors . (factors of the other side)
 *
 * @param options  NULL means all defaults. Copied.
 * @param[out] factors  count x k row-major, >= 0.
 * @param[out] offsets  count.
 * A row without any known rating is the typical one.
 * @return PALATE_OK, PALATE_E_INVALID (an option, a row that is not there, or a rating that is not finite),
 * PALATE_E_UNSUPPORTED (an average of samples has no prior of its own), PALATE_E_NOMEM.
 * @determinism  Bit-identical for equal input on one instruction set, whatever the number of threads; each row's bits depend
 * on that row alone.
 * @cost   O(c k) a pass over a row of c ratings, some tens of passes; memory for one row a thread; where what is
 * missing is zero, for 32 rows a thread and all rows of the other side.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_fold_in(
    const palate_model *model, const palate_new_rows *rows, const palate_fold_in_options *options,
    float *factors, float *offsets, palate_error *err);

/**
 * The N items with the highest score for each of some users that training has not seen: folded in by
 * palate_model_fold_in() with the model's own prior, then as palate_model_recommend(). Items that they
 * have rated are left out. Nothing of them is kept.
 *
 * @param users  Their ratings: columns are item rows. A user without any known rating is the typical one.
 * @param options, items, scores, counts  As for palate_model_recommend(), for users->count users.
 * @return As palate_model_recommend() and palate_model_fold_in().
 * @determinism As palate_model_recommend().
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_model_recommend_new(const palate_model *model, const palate_new_rows *users,
                           const palate_recommend_options *options, uint32_t *items, float *scores,
                           uint32_t *counts, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
