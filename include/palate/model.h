/* SPDX-License-Identifier: Apache-2.0 */
/* The model: U, V >= 0 and all that is needed to predict, recommend and explain, in one file.
 *
 *     r(u, i) = base + o_u + s_i + sum_f U[u][f] V[i][f]          clipped to the scale
 *
 * and where users' offsets move with time, o_u + d_u(t) in place of o_u.
 *
 * A model does not change once made; any number of threads may read it. What users and items there
 * are, and their rows, are those of the ratings it was trained on (see ratings.h).
 */
#ifndef PALATE_MODEL_H
#define PALATE_MODEL_H

#include "palate/context.h"
#include "palate/options.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct palate_model palate_model;

/** Numbers of a model. Strings are valid as long as the model. */
typedef struct palate_model_summary {
    uint32_t user_count;   /**< m */
    uint32_t item_count;   /**< n */
    uint32_t factor_count; /**< k */
    /** Ratings trained on (held-out ones included) or taken in since; 0 for an imported model. */
    int64_t rating_count;
    /** How many of these updates took in since training, those that were replaced counted each time. */
    int64_t updated_count;
    palate_scale scale; /**< Predictions are clipped to it; low == high: no scale, no clipping. */
    bool scale_inferred;
    double
        mean; /**< Of the ratings trained on: the prediction where user and item are both unknown. */
    double base;
    uint64_t seed;
    const char *mode;      /**< "default", "strict", "pure", or "imported". */
    const char *missing;   /**< What a cell without a rating was: "unknown" or "zero". */
    const char *rule;      /**< "map", "mu", "bayes", or "none". */
    uint32_t sample_count; /**< S samples of factor_count / S factors each; 0: none. */
    double drift_scale; /**< How long users' offsets stay as they are, in the unit of the times; 0:
                           they do not move. */
    int64_t
        moment_count; /**< Different times of ratings, over all users; 0: offsets do not move. */
    /** "epochs", "tolerance", "patience", "time limit", "request", or "". */
    const char *stopped_by;
    int64_t epochs;     /**< Epochs run. */
    int64_t best_epoch; /**< The epoch the factors are from. */
    /** Of training; 0 for a model from a file, which holds no times, so that its bytes repeat. */
    double seconds;
    double train_rmse;      /**< NaN if unknown. */
    double validation_rmse; /**< NaN without validation. */
    /** Of the ratings, 16 hexadecimal digits; "" for an imported model. */
    const char *fingerprint;
    const char *version; /**< Of the palate that made the model. */
} palate_model_summary;

/** One epoch of the training log. */
typedef struct palate_epoch {
    int64_t epoch;
    double seconds; /**< Since training began; 0 for a model from a file. */
    double objective, train_rmse, validation_rmse; /**< NaN where not known. */
} palate_epoch;

/**
 * Load a model by mapping its file, after checking it whole: header, sizes, checksum, finite
 * factors >= 0, ids.
 *
 * @return PALATE_OK, PALATE_E_IO, PALATE_E_FORMAT (not a model, damaged, or of a newer version),
 * PALATE_E_NOMEM.
 * @cost   One pass over the file, nothing copied.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_load(palate_context *context,
                                                             const char *path, palate_model **out,
                                                             palate_error *err);

/**
 * Save a model. The file appears whole or not at all, and replaces an old one only when complete
 * and synced. Equal models give equal bytes. Format: docs/formats/model.md.
 *
 * @return PALATE_OK, PALATE_E_IO, PALATE_E_NOMEM, PALATE_E_INVALID.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_save(const palate_model *model,
                                                             const char *path, palate_error *err);

/** Release a model. NULL is allowed. */
PALATE_API void palate_model_free(palate_model *model);

PALATE_API void palate_model_info(const palate_model *model, palate_model_summary *out);

/** @return The options a model was trained with, one JSON object by option name; "{}" for an
 * imported one. */
PALATE_API const char *palate_model_options_json(const palate_model *model);

/** @return What was tried for a model that was tuned, a JSON list of objects {regularization,
 * link_regularization, factors, epochs, validation_rmse}; "[]" for others. */
