/* SPDX-License-Identifier: Apache-2.0 */
/* The prior of a side's rows, and the link: whom a row is shrunk towards.
 *
 *     x_i ~ N(f_i, 1 / lambda),  x_i >= -a        f_i = w_i sum_{j in N(i)} A_j,  A_j ~ N(0, 1 / lambda_link)
 *
 * N(i): the features of row i, which are the rows of the other side it has ratings with. w_i =
 * |N(i)|^-1/2. This is SVD++ (Koren 2008, KDD) on both sides, moved from the model into its prior, so
 * that the factors stay >= 0: the model remains U V^T. What a table says of the row (palate_features)
 * adds a second sum of the kind, with coefficients of its own, to f_i and to the mean of the offset's
 * prior; for rows without ratings that is all there is, beside the mean row of a rating: palate__prior_place().
 *
 * `away` = x - f is what is kept, where f is more than the mean of the biases: the row update needs no more of f, and
 * one pass over the features moves it along:
 *
 *     A_j <- the minimum of  lambda sum_{i with j} |away_i|^2 + lambda_link |A_j|^2   (or a draw)
 *     away_i <- away_i - w_i (change of A_j)
 *
 * A feature after the other; columns are independent, so threads take slices of them. The objective
 * never rises. Cost of a pass: two visits of each rating and slice, as much as one step of conjugate
 * gradients, which needs two or three to come as far and cannot draw
 * (docs/decisions/0015-link-prior.md).
 */
#ifndef PALATE_TRAIN_PRIOR_H
#define PALATE_TRAIN_PRIOR_H

#include "kernels/kernels.h"
#include "palate/train.h"
#include "ratings/matrix.h"

typedef struct palate__training palate__training;
typedef struct palate__train_side palate__train_side;

/* Kinds of features: who is rated together, and what a table says. */
enum { PALATE__LINK_RATINGS, PALATE__LINK_TABLE, PALATE__LINK_COUNT };

/* Features of one kind. */
typedef struct palate__link {
    const palate__matrix *rows_of; /* Row j: the rows that have feature j. NULL: no such link. */
    float *weights;                /* w of each row of the side; 0 for those without ratings. */
    float *norms;                  /* Of each feature: sum of w^2 over the rows that have it. */
    float *coefficients;           /* A: a row of `stride` floats a feature. */
    float *lambda;                 /* stride: of the coefficients. */
    int64_t feature_count;         /* Features that some row has. */
} palate__link;

/* Of one column, after a pass. */
typedef struct palate__column_squares {
    double away;                             /* sum over rows with ratings of away^2 */
    double coefficients[PALATE__LINK_COUNT]; /* sum over features that rows have of A^2 */
} palate__column_squares;

typedef struct palate__prior {
    /* x - f of the rows of the ratings, slice after slice of LANES columns, a row of each side by side: a
     * slice lies together, so that its threads share no cache line with those of another, and most of
     * it stays in cache. NULL without links: then it is x, less the mean of the biases. */
    float *away;
    uint32_t row_count;
    float *lambda;        /* stride */
    double bias_mean;     /* Mean of the prior of the biases, but for what a table adds to it. */
    uint32_t rated_count; /* Rows with ratings. */
    palate__link links[PALATE__LINK_COUNT];
    palate__matrix rows_of_table; /* What the link by a table goes by: rows with ratings alone. */
    double *centre;               /* stride: the mean row of a rating, without what a table says. */
    palate__column_squares *squares; /* stride */
} palate__prior;

palate_status palate__prior_begin(palate__training *training, palate__train_side *side,
                                  palate_error *err);
void palate__prior_end(palate_context *context, palate__prior *prior);

/* Where the starting rows are away from, where there are links: features have coefficient 0 then. */
void palate__prior_start(const palate__training *training, palate__train_side *side);

/* The LANES columns of a slice for one row, where there are links. */
static inline float *palate__away_of(const palate__prior *prior, size_t slice, uint32_t row)
{
    return prior->away + (slice * prior->row_count + row) * PALATE__LANES;
}

/* The slices of row x side by side, and back. */
void palate__prior_gather(const palate__prior *prior, uint32_t row, const float *x, size_t stride,
                          float *away);
void palate__prior_spread(const palate__prior *prior, uint32_t row, size_t stride,
                          const float *away);

/* Random numbers for the coefficients. */
typedef struct palate__prior_draw {
    float deviation; /* Of a rating. */
    uint64_t seed;
    uint32_t epoch;
    bool is_users;
} palate__prior_draw;

/* One pass after the rows of the side have moved: mean of the biases, coefficients, squares. `draw`
 * is NULL to minimize. */
void palate__prior_update(const palate__training *training, palate__train_side *side,
                          const palate__prior_draw *draw);

/* The first column that a link has coefficients for: only a table says something of biases. */
static inline size_t palate__link_column(size_t kind)
{
    return kind == PALATE__LINK_TABLE ? 0 : 1;
}

/* Whether a table says something of a row that has no ratings. */
bool palate__prior_tells(const palate__train_side *side, uint32_t row);

/* Puts such rows, of those before `row_end`, at the mean row of a rating, but for what the table says of
 * each. */
void palate__prior_place(const palate__training *training, palate__train_side *side,
                         uint32_t row_end);

/* sum lambda away^2 + lambda_link A^2, as of the last pass. */
double palate__prior_penalty(const palate__training *training, const palate__prior *prior);

#endif
