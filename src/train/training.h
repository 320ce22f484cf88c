/* SPDX-License-Identifier: Apache-2.0 */
/* A training run in memory.
 *
 * Inside, ratings are shifted by their mean and stretched until what user and item offsets leave
 * unexplained has standard deviation 1 (components.h), and a row is one vector:
 *
 *     row i of a side   [ bias | x_1 ... x_k | padding of zeros ]   `stride` floats, aligned
 *
 *     (r - shift) * gain  ~  b_u + c_i + d_u(t) + sum_f x_uf y_if   x = P - a, y = Q - a, both >= -a
 *
 * so that one kernel updates offset and factors together. finish.c turns this into U, V and
 * offsets.
 */
#ifndef PALATE_TRAIN_TRAINING_H
#define PALATE_TRAIN_TRAINING_H

#include "kernels/kernels.h"
#include "palate/train.h"
#include "ratings/matrix.h"
#include "train/choice.h"
#include "train/drift.h"
#include "train/prior.h"

typedef struct palate__rule palate__rule;
typedef struct palate__training palate__training;
typedef struct palate__average palate__average;

/* Rows that one thread updates in one go: about this many ratings. */
enum { PALATE__TASK_RATINGS = 2000 };

/* What a half-sweep adds up over its rows. */
typedef struct palate__sums {
    double squared_error;
    double penalty; /* Of what the rows have beside them: the users' drift. */
} palate__sums;

/* One of the two sides of the matrix. */
typedef struct palate__train_side {
    /* Its rows are this side's; borrowed from the ratings, or a training split. */
    palate__matrix matrix;
    /* What a table says, or NULL; and the row of the table of each row, PALATE_NO_ROW: none. */
    const palate_features *features;
    uint32_t *table_rows;
    uint32_t row_count; /* Those of the matrix, then those that only the table has. */
    float *rows;        /* row_count x stride */
    float *next;        /* The same, for rules that update both sides at once; else NULL. */
    uint16_t *narrow;   /* As long as the other side's updates read them in 16 bits; else NULL. */
    float *variances;   /* row_count, for rule vb: of each factor of a row; else NULL. */
    palate__prior prior;
    double lambda, l1;     /* Of all its rows, inside, where what is missing is zero. */
    uint32_t *task_begins; /* task_count + 1: task t updates rows task_begins[t] .. task_begins[t +
                              1] - 1. */
    size_t task_count;
    /* One for each task, added up in order: the same for any number of threads. */
    palate__sums *task_sums;
} palate__train_side;

/* Ratings held out. */
typedef struct palate__held_out {
    size_t count;
    uint32_t *users, *items;
    float *ratings;
    int64_t *times; /* NULL: the ratings have none. */
    double *sums;   /* Of the predictions so far, for rules that average them; else NULL. */
} palate__held_out;

/* A part of the state of the run, and a copy of it as it was best. */
typedef struct palate__kept {
    float **now;
    float *best;
    size_t bytes;
} palate__kept;

enum { PALATE__KEPT_MAX = 16 };

struct palate__training {
    palate_context *context;
    const palate_ratings *ratings;
    palate_train_options options; /* With every "auto" resolved. */
    const palate__rule *rule;
    const palate__kernels *kernels;
    int threads;
    bool with_bias;      /* Slot 0 is fitted. */
    bool split;          /* The sides' matrices are copies without the held-out ratings. */
    size_t factor_count; /* k */
    size_t stride;
    palate_scale scale;
    double mean;       /* Of the ratings trained on; of all cells where what is missing is zero. */
    double cell_count; /* What errors are summed over. */
    double rounding;   /* What the objective may be off by it, besides a share of 1e-5. */
    double least_told; /* Below, an objective is but rounding. 0: it never is. */
    double shift, gain;
    double anchor;
    double bound;     /* Factors inside stay >= bound: -anchor. */
    float relaxation; /* Of the steps of this epoch; 1: to the minimum. */
    palate__train_side users, items;
    palate__drift drift;
    palate__components components;
    double noise;             /* The standard deviation of a rating, inside. */
    palate__average *average; /* Of epochs, where that is what counts; else NULL. */
    palate__choice choice;
    const int64_t *times; /* Aligned with users.matrix, or NULL. */
    int64_t *split_times; /* A copy without the held-out ones. */
    palate__held_out held_out;
    palate__kept kept[PALATE__KEPT_MAX]; /* Where there is validation. */
    size_t kept_count;
    float *scratch; /* threads x scratch_floats */
    size_t scratch_floats;
    double *long_sums; /* Where there is a long row (long.h). */
    void *rule_state;  /* The rule's own; see palate__rule. */

