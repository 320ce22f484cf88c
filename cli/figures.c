/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "describe.h"

#include <string.h>

/* ---- Sources ---- */

static const char *evaluated_system(const void *of, size_t system)
{
    return palate_evaluation_system(of, system);
}

static const palate_measure *evaluated_measure(const void *of, size_t measure)
{
    return palate_evaluation_measure(of, measure);
}

static palate_figure evaluated_figure(const void *of, size_t system, size_t measure)
{
    return palate_evaluation_figure(of, system, measure, 0);
}

static palate_difference evaluated_difference(const void *of, size_t system, size_t measure)
{
    return palate_evaluation_difference(of, system, measure);
}

figure_source figures_of_evaluation(const palate_evaluation *evaluation, double confidence)
{
    return (figure_source){.of = evaluation,
                           .system_count = palate_evaluation_system_count(evaluation),
                           .measure_count = palate_evaluation_measure_count(evaluation),
                           .system = evaluated_system,
                           .measure = evaluated_measure,
                           .figure = evaluated_figure,
                           .difference = evaluated_difference,
                           .test_count = palate_evaluation_test_count(evaluation),
                           .confidence = confidence};
}

static palate_figure figure_at(const figure_source *source, size_t system, size_t measure)
{
    return source->figure(source->of, system, measure);
}

static const char *title_of(const figure_source *source, size_t measure)
{
    return source->measure(source->of, measure)->title;
}

static bool is_rating(const figure_source *source, size_t measure)
{
    return source->measure(source->of, measure)->metric->kind == PALATE_METRIC_RATING;
}

bool figures_have_lists(const figure_source *source)
{
    bool found = false;
    for (size_t m = 0; m < source->measure_count; m++)
        found |= !is_rating(source, m);
    return found;
}

/* ---- The table ---- */

bool figures_add(table *to, const palate_figure *figure)
{
    return figure->undefined != NULL ? table_add(to, "-") : table_add(to, "%.4f", figure->value);
}

/* What only the first system has. */
static bool add_spread(const figure_source *source, size_t measure, const palate_figure *figure,
                       table *to)
{
    bool done = source->sd == NULL || figure->undefined != NULL
                    ? table_add(to, "%s", "")
                    : table_add(to, "%.4f", source->sd(source->of, 0, measure));
    if (done)
        done = figure->has_interval ? table_add(to, "%.4f to %.4f", figure->low, figure->high)
                                    : table_add(to, "%s", "");
    return done;
}

static bool add_header(const figure_source *source, table *to)
{
    bool done = table_add(to, "%s", "");
    for (size_t s = 0; s < source->system_count && done; s++) {
        done = table_add(to, "%s", source->system(source->of, s));
        if (done && s == 0)
            done = table_add(to, "%s", source->sd == NULL ? "" : "sd") &&
                   table_add(to, "%g %% interval", 100.0 * source->confidence);
    }
    return done;
}

bool figures_print(const figure_source *source)
{
    table figures = {.columns = source->system_count + 3};
    bool done = add_header(source, &figures);
    for (size_t m = 0; m < source->measure_count && done; m++) {
        done = table_add(&figures, "%s", title_of(source, m));
        for (size_t s = 0; s < source->system_count && done; s++) {
            palate_figure figure = figure_at(source, s, m);
            done = figures_add(&figures, &figure);
            if (done && s == 0)
                done = add_spread(source, m, &figure, &figures);
        }
    }
    if (done)
        table_print(&figures);
    return done;
}

/* ---- Why there is no value ---- */

static bool lacks(const figure_source *source, size_t system, size_t measure, const char *reason)
{
    const char *own = figure_at(source, system, measure).undefined;
    return own != NULL && strcmp(own, reason) == 0;
}

/* Whether a reason goes for all measures of ratings or none, and for all of lists or none. */
static bool goes_by_kind(const figure_source *source, size_t system, const char *reason)
{
    size_t with[2] = {0, 0};
    size_t without[2] = {0, 0};
    for (size_t m = 0; m < source->measure_count; m++) {
        bool same = lacks(source, system, m, reason);
        with[is_rating(source, m)] += same;
        without[is_rating(source, m)] += !same;
    }
    return (with[0] == 0 || without[0] == 0) && (with[1] == 0 || without[1] == 0);
}

