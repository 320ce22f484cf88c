/* SPDX-License-Identifier: Apache-2.0 */
/* One row that training has not seen: the one row update, repeated until it stands still.
 *
 * Inside, as in training (train/training.h), with the side's anchor a and gain g:
 *
 *     P = U sqrt(g), x = P - a                  Q = V sqrt(g), z = Q - a
 *     b = g o + a sum P - k a^2 / 2             c = g s + a sum Q - k a^2 / 2
 *     g (r - base) ~ b + d(t) + c + x.z
 *
 *     minimize  sum_e (g (r_e - base) - b - d(t_e) - c_e - x.z_e)^2
 *               + lambda |x - f|^2 + lambda_0 (b - mean)^2 + lambda_d d' K^-1 d,        x >= -a
 *
 * where f is what the link makes of the row's columns, and d, for a user whose ratings have times,
 * moves with them (model/chain.h). Where what is missing is zero, over all columns (model/gram.h):
 *
 *     minimize  |g r - Q x|^2 + lambda |x|^2 + 2 l1 sum x,                              x >= 0
 */
#ifndef PALATE_RECOMMEND_FOLD_H
#define PALATE_RECOMMEND_FOLD_H

#include "kernels/kernels.h"
#include "model/chain.h"
#include "model/gram.h"
#include "model/model.h"
#include "palate/recommend.h"

/* What all rows of a side have in common. */
typedef struct palate__fold {
    const palate_model *model;
    const palate__side *own, *other;
    const palate__kernels *kernels;
    double regularization; /* Or PALATE_AUTO. */
    double gain, anchor;
    double bias_mean;
    bool fit_bias;
    bool non_negative_offsets; /* Mode strict. */
    bool moves;                /* The offsets of these rows, with time. */
    bool is_zero;              /* What is missing is zero: */
    float *rows;               /* of the other side, inside, as training lays them out, */
    palate__gram gram;         /* their Gram matrix, */
    double l1;                 /* and of the sum of factors. */
    size_t k, stride;
    float still; /* Passes end when no coordinate moves farther, inside, where a rating's deviation
                    is 1. */
} palate__fold;

/* The ratings of a row. */
typedef struct palate__fold_row {
    const uint32_t *columns; /* Of the other side; PALATE_NO_ROW is left out. */
    const float *ratings;
    const int64_t *times; /* Or PALATE_NO_TIME; NULL: none has one. */
    size_t count;
    const float
        *told; /* k + 1: what a table adds to the mean of the prior (told.h); NULL: nothing. */
} palate__fold_row;

/* What came of it, as in a model. */
typedef struct palate__folded {
    float *factors; /* k, to be given. */
    float offset;
    float variance; /* Of each factor, inside, where the model knows those of other rows; else 0. */
    palate__moments moments; /* In the desk; none where the offset does not move. */
} palate__folded;

/* Where one thread works: pieces of one block of memory. */
typedef struct palate__fold_desk {
    palate__drift_moment *moments;
    int64_t *times;                    /* Of the row's moments, rising; */
    int64_t *chosen_times;             /* and of those that count. */
    float *x, *away, *before, *lambda; /* stride each. */
    float *panel; /* Rows of the other side, inside; of the fold where what is missing is zero. */
    float *ratings, *targets, *scratch;
    float *group; /* What is missing being zero: x and b as a descent takes them. */
    float *phis, *rests, *values, *values_before; /* Of the chain. */
    uint32_t *columns;                            /* What the rows of the panel are. */
    uint32_t *chosen;                             /* Rows of the panel that count, */
    uint32_t *moment_of; /* the moment of each, or PALATE__NO_PLACE, among those of the row, */
    uint32_t *place_of;  /* and the place of each of those moments among those that count. */
    const float *told;   /* Of the row. */
    size_t count, chosen_count;
    size_t moment_count, chosen_moments;
} palate__fold_desk;

#define PALATE__NO_PLACE UINT32_MAX

/* Refuses models that have no prior to draw rows towards. A fold that failed to begin may still be ended,
 * and so may one that is all zeros. */
palate_status palate__fold_begin(palate__fold *fold, const palate_model *model,
                                 const palate_fold_in_options *options, palate_error *err);
void palate__fold_end(palate__fold *fold);

/* Desks of `threads` threads, for rows of at most `longest` ratings; NULL when memory runs out. To
 * be released. */
void *palate__fold_room(const palate__fold *fold, int threads, size_t longest);
palate__fold_desk palate__fold_desk_of(const palate__fold *fold, void *room, int thread,
                                       size_t longest);

/* Lays a row's ratings on the desk. */
void palate__fold_take(const palate__fold *fold, palate__fold_desk *desk,
                       const palate__fold_row *row);

/* Finds the row, without the rating at place `without` of what was taken (PALATE__NO_PLACE: with all).
 * Begins at what the prior says, or at the x that is given. */
void palate__fold_solve(const palate__fold *fold, palate__fold_desk *desk, uint32_t without,
                        const float *from);

/* The same of up to PALATE__GRAM_ROWS rows together, what is missing being zero (fold_zero.c): each is taken and placed, the
 * first `count` are found, each is lifted, and left. */
void palate__fold_zero_place(const palate__fold *fold, palate__fold_desk *desk, size_t place,
                             uint32_t without, const float *from);
void palate__fold_zero_solve(const palate__fold *fold, const palate__fold_desk *desk, size_t count);
void palate__fold_zero_lift(const palate__fold *fold, palate__fold_desk *desk, size_t place);

/* Of a fold that is otherwise begun; for palate__fold_begin() and palate__fold_end(). */
palate_status palate__fold_zero_begin(palate__fold *fold, int threads, palate_error *err);
void palate__fold_zero_end(palate__fold *fold);

/* The row found; the typical one where nothing counts, unless what is missing is zero. */
void palate__fold_leave(const palate__fold *fold, palate__fold_desk *desk, palate__folded *out);

#endif