PALATE_API const char *palate_model_tuning_json(const palate_model *model);

/** @return How many features tables gave the users or items of a model in training. */
PALATE_API uint32_t palate_model_feature_count(const palate_model *model, palate_side side);

/** @return The name of such a feature, as palate_features_name() has it; NULL for one that is none.
 * Valid as long as the model. */
PALATE_API const char *palate_model_feature_name(const palate_model *model, palate_side side,
                                                 uint32_t feature);

/** @return The training log, `*count` epochs. */
PALATE_API const palate_epoch *palate_model_log(const palate_model *model, size_t *count);

/** @return The row of an id of `bytes` bytes (PALATE_TEXT: zero-terminated), or PALATE_NO_ROW. */
PALATE_API uint32_t palate_model_find_user(const palate_model *model, const char *id, size_t bytes);
PALATE_API uint32_t palate_model_find_item(const palate_model *model, const char *id, size_t bytes);

/** @return The id of a row, or NULL for a row that is none. Valid as long as the model. */
PALATE_API const char *palate_model_user_id(const palate_model *model, uint32_t row);
PALATE_API const char *palate_model_item_id(const palate_model *model, uint32_t row);

/** @return The row of the place-th id in order of first appearance, or PALATE_NO_ROW. */
PALATE_API uint32_t palate_model_user_at(const palate_model *model, uint32_t place);
PALATE_API uint32_t palate_model_item_at(const palate_model *model, uint32_t place);

/** @return U, m x k row-major / V, n x k / o, m / s, n. Read-only, valid as long as the model. */
PALATE_API const float *palate_model_user_factors(const palate_model *model);
PALATE_API const float *palate_model_item_factors(const palate_model *model);
PALATE_API const float *palate_model_user_offsets(const palate_model *model);
PALATE_API const float *palate_model_item_offsets(const palate_model *model);

/** @return The items a user has rated, sorted by row, `*count` of them: those recommendations leave
 * out. */
PALATE_API const uint32_t *palate_model_seen(const palate_model *model, uint32_t user,
                                             int64_t *count);

/** @return The same with the ratings, where the model keeps them (training option keep_ratings):
 * `ratings` is NULL where it does not, `times` where users' offsets do not move with time. Valid as
 * long as the model. */
PALATE_API palate_rated palate_model_rated(const palate_model *model, uint32_t user);

/** @return The name of factor f, such as "Action" or "factor 1"; NULL for f >= k. */
PALATE_API const char *palate_model_factor_name(const palate_model *model, uint32_t f);

/**
 * Give a factor a name, which is saved with the model and shown wherever the factor is. Not while others
 * read the model; pointers from palate_model_factor_name() of this factor end.
 *
 * @param name  UTF-8 without control characters, that of no other factor, and not "offset"; NULL or ""
 *              takes a name away: "factor 1" for f = 0.
 * @return PALATE_OK, PALATE_E_INVALID (the name, or no such factor), PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_name_factor(palate_model *model, uint32_t f,
                                                                    const char *name,
                                                                    palate_error *err);

/* ---- Prediction ---- */

/** How many of the pairs predicted lacked something. */
typedef struct palate_unknown_counts {
    int64_t users; /**< Pairs with an unknown user (or one without ratings and features). */
    int64_t items; /**< Pairs with an unknown item (or one without ratings and features). */
    int64_t both;  /**< Pairs with both unknown, counted above too. */
} palate_unknown_counts;

/** Cells of R to predict. Arrays are borrowed. */
typedef struct palate_cells {
    size_t count;
    const uint32_t *users; /**< Rows of the model or PALATE_NO_ROW, `count` of them. */
    const uint32_t *items; /**< The same. */
    const int64_t *times;  /**< When, in the unit of the ratings' times, or PALATE_NO_TIME; NULL: at
                              no time. A model whose users' offsets do not move has no use for them. */
} palate_cells;

