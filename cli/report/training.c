/* SPDX-License-Identifier: Apache-2.0 */
/* How the model was made: the curve of its training, its options, the command that makes it again. */
#include "../describe.h"
#include "html.h"
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Epochs in the table of the curve: the first, the last, and some between. */
enum { ROWS_MAX = 20 };

/* ---- The curve ---- */

static size_t fill_curve(const palate_epoch *log, size_t count, bool validation, plot_point *points)
{
    for (size_t e = 0; e < count; e++)
        points[e] = (plot_point){(double)log[e].epoch,
                                 validation ? log[e].validation_rmse : log[e].train_rmse, NAN, NAN};
    return count;
}

static bool has_validation(const palate_epoch *log, size_t count)
{
    bool found = false;
    for (size_t e = 0; e < count; e++)
        found |= isfinite(log[e].validation_rmse);
    return found;
}

static void write_rmse(output *out, double value)
{
    if (isfinite(value))
        html_cell(out, "%.4f", value);
    else
        html_cell(out, "–");
}

static void write_epochs(const palate_epoch *log, size_t count, output *out)
{
    static const char *const heads[] = {"epoch", "objective", "training RMSE", "validation RMSE",
                                        NULL};
    const size_t every = (count + ROWS_MAX - 1) / ROWS_MAX;
    html_table_begin(out, "Training", heads);
    for (size_t e = 0; e < count; e++) {
        char name[24];
        if (e % every != 0 && e + 1 != count)
            continue;
        snprintf(name, sizeof name, "%lld", (long long)log[e].epoch);
        html_row(out, name);
        html_cell(out, "%.6g", log[e].objective);
        write_rmse(out, log[e].train_rmse);
        write_rmse(out, log[e].validation_rmse);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

static const char *caption_of(const report *of, bool validated)
{
    return validated
               ? "The error on ratings learned from falls on; that on ratings held out tells when "
                 "to stop."
           : strcmp(of->summary.rule, "bayes") == 0
               ? "The error on the ratings learned from, on the way to the minimum and then of "
                 "draws "
                 "around it; their average is the model. It does not say how good that is."
               : "The error on the ratings learned from. It shows whether training has come to "
                 "rest, "
                 "not how good the model is.";
}

static void draw_curve(const report *of, const palate_epoch *log, size_t count, plot_point *points,
                       output *out)
{
    const bool validated = has_validation(log, count);
    plot picture = {
        .title = "Training",
        .description = "Root mean square error after each epoch, on the ratings learned "
                       "from and, where there are some, on those held out.",
        .x_label = "epoch",
        .y_label = "RMSE",
        .series_count = validated ? 2 : 1};
    picture.series[0] = (plot_series){"training", PLOT_LINE, points,
                                      fill_curve(log, count, false, points)};
    if (validated)
        picture.series[1] = (plot_series){"held out", PLOT_LINE, points + count,
                                          fill_curve(log, count, true, points + count)};
    html_figure_begin(out, &picture, caption_of(of, validated));
    write_epochs(log, count, out);
    html_figure_end(out);
}

/* Without it where memory runs out. */
static void write_curve(const report *of, output *out)
{
    size_t count = 0;
    const palate_epoch *log = palate_model_log(of->model, &count);
    plot_point *points = count == 0 ? NULL : malloc(2 * count * sizeof *points);
    if (points != NULL)
        draw_curve(of, log, count, points, out);
    free(points);
}

/* ---- Options ---- */

static void write_fact(output *out, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void write_fact(output *out, const char *name, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    markup_put(out, "<tr><th scope=\"row\">%s</th><td>", name);
    markup_text(out, text);
    output_text(out, "</td></tr>\n");
}

static void write_facts(const report *of, output *out)
{
    const palate_model_summary *summary = &of->summary;
    char scale[SCALE_TEXT_BYTES];
    output_text(out, "<div class=\"scroll\"><table class=\"facts\"><caption>The model</caption>"
                     "<tbody>\n");
    write_fact(out, "mode, rule", "%s, %s", summary->mode, summary->rule);
    write_fact(out, "size", "%s, %s, %s", describe_things(summary->user_count, "user"),
               describe_things(summary->item_count, "item"),
               describe_things(summary->factor_count, "factor"));
    write_fact(out, "scale", "%s%s", describe_scale(summary->scale, scale),
               summary->scale_inferred ? ", as found" : "");
    if (summary->epochs > 0)
        write_fact(out, "training", "%lld epochs, ended by %s; factors of epoch %lld",
                   (long long)summary->epochs, summary->stopped_by, (long long)summary->best_epoch);
    if (isfinite(summary->train_rmse))
        write_fact(out, "training RMSE", "%.4f", summary->train_rmse);
    if (isfinite(summary->validation_rmse))
        write_fact(out, "validation RMSE", "%.4f", summary->validation_rmse);
    write_fact(out, "seed", "%llu", (unsigned long long)summary->seed);
    if (summary->fingerprint[0] != '\0')
        write_fact(out, "fingerprint of the ratings", "%s", summary->fingerprint);
    write_fact(out, "made by", "palate %s", summary->version);
    output_text(out, "</tbody></table></div>\n");
}

static void write_options(const report *of, output *out)
{
    json_t *options = json_loads(palate_model_options_json(of->model), 0, NULL);
    const char *name = NULL;
    json_t *value = NULL;
    if (json_object_size(options) > 0) {
        output_text(out,
                    "<details><summary>All options it was trained with</summary><div "
                    "class=\"scroll\"><table class=\"facts\"><caption>Options</caption><tbody>\n");
        json_object_foreach(options, name, value)
        {
            html_row_name(out, name);
            output_text(out, "<td>");
            markup_text(out, json_string_value(value) == NULL ? "" : json_string_value(value));
            output_text(out, "</td></tr>\n");
        }
        output_text(out, "</tbody></table></div></details>\n");
    }
    json_decref(options);
}

static void write(const report *of, output *out)
{
    output_text(out, "<div class=\"figures\">\n");
    write_curve(of, out);
    output_text(out, "<div>\n");
    write_facts(of, out);
    write_options(of, out);
    output_text(out, "</div></div>\n");
}

static json_t *json(const report *of)
{
    const palate_model_summary *summary = &of->summary;
    size_t count = 0;
    const palate_epoch *log = palate_model_log(of->model, &count);
    json_t *epochs = json_array();
    for (size_t e = 0; e < count; e++)
        json_array_append_new(
            epochs, json_pack("{s:I, s:o, s:o, s:o}", "epoch", (json_int_t)log[e].epoch,
                              "objective", describe_real_json(log[e].objective), "train_rmse",
                              describe_real_json(log[e].train_rmse), "validation_rmse",
                              describe_real_json(log[e].validation_rmse)));
    return json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o}", "mode", summary->mode, "rule",
                     summary->rule, "stopped_by", summary->stopped_by, "best_epoch",
                     (json_int_t)summary->best_epoch, "train_rmse",
                     describe_real_json(summary->train_rmse), "validation_rmse",
                     describe_real_json(summary->validation_rmse), "options",
                     json_loads(palate_model_options_json(of->model), 0, NULL), "log", epochs);
}

const report_section SECTION_TRAINING = {"training", "How it was trained", NULL, write, json, NULL};
