/* SPDX-License-Identifier: Apache-2.0 */
/* A model with further ratings: rows for the users and items that it did not know, after its own, and all
 * ratings together. Of two ratings of one item by one user the new one counts. No row has been improved
 * yet: new ones are typical. */
#ifndef PALATE_MODEL_EXTEND_H
#define PALATE_MODEL_EXTEND_H

#include "model/model.h"
#include "ratings/matrix.h"

/* Ratings by user. Those of view row r: begins[r] <= e < begins[r + 1]. */
typedef struct palate__rated_rows {
    uint32_t user_count;
    const uint32_t *users; /* Rows of the model; NULL: row r is user r. */
    const int64_t *begins;
    const uint32_t *items;
    const float *ratings;
    const int64_t *times; /* NULL: none has one. */
} palate__rated_rows;

typedef struct palate__extended {
    const palate_model *from;
    palate_model *model;
    /* The new ratings, by users of theirs, with rows of the model; items rise within a user. */
    palate__rated_rows added;
    /* Of the new ratings' users and items: rows of the model. */
    uint32_t *user_rows, *item_rows;
    uint32_t user_count, item_count;
    int64_t replaced; /* Ratings that there were already. */
    bool is_kept;     /* The model has all ratings, not just the new ones. */
} palate__extended;

/* Ratings outside the model's scale are PALATE_E_INVALID. To be ended, even where it fails; who wants the
 * model takes it out first. */
palate_status palate__model_extend(const palate_model *model, const palate_ratings *ratings,
                                   palate__extended *out, palate_error *err);
void palate__extended_end(palate__extended *extended);

/* All ratings that are known of rows that may be improved. */
palate__rated_rows palate__extended_ratings(const palate__extended *extended);

/* Whether all ratings of a row are known: the model keeps them, or had none of the row. */
bool palate__extended_is_whole(const palate__extended *extended, palate_side side, uint32_t row);

#endif
