/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals by resampling users: each resample draws as many users as there are, with replacement,
 * and each brings all its columns, in all systems at once. A measure's interval is between
 * percentiles of its values over the resamples (Efron & Tibshirani 1993; of clusters, Field & Welsh
 * 2007).
 */
#ifndef PALATE_EVALUATE_BOOTSTRAP_H
#define PALATE_EVALUATE_BOOTSTRAP_H

#include "evaluate/sums.h"

typedef struct palate__bootstrap {
    size_t resample_count;
    size_t figure_count; /* systems x slices x measures */
    double *samples;     /* resample_count x figure_count; NaN: no value. */
} palate__bootstrap;

/* Same bits for any number of threads. What failed may still be ended. */
palate_status palate__bootstrap_run(const palate__test *test, const palate__tally *tallies,
                                    size_t system_count, const palate__progress_part *part,
                                    palate__bootstrap *out, palate_error *err);
void palate__bootstrap_end(palate_context *context, palate__bootstrap *bootstrap);

/* Sorts the values and gives the middle `confidence` of them to the figure: the percentiles are
 * interpolated between neighbours. NaNs do not count; where they are most, there is no interval. */
void palate__interval(double *values, size_t count, double confidence, palate_figure *figure);

#endif
