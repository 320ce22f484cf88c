/* SPDX-License-Identifier: Apache-2.0 */
/* How good a model is: what was measured, for the parts of the section. */
#ifndef PALATE_CLI_REPORT_QUALITY_H
#define PALATE_CLI_REPORT_QUALITY_H

#include "groups.h"
#include "report.h"

enum { COVERAGE_LEVELS = 4 };

struct judgement {
    bool unseen;                   /* On ratings the model has not learned from. */
    palate_evaluation *evaluation; /* NULL: there are no ratings to compare with. */
    predicted cells;
    rating_groups by_rating, by_prediction;
    rating_groups by_deviation;      /* None where the model does not say how sure it is. */
    double half_within, most_within; /* Half of all errors, and nine in ten, are below. */
    double levels[COVERAGE_LEVELS];  /* Shares of ratings that intervals should hold, */
    double covered[COVERAGE_LEVELS]; /* and those they do. */
};

/* The place of a measure, or of a system; SIZE_MAX: there is none. */
size_t quality_measure(const judgement *of, const char *name);
size_t quality_system(const judgement *of, const char *name);

/* Of all ratings; not a number where there is none. */
palate_figure quality_figure(const judgement *of, const char *system, const char *measure);

/* Where predictions are off: plots.c. */
void quality_write_plots(const judgement *of, output *out);

#endif
