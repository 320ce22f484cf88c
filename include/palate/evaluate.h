/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluation: how good predictions are on ratings the model has not seen. */
#ifndef PALATE_EVALUATE_H
#define PALATE_EVALUATE_H

#include "palate/model.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- In one call ---- */

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

/* ---- Metrics by name, with their formulas ---- */

typedef enum palate_metric_kind {
    PALATE_METRIC_RATING,  /**< Of predicted ratings: how far off are they? */
    PALATE_METRIC_RANKING, /**< Of lists: are the items there that the user turned out to like? */
    PALATE_METRIC_LISTS    /**< Of lists: what are they like, right or wrong? */
} palate_metric_kind;

/** Which way a metric is better. */
typedef enum palate_metric_better {
    PALATE_BETTER_LOWER = -1,
    PALATE_BETTER_NEITHER = 0, /**< It tells, but does not judge. */
    PALATE_BETTER_HIGHER = 1
} palate_metric_better;

/** What a metric is. All texts are UTF-8 and live for ever. */
typedef struct palate_metric_definition {
    const char *name;  /**< As for the option metrics, such as "rmse". */
    const char *title; /**< For tables, such as "RMSE". */
    palate_metric_kind kind;
    palate_metric_better better;
    bool by_default;     /**< Among those measured where none is named. */
    bool at;             /**< Of the first N places of a list: measured for each N asked for. */
    const char *formula; /**< The formula, its letters explained. */
    const char *notes;   /**< What it means, and where other programs differ. */
} palate_metric_definition;

/** @return The place-th metric, counted from 0, in the order in which tables show them; NULL after
 * the last. */
PALATE_API const palate_metric_definition *palate_metric_at(size_t place);

/** @return The metric of a name ('_' and '-' are the same, case does not count), or NULL. */
PALATE_API const palate_metric_definition *palate_metric_find(const char *name);

/* ---- In full: several systems side by side, with intervals ---- */

/** Told how far an evaluation has come: a share of all work, 0..1. @return false to stop it. */
typedef bool (*palate_share_callback)(double share, void *user);

/** Another system to compare with, known by what it answers. The ids are those of the test ratings;
 * what they do not hold is left aside. Borrowed. */
typedef struct palate_other_system {
    const char *name; /**< Unlike that of any other system. */
    /** Its predictions of the test ratings, in place of ratings: taken as they are, not clipped. NULL:
     * it predicts none. */
    const palate_ratings *predictions;
    /** Its lists: items of a user with their scores, in place of ratings; the highest are first, equal
     * ones ordered by id. What is no candidate is left out. NULL: it recommends nothing. */
    const palate_ratings *lists;
} palate_other_system;

/** What to measure, and how. Fill with palate_evaluate_options_init(). */
typedef struct palate_evaluate_options {
    /** Names of metrics, such as "ndcg" or "ndcg@20", separated by commas; "rating", "ranking" and "lists" stand for all of a
     * kind, "all" for all; NULL for those by default. */
    const char *metrics;
    /** N, the lengths of the lists that are judged: up to 16 whole numbers from 1 to 1000000,
     * separated by commas. NULL: 10. */
    const char *count;
    /** From which rating on an item is relevant: a number, or "any": every item rated. NULL or
     * "auto": from three quarters of the scale on (4 of 1..5). */
    const char *relevant;
    /** Groups of users (by ratings in training) and of items (the same) that are measured one by
     * one; 0: none. */
    int64_t groups;
    double confidence; /**< Of the intervals, .5..0.999. */
    /** Resamples of the bootstrap over users that gives the intervals; 0: no intervals. */
    int64_t resamples;
    /** Test the differences between the model and the others given; where there are none, the
     * baselines. */
    bool differences;
    int64_t permutations; /**< Of each test, 100..1000000. */
    /** Where another system does not predict all test ratings, compare all systems on those that all
     * predict. Otherwise that is an error. */
    bool common;
    uint64_t seed;   /**< Of resamples and permutations. */
    int64_t threads; /**< 0: as many as the machine gives. The result does not depend on it. */
    /** The ratings the model was trained on: the baseline "bias-only" is fitted to them. NULL: it
     * is left undefined. Borrowed. */
    const palate_ratings *train;
    const uint32_t *candidates; /**< NULL: any item; else only these rows of the model may be
                                   recommended, and are relevant. Borrowed. */
    size_t candidate_count;
    const palate_other_system *others; /**< Beside the model and the baselines. */
    size_t other_count;
    palate_share_callback on_progress; /**< NULL: none. Called by the calling thread. */
    void *on_progress_user;            /**< Handed to on_progress, untouched. */
} palate_evaluate_options;

