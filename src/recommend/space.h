/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a side where distances mean something: from the typical row, each factor as much as it
 * moves predictions,
 *
 *     y_j[f] = (V[j][f] - typical[f]) sqrt(spread[f])      spread[f]: variance of U[.][f]
 *
 * and for users with the sides exchanged. Neither the anchor of mode default nor the factors' scale
 * plays a part.
 */
#ifndef PALATE_RECOMMEND_SPACE_H
#define PALATE_RECOMMEND_SPACE_H

#include "model/model.h"

#include <math.h>

typedef struct palate__space {
    const palate_model *model;
    const palate__side *own, *other;
    size_t k;
    double *spread; /* k */
} palate__space;

/* Items, or users. To be released whether it fails or not. */
palate_status palate__space_begin(palate__space *space, const palate_model *model, bool of_items,
                                  palate_error *err);
void palate__space_end(palate__space *space);

/* Whether enough is known of a row; models of given factors count no ratings. */
static inline bool palate__space_counts(const palate__space *space, uint32_t row, int64_t support)
{
    return space->model->summary.rating_count == 0 || space->own->counts[row] >= support;
}

/* A coordinate of a row, before it is stretched. */
static inline double palate__space_away(const palate__space *space, uint32_t row, size_t f)
{
    return (double)space->own->factors[row * space->k + f] - (double)space->own->typical[f];
}

/* The length of y. */
static inline double palate__space_length(const palate__space *space, uint32_t row)
{
    double sum = 0.0;
    for (size_t f = 0; f < space->k; f++) {
        const double away = palate__space_away(space, row, f);
        sum += space->spread[f] * away * away;
    }
    return sqrt(sum);
}

/* How far a row stands out by a factor: its share in the length of y, with the sign of y. */
static inline double palate__space_standing(const palate__space *space, uint32_t row, size_t f)
{
    const double away = palate__space_away(space, row, f);
    const double length = palate__space_length(space, row);
    const double value = length > 0.0 ? space->spread[f] * away * away / length : 0.0;
    return away < 0.0 ? -value : value;
}

/* To be ordered by: the farthest first, equal ones by id. */
typedef struct palate__standing {
    double value;
    const char *id;
    uint32_t row; /* Or where it stands in a list. */
} palate__standing;

int palate__compare_standings(const void *a, const void *b);

#endif