/* Whether two systems lack the same measures for a reason. */
static bool lack_the_same(const figure_source *source, size_t one, size_t other, const char *reason)
{
    bool same = true;
    for (size_t m = 0; m < source->measure_count; m++)
        same &= lacks(source, one, m, reason) == lacks(source, other, m, reason);
    return same;
}

/* "popularity, bias-only: no RMSE, MAE: it predicts no ratings". */
static void print_reason(const figure_source *source, size_t system, const char *reason)
{
    const char *lead = ": no ";
    fputs(source->system(source->of, system), stdout);
    for (size_t s = system + 1; s < source->system_count; s++)
        if (lack_the_same(source, system, s, reason))
            printf(", %s", source->system(source->of, s));
    for (size_t m = 0; m < source->measure_count; m++) {
        if (goes_by_kind(source, system, reason) || !lacks(source, system, m, reason))
            continue;
        printf("%s%s", lead, title_of(source, m));
        lead = ", ";
    }
    printf(": %s\n", reason);
}

/* Told for an earlier measure, or an earlier system that lacks the same. */
static bool was_told(const figure_source *source, size_t system, size_t measure, const char *reason)
{
    bool told = false;
    for (size_t m = 0; m < measure; m++)
        told |= lacks(source, system, m, reason);
    for (size_t s = 0; s < system; s++)
        told |= lack_the_same(source, s, system, reason);
    return told;
}

void figures_print_reasons(const figure_source *source)
{
    for (size_t s = 0; s < source->system_count; s++)
        for (size_t m = 0; m < source->measure_count; m++) {
            const char *reason = figure_at(source, s, m).undefined;
            if (reason != NULL && !was_told(source, s, m, reason))
                print_reason(source, s, reason);
        }
}

/* ---- Differences ---- */

static bool is_compared(const figure_source *source, size_t system)
{
    bool found = false;
    for (size_t m = 0; m < source->measure_count; m++)
        found |= source->difference(source->of, system, m).undefined == NULL;
    return found;
}

static bool add_difference(const palate_difference *difference, table *to)
{
    bool done = table_add(to, "%+.4f", difference->value);
    if (done)
        done = difference->has_interval
                   ? table_add(to, "%+.4f to %+.4f", difference->low, difference->high)
                   : table_add(to, "%s", "");
    if (done && difference->has_test)
        return table_add(to, "%.2g", difference->p) && table_add(to, "%.2g", difference->p_holm);
    return done && table_add(to, "%s", "") && table_add(to, "%s", "");
}

static bool print_system_differences(const figure_source *source, size_t system)
{
    table rows = {.columns = 5};
    bool done = table_add(&rows, "%s minus %s", source->system(source->of, 0),
                          source->system(source->of, system)) &&
                table_add(&rows, "%s", "") &&
                table_add(&rows, "%g %% interval", 100.0 * source->confidence) &&
                table_add(&rows, "p") && table_add(&rows, "p (Holm)");
    for (size_t m = 0; m < source->measure_count && done; m++) {
        palate_difference difference = source->difference(source->of, system, m);
        if (difference.undefined == NULL)
            done = table_add(&rows, "%s", title_of(source, m)) &&
                   add_difference(&difference, &rows);
    }
    if (done) {
        puts("");
        table_print(&rows);
    }
    return done;
}

bool figures_print_differences(const figure_source *source, const char *method)
{
    bool done = true;
    for (size_t s = 1; s < source->system_count && done; s++)
        if (is_compared(source, s))
            done = print_system_differences(source, s);
    if (done && source->test_count > 0)
        printf("p: %s; Holm's correction is for %s\n", method,
               describe_things((int64_t)source->test_count, "test"));
    return done;
}

/* ---- JSON ---- */