PALATE_API const palate_option_table *palate_evaluate_options_table(void);
PALATE_API void palate_evaluate_options_init(palate_evaluate_options *options);

/** A value measured. Every number is finite; a metric that has no value says why. */
typedef struct palate_figure {
    double value;          /**< 0 where undefined. */
    const char *undefined; /**< NULL, or why there is no value. Valid as long as the evaluation. */
    bool has_interval;     /**< low and high are given. */
    double low, high;      /**< Interval of the value at the confidence asked for. */
} palate_figure;

/** What was compared. */
typedef struct palate_test_facts {
    int64_t rating_count; /**< Ratings to be predicted. */
    /** Those that all systems predict, on which they are compared: all, unless option common left some
     * out. */
    int64_t common_count;
    int64_t user_count;            /**< Users who gave them. */
    int64_t item_count;            /**< Items they are of. */
    palate_unknown_counts unknown; /**< Ratings whose user or item the model does not know; they
                                      count. */
    int64_t unknown_user_count;    /**< Users the model does not know. */
    int64_t unknown_item_count;    /**< Items the model does not know. */
    /** Ratings of items that the model saw the user rate in training. They make predictions look
     * better than they are. */
    int64_t seen_count;
    /** Training ratings were given, and are not those the model was trained on. */
    bool train_differs;
    /** The model was made from given factors: nobody knows what its users have seen, and nothing is
     * left out of lists for it. */
    bool seen_unknown;
    bool any_relevant;    /**< Every item rated is relevant. Otherwise */
    double relevant_from; /**< those rated this or higher are. */
    int64_t
        relevant_count; /**< Relevant ratings; those seen in training and, with candidates given,
                               those of other items do not count. */
    int64_t relevant_user_count; /**< Users who have some. */
    int64_t catalogue_count;     /**< Items that may be recommended. */
} palate_test_facts;

typedef struct palate_evaluation palate_evaluation;

/**
 * Measure a model, and beside it simple systems that anything should beat:
 *
 *     model        the model
 *     ...          other systems given
 *     mean         predicts the mean of the training ratings for everybody
 *     popularity   recommends what most users have rated in training
 *     bias-only    mean + user offset + item offset, by ridge regression; its two regularizations
 *                  are chosen on a tenth of the training ratings
 *
 * Every user of the test ratings gets a list of the N best items by palate_model_recommend(): of
 * all items the model knows (or the candidates given) but those the user was seen to rate in
 * training. Relevant are the items that the user's test ratings say so of; one that the model does
 * not know is relevant all the same, and missed. Equal scores are ordered by id.
 *
 * Groups: users (items) of the test ratings, sorted by their number of training ratings and cut
 * into groups as nearly equal as equal numbers allow. Of a group of users, their ratings and lists
 * count; of a group of items, ratings of them count, and only they are relevant.
 *
 * Intervals are percentiles of a bootstrap over users: users are drawn with replacement, each with
 * all of their ratings, as ratings of one user are not independent (Field & Welsh 2007).
 *
 * @param test     At least one rating. Ids are matched with the model's. Borrowed.
 * @param options  NULL means all defaults. Copied.
 * @param[out] out A new evaluation, released with palate_evaluation_free(). NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_NOMEM, PALATE_E_STOPPED.
 * @determinism  Bit-identical for equal input and options on one instruction set, whatever the
 * number of threads and the order of lines the ratings came in.
 * @cost   O(k) a rating; O(n k) a user for lists, twice that for AUC; O(users x columns) a resample,
 * with 2 to 4 columns a measure, each 8 bytes for every user and system.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_evaluation_run(
    const palate_model *model, const palate_ratings *test, const palate_evaluate_options *options,
    palate_evaluation **out, palate_error *err);

/** Release an evaluation. NULL is allowed. */
PALATE_API void palate_evaluation_free(palate_evaluation *evaluation);

