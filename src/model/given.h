/* SPDX-License-Identifier: Apache-2.0 */
/* Models from factors that somebody gives: as arrays (factors.c) or as tables (import.c). */
#ifndef PALATE_MODEL_GIVEN_H
#define PALATE_MODEL_GIVEN_H

#include "base/text.h"
#include "model/model.h"

/* One side as given. */
typedef struct palate__given_side {
    palate__id_builder *ids; /* Left empty. */
    const float *factors;    /* A row an id, in the order of their numbers. */
    const float *offsets;    /* NULL: none. */
} palate__given_side;

typedef struct palate__given {
    palate__given_side users;
    palate__given_side items;
    uint32_t factor_count;
    double base;
    palate_scale scale;
    const char *where; /* For messages. */
} palate__given;

/* The model, its factors not yet named. What is wrong with the numbers is PALATE_E_INVALID. */
palate_status palate__model_from_given(palate_context *context, const palate__given *given,
                                       palate_model **out, palate_error *err);

/* Why a text cannot be the name of a factor, or NULL: it can. */
const char *palate__factor_name_problem(palate__span name);

/* Why a text cannot be an id, or NULL: it can. */
const char *palate__id_problem(palate__span id);

#endif
