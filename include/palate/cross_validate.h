/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-validation: train and evaluate on every fold of a split. */
#ifndef PALATE_CROSS_VALIDATE_H
#define PALATE_CROSS_VALIDATE_H

#include "palate/evaluate.h"
#include "palate/split.h"
#include "palate/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How far a cross-validation has come. */
typedef struct palate_fold_progress {
    int64_t fold; /**< At work on, counted from 0. */
    int64_t fold_count;
    const char *fold_name;
    double share;   /**< Of all work: 0..1. */
    double seconds; /**< Since it began. */
} palate_fold_progress;

/** Called a few times a second by the calling thread. @return false to stop. */
typedef bool (*palate_fold_callback)(const palate_fold_progress *progress, void *user);

typedef struct palate_cross_validation palate_cross_validation;

/**
 * For each fold of a split, train a model on one part and evaluate it on the other, beside baselines
 * fitted to the same part.
 *
 * @param split     Borrowed.
 * @param train     NULL means all defaults. Its on_progress plays no part.
 * @param evaluate  NULL means all defaults. Its train, groups, candidates, others and on_progress play
 * no part; resamples and permutations only where there is one fold, for else intervals and tests come
 * from the folds.
 * @param on_progress  NULL, or called with `user`.
 * @param[out] out  Released with palate_cross_validation_free(). NULL on every failure; with
 * PALATE_E_STOPPED the folds that were finished, or NULL if none was.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_NOMEM, PALATE_E_STOPPED; from files, all that
 * reading may come to.
 * @determinism  As training and evaluation.
 * @cost   As many trainings and evaluations as there are folds; memory for one fold at a time.
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_cross_validate(const palate_split *split, const palate_train_options *train,
                      const palate_evaluate_options *evaluate, palate_fold_callback on_progress,
                      void *user, palate_cross_validation **out, palate_error *err);

/** Release a cross-validation. NULL is allowed. */
PALATE_API void palate_cross_validation_free(palate_cross_validation *validation);

/** One fold. */
typedef struct palate_fold_result {
    const char *name;
    int64_t train_count; /**< Ratings learned from. */
    int64_t test_count;  /**< Ratings tested on. */
    int64_t epochs;
    double train_seconds;
    const palate_evaluation *evaluation; /**< All figures of the fold. */
} palate_fold_result;

PALATE_API int64_t palate_cross_validation_fold_count(const palate_cross_validation *validation);
/** @return A fold, or NULL for one that is none. Valid as long as the cross-validation. */
PALATE_API const palate_fold_result *
palate_cross_validation_fold(const palate_cross_validation *validation, int64_t fold);

/** A measure over the folds. Every number is finite. */
typedef struct palate_spread {
    double mean;           /**< Over the folds that have a value; 0 where undefined. */
    const char *undefined; /**< NULL, or why no fold has a value. */
    int64_t fold_count;    /**< Folds that have a value. */
    double sd;             /**< Standard deviation of these values, 0 of a single one. */
    /** low and high are given: of two folds or more Student's t interval of the mean, its variance
     * corrected for what folds learn from in common (Nadeau & Bengio 2003); of a single fold the
     * interval of its evaluation. */
    bool has_interval;
    double low, high;
} palate_spread;

/** @return What a system came to, systems and measures as in the evaluations; undefined for a place
 * that is none. */
PALATE_API palate_spread palate_cross_validation_spread(const palate_cross_validation *validation,
                                                        size_t system, size_t measure);

/**
 * How the model differs from a baseline over the folds, where option differences asked for it: the mean
 * of the folds' differences, its interval and Student's t test with the same corrected variance, and
 * Holm's correction for all tests of the cross-validation. Of a single fold the difference of its
 * evaluation.
 *
 * @return Undefined for places that are none, and where fewer than two folds have both values.
 */
PALATE_API palate_difference palate_cross_validation_difference(
    const palate_cross_validation *validation, size_t system, size_t measure);

/** @return How many tests Holm's correction takes into account. */
PALATE_API size_t palate_cross_validation_test_count(const palate_cross_validation *validation);

#ifdef __cplusplus
}
#endif

#endif
