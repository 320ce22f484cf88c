/* SPDX-License-Identifier: Apache-2.0 */
/* Recommendation: the best items a user has not rated yet; exact, never approximate. */
#ifndef PALATE_RECOMMEND_H
#define PALATE_RECOMMEND_H

#include "palate/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What to recommend. Fill with palate_recommend_options_init(). */
typedef struct palate_recommend_options {
    int64_t count;     /**< N, items a user, 1..1000000. */
    bool include_seen; /**< Items the user rated may come too. */
    int64_t threads;   /**< 0: as many as the machine gives. The result does not depend on it. */
    const uint32_t *allow; /**< NULL: any item; else only these item rows. */
    size_t allow_count;
    const uint32_t *deny; /**< Never these item rows. */
    size_t deny_count;
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

#ifdef __cplusplus
}
#endif

#endif
