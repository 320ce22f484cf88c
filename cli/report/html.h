/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of the page that several sections have. */
#ifndef PALATE_CLI_REPORT_HTML_H
#define PALATE_CLI_REPORT_HTML_H

#include "../markup.h"
#include "plot.h"

/* A text from outside, its first letters where it is long, kept from turning the direction of what
 * stands around it. */
void html_name(output *out, const char *text);

/* ---- Tables ---- */

/* A table, with a caption or NULL; `heads` are those of the columns, the first that of the rows; NULL ends them. */
void html_table_begin(output *out, const char *caption, const char *const *heads);
/* Begins a row of ours. */
void html_row(output *out, const char *head);
/* Begins a row of a name from outside. */
void html_row_name(output *out, const char *name);
void html_cell(output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A value and its interval; a dash where it is not finite. */
void html_figure(output *out, double value, double low, double high);
void html_table_end(output *out);

/* ---- Bars, in a cell of a table ---- */

/* Shares of its width; `mark` is a line across, or NAN. */
void html_bar(output *out, double share, double mark);

/* ---- Plots ---- */

/* Begins a figure: a plot with what it says; the table of its numbers follows. */
void html_figure_begin(output *out, const plot *of, const char *caption);
void html_figure_end(output *out);

#endif
