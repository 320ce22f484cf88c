/* SPDX-License-Identifier: Apache-2.0 */
#include "trials.h"

#include "command_line.h"
#include "curve.h"
#include "describe.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const palate_tuning_trial *trial_at(const trials_view *view, size_t place)
{
    return palate_tuning_trial_at(view->tuning, place);
}

static size_t axis_count(const trials_view *view)
{
    size_t count = 0;
    while (palate_tuning_axis(view->tuning, count) != NULL)
        count++;
    return count;
}

/* ---- Text ---- */

/* Rows as a person looks for them: one option's values in their order, several from the best on. */
typedef struct row {
    size_t place;
    double value;
} row;

static int by_value(const void *a, const void *b)
{
    const row *left = a;
    const row *right = b;
    if (left->value != right->value)
        return left->value > right->value ? 1 : -1;
    return left->place > right->place ? 1 : -1;
}

static row *list_rows(const trials_view *view)
{
    const size_t count = palate_tuning_trial_count(view->tuning);
    const bool single = axis_count(view) == 1;
    bool numbers = single;
    row *rows = calloc(count, sizeof *rows);
    for (size_t p = 0; rows != NULL && p < count; p++) {
        const palate_tuning_trial *trial = trial_at(view, p);
        char *end = NULL;
        rows[p].place = p;
        rows[p].value = strtod(trial->values[0], &end);
        numbers = numbers && *end == '\0';
    }
    for (size_t p = 0; rows != NULL && !numbers && p < count; p++)
        rows[p].value = single ? (double)trial_at(view, p)->number : 0.0;
    if (rows == NULL)
        message_error("out of memory while making a table");
    else if (single)
        qsort(rows, count, sizeof *rows, by_value);
    return rows;
}

/* One trial, or one fold, has nothing to differ from. */
static bool has_differences(const trials_view *view)
{
    bool found = false;
    for (size_t p = 0; p < palate_tuning_trial_count(view->tuning); p++)
        found |= trial_at(view, p)->difference_error > 0.0;
    return found;
}

static bool add_header(const trials_view *view, table *to)
{
    const bool differ = has_differences(view);
    bool done = true;
    for (size_t a = 0; a < axis_count(view) && done; a++)
        done = table_add(to, "%s", palate_tuning_axis(view->tuning, a)->name);
    return done && table_add(to, "%s", "epochs") &&
           table_add(to, "%s", palate_tuning_measure(view->tuning)->title) &&
           table_add(to, "s.e.") && table_add(to, "%s", differ ? "to the best" : "") &&
           table_add(to, "%s", differ ? "s.e." : "") && table_add(to, "a fold") &&
           table_add(to, "%s", view->stable->cosines != NULL ? "cosine" : "") &&
           table_add(to, "%s", view->stable->cosines != NULL ? "correlation" : "") &&
           table_add(to, "%s", "");
}

/* Numbers, or empty cells. */
static bool add_figures(const palate_tuning_trial *trial, table *to)
{
    bool done = trial->fold_count > 0 && trial->failed == NULL ? table_add(to, "%.4f", trial->mean)
                                                               : table_add(to, "-");
    done = done &&
           (trial->has_error ? table_add(to, "%.4f", trial->error) : table_add(to, "%s", ""));
    if (done && trial->has_difference && trial->difference_error > 0.0)
        return table_add(to, "%+.4f", trial->difference) &&
               table_add(to, "%.4f", trial->difference_error);
    return done && table_add(to, "%s", "") && table_add(to, "%s", "");
}

/* How alike factors of different seeds are. */
static bool add_stability(const trials_view *view, size_t place, table *to)
{
    const double *const columns[] = {view->stable->cosines, view->stable->correlations};
    bool done = true;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0] && done; c++)
        done = columns[c] == NULL || isnan(columns[c][place])
                   ? table_add(to, "%s", "")
                   : table_add(to, "%.3f", columns[c][place]);
    return done;
}

