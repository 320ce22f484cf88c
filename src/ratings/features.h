/* SPDX-License-Identifier: Apache-2.0 */
/* What a table says of users or items: which rows have which features. Values play no part: a row has
 * a feature or not. */
#ifndef PALATE_RATINGS_FEATURES_H
#define PALATE_RATINGS_FEATURES_H

#include "palate/ratings.h"
#include "ratings/matrix.h"

struct palate_features {
    palate_context *context;
    char *path;                 /* Of the table. */
    palate__ids ids;            /* Of its rows, in its order. */
    palate__matrix features_of; /* Row t: the features of row t of the table. */
    uint32_t count;             /* Of features. */
    char **names;               /* Of each, such as "genres: Drama". */
};

/* Rows of a table by rows of a side of the ratings. */
typedef struct palate__table_rows {
    uint32_t count; /* The side's rows, and after them the ids that only the table has. */
    uint32_t *of;   /* The row of the table of each; PALATE_NO_ROW: it has none. */
} palate__table_rows;

/* Ids that only the table has come in an order of their own: by hash, then by id. None in common is an
 * error. `out->of` is the caller's. */
palate_status palate__features_find(const palate_features *features, const palate_ratings *ratings,
                                    palate_side side, palate__table_rows *out, palate_error *err);

/* The ids of all those rows. In the order of appearance those of the table come last, as it has them. */
palate_status palate__features_ids(const palate_features *features, const palate__ids *ids,
                                   const palate__table_rows *rows, palate__ids *out,
                                   palate_error *err);

#endif
