/* SPDX-License-Identifier: Apache-2.0 */
/* Training: from ratings to a model. */
#ifndef PALATE_TRAIN_H
#define PALATE_TRAIN_H

#include "palate/model.h"
#include "palate/options.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One dial from the most accurate model to the most literal. All have U, V >= 0. */
typedef enum palate_mode {
    PALATE_MODE_DEFAULT, /**< Signed user and item offsets, anchored factors: the most accurate. */
    PALATE_MODE_STRICT,  /**< Offsets >= 0 too: the whole prediction is one product [U, o, 1][V, 1,
                            s]^T, all >= 0. */
    PALATE_MODE_PURE     /**< No offsets: R ~ U V^T, textbook NMF. */
} palate_mode;

/** What a cell is that has no rating. */
typedef enum palate_missing {
    PALATE_MISSING_UNKNOWN, /**< Unknown: it plays no part. */
    PALATE_MISSING_ZERO /**< Zero, and as well known as all others: NMF of any non-negative matrix, for
                               topics, spectra and features. R ~ U V^T is all there is. */
} palate_missing;

/** Where factors start from, with PALATE_MISSING_ZERO. Boutsidis & Gallopoulos 2008 (Pattern Recognition
 * 41(4)), by a randomized SVD (Halko, Martinsson & Tropp 2011, SIAM Review 53(2)). */
typedef enum palate_init {
    PALATE_INIT_AUTO, /**< nndsvda where neither side has fewer rows than there are factors, nor are they many, else
                            random. */
    PALATE_INIT_RANDOM,  /**< sqrt(mean / k) |N(0, 1)|. */
    PALATE_INIT_NNDSVD,  /**< Non-negative parts of singular vectors: many zeros. */
    PALATE_INIT_NNDSVDA, /**< The same with the mean of R for zeros. */
    PALATE_INIT_NNDSVDAR /**< The same with small random numbers for zeros. */
} palate_init;

/** How one row is improved with the other side held fixed. */
typedef enum palate_rule_name {
    PALATE_RULE_AUTO, /**< vb in mode default from 1,000 ratings on; else map. */
    PALATE_RULE_VB, /**< Variational: map, minding how sure the other side's rows are (Lim & Teh 2007). */
    PALATE_RULE_MAP,  /**< Coordinate descent on the row's residual to the maximum a posteriori. */
    PALATE_RULE_MU,   /**< Multiplicative updates (Lee & Seung 2000; Luo et al. 2014), as Surprise's
                        NMF. */
    PALATE_RULE_BAYES /**< Draws from the posterior, and the mean of their predictions. */
} palate_rule_name;

/** What the prior of a row is centred at. */
typedef enum palate_link {
    PALATE_LINK_ON, /**< A linear function of which items the user rated; for items, of who rated
                       them (Koren 2008, as a prior). */
    PALATE_LINK_OFF /**< The anchor. */
} palate_link;

/** Whether users' offsets move with time. */
typedef enum palate_time {
    PALATE_TIME_AUTO, /**< Where the ratings have times, the offsets are signed and something moves. */
    PALATE_TIME_OFF
} palate_time;

/** What has been reached. Passed to on_progress. */
typedef struct palate_progress {
    int64_t epoch;     /**< Epochs finished. */
    int64_t epochs;    /**< The most there will be. */
    bool epoch_ended;  /**< An epoch has just ended: the fields below are new. Otherwise a call
                          within one. */
    double fraction;   /**< Of the most work there will be: 0..1. */
    double seconds;    /**< Since training began. */
    double objective;  /**< What the rule minimizes, after `epoch` epochs; NaN before the first. */
    double train_rmse; /**< On the ratings trained on, on their scale; NaN before the first. */
    double validation_rmse; /**< On the ratings held out, NaN without any. */
} palate_progress;

/** Called after every epoch and a few times a second within one, by the calling thread. @return
 * false to stop. */
typedef bool (*palate_progress_callback)(const palate_progress *progress, void *user);

/** One run that tuning compared with others. */
typedef struct palate_trial {
    double regularization;
    double link_regularization; /**< 0: without the link. */
    int64_t factors;
    int64_t epochs;         /**< Run until then; contenders go on where they left off. */
    double validation_rmse; /**< On the ratings held out for tuning. */
} palate_trial;

/** Called after each trial, by the calling thread. The struct is valid during the call only. */
typedef void (*palate_trial_callback)(const palate_trial *trial, void *user);

/** Starting factors, for reproducing another program's run or a warm start. All are borrowed. */
typedef struct palate_start {
    const float *user_factors; /**< m x k row-major, rows as in the ratings, >= 0. */
    const float *item_factors; /**< n x k. */
} palate_start;

