/* SPDX-License-Identifier: Apache-2.0 */
/* The users' offsets in time, while training: see model/drift.h for the process.
 *
 * Ratings of one sitting resemble each other more than the user's other ratings: moods, and lists
 * rated from top to bottom. Given the rest of the model, the moments of one user are a chain
 * (model/chain.h); it is part of the update of the user's row.
 */
#ifndef PALATE_TRAIN_DRIFT_H
#define PALATE_TRAIN_DRIFT_H

#include "model/chain.h"
#include "palate/train.h"
#include "ratings/matrix.h"
#include "train/components.h"

typedef struct palate__training palate__training;

/* The moment of a rating without a time. */
#define PALATE__NO_MOMENT UINT32_MAX

typedef struct palate__drift {
    bool on;
    double scale;    /* Unit of the times. */
    double lambda;   /* 1 / variance, in squared deviations of a rating. */
    int64_t *begins; /* m + 1: the moments of each user. */
    int64_t *times;  /* Strictly increasing within a user; NULL without validation. */
    float *values;   /* d, inside. */
    float *phis;     /* exp(-distance to the moment before / scale); 0 for the first of a user. */
    float *rests;    /* 1 - phi^2 > 0 */
    uint32_t *user_moments; /* Of each entry of users.matrix, counted from begins[user]; may be
                               PALATE__NO_MOMENT. */
    uint32_t *item_moments; /* Of each entry of items.matrix. */
    size_t most;            /* Moments of a user. */
    palate__drift_moment *scratch; /* threads x most */
} palate__drift;

/* Finds the moments, and where the options leave it open, scale and lambda: those under which what
 * the offsets leave unexplained is most likely. Off where there are no times, or nothing moves. */
palate_status palate__drift_begin(palate__training *training, const palate__components *components,
                                  palate_error *err);
void palate__drift_end(palate_context *context, palate__drift *drift);

/* Gives back what only epochs need. */
void palate__drift_settle(palate_context *context, palate__drift *drift);

/* Times of the moments of a user. */
void palate__drift_times(const palate__training *training, uint32_t user, int64_t *times);

/* Once the scale is known. */
palate_status palate__drift_set_scale(palate__training *training, double scale, palate_error *err);

/* d of an entry of either matrix; `user` is its user. */
static inline float palate__drift_value(const palate__drift *drift, uint32_t user, uint32_t moment)
{
    return moment == PALATE__NO_MOMENT ? 0.0F : drift->values[drift->begins[user] + moment];
}

/* Random numbers for the moments. */
typedef struct palate__drift_draw {
    double deviation; /* Of a rating. */
    uint64_t seed;
    uint32_t epoch;
} palate__drift_draw;

/* Improves the moments of one user, given the residual of each of the user's ratings with the
 * present d taken off. `draw` is NULL to minimize. Returns lambda d' K^-1 d, K = covariance /
 * variance, of the new d. */
double palate__drift_update(const palate__training *training, uint32_t user, const float *residual,
                            int thread, const palate__drift_draw *draw);

/* drift_fit.c: scale and lambda where the options leave them open, or drift->on = false where
 * nothing moves. */
palate_status palate__drift_fit(palate__training *training, const palate__components *components,
                                palate_error *err);

#endif
