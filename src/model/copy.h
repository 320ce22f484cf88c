/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a model with other rows, tensor by tensor: users taken out, or rows added on either side. How
 * the rows of a tensor belong to users or items is told by its first dimension:
 *
 *     users, links of items, variances and samples of users    a row a user
 *     items, links of users, variances and samples of items    a row an item
 *     seen, moments                                            the rows of each user lie side by side
 *     all else                                                 is nobody's, and copied whole
 *
 * Ids are made anew.
 */
#ifndef PALATE_MODEL_COPY_H
#define PALATE_MODEL_COPY_H

#include "model/layout.h"

typedef struct palate__copy {
    const palate_model *from;
    const uint32_t *users; /* Row of the copy -> row of the model; PALATE_NO_ROW: a new one. */
    uint32_t user_count;
    uint32_t items_added; /* New rows, after those of the model. */
    bool without_seen;    /* What users have seen and their moments are for the caller. */
    const char *doing;    /* For messages. */
} palate__copy;

/* The copy, all but ids and the number of ratings. New rows are zero, and nobody has seen anything. */
palate_status palate__model_copy(const palate__copy *copy, palate_model **out, palate_error *err);

/* Ids to be put together. */
typedef struct palate__id_source {
    const palate__ids *ids;
    const uint32_t *row_of; /* Where each goes; PALATE_NO_ROW: nowhere. */
} palate__id_source;

/* The ids of some sources, in the order of their first appearance in one after the other; `count` go
 * somewhere. */
palate_status palate__ids_join(palate_context *context, const palate__id_source *sources,
                               size_t source_count, uint32_t count, palate__ids *out,
                               palate_error *err);

#endif
