/* SPDX-License-Identifier: Apache-2.0 */
/* Splits: ratings to learn from and ratings to be tested on, once or in several folds. */
#ifndef PALATE_SPLIT_H
#define PALATE_SPLIT_H

#include "palate/context.h"
#include "palate/options.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How ratings are divided. n is the number of ratings, n_u that of one user. */
typedef enum palate_split_method {
    /** k parts of equal size, each the test of one fold; repeated with other parts. */
    PALATE_SPLIT_K_FOLD,
    PALATE_SPLIT_SHUFFLE, /**< In each fold a random share is the test. */
    /** In each fold one random rating of every user is the test (`test_count`: or more). */
    PALATE_SPLIT_LEAVE_ONE_OUT,
    /** The latest share is the test, everything before it is learned from; ratings of one moment
     * stay together. More folds: earlier shares are tests too, and each learns only from what was
     * before it. */
    PALATE_SPLIT_TIME,
    PALATE_SPLIT_USER_TIME /**< The latest share (or `test_count`) of each user is the test. */
} palate_split_method;

/** How to split. Fill with palate_split_options_init(). */
typedef struct palate_split_options {
    int method;      /**< palate_split_method. */
    int64_t folds;   /**< 1..1000 (k-fold: 2..), or PALATE_AUTO: 5 where chance decides, else 1. */
    int64_t repeats; /**< K-fold only: with so many divisions; folds x repeats in all. */
    double test_share; /**< Of shuffle and the methods by time, 0.001..0.9. */
    /** Ratings of each user that are the test, of leave-one-out (0: one) and user-time (0: the
     * share). A user keeps at least one rating to learn from. */
    int64_t test_count;
    uint64_t seed;
} palate_split_options;

PALATE_API const palate_option_table *palate_split_options_table(void);
PALATE_API void palate_split_options_init(palate_split_options *options);

typedef struct palate_split palate_split;

/**
 * Divide ratings.
 *
 * Chance is a function of the seed, the user's id and the item's id: the division does not depend
 * on the order of lines, and a rating keeps its place in the order of chance when others are added.
 *
 * @param ratings  Borrowed: must outlive the split. The methods by time need times; a rating
 * without one is never a test.
 * @param options  NULL means all defaults: 5 folds.
 * @param[out] out Released with palate_split_free(). NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID (an option, or nothing would be left to learn from or to test
 * on), PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_split_create(const palate_ratings *ratings,
                                                               const palate_split_options *options,
                                                               palate_split **out,
                                                               palate_error *err);

/**
 * Divide ratings by a column of their file that numbers folds: a rating numbered f > 0 is a test in
 * fold f and learned from in the others; 0 or nothing: always learned from.
 *
 * @param ratings  Read from `path` with `options`. Borrowed: must outlive the split.
 * @param column   Name or number of the column, as for palate_read_options. Folds are whole numbers
 * from 1 to 1000; one that no rating has is no fold.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_IO, PALATE_E_FORMAT, PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_split_from_column(
    const palate_ratings *ratings, const char *path, const palate_read_options *options,
    const char *column, palate_split **out, palate_error *err);

/**
 * Take folds from files: those palate_split_save() has written, or published ones.
 *
 * @param path     A folder with pairs NAME.train.EXT and NAME.test.EXT (EXT may be missing), or NAME.base
 * and NAME.test; or a pattern, as a shell has them, of the files to learn from, such as
 * "ml-100k/u[1-5].base". Folds are in the order of names, numbers in them by value.
 * @param options  How to read them; NULL means all defaults. Copied; its texts are borrowed. Where no
 * scale is declared, that of a fold is the range of both its files.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_IO (no such files, or one of a pair is missing),
 * PALATE_E_NOMEM. The files are read by palate_split_take().
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_split_open(palate_context *context,
                                                             const char *path,
                                                             const palate_read_options *options,
                                                             palate_split **out, palate_error *err);

/** Release a split. NULL is allowed. */
PALATE_API void palate_split_free(palate_split *split);

PALATE_API int64_t palate_split_fold_count(const palate_split *split);

/** @return The name of a fold, counted from 0, such as "fold 1" or "u1"; NULL for one that is none.
 * Valid as long as the split. */
PALATE_API const char *palate_split_fold_name(const palate_split *split, int64_t fold);

/**
 * The ratings of a fold, counted from 0. Their scale is that of all ratings.
 *
 * @param[out] train, test  Released by the caller. NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_NOMEM; from files, all that reading may come to.
 * @cost As reading the ratings, without the text.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_split_take(const palate_split *split,
                                                             int64_t fold, palate_ratings **train,
                                                             palate_ratings **test,
                                                             palate_error *err);

/**
 * Write all folds as CSV, `user,item,rating[,timestamp]`: FOLDER/fold-1.train.csv, fold-1.test.csv and
 * so on, and split.json, which says how it was made. Which ratings are in which file, and the order
 * of their lines, do not depend on the order of lines of the input (but where that was kept: option
 * keep_order).
 *
 * @param folder  Must not exist yet. It appears whole or not at all.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_IO, PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_split_save(const palate_split *split,
                                                             const char *folder, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
