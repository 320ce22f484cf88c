/* SPDX-License-Identifier: Apache-2.0 */
/* Where predictions are off: by rating, by how much is known of user and item, by what was predicted,
 * and by how sure the model says it is. */
#include "../describe.h"
#include "html.h"
#include "quality.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 48, LABEL_BYTES = 100, POINTS_MAX = 128 };

/* A picture may be looked at without the page around it. */
static const char *rmse_label(const judgement *of)
{
    return of->unseen ? "RMSE" : "RMSE, on ratings learned from";
}

/* ---- By groups of ratings ---- */

static plot_point point_of(double x, estimate y)
{
    return (plot_point){x, y.value, y.low, y.high};
}

/* "3.5", or "3.5 to 4" of a group. */
static const char *name_group(char name[NAME_BYTES], const rating_group *group)
{
    if (group->least == group->most)
        snprintf(name, NAME_BYTES, "%.3g", group->least);
    else
        snprintf(name, NAME_BYTES, "%.3g to %.3g", group->least, group->most);
    return name;
}

static void write_group_table(const rating_groups *groups, const char *caption, const char *by,
                              output *out)
{
    const char *const heads[] = {by, "ratings", "RMSE", "mean rating", "mean prediction", NULL};
    char name[NAME_BYTES];
    html_table_begin(out, caption, heads);
    for (size_t g = 0; g < groups->count; g++) {
        const rating_group *group = &groups->groups[g];
        html_row(out, name_group(name, group));
        html_cell(out, "%s", describe_count(group->count));
        html_figure(out, group->rmse.value, group->rmse.low, group->rmse.high);
        html_figure(out, group->rating.value, group->rating.low, group->rating.high);
        html_figure(out, group->prediction.value, group->prediction.low, group->prediction.high);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

/* What is between two edges stands at its middle. */
static double middle_of(const rating_group *group)
{
    return (group->least + group->most) / 2.0;
}

static void write_by_rating(const judgement *of, output *out)
{
    plot_point points[GROUPS_OF_RATINGS_MAX];
    const rating_groups *groups = &of->by_rating;
    for (size_t g = 0; g < groups->count; g++)
        points[g] = point_of(middle_of(&groups->groups[g]), groups->groups[g].rmse);
    const plot picture = {
        .title = "Error by rating",
        .description = "Root mean square error of predictions for each value a rating can have.",
        .x_label = "rating given",
        .y_label = rmse_label(of),
        .series = {{"model", PLOT_MARKS, points, groups->count}},
        .series_count = 1,
    };
    html_figure_begin(
        out, &picture,
        "How far off predictions are for each rating that was given. Where both ends are "
        "worst, predictions keep to the middle, as they must where little is known.");
    write_group_table(groups, "Error by rating", "rating", out);
    html_figure_end(out);
}

static void write_calibration(const judgement *of, output *out)
{
    plot_point points[GROUPS_OF_RATINGS_MAX];
    const rating_groups *groups = &of->by_prediction;
    for (size_t g = 0; g < groups->count; g++)
        points[g] = point_of(groups->groups[g].prediction.value, groups->groups[g].rating);
    const plot picture = {
        .title = "Calibration",
        .description = "Mean rating found, by mean prediction, in groups of predictions. On the "
                       "diagonal they are the same.",
        .x_label = "predicted",
        .y_label = of->unseen ? "mean rating found" : "mean rating, of those learned from",
        .series = {{"model", PLOT_MARKS, points, groups->count}},
        .series_count = 1,
        .diagonal = true,
        .called = "as predicted",
    };
    html_figure_begin(
        out, &picture,
        "Each mark is a group of predictions that are alike: is the mean of the ratings what was "
        "predicted? Below the line the model promises too much, above it too little.");
    write_group_table(groups, "Calibration", "predicted", out);
    html_figure_end(out);
}

/* ---- By what was known ---- */

/* The place of each slice of a kind; returns how many. */
static size_t find_slices(const judgement *of, palate_slice_kind kind, size_t *slices)
{
    size_t count = 0;
    for (size_t s = 0; s < palate_evaluation_slice_count(of->evaluation); s++)
        if (palate_evaluation_slice(of->evaluation, s)->kind == kind && count < POINTS_MAX)
            slices[count++] = s;
    return count;
}

static plot_point slice_point(const judgement *of, const char *system, size_t slice, size_t place)
{
    const palate_figure figure = palate_evaluation_figure(
        of->evaluation, quality_system(of, system), quality_measure(of, "rmse"), slice);
    return (plot_point){(double)place, figure.undefined == NULL ? figure.value : NAN,
                        figure.has_interval ? figure.low : NAN,
                        figure.has_interval ? figure.high : NAN};
}

/* "17 to 42", or "0". */
static void name_slice(char name[NAME_BYTES], const palate_slice *slice)
{
    if (slice->least == slice->most)
        snprintf(name, NAME_BYTES, "%s", describe_count(slice->least));
    else
        snprintf(name, NAME_BYTES, "%s to %s", describe_count(slice->least),
                 describe_count(slice->most));
}

/* "2,154", but "12k" and "1.2M", as axes have no room. */
static const char *shorten(int64_t count, char text[NAME_BYTES])
{
    const double value = (double)count;
    if (count < 10000)
        snprintf(text, NAME_BYTES, "%s", describe_count(count));
    else if (count < 1000000)
        snprintf(text, NAME_BYTES, "%.0fk", value / 1e3);
    else
        snprintf(text, NAME_BYTES, "%.3gM", value / 1e6);
    return text;
}

/* The same in two lines. */
static void label_slice(char label[LABEL_BYTES], const palate_slice *slice)
{
    char least[NAME_BYTES];
    char most[NAME_BYTES];
    if (slice->least == slice->most)
        snprintf(label, LABEL_BYTES, "%s", shorten(slice->least, least));
    else
        snprintf(label, LABEL_BYTES, "%s\nto %s", shorten(slice->least, least),
                 shorten(slice->most, most));
}

static void write_slice_table(const judgement *of, const size_t *slices, size_t count,
                              const char *caption, const char *rows, output *out)
{
    const char *const heads[] = {"ratings in training", rows,   "ratings", "model",
                                 "bias-only",           "mean", NULL};
    html_table_begin(out, caption, heads);
    for (size_t g = 0; g < count; g++) {
        const palate_slice *slice = palate_evaluation_slice(of->evaluation, slices[g]);
        char name[NAME_BYTES];
        name_slice(name, slice);
        html_row(out, name);
        html_cell(out, "%s", describe_count(slice->row_count));
        html_cell(out, "%s", describe_count(slice->rating_count));
        for (size_t head = 3; heads[head] != NULL; head++) {
            const plot_point point = slice_point(of, heads[head], slices[g], g);
            html_figure(out, point.y, point.low, point.high);
        }
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

typedef struct slices_picture {
    palate_slice_kind kind;
    const char *title, *description, *x_label, *rows, *caption;
} slices_picture;

static void write_slices(const judgement *of, const slices_picture *about, output *out)
{
    static const char *const systems[PLOT_SERIES_MAX] = {"model", "bias-only", "mean"};
    size_t slices[POINTS_MAX];
    plot_point points[PLOT_SERIES_MAX][POINTS_MAX];
    char texts[POINTS_MAX][LABEL_BYTES];
    const char *names[POINTS_MAX];
    const size_t count = find_slices(of, about->kind, slices);
    plot picture = {.title = about->title,
                    .description = about->description,
                    .x_label = about->x_label,
                    .y_label = rmse_label(of),
                    .names = names,
                    .name_count = count};
    if (count == 0)
        return;
    for (size_t g = 0; g < count; g++) {
        const palate_slice *slice = palate_evaluation_slice(of->evaluation, slices[g]);
        label_slice(texts[g], slice);
        names[g] = texts[g];
    }
    for (size_t s = 0; s < PLOT_SERIES_MAX; s++) {
        for (size_t g = 0; g < count; g++)
            points[s][g] = slice_point(of, systems[s], slices[g], g);
        if (isfinite(points[s][0].y))
            picture.series[picture.series_count++] = (plot_series){systems[s], PLOT_MARKS,
                                                                   points[s], count};
    }
    html_figure_begin(out, &picture, about->caption);
    write_slice_table(of, slices, count, about->title, about->rows, out);
    html_figure_end(out);
}

static const slices_picture BY_ACTIVITY = {
    PALATE_SLICE_USERS,
    "Error by activity of users",
    "Root mean square error for users with few to many ratings in training.",
    "ratings of the user in training",
    "users",
    "From users who have rated little to those who have rated most, in groups of about as many "
    "users."};

static const slices_picture BY_POPULARITY = {
    PALATE_SLICE_ITEMS,
    "Error by popularity of items",
    "Root mean square error for items with few to many ratings in training.",
    "ratings of the item in training",
    "items",
    "From items that few have rated to those that most have, in groups of about as many items."};

/* ---- How sure ---- */

static void write_coverage(const judgement *of, output *out)
{
    static const char *const heads[] = {"interval", "holds", "should hold", NULL};
    plot_point points[COVERAGE_LEVELS];
    for (size_t level = 0; level < COVERAGE_LEVELS; level++)
        points[level] = (plot_point){100.0 * of->levels[level], 100.0 * of->covered[level], NAN,
                                     NAN};
    const plot picture = {
        .title = "Intervals",
        .description =
            "Share of ratings within the model's intervals, by the share that they should "
            "hold.",
        .x_label = "should hold, %",
        .y_label = "holds, %",
        .series = {{"model", PLOT_MARKS, points, COVERAGE_LEVELS}},
        .series_count = 1,
        .diagonal = true,
        .called = "as promised",
    };
    html_figure_begin(out, &picture,
                      "The model says how sure it is. Above the line its intervals are wider than "
                      "they need be, below it too narrow.");
    html_table_begin(out, "Intervals", heads);
    for (size_t level = 0; level < COVERAGE_LEVELS; level++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "%.0f %%", 100.0 * of->levels[level]);
        html_row(out, name);
        html_cell(out, "%.1f %%", 100.0 * of->covered[level]);
        html_cell(out, "%s", name);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
    html_figure_end(out);
}

static void write_by_deviation(const judgement *of, output *out)
{
    plot_point points[GROUPS_OF_RATINGS_MAX];
    const rating_groups *groups = &of->by_deviation;
    for (size_t g = 0; g < groups->count; g++)
        points[g] = point_of(groups->groups[g].deviation, groups->groups[g].rmse);
    const plot picture = {
        .title = "Error by doubt",
        .description = "Root mean square error found, by the standard deviation the model says a "
                       "rating has around its prediction.",
        .x_label = "standard deviation said",
        .y_label = "RMSE found",
        .series = {{"model", PLOT_MARKS, points, groups->count}},
        .series_count = 1,
        .diagonal = true,
        .called = "as said",
    };
    html_figure_begin(out, &picture,
                      "Each mark is a group of predictions, from the surest to the least sure.");
    write_group_table(groups, "Error by doubt", "standard deviation", out);
    html_figure_end(out);
}

void quality_write_plots(const judgement *of, output *out)
{
    output_text(out, "<div class=\"figures\">\n");
    write_by_rating(of, out);
    write_calibration(of, out);
    write_slices(of, &BY_ACTIVITY, out);
    write_slices(of, &BY_POPULARITY, out);
    if (of->by_deviation.count > 0) {
        write_coverage(of, out);
        write_by_deviation(of, out);
    }
    output_text(out, "</div>\n");
}