/**
 * Predict ratings, clipped to the scale.
 *
 * An unknown user (PALATE_NO_ROW) stands for the typical one: the row training would give to
 * somebody without ratings. The same goes for items. With both unknown the prediction is the mean
 * of the ratings.
 *
 * @param[out] predictions  `cells->count` values, always finite.
 * @param[out] deviations   NULL, or for each prediction the standard deviation of a rating around
 * it: how far samples differ, and the noise of ratings. Not clipped. NaN where the user or the item is
 * unknown: samples do not tell how far somebody is from the typical one.
 * @param[out] unknown  NULL, or counts (added up from 0).
 * @return PALATE_OK, PALATE_E_INVALID for a row that is not there, or PALATE_E_UNSUPPORTED for
 * deviations of a model that holds no samples (rule bayes makes them).
 * @cost O(k) a cell, O(log c) more with a time where the user has c ratings.
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_model_predict(const palate_model *model, const palate_cells *cells, float *predictions,
                     float *deviations, palate_unknown_counts *unknown, palate_error *err);

/** Predict one rating by ids (zero-terminated), at no time. @return The prediction; unknown ids fall back as
 * above. */
PALATE_API float palate_model_predict_one(const palate_model *model, const char *user,
                                          const char *item);

/* ---- Forgetting ---- */

/**
 * Make a model that no longer knows some users: their ids, rows, items seen, ratings and times, and what
 * other rows' priors hold of them, are gone, so that a file of it has none of these. An item that only
 * they have rated becomes a typical one. All other predictions are the same bits.
 *
 * What items' rows and the means learned from them stays: only training without their ratings takes it
 * out. So does the fingerprint of the ratings.
 *
 * @param users  `count` rows, in any order; some may be named twice.
 * @param[out] out  A model of its own, that does not need `model` any longer. NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID (a row that is not there, or nobody would be left),
 * PALATE_E_NOMEM.
 * @cost A copy of the model.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_forget(const palate_model *model,
                                                               const uint32_t *users, size_t count,
                                                               palate_model **out,
                                                               palate_error *err);

/* ---- Models from given factors, and back ---- */

/** Factors of a model to be made. Arrays are copied. Everything but counts, factors and ids may be
 * NULL. */
typedef struct palate_factors {
    uint32_t user_count, item_count, factor_count;
    const float *user_factors; /**< m x k row-major, finite, >= 0. */
    const float *item_factors; /**< n x k. */
    const float *user_offsets; /**< m, or NULL for none. */
    const float *item_offsets; /**< n. */
    double base;
    const char *const *user_ids;     /**< m, unique, not empty. */
    const char *const *item_ids;     /**< n. */
    const char *const *factor_names; /**< k, or NULL for "factor 1".. */
    palate_scale scale;              /**< Unset: predictions are not clipped. */
} palate_factors;

/**
 * Make a model from factors at hand. Every user and item counts as known; somebody unknown has the
 * mean of the rows, and with both unknown the prediction is the mean over all pairs.
 *
 * @return PALATE_OK, PALATE_E_INVALID (the message names the array, the entry and its value),
 * PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_from_factors(palate_context *context,
                                                                     const palate_factors *factors,
                                                                     palate_model **out,
                                                                     palate_error *err);

/**
 * Make a model from two delimited tables: a header `user,Action,Romance` and a row a user; likewise
 * for items. A column named "offset" gives the offsets. The names of the factors must agree between
 * the tables, in their order too.
 *
 * @return PALATE_OK, PALATE_E_IO, PALATE_E_FORMAT (err has file, line, field and value),
 * PALATE_E_INVALID, PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_model_import(palate_context *context, const char *users_path, const char *items_path,
                    palate_scale scale, palate_model **out, palate_error *err);

typedef enum palate_export_format {
    PALATE_EXPORT_CSV, /**< A folder with users.csv, items.csv and model.json; palate_model_import()
                          reads the tables. */
    PALATE_EXPORT_NPZ  /**< One .npz file for NumPy: user_factors, item_factors, user_offsets,
                          item_offsets, ids, ... */
} palate_export_format;

/** Write the factors out, in order of first appearance. Nothing half-written is left behind. */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_export(const palate_model *model,
                                                               palate_export_format format,
                                                               const char *path, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
