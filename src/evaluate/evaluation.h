/* SPDX-License-Identifier: Apache-2.0 */
/* The results of an evaluation. */
#ifndef PALATE_EVALUATE_EVALUATION_H
#define PALATE_EVALUATE_EVALUATION_H

#include "evaluate/system.h"

typedef struct palate__evaluated {
    char name[64];
    char note[128];
    palate_figure *figures; /* One for each measure. */
} palate__evaluated;

struct palate_evaluation {
    palate_context *context;
    palate_test_facts facts;
    size_t measure_count;
    palate_measure *measures;
    size_t system_count;
    palate__evaluated *systems;
    palate_figure *figures; /* Of all systems. */
};

/* Room for the results, all 0. */
palate_status palate__evaluation_create(const palate__test *test, const palate__system *systems,
                                        size_t system_count, palate_evaluation **out,
                                        palate_error *err);

#endif
