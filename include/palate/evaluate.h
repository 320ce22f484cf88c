/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluation: how good predictions are on ratings the model has not seen. */
#ifndef PALATE_EVALUATE_H
#define PALATE_EVALUATE_H

#include "palate/model.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct palate_metrics {
    int64_t count; /**< Ratings compared. */
    double rmse;   /**< sqrt(mean (r - prediction)^2), predictions clipped to the model's scale. */
    double mae;    /**< mean |r - prediction|. */
    double baseline_rmse;          /**< RMSE of predicting the training mean for everyone. */
    palate_unknown_counts unknown; /**< Ratings whose user or item the model does not know. They
                                      count in all figures. */
} palate_metrics;

/**
 * Compare a model with ratings.
 * @param ratings  At least one rating. Ids are matched with the model's.
 * @param threads  0: as many as the machine gives. Sums are taken in double in a fixed order: same
 * bits for any number.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_NOMEM.
 * @cost O(k) a rating.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_evaluate(const palate_model *model,
                                                                 const palate_ratings *ratings,
                                                                 int64_t threads,
                                                                 palate_metrics *out,
                                                                 palate_error *err);

/* ---- Data with a known answer ---- */

typedef enum palate_synth_kind {
    PALATE_SYNTH_TASTES, /**< Few named tastes, whole stars. */
    PALATE_SYNTH_MOVIELENS /**< As MovieLens is: half stars, unevenly spread over users and items, times. */
} palate_synth_kind;

/** Ratings to make up. Fill with palate_synth_options_init() or palate_synth_preset(). */
typedef struct palate_synth_options {
    int kind;       /**< palate_synth_kind */
    int64_t users;  /**< m, 1..2147483647. */
    int64_t items;  /**< n, the same. */
    int64_t tastes; /**< Planted non-negative factors, 1..16, each with a name such as "western". */
    double density; /**< Share of the cells that are rated, 0..1. */
    double noise;   /**< Standard deviation of what is added to each rating, in stars. */
    uint64_t seed;
    int64_t threads; /**< 0: as many as the machine gives. The bytes do not depend on it. */
} palate_synth_options;

PALATE_API const palate_option_table *palate_synth_options_table(void);
PALATE_API void palate_synth_options_init(palate_synth_options *options);

/**
 * Fill options with those of a known size of kind movielens: "1m", "10m", "20m" (users, items and, within
 * a hundredth, ratings of MovieLens) or "100m" (those of the Netflix Prize).
 * @return PALATE_OK, PALATE_E_INVALID.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_synth_preset(palate_synth_options *options,
                                                               const char *name, palate_error *err);

/**
 * Write made-up ratings.
 *
 * Kind tastes: each user likes one or two of the named tastes, each item serves one or two, whole stars
 * from 1 to 5. Ids tell the truth ("item-western-17", "user-western-4"), so that a person can see
 * whether a model found it again.
 *
 * Kind movielens: users and items have non-negative factors and offsets; half stars from 0.5 to 5. A
 * tenth of the users gives about half of the ratings, a tenth of the items gets most of them.
 *
 * @param path        CSV `user,item,rating` or `userId,movieId,rating,timestamp`, written whole or not at
 *                    all; "-" is standard output.
 * @param items_path  NULL, or a table of the items with their titles and tastes.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_IO, PALATE_E_NOMEM.
 * @determinism The same bytes for the same options everywhere.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_synth_write(palate_context *context,
                                                              const palate_synth_options *options,
                                                              const char *path,
                                                              const char *items_path,
                                                              palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
