/* SPDX-License-Identifier: Apache-2.0 */
/* The results of an evaluation. */
#ifndef PALATE_EVALUATE_EVALUATION_H
#define PALATE_EVALUATE_EVALUATION_H

#include "evaluate/sums.h"

typedef struct palate__evaluated {
    char name[64];
    char note[128];
    palate_figure *figures;         /* slices x measures */
    palate_difference *differences; /* By measure: the first system minus this one. */
} palate__evaluated;

struct palate_evaluation {
    palate_context *context;
    palate_test_facts facts;
    size_t measure_count;
    palate_measure *measures;
    size_t slice_count;
    palate_slice *slices;
    size_t system_count;
    palate__evaluated *systems;
    palate_figure *figures; /* Of all systems. */
    palate_difference *differences;
    size_t test_count;
};

static inline palate_figure *palate__figure_at(const palate_evaluation *evaluation, size_t system,
                                               size_t slice, size_t measure)
{
    return &evaluation->systems[system].figures[slice * evaluation->measure_count + measure];
}

/* Room for the results, all 0. */
palate_status palate__evaluation_create(const palate__test *test, const palate__system *systems,
                                        size_t system_count, palate_evaluation **out,
                                        palate_error *err);

#endif
