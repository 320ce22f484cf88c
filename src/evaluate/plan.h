/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be measured: the options, read and checked. */
#ifndef PALATE_EVALUATE_PLAN_H
#define PALATE_EVALUATE_PLAN_H

#include "base/context.h"
#include "evaluate/metrics.h"

/* A metric in the table of results, and where its columns are. */
typedef struct palate__planned {
    const palate__metric *metric;
    size_t column;
    palate_measure measure;
} palate__planned;

typedef struct palate__plan {
    palate_evaluate_options options;
    int threads;
    palate__planned *measures;
    size_t measure_count;
    size_t column_count; /* Of all measures, for one user. */
} palate__plan;

/* A plan that failed to begin may still be ended. */
palate_status palate__plan_begin(palate_context *context, const palate_evaluate_options *options,
                                 palate__plan *out, palate_error *err);
void palate__plan_end(palate_context *context, palate__plan *plan);

#endif
