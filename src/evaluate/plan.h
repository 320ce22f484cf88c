/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be measured: the options, read and checked. */
#ifndef PALATE_EVALUATE_PLAN_H
#define PALATE_EVALUATE_PLAN_H

#include "base/context.h"
#include "evaluate/metrics.h"

/* The most list lengths asked for at once, and the longest list. */
enum { PALATE__LENGTHS_MAX = 16, PALATE__LENGTH_MAX = 1000000 };

/* From which rating on an item is relevant. */
typedef enum palate__relevance {
    PALATE__RELEVANT_AUTO,
    PALATE__RELEVANT_ANY,
    PALATE__RELEVANT_FROM
} palate__relevance;

/* A metric in the table of results, and where its columns are. */
typedef struct palate__planned {
    const palate__metric *metric;
    size_t column;
    size_t length; /* Its place among the lengths, where it is of the first N places. */
    palate_measure measure;
} palate__planned;

typedef struct palate__plan {
    palate_evaluate_options options;
    int threads;
    palate__planned *measures;
    size_t measure_count;
    size_t column_count;                 /* Of all measures, for one user. */
    size_t lengths[PALATE__LENGTHS_MAX]; /* N: those for all metrics, then those of some. */
    size_t general_count, length_count, longest;
    palate__relevance relevance;
    double relevant_from;
    bool needs_ratings, needs_lists, needs_order;
} palate__plan;

/* A plan that failed to begin may still be ended. */
palate_status palate__plan_begin(palate_context *context, const palate_evaluate_options *options,
                                 palate__plan *out, palate_error *err);
void palate__plan_end(palate_context *context, palate__plan *plan);

#endif
