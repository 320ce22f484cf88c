/* SPDX-License-Identifier: Apache-2.0 */
/* Further ratings for a model, without training again: new users, new items, and those that have changed. */
#ifndef PALATE_UPDATE_H
#define PALATE_UPDATE_H

#include "palate/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How to take ratings in. Fill with palate_update_options_init(). */
typedef struct palate_update_options {
    int64_t passes;  /**< Over the rows that are improved, users then items, 1..1000. */
    int64_t threads; /**< 0: as many as the machine gives. The result does not depend on it. */
    /** NULL, or the tables of users and items that the model learned from in training, as they are today, read by
     * palate_catalogue_read_columns(): rows are drawn towards what these say of them, as in training. */
    const palate_catalogue *user_table, *item_table;
} palate_update_options;

PALATE_API const palate_option_table *palate_update_options_table(void);
PALATE_API void palate_update_options_init(palate_update_options *options);

/** What one side came to. */
typedef struct palate_update_side {
    uint32_t added;    /**< Rows that the model did not have. */
    uint32_t improved; /**< Rows that it had, found again from all their ratings. */
    uint32_t
        left; /**< Rows with new ratings that stay as they were: the model does not keep the old ones. */
} palate_update_side;

typedef struct palate_update_report {
    palate_update_side users, items;
    int64_t added;    /**< Ratings of pairs that had none. */
    int64_t replaced; /**< Ratings in place of older ones. */
    double seconds;
} palate_update_report;

/**
 * Make a model with further ratings taken in. Everything is the one operation of training: a row becomes
 * the minimum of what training minimizes given the other side,
 *
 *     new users and items           from what is typical
 *     those with new ratings        from where they were, with all their ratings
 *     all others                    stay as they are, bit for bit
 *
 * all such users first, then all such items, and again. A rating of an item that the user has rated before
 * replaces the older one. Items seen, ratings, times and counts are those of all ratings then; means, what
 * is typical and the strengths of priors are those of training, and how far the model gets from a new one:
 * docs/howto/update.md.
 *
 * For all of a row's ratings to be known the model must keep them (training option keep_ratings). In one that
 * does not, users and items without ratings before are taken in, and rows that had some stay as they are
 * (report: `left`).
 *
 * @param ratings  The new ones, on the model's scale. Times play a part where the model's users' offsets move.
 * @param options  NULL means all defaults. Copied.
 * @param[out] report  NULL, or what was done.
 * @param[out] out  A model of its own, that does not need `model` any longer. NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID (an option, or a rating outside the scale), PALATE_E_UNSUPPORTED (an
 * average of samples has no prior of its own; a model of given factors has no ratings), PALATE_E_NOMEM.
 * @determinism  Bit-identical for equal input on one instruction set, whatever the number of threads and the
 * order of the lines.
 * @cost  A copy of the model; O(c k) a pass over a row of c ratings, some tens of passes a row at first and
 * fewer later.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_update(
    const palate_model *model, const palate_ratings *ratings, const palate_update_options *options,
    palate_update_report *report, palate_model **out, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
