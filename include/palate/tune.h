/* SPDX-License-Identifier: Apache-2.0 */
/* Search: which options of training predict best, by training and evaluating with many of them.
 *
 * Not to be confused with the option tune of palate_train_options, which finds strengths of regularization
 * within one training, on a slice of its ratings: quick, and nothing to decide. A search takes any
 * option, measures every combination on the folds of a split, and tells how sure the answer is.
 */
#ifndef PALATE_TUNE_H
#define PALATE_TUNE_H

#include "palate/evaluate.h"
#include "palate/split.h"
#include "palate/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Which points of a space are tried. */
typedef enum palate_search {
    PALATE_SEARCH_GRID,   /**< All of them. */
    PALATE_SEARCH_RANDOM, /**< Some, drawn independently (Bergstra & Bengio 2012). */
    /** Drawn too, but most are given up early: all get few epochs, one in three of them, the best, three
     * times as many, and so on to the full number (Jamieson & Talwalkar 2016; one bracket of Li et al.
     * 2017). */
    PALATE_SEARCH_HALVING
} palate_search;

/** How far a search has come. */
typedef struct palate_tune_progress {
    int64_t rung; /**< Of halving, counted from 0; else 0. */
    int64_t rung_count;
    int64_t fold; /**< Counted from 0. All trials are measured in one fold, then in the next. */
    int64_t fold_count;
    int64_t done;   /**< Trainings finished or found in the study. */
    int64_t count;  /**< Trainings in all. */
    double share;   /**< Of the work that was left for this call: 0..1. */
    double seconds; /**< Since it began. */
} palate_tune_progress;

/** Called a few times a second by the calling thread. @return false to stop. */
typedef bool (*palate_tune_callback)(const palate_tune_progress *progress, void *user);

/** How to search. Fill with palate_tune_options_init(). */
typedef struct palate_tune_options {
    int search; /**< palate_search. */
    /** Of random and halving: how many points are drawn, all different, 1..10000, or PALATE_AUTO: 20, for
     * halving 27. Of grid: the most there may be, PALATE_AUTO: 10000. */
    int64_t trials;
    const char
        *metric; /**< What decides: the name of a metric that has a better and a worse, such as
                             "ndcg@20"; NULL: "rmse". */
    const char *relevant; /**< As in palate_evaluate_options. */
    int64_t
        keep; /**< Halving: one trial in so many goes on, 2..10, with as many times the epochs. */
    int64_t least_epochs; /**< Halving: epochs of the first rung at least, 1..100000. */
    /** A file that keeps every result, an SQLite database; NULL: none. A search that was stopped, or killed,
     * goes on there, and one with other trials takes what is known. */
    const char *study;
    double time_limit; /**< Seconds after which no training begins any more; 0: none. */
    int64_t
        at_once; /**< Trainings at the same time, 1..1024, or PALATE_AUTO: as many as there are threads.
                          The result does not depend on it. */
    uint64_t search_seed; /**< Of the points drawn; that of training is an option of training. */
    palate_tune_callback on_progress; /**< NULL: none. */
    void *on_progress_user;           /**< Handed to on_progress, untouched. */
} palate_tune_options;

PALATE_API const palate_option_table *palate_tune_options_table(void);
PALATE_API void palate_tune_options_init(palate_tune_options *options);

typedef struct palate_tuning palate_tuning;

/**
 * Search.
 *
 * What is tried, one text an option of training (by its name or an alias):
 *
 *     factors=8,16,32          these values
 *     regularization=1..100    any number of the range
 *     regularization=1..100:log     the same, each power of ten as likely as another
 *     regularization=1..100:log:7   7 numbers of it, the ends among them
 *
 * A grid takes 5 numbers of a range where nothing is said. Numbers drawn from a range are rounded to 4
 * digits. The options threads, time-limit and keep-ratings cannot be tried: they change no prediction, or
 * make it depend on the machine.
 *
 * A trial that training refuses (options that do not go together) is no failure of the search: it says why
 * and is not chosen.
 *
 * The study holds one row for each combination of options and fold. It is for one set of ratings, one split, one
 * metric and one version of palate, and refused for others. Every result is a transaction of its own:
 * a process may be killed at any time. Several processes may work on one study and share the work out: what one is
 * at, or has finished, the others do not begin.
 *
 * @param split    Borrowed.
 * @param tries, try_count  1..16 texts, no option twice.
 * @param train    Of all trials, but for what is tried; NULL means all defaults. Its threads are
 * those of the whole search. Its start, on_progress, on_trial and time_limit play no part.
 * @param options  NULL means all defaults: a grid.
 * @param[out] out Released with palate_tuning_free(). NULL on every failure; with PALATE_E_STOPPED what
 * was measured, or NULL if nothing was.
 * @return PALATE_OK (also when the time limit ended it: palate_tuning_complete()), PALATE_E_INVALID (a text
 * that names the option, the value and what is allowed; no trial that can be trained; a study of something else),
 * PALATE_E_IO, PALATE_E_FORMAT (a file that is no study, or a damaged one), PALATE_E_NOMEM,
 * PALATE_E_STOPPED; from files, all that reading may come to.
 * @threads      Reentrant.
 * @determinism  For equal input, options and seeds the same trials, values and order, bit for bit on one instruction set,
 * whatever threads, at_once, and how often it was stopped and gone on with; seconds differ.
 * @cost   trials x folds trainings and evaluations; of halving (trials + R trials / keep + ...) /
 * keep^(R - 1) for R rungs. Memory for one fold, and `at_once` models.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_tune(const palate_split *split,
                                                       const char *const *tries, size_t try_count,
                                                       const palate_train_options *train,
                                                       const palate_tune_options *options,
                                                       palate_tuning **out, palate_error *err);

/** Release a search. NULL is allowed. */
PALATE_API void palate_tuning_free(palate_tuning *tuning);