static const char *mark_of(const trials_view *view, size_t place)
{
    const palate_tuning_trial *trial = trial_at(view, place);
    if (trial->failed != NULL)
        return "failed";
    if (place == 0)
        return view->simplest == 0 ? "best, simplest" : "best";
    return place == view->simplest ? "simplest" : "";
}

static bool add_row(const trials_view *view, size_t place, table *to)
{
    const palate_tuning_trial *trial = trial_at(view, place);
    bool done = true;
    for (size_t a = 0; a < axis_count(view) && done; a++)
        done = table_add(to, "%s", trial->values[a]);
    if (done && trial->failed == NULL && trial->fold_count > 0)
        done = table_add(to, "%lld", (long long)trial->epochs);
    else if (done)
        done = table_add(to, "%s", "");
    return done && add_figures(trial, to) && table_add(to, "%.2f s", trial->seconds) &&
           add_stability(view, place, to) && table_add(to, "%s", mark_of(view, place));
}

static bool print_trials(const trials_view *view)
{
    table trials = {.columns = axis_count(view) + 9};
    row *rows = list_rows(view);
    bool done = rows != NULL && add_header(view, &trials);
    for (size_t p = 0; p < palate_tuning_trial_count(view->tuning) && done; p++)
        done = add_row(view, rows[p].place, &trials);
    if (done)
        table_print(&trials);
    free(rows);
    return done;
}

/* "halving: 27 trials, 9 of them to a third of the epochs, ..." */
static void print_head(const trials_view *view)
{
    const palate_tuning *tuning = view->tuning;
    const palate_measure *measure = palate_tuning_measure(tuning);
    const int64_t rungs = palate_tuning_rung_count(tuning);
    printf("%s, %s, %s (%s is better); %s, %s from the study\n",
           describe_things((int64_t)palate_tuning_trial_count(tuning), "trial"),
           describe_things(view->fold_count, "fold"), measure->title,
           measure->metric->better == PALATE_BETTER_LOWER ? "lower" : "higher",
           describe_things(palate_tuning_trained_count(tuning), "training"),
           describe_count(palate_tuning_found_count(tuning)));
    for (int64_t r = 0; rungs > 1 && r < rungs; r++) {
        const palate_rung rung = palate_tuning_rung(tuning, r);
        printf("rung %lld: %s with %.3g of the epochs\n", (long long)r + 1,
               describe_things(rung.trial_count, "trial"), rung.share);
    }
}

static void print_failures(const trials_view *view)
{
    for (size_t p = 0; p < palate_tuning_trial_count(view->tuning); p++) {
        const palate_tuning_trial *trial = trial_at(view, p);
        if (trial->failed == NULL)
            continue;
        printf("failed:");
        for (size_t a = 0; a < axis_count(view); a++)
            printf(" %s=%s", palate_tuning_axis(view->tuning, a)->name, trial->values[a]);
        printf(": %s\n", trial->failed);
    }
}

/* A command line to copy: all that this one said of reading and training, and what was tried. */
static char *command_of(const trials_view *view, size_t place)
{
    const cli_arguments *arguments = view->arguments;
    command_line line = {NULL, false};
    command_line_add(&line, "palate");
    command_line_add(&line, "train");
    command_line_add(&line, arguments->operand_count > 0 ? arguments->operands[0] : "RATINGS");
    for (size_t g = 0; g < arguments->given_count; g++)
        for (size_t k = 0; k < view->kept_count; k++)
            if (arguments_is_of(arguments->command, view->kept[k], arguments->given[g].option))
                command_line_add_option(&line, arguments->given[g].option,
                                        arguments->given[g].text);
    for (size_t a = 0; a < axis_count(view); a++)
        command_line_add_option(&line, palate_tuning_axis(view->tuning, a),
                                trial_at(view, place)->values[a]);
    return command_line_take(&line);
}

static bool print_command(const trials_view *view, const char *what, size_t place)
{
    char *line = command_of(view, place);
    if (line == NULL)
        return false;
    printf("%s:\n    %s -o MODEL\n", what, line);
    free(line);
    return true;
}

