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

/** Ratings to make up. Fill with palate_synth_options_init(). */
typedef struct palate_synth_options {
    int64_t users;  /**< m, 1..2147483647. */
    int64_t items;  /**< n, the same. */
    int64_t tastes; /**< Planted factors, 1..16, each with a name such as "western". */
    double density; /**< Share of the cells that are rated, 0..1. */
    double noise;   /**< Standard deviation of what is added to each rating, in stars. */
    uint64_t seed;
} palate_synth_options;

PALATE_API const palate_option_table *palate_synth_options_table(void);
PALATE_API void palate_synth_options_init(palate_synth_options *options);

/**
 * Write ratings made up from planted tastes: each user likes one or two of the named tastes, each
 * item serves one or two, whole stars from 1 to 5. Ids tell the truth ("item-western-17",
 * "user-western-4"), so that a person can see whether a model found it again.
 *
 * @param path        CSV `user,item,rating`, written whole or not at all; "-" is standard output.
 * @param items_path  NULL, or a table `item,title,taste`.
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
