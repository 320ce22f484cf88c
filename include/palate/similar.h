/* SPDX-License-Identifier: Apache-2.0 */
/* Which items, or users, are alike: nearest neighbours by their factors; exact, never approximate. */
#ifndef PALATE_SIMILAR_H
#define PALATE_SIMILAR_H

#include "palate/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum palate_similar_side { PALATE_SIMILAR_ITEMS, PALATE_SIMILAR_USERS } palate_similar_side;

typedef enum palate_similar_measure {
    PALATE_SIMILAR_COSINE, /**< Of the angle between two rows: 1, alike, to -1; the nearest first. */
    PALATE_SIMILAR_EUCLIDEAN /**< Distance of two rows, in units of the ratings: 0, alike, and more. */
} palate_similar_measure;

/** What to look for. Fill with palate_similar_options_init(). */
typedef struct palate_similar_options {
    int side;      /**< palate_similar_side */
    int measure;   /**< palate_similar_measure */
    int64_t count; /**< N, 1..1000000. */
    int64_t
        support; /**< Rows with fewer ratings are left out: too little is known of them. Models of
                        given factors count none, and leave nobody out. */
} palate_similar_options;

PALATE_API const palate_option_table *palate_similar_options_table(void);
PALATE_API void palate_similar_options_init(palate_similar_options *options);

/**
 * The N rows of a side nearest to one of them.
 *
 * Rows are compared as an explanation takes them apart (explain.h): from the typical row of their
 * side, each factor as much as it moves predictions. For items,
 *
 *     y_j[f] = (V[j][f] - typical[f]) * (standard deviation of U[.][f] over the users)
 *
 * and for users with the sides exchanged. Neither mode default's anchor nor the factors' scale plays
 * a part.
 *
 * @param row  The row whose neighbours are wanted; it is not among them.
 * @param options  NULL means all defaults. Copied.
 * @param[out] rows, values  N: the nearest first, equal ones ordered by id (bytes). A row without
 * direction, as one of which nothing is known, has no cosine and is left out.
 * @param[out] count  How many there are; 0 for the cosine of a row without direction.
 * @return PALATE_OK, PALATE_E_INVALID (option, or a row that is not there), PALATE_E_NOMEM.
 * @determinism  The same bits every time, on every instruction set.
 * @cost  O((m + n) k).
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_model_similar(const palate_model *model, uint32_t row, const palate_similar_options *options,
                     uint32_t *rows, double *values, size_t *count, palate_error *err);

/**
 * What each factor has to do with it.
 *
 * @param options  Side and measure.
 * @param[out] factors  k, adding up to the cosine; or to the square of the distance.
 * @return As palate_model_similar().
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_model_shared(const palate_model *model, uint32_t row, uint32_t other,
                    const palate_similar_options *options, double *factors, palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