PALATE_API const palate_test_facts *palate_evaluation_facts(const palate_evaluation *evaluation);

/** The systems measured; the first is the model. Names are valid as long as the evaluation; NULL
 * for a place that is none. */
PALATE_API size_t palate_evaluation_system_count(const palate_evaluation *evaluation);
PALATE_API const char *palate_evaluation_system(const palate_evaluation *evaluation, size_t system);

/** A few words about a system, such as the regularization chosen; "" for most. */
PALATE_API const char *palate_evaluation_system_note(const palate_evaluation *evaluation,
                                                     size_t system);

/** One row of the table of results. */
typedef struct palate_measure {
    const palate_metric_definition *metric;
    int64_t at;     /**< N, or 0 where the metric is not of the first N places. */
    char name[48];  /**< Such as "rmse" or "ndcg@10". */
    char title[48]; /**< The same for people, such as "RMSE" or "NDCG@10". */
} palate_measure;

PALATE_API size_t palate_evaluation_measure_count(const palate_evaluation *evaluation);
/** @return A measure, or NULL for a place that is none. */
PALATE_API const palate_measure *palate_evaluation_measure(const palate_evaluation *evaluation,
                                                           size_t measure);

typedef enum palate_slice_kind {
    PALATE_SLICE_ALL,   /**< Everything. */
    PALATE_SLICE_USERS, /**< Users with so many training ratings. */
    PALATE_SLICE_ITEMS  /**< Items with so many training ratings. */
} palate_slice_kind;

/** What a figure is of. */
typedef struct palate_slice {
    palate_slice_kind kind;
    int64_t least, most;  /**< Training ratings of the users or items, from and to. */
    int64_t row_count;    /**< Users or items of the test ratings that have as many. */
    int64_t rating_count; /**< Their test ratings. */
} palate_slice;

/** Slices: place 0 is everything; groups of users follow, then groups of items, from few training
 * ratings to many. */
PALATE_API size_t palate_evaluation_slice_count(const palate_evaluation *evaluation);
/** @return A slice, or NULL for a place that is none. */
PALATE_API const palate_slice *palate_evaluation_slice(const palate_evaluation *evaluation,
                                                       size_t slice);

/** @return What a system came to in a slice; undefined for a place that is none. */
PALATE_API palate_figure palate_evaluation_figure(const palate_evaluation *evaluation,
                                                  size_t system, size_t measure, size_t slice);

/** The model minus another system, in one measure. Every number is finite. */
typedef struct palate_difference {
    double value; /**< 0 where undefined. */
    const char
        *undefined;    /**< NULL, or why one of them has no value, or the two are not compared. */
    bool has_interval; /**< low and high are given: from the same resamples as the figures'. */
    double low, high;
    bool has_test; /**< p is given. */
    /** Of the permutation test: for every user the two systems' results are exchanged or not, by
     * chance; the share of permutations with a difference as large, at least 1 / (permutations + 1). */
    double p;
    double p_holm; /**< The same, corrected by Holm's method for all tests of the evaluation. */
} palate_difference;

/** @return How the model differs from a system; undefined where that was not asked for. */
PALATE_API palate_difference palate_evaluation_difference(const palate_evaluation *evaluation,
                                                          size_t system, size_t measure);

/** @return How many tests Holm's correction takes into account. */
PALATE_API size_t palate_evaluation_test_count(const palate_evaluation *evaluation);

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
 * Fill options with those of a known size of kind movielens: "100k", "1m", "10m", "20m" (users, items and, within
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
