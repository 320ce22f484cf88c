/* SPDX-License-Identifier: Apache-2.0 */
/* Plots as SVG, small enough for a phone. Series differ in line and mark, not in colour alone, and
 * have their names beside them; how the classes look is the page's style. */
#ifndef PALATE_CLI_REPORT_PLOT_H
#define PALATE_CLI_REPORT_PLOT_H

#include "../output.h"

/* Not finite: there is nothing at x. */
typedef struct plot_point {
    double x, y;
    double low, high; /* An interval of y, or NAN. */
} plot_point;

typedef enum plot_kind {
    PLOT_MARKS,  /* Joined marks, with their intervals. */
    PLOT_LINE,   /* A line alone, for many points. */
    PLOT_COLUMNS /* From 0 up; series side by side. */
} plot_kind;

typedef struct plot_series {
    const char *name;
    plot_kind kind;
    const plot_point *points;
    size_t count;
} plot_series;

enum { PLOT_SERIES_MAX = 3 };

typedef struct plot {
    const char *title;
    const char *description; /* What there is to see, for those who do not. */
    const char *x_label, *y_label;
    /* Names of x = 0, 1, ...; a line break makes two lines. NULL: x is a number. */
    const char *const *names;
    size_t name_count;
    plot_series series[PLOT_SERIES_MAX];
    size_t series_count;
    bool diagonal;      /* A line where y = x, both axes spanning the same. */
    const char *called; /* What the diagonal is. */
    bool percent;       /* Of y. */
} plot;

void plot_draw(output *out, const plot *of);

#endif
