/* SPDX-License-Identifier: Apache-2.0 */
/* Results in a file: an SQLite database of two tables,
 *
 *     study     what the results are of: version, ratings, split, folds, metric
 *     result    one row for each combination of options and fold, kept when it is known
 *
 * A key of a result is all options of training that are not at their default, as text a person can read. So
 * results serve any search over the same ratings, folds and metric, whatever it tries and how.
 *
 * Who is at work on a result holds a lock on one byte of the file, far beyond its end, which the system
 * gives back when the process ends, however it does.
 */
#ifndef PALATE_TUNE_STUDY_H
#define PALATE_TUNE_STUDY_H

#include "tune/tuning.h"

typedef struct palate__study palate__study;

/* Room for a key. */
enum { PALATE__KEY_BYTES = 4096 };

/* Of options of training: all that decides what a model predicts. */
void palate__study_key(const palate_train_options *options, char key[PALATE__KEY_BYTES]);

/* What a study has to be of. */
typedef struct palate__identity {
    uint64_t ratings, split;
    int64_t fold_count;
    char metric[128];
} palate__identity;

/* identity.c: of a split, all tables that training learns from, and what is measured. From files, all folds
 * are read. */
palate_status palate__identity_take(const palate_split *split, const palate_tuning *tuning,
                                    palate__identity *out, palate_error *err);

/* Opens or begins a study; refused where it is of something else. */
palate_status palate__study_open(palate_context *context, const char *path,
                                 const palate__identity *identity, palate__study **out,
                                 palate_error *err);

/* NULL is allowed. */
void palate__study_close(palate__study *study);

/* Looks for a result; `out` is not known where there is none, and the caller's where it is. */
palate_status palate__study_find(palate__study *study, const char *key, int64_t fold,
                                 palate__result *out, palate_error *err);

/* Takes the work on a result; false: another process is at it. */
bool palate__study_claim(palate__study *study, const char *key, int64_t fold);
void palate__study_unclaim(palate__study *study, const char *key, int64_t fold);

/* Keeps a result, unless somebody else has kept the same. */
palate_status palate__study_keep(palate__study *study, const char *key, int64_t fold,
                                 const palate__result *result, palate_error *err);

#endif