/** @return Whether all trials have been measured as far as they were to be. */
PALATE_API bool palate_tuning_complete(const palate_tuning *tuning);

/** @return What decided. Valid as long as the search. */
PALATE_API const palate_measure *palate_tuning_measure(const palate_tuning *tuning);

/** @return The place-th option tried, in the order of `tries`; NULL after the last. */
PALATE_API const palate_option *palate_tuning_axis(const palate_tuning *tuning, size_t place);

/** Trainings of this call, and results that the study had. */
PALATE_API int64_t palate_tuning_trained_count(const palate_tuning *tuning);
PALATE_API int64_t palate_tuning_found_count(const palate_tuning *tuning);

/** Rungs of halving; 1 of the others. */
PALATE_API int64_t palate_tuning_rung_count(const palate_tuning *tuning);

/** One rung. */
typedef struct palate_rung {
    int64_t trial_count; /**< That were to be measured in it. */
    double share;        /**< Of the epochs that training is asked for: 1 in the last. */
} palate_rung;

/** @return A rung, counted from 0; all 0 for one that is none. */
PALATE_API palate_rung palate_tuning_rung(const palate_tuning *tuning, int64_t rung);

/** One trial. Every number is finite. */
typedef struct palate_tuning_trial {
    int64_t number;            /**< In the order in which they were drawn, counted from 1. */
    const char *const *values; /**< Of each option tried, as text. */
    const char *failed; /**< NULL, or why it has no value: what training said, or the metric. */
    int64_t rung;       /**< The last it was measured in, counted from 0. */
    int64_t fold_count; /**< Folds it was measured in, in that rung. */
    bool comparable;    /**< Measured as far as any: it may be chosen. */
    double mean;        /**< Of the metric over those folds; 0 where it failed. */
    /** Its standard error is given: of two folds or more their standard deviation over the root of their number; of a
     * single fold by a bootstrap over its users. */
    bool has_error;
    double error;
    /** Its difference to the best is given, with its standard error: of two folds or more, fold by fold. */
    bool has_difference;
    double difference, difference_error;
    int64_t factors; /**< Of its models: what "auto" came to. */
    int64_t epochs;  /**< Of its models, the most of any fold. */
    double seconds;  /**< Of training and evaluating in one fold, on average, as they ran. */
} palate_tuning_trial;

PALATE_API size_t palate_tuning_trial_count(const palate_tuning *tuning);
/** @return A trial, from the best (0) to the worst, those given up in early rungs after all that
 * were not, those that failed last; NULL for one that is none. Valid as long as the search. */
PALATE_API const palate_tuning_trial *palate_tuning_trial_at(const palate_tuning *tuning,
                                                             size_t place);

/**
 * The simplest trial that is no worse than the best by more than the standard error of the best: the one-standard-error
 * rule (Breiman, Friedman, Olshen & Stone 1984, section 3.4.3). Simpler is what has fewer factors; of
 * equally many, stronger regularization (where both are numbers); of equal strength, the better.
 *
 * @return Its place, which is that of the best (0) where the best has no standard error; SIZE_MAX where there is no trial.
 */
PALATE_API size_t palate_tuning_simplest(const palate_tuning *tuning);

/** Fill options with those of a trial, by its place, to train with: those of the search, and what it tried.
 * @return PALATE_OK; PALATE_E_INVALID for a place that is none. */
PALATE_API PALATE_MUST_CHECK palate_status palate_tuning_options(const palate_tuning *tuning,
                                                                 size_t place,
                                                                 palate_train_options *out,
                                                                 palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
