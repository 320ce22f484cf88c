/* SPDX-License-Identifier: Apache-2.0 */
/* A rule improves one row with the other side held fixed. One file each in rules/, one row each in
 * the registry. */
#ifndef PALATE_TRAIN_RULE_H
#define PALATE_TRAIN_RULE_H

#include "train/training.h"

/* One side about to be updated, and the other. */
typedef struct palate__half {
    const palate__training *training;
    const palate__train_side *side;
    const palate__train_side *other;
    bool is_users;
} palate__half;

/* What a thread works with. */
typedef struct palate__desk {
    int thread;
    float *scratch; /* training->scratch_floats, 64-byte aligned. */
} palate__desk;

struct palate__rule {
    const char *name;
    const char *paper;

    /* Both sides are updated from the rows before the epoch. Otherwise users first, then items from
     * the new users. */
    bool simultaneous;

    /* The objective never rises. */
    bool descends;

    /* Rows have a prior that follows them (prior.h). */
    bool has_prior;

    /* What is read of the other side may be rounded to 16 bits. */
    bool takes_narrow;

    /* Rows that update_rows() takes together: tasks hold multiples of it. 0: it is 1. */
    uint32_t rows_at_once;

    /* What the rule keeps for the run in training->rule_state. NULL: nothing. */
    palate_status (*begin)(palate__training *training, palate_error *err);
    void (*end)(palate__training *training);

    /* Called by one thread before each epoch. NULL: nothing to do. */
    void (*before_epoch)(palate__training *training);

    /* Called after the rows of a side were updated: their prior follows. NULL: nothing to do. */
    void (*after_side)(palate__training *training, palate__train_side *side);

    /* Whether the epoch, which came to `sums`, is taken back: then the rows are as before it, and it is run again.
     * `sums` NULL: it was stopped within. NULL: none is. */
    bool (*take_back)(palate__training *training, const palate__sums *sums);

    /* Called by one thread after each epoch, with what it came to. NULL: nothing to do. */
    void (*after_epoch)(palate__training *training, const palate__sums *users,
                        const palate__sums *items);

    /* Floats of scratch for rows of at most `count` ratings. */
    size_t (*scratch_floats)(const palate__training *training, size_t count);

    /* Improves row `row` of half->side, whose values are in x (its place in `rows` or `next`). */
    palate__sums (*update_row)(const palate__half *half, uint32_t row, float *x,
                               const palate__desk *desk);

    /* The same for rows first..end-1, in `rows`, of rules that take several at once; else NULL. */
    palate__sums (*update_rows)(const palate__half *half, uint32_t first, uint32_t end,
                                const palate__desk *desk);

    /* What an epoch came to, given what its halves did. NULL: rows tell their error after the update; it is that of
     * the items, and what rows have beside them. */
    palate__sums (*measure)(palate__training *training, const palate__sums *users,
                            const palate__sums *items);
};

extern const palate__rule palate__rule_map;
extern const palate__rule palate__rule_mu;
extern const palate__rule palate__rule_bayes;
extern const palate__rule palate__rule_vb;

/* In place of map where what is not stored is zero. */
extern const palate__rule palate__rule_zero;

/* In the order of palate_rule_name; NULL-terminated. */
extern const palate__rule *const palate__rules[];

#endif
