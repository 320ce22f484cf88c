/* SPDX-License-Identifier: Apache-2.0 */
/* What a table says of a row's prior, by the features that the model learned in training: the names of these say which
 * rows have them, so that the table may have grown since.
 *
 *     genres: Drama        a word of the cell
 *     year: 1990 to 1994   its number is from 1990 to 1994
 */
#ifndef PALATE_RECOMMEND_TOLD_H
#define PALATE_RECOMMEND_TOLD_H

#include "base/text.h"
#include "model/model.h"

/* A feature of the model, as it is found in a table. */
typedef struct palate__told_feature {
    size_t column; /* PALATE_NO_COLUMN: the table has none of its name. */
    palate__span word;
    double low, high; /* NaN: it is no range. */
} palate__told_feature;

typedef struct palate__told {
    const palate_model *model;
    const palate__side *side;
    const palate_catalogue *table;
    palate__told_feature *features;
} palate__told;

/* PALATE_E_INVALID where the model learned nothing from such a table. To be ended, even where it fails. */
palate_status palate__told_begin(palate__told *told, const palate_model *model,
                                 const palate__side *side, const palate_catalogue *table,
                                 palate_error *err);
void palate__told_end(palate__told *told);

/* What the table adds to the mean of a row's prior, inside: k + 1, the factors, then the offset. */
void palate__told_of(const palate__told *told, uint32_t row, float *out);

#endif
