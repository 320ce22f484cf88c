/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of figures: measures down, systems across; and why some have no value. */
#ifndef PALATE_CLI_FIGURES_H
#define PALATE_CLI_FIGURES_H

#include "message.h"
#include "table.h"

#include <jansson.h>

/* Where figures come from: an evaluation, or a cross-validation. */
typedef struct figure_source {
    const void *of;
    size_t system_count, measure_count;
    const char *(*system)(const void *of, size_t system);
    const palate_measure *(*measure)(const void *of, size_t measure);
    palate_figure (*figure)(const void *of, size_t system, size_t measure);
    double (*sd)(const void *of, size_t system, size_t measure); /* NULL: there is none. */
    palate_difference (*difference)(const void *of, size_t system, size_t measure);
    size_t test_count; /* Of differences; 0: none was asked for. */
    double confidence;
} figure_source;

/* The figures of an evaluation. */
figure_source figures_of_evaluation(const palate_evaluation *evaluation, double confidence);

/* Writes the table: the first system with its interval (and standard deviation), the others' values.
 * Returns false when memory runs out, and says so. */
bool figures_print(const figure_source *source);

/* Writes a line for each reason why some system has no value. */
void figures_print_reasons(const figure_source *source);

/* Writes a table for each system the first was compared with. `method` says what was tested. Returns
 * false when memory runs out, and says so. */
bool figures_print_differences(const figure_source *source, const char *method);

/* {"system": {"rmse": {"difference": ..., "p": ...}, ...}, ...}, or NULL where nothing was compared. */
json_t *figures_differences_json(const figure_source *source);

/* Adds a value, or "-". */
bool figures_add(table *to, const palate_figure *figure);

/* {"value": ..., "low": ..., "high": ...}, or {"value": null, "undefined": ...}. */
json_t *figures_json(const palate_figure *figure);

/* What an evaluation is of, as JSON. */
json_t *figures_facts_json(const palate_test_facts *facts);

/* What the systems of an evaluation came to in a slice, and all in each group but the whole, as JSON. */
json_t *figures_systems_json(const palate_evaluation *evaluation, size_t slice);
json_t *figures_groups_json(const palate_evaluation *evaluation);

/* Whether any measure is of lists. */
bool figures_have_lists(const figure_source *source);

#endif