static json_t *difference_json(const palate_difference *difference)
{
    json_t *json = json_object();
    if (difference->undefined != NULL) {
        json_object_set_new(json, "difference", json_null());
        json_object_set_new(json, "undefined", json_string(difference->undefined));
        return json;
    }
    json_object_set_new(json, "difference", json_real(difference->value));
    if (difference->has_interval) {
        json_object_set_new(json, "low", json_real(difference->low));
        json_object_set_new(json, "high", json_real(difference->high));
    }
    if (difference->has_test) {
        json_object_set_new(json, "p", json_real(difference->p));
        json_object_set_new(json, "p_holm", json_real(difference->p_holm));
    }
    return json;
}

json_t *figures_differences_json(const figure_source *source)
{
    json_t *systems = json_object();
    for (size_t s = 1; s < source->system_count; s++) {
        if (!is_compared(source, s))
            continue;
        json_t *measures = json_object();
        for (size_t m = 0; m < source->measure_count; m++) {
            palate_difference difference = source->difference(source->of, s, m);
            json_object_set_new(measures, source->measure(source->of, m)->name,
                                difference_json(&difference));
        }
        json_object_set_new(systems, source->system(source->of, s), measures);
    }
    if (json_object_size(systems) > 0)
        return systems;
    json_decref(systems);
    return NULL;
}

json_t *figures_json(const palate_figure *figure)
{
    json_t *json = json_object();
    json_object_set_new(json, "value",
                        figure->undefined == NULL ? json_real(figure->value) : json_null());
    if (figure->undefined != NULL)
        json_object_set_new(json, "undefined", json_string(figure->undefined));
    if (figure->has_interval) {
        json_object_set_new(json, "low", json_real(figure->low));
        json_object_set_new(json, "high", json_real(figure->high));
    }
    return json;
}

json_t *figures_facts_json(const palate_test_facts *facts)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I}", "ratings",
        (json_int_t)facts->rating_count, "common", (json_int_t)facts->common_count, "users",
        (json_int_t)facts->user_count, "items", (json_int_t)facts->item_count, "unknown_users",
        (json_int_t)facts->unknown.users, "unknown_items", (json_int_t)facts->unknown.items,
        "unknown_both", (json_int_t)facts->unknown.both, "seen", (json_int_t)facts->seen_count,
        "relevant_from", facts->any_relevant ? json_null() : json_real(facts->relevant_from),
        "relevant", (json_int_t)facts->relevant_count, "users_with_relevant",
        (json_int_t)facts->relevant_user_count, "catalogue", (json_int_t)facts->catalogue_count);
}

/* ---- Systems and groups ---- */

static json_t *slice_json(const palate_evaluation *evaluation, size_t system, size_t slice)
{
    json_t *figures = json_object();
    for (size_t m = 0; m < palate_evaluation_measure_count(evaluation); m++) {
        palate_figure figure = palate_evaluation_figure(evaluation, system, m, slice);
        json_object_set_new(figures, palate_evaluation_measure(evaluation, m)->name,
                            figures_json(&figure));
    }
    return figures;
}

json_t *figures_systems_json(const palate_evaluation *evaluation, size_t slice)
{
    json_t *systems = json_array();
    for (size_t s = 0; s < palate_evaluation_system_count(evaluation); s++)
        json_array_append_new(systems, json_pack("{s:s, s:s, s:o}", "name",
                                                 palate_evaluation_system(evaluation, s), "note",
                                                 palate_evaluation_system_note(evaluation, s),
                                                 "figures", slice_json(evaluation, s, slice)));
    return systems;
}

json_t *figures_groups_json(const palate_evaluation *evaluation)
{
    json_t *slices = json_array();
    for (size_t s = 1; s < palate_evaluation_slice_count(evaluation); s++) {
        const palate_slice *slice = palate_evaluation_slice(evaluation, s);
        json_array_append_new(
            slices,
            json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "of",
                      slice->kind == PALATE_SLICE_USERS ? "users" : "items", "least",
                      (json_int_t)slice->least, "most", (json_int_t)slice->most, "count",
                      (json_int_t)slice->row_count, "ratings", (json_int_t)slice->rating_count,
                      "systems", figures_systems_json(evaluation, s)));
    }
    return slices;
}