    /* Where the run is. */
    double started; /* Seconds of a steady clock. */
    double last_report;
    int64_t epoch; /* Finished. */
    double objective, train_rmse, validation_rmse;
    double best_validation;
    int64_t best_epoch;
    bool stop_requested; /* on_progress said so. Written by the calling thread, read by all:
                            atomically. */
    bool rounded;        /* The last epoch was of rows in 16 bits. */
    const char *stopped_by;
    palate_epoch *log; /* options.epochs of them at most, grown as needed. */
    size_t log_count, log_capacity;
};

static inline float *palate__row_of(const palate__training *training, float *rows, uint32_t row)
{
    return rows + (size_t)row * training->stride;
}

/* What the other side's updates see of a row that has changed. */
static inline void palate__row_narrow(const palate__training *training,
                                      const palate__train_side *side, uint32_t row)
{
    if (side->narrow != NULL)
        training->kernels->narrow_row(palate__row_of(training, side->rows, row), training->stride,
                                      side->narrow + row * palate__narrow_stride(training->stride));
}

/* check.c: whether options fit the ranges and each other; the second, where a training is judged by ratings
 * it did not see. */
palate_status palate__training_check(const palate_train_options *options, palate_error *err);
palate_status palate__training_check_folds(const palate_train_options *options, palate_error *err);

/* auto.c: what "auto" stands for, of rule and epochs alone. */
int palate__training_rule(const palate_ratings *ratings, const palate_train_options *options);
int64_t palate__training_epochs(const palate_train_options *options);

/* auto.c: counts of the options resolved; then, given the inner scale, all else. */
void palate__training_resolve_counts(palate__training *training);
void palate__training_resolve(palate__training *training);

/* auto.c: whether a decomposition has vectors for all factors to start from. */
bool palate__training_fits_svd(const palate__training *training);

/* setup.c: inner scale, memory, splits, tasks; `choice` fills in what they leave open, NULL: by
 * rule. Options are checked. A training that failed to begin may still be ended. */
palate_status palate__training_begin(palate__training *training, const palate_ratings *ratings,
                                     const palate_train_options *options,
                                     const palate__choice *choice, palate_error *err);
void palate__training_end(palate__training *training);

/* split.c: moves a random share of the ratings out of the matrices into training->held_out. */
palate_status palate__training_split(palate__training *training, palate_error *err);

/* start.c: the starting rows. */
void palate__training_start(palate__training *training);

/* sweep.c: epochs until something ends the run. */
palate_status palate__training_run(palate__training *training, palate_error *err);

/* validate.c: RMSE on the held-out ratings, NaN without any. */
double palate__training_validate(const palate__training *training);

/* What the rows as they are make of held-out rating e, on the scale of the ratings, not clipped. */
double palate__training_score(const palate__training *training, size_t e);

/* setup.c: rows of the other side are read as they are from now on. */
void palate__training_widen(palate__training *training);

/* setup.c: gives back what only epochs need, before there is a model, too. Nothing but
 * palate__training_finish() and palate__training_end() may follow. */
void palate__training_settle(palate__training *training);

/* finish.c: the model made of the rows. It takes from them what it can use as it is. */
palate_status palate__training_finish(palate__training *training, palate_model **out,
                                      palate_error *err);

#endif