int trials_print(const trials_view *view)
{
    print_head(view);
    if (!print_trials(view))
        return EXIT_FAILED;
    print_failures(view);
    bool done = print_command(view, "the best", 0);
    if (done && view->simplest != 0 && view->simplest != SIZE_MAX)
        done = print_command(view, "the simplest within one standard error of the best",
                             view->simplest);
    return done ? EXIT_DONE : EXIT_FAILED;
}

bool trials_draw(const trials_view *view, const char *path)
{
    const size_t count = palate_tuning_trial_count(view->tuning);
    row *rows = list_rows(view);
    size_t *places = rows == NULL ? NULL : calloc(count, sizeof *places);
    for (size_t p = 0; places != NULL && p < count; p++)
        places[p] = rows[p].place;
    if (rows != NULL && places == NULL)
        message_error("out of memory while drawing");
    const bool done = places != NULL &&
                      curve_write(view->tuning, view->stable, places, count, path);
    free(places);
    free(rows);
    return done;
}

/* ---- JSON ---- */

static json_t *trial_json(const trials_view *view, size_t place)
{
    const palate_tuning_trial *trial = trial_at(view, place);
    json_t *values = json_object();
    for (size_t a = 0; a < axis_count(view); a++)
        json_object_set_new(values, palate_tuning_axis(view->tuning, a)->name,
                            json_string(trial->values[a]));
    json_t *json = json_pack("{s:I, s:o, s:I, s:I, s:b, s:I, s:I, s:f}", "number",
                             (json_int_t)trial->number, "values", values, "rung",
                             (json_int_t)trial->rung + 1, "folds", (json_int_t)trial->fold_count,
                             "comparable", trial->comparable, "factors", (json_int_t)trial->factors,
                             "epochs", (json_int_t)trial->epochs, "seconds", trial->seconds);
    const bool measured = trial->failed == NULL && trial->fold_count > 0;
    json_object_set_new(json, "mean", measured ? json_real(trial->mean) : json_null());
    if (trial->failed != NULL)
        json_object_set_new(json, "failed", json_string(trial->failed));
    if (trial->has_error)
        json_object_set_new(json, "standard_error", json_real(trial->error));
    if (trial->has_difference) {
        json_object_set_new(json, "difference", json_real(trial->difference));
        json_object_set_new(json, "difference_standard_error", json_real(trial->difference_error));
    }
    if (view->stable->cosines != NULL && !isnan(view->stable->cosines[place])) {
        json_object_set_new(json, "stability_cosine", json_real(view->stable->cosines[place]));
        json_object_set_new(json, "stability_correlation",
                            json_real(view->stable->correlations[place]));
    }
    return json;
}

static json_t *choice_json(const trials_view *view, size_t place)
{
    if (place == SIZE_MAX)
        return json_null();
    char *line = command_of(view, place);
    json_t *json = json_pack("{s:I, s:s}", "number", (json_int_t)trial_at(view, place)->number,
                             "command", line == NULL ? "" : line);
    free(line);
    return json;
}

int trials_print_json(const trials_view *view)
{
    const palate_tuning *tuning = view->tuning;
    json_t *trials = json_array();
    json_t *rungs = json_array();
    for (size_t p = 0; p < palate_tuning_trial_count(tuning); p++)
        json_array_append_new(trials, trial_json(view, p));
    for (int64_t r = 0; r < palate_tuning_rung_count(tuning); r++) {
        const palate_rung rung = palate_tuning_rung(tuning, r);
        json_array_append_new(rungs, json_pack("{s:I, s:f}", "trials", (json_int_t)rung.trial_count,
                                               "share_of_epochs", rung.share));
    }
    return describe_print_json(json_pack(
        "{s:s, s:I, s:b, s:I, s:I, s:o, s:o, s:o, s:o}", "metric",
        palate_tuning_measure(tuning)->name, "folds", (json_int_t)view->fold_count, "complete",
        palate_tuning_complete(tuning), "trained", (json_int_t)palate_tuning_trained_count(tuning),
        "found_in_study", (json_int_t)palate_tuning_found_count(tuning), "rungs", rungs, "trials",
        trials, "best", choice_json(view, 0), "simplest", choice_json(view, view->simplest)));
}