/** How to train. Fill with palate_train_options_init(). */
typedef struct palate_train_options {
    int64_t
        factors; /**< k, 1..1000, or PALATE_AUTO: 20 where what is missing is zero, else 95 from 500,000 ratings on, 31 below
                              20,000 and for bayes in mode pure, else 63; for rule mu 15. */
    int64_t epochs; /**< The most sweeps, 0..100000, or PALATE_AUTO: 30, in mode pure 100,
                              for rule mu 50, for bayes 500, with missing zero 200. */
    int missing;    /**< palate_missing. With PALATE_MISSING_ZERO the mode is pure and the rule map;
                              validation, tune, biases and features do not go with it. */
    int mode;       /**< palate_mode. */
    int rule;       /**< palate_rule_name. */
    double regularization; /**< lambda of the factors, >= 0, or PALATE_AUTO: see docs/training.md
                              for its unit in each mode. */
    double user_bias_regularization; /**< lambda of the users' offsets, >= 0, or PALATE_AUTO. */
    double item_bias_regularization; /**< lambda of the items' offsets, >= 0, or PALATE_AUTO. */
    int link;                        /**< palate_link. */
    double link_regularization; /**< lambda of the link's coefficients, >= 0, or PALATE_AUTO. */
    /** With features: lambda of what they add to the prior of factors, >= 0, or PALATE_AUTO: found by
     * short runs, from 13 times (users) and 4 times (items) that of the factors. Those that make
     * predictions of ratings held out worse are left out, as if they had not been given. */
    double user_feature_regularization;
    double item_feature_regularization;
    int time;          /**< palate_time. */
    double time_scale; /**< How long a user's offset stays as it is: the correlation of two moments
                          falls to 1/e; in the unit of the times, or PALATE_AUTO. */
    double time_regularization; /**< 1 / variance of what moves, inside, or PALATE_AUTO. */
    double anchor; /**< a, the centre of the prior of factors, 0..1 on the inner scale, or
                      PALATE_AUTO. */
    bool biases;   /**< Rule mu only: with user and item biases, as Surprise's NMF(biased=True). */
    double bias_learning_rate; /**< Rule mu with biases only: step of its biases, > 0. */
    double
        item_bias_learning_rate; /**< The same for the items' alone, > 0, or PALATE_AUTO: as above. */
    double
        item_regularization; /**< Rule mu and missing zero only: lambda of the items' factors alone, >= 0,
                                       or PALATE_AUTO: regularization. */
    double l1_ratio; /**< Missing zero only: the share of the regularization that goes to the sum of
                        factors rather than their squares, 0..1. */
    int init;        /**< palate_init. */
    double init_low; /**< Rule mu only: factors start uniform in [init_low, init_high). */
    double init_high;
    int64_t
        samples; /**< Rule bayes: draws S kept, a model of S k factors; 0: their mean, a model of
                          k; or PALATE_AUTO: 64, or as many as fit 256 MB, but 8. */
    int64_t burn_in; /**< Rule bayes: epochs before the first draw that counts, or PALATE_AUTO: an
                          eighth of them. */
    double blend; /**< Rule bayes: weight of the minimum in the average with the draws, 0..0.9. */
    bool
        tune; /**< Choose regularization, link and factors, where they are PALATE_AUTO, on a tenth of
                  the ratings: takes some ten times as long. */
    bool fast; /**< Where epochs are PALATE_AUTO, fewer than half as many; strengths by rule,
                          without a pilot: RMSE some .002 higher in a third of the time. */
    bool
        keep_ratings; /**< The model keeps the ratings, 4 bytes each (12 where users' offsets move with time), to explain,
                          update and forget by. */
    uint64_t seed;     /**< Of everything random. */
    int64_t threads;   /**< 0: as many as the machine gives. The result does not depend on it. */
    double validation; /**< Share of the ratings held out to measure and stop by, 0..0.9. */
    int64_t patience;  /**< With validation: stop after this many epochs without a better RMSE; 0:
                          never. */
    /** Stop when the objective falls by less than this share in an epoch; 0: never; or PALATE_AUTO. */
    double tolerance;
    double time_limit;         /**< Seconds of training after which it stops; 0: none. */
    const palate_start *start; /**< NULL: random, from the seed. */
    /** What else is known of users and items, or NULL. Borrowed. Rows of the table without ratings get a
     * row in the model, after all others. */
    const palate_features *user_features;
    const palate_features *item_features;
    palate_progress_callback on_progress; /**< NULL: none. */
    void *on_progress_user;               /**< Handed to on_progress, untouched. */
    palate_trial_callback on_trial;       /**< With tune: what was tried. NULL: none. */
    void *on_trial_user;                  /**< Handed to on_trial, untouched. */
} palate_train_options;

PALATE_API const palate_option_table *palate_train_options_table(void);
PALATE_API void palate_train_options_init(palate_train_options *options);

/**
 * Fit U and V so that U V^T (and offsets, by mode) approximates the observed ratings; absent cells
 * are unknown, or with PALATE_MISSING_ZERO zero.
 *
 * @param ratings  R, m x n. Borrowed, never modified; not needed by the model afterwards.
 * @param options  NULL means all defaults. Copied.
 * @param[out] out A new model, released with palate_model_free(). NULL on every failure but
 * PALATE_E_STOPPED.
 * @return PALATE_OK (whatever ended the run: epochs, tolerance, patience or time limit; see
 * palate_model_info()), PALATE_E_INVALID a bad option, PALATE_E_NOMEM, or PALATE_E_STOPPED when
 * on_progress asked for it: `*out` then holds the best model so far.
 * @threads      Reentrant. The ratings may be shared.
 * @determinism  Bit-identical for equal ratings, options and seed on one instruction set, whatever
 * the number of threads and the order of lines the ratings came in (rule mu with biases: of one
 * order of lines).
 * @cost         O(nnz k) time an epoch. Beyond the ratings 4 (m + n)(k + 32) bytes, twice that for
 * rule mu and with validation, and 4 (k + 32) bytes for each thread and rating of the longest row.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_train(const palate_ratings *ratings,
                                                              const palate_train_options *options,
                                                              palate_model **out,
                                                              palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
