/* SPDX-License-Identifier: Apache-2.0 */
#include "curve.h"

#include "markup.h"
#include "message.h"
#include "report/plot.h"

#include <math.h>
#include <stdlib.h>

/* In pixels, of the plot's own drawing; it is shown twice as large. */
enum { WIDTH = 360, HEIGHT = 232, TITLE = 24, SHOWN = 2 };

static const char STYLE[] =
    "<style>\nsvg { background: #fff } text { font: 11px sans-serif; fill: #222 } "
    ".head { font-weight: bold } .label { fill: #222 } .tick { fill: #666; font-size: 10px } "
    ".grid { stroke: #e4e4e4 } .base { stroke: #bbb } .line { fill: none; stroke-width: 1.5 } "
    ".interval { fill: none; stroke-width: 1 } .s1 { stroke: #1f5fa8 } .s2 { stroke: #a34a00 } "
    ".s3 { stroke: #5c5c5c } .mark { fill: none; stroke-width: 1.5 } .mark.s2 { fill: #a34a00 } "
    ".mark.s3 { fill: #5c5c5c } "
    "text.name { stroke: none } .name.s1 { fill: #1f5fa8 } .name.s2 { fill: #a34a00 } "
    ".name.s3 { fill: #5c5c5c }\n"
    "@media (prefers-color-scheme: dark) { svg { background: #161616 } text { fill: #ddd } "
    ".label { fill: #ddd } .tick { fill: #999 } .grid { stroke: #2c2c2c } .base { stroke: #555 } "
    ".s1 { stroke: #7db8f0 } .s2 { stroke: #f0a060 } .s3 { stroke: #b0b0b0 } "
    ".mark.s2 { fill: #f0a060 } .mark.s3 { fill: #b0b0b0 } .name.s1 { fill: #7db8f0 } .name.s2 { "
    "fill: #f0a060 } "
    ".name.s3 { fill: #b0b0b0 } }\n</style>\n";

/* All points, and the two that are chosen once more. */
typedef struct curve {
    const palate_tuning *tuning;
    const char **names;
    plot_point *points;
    size_t count;
    plot_point *cosines, *correlations; /* NULL: not measured. */
    plot_point best, simplest;
    bool has_simplest; /* It is not the best. */
} curve;

static bool make_points(curve *of, const size_t *places)
{
    const size_t simplest = palate_tuning_simplest(of->tuning);
    of->names = calloc(of->count, sizeof *of->names);
    of->points = calloc(of->count, sizeof *of->points);
    if (of->names == NULL || of->points == NULL) {
        message_error("out of memory while drawing");
        return false;
    }
    for (size_t p = 0; p < of->count; p++) {
        const palate_tuning_trial *trial = palate_tuning_trial_at(of->tuning, places[p]);
        const bool measured = trial->failed == NULL && trial->fold_count > 0;
        const double error = trial->has_error ? trial->error : NAN;
        of->names[p] = trial->values[0];
        of->points[p] = (plot_point){.x = (double)p,
                                     .y = measured ? trial->mean : NAN,
                                     .low = trial->mean - error,
                                     .high = trial->mean + error};
        plot_point mark = of->points[p];
        mark.low = mark.high = NAN;
        if (places[p] == 0)
            of->best = mark;
        if (places[p] == simplest && simplest != 0) {
            of->simplest = mark;
            of->has_simplest = true;
        }
    }
    return true;
}

static bool make_stability(curve *of, const stability *stable, const size_t *places)
{
    if (stable->cosines == NULL)
        return true;
    of->cosines = calloc(of->count, sizeof *of->cosines);
    of->correlations = calloc(of->count, sizeof *of->correlations);
    if (of->cosines == NULL || of->correlations == NULL) {
        message_error("out of memory while drawing");
        return false;
    }
    for (size_t p = 0; p < of->count; p++) {
        of->cosines[p] = (plot_point){(double)p, stable->cosines[places[p]], NAN, NAN};
        of->correlations[p] = (plot_point){(double)p, stable->correlations[places[p]], NAN, NAN};
    }
    return true;
}

static void begin(output *out, const curve *of, const char *option, const char *title)
{
    const int height = TITLE + (of->cosines == NULL ? 1 : 2) * HEIGHT;
    markup_put(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
               "viewBox=\"0 0 %d %d\">\n",
               SHOWN * WIDTH, SHOWN * height, WIDTH, height);
    output_text(out, STYLE);
    markup_put(out, "<text class=\"head\" x=\"4\" y=\"16\">%s by %s</text>\n", title, option);
}

static void put_plot(output *out, const plot *picture, int top)
{
    markup_put(out, "<svg y=\"%d\" width=\"%d\" height=\"%d\">\n", top, WIDTH, HEIGHT);
    plot_draw(out, picture);
    output_text(out, "</svg>\n");
}

static void draw_stability(output *out, const curve *of, const char *option)
{
    const plot picture = {
        .title = "Stability",
        .description = "How alike matched factors of different seeds are",
        .x_label = option,
        .y_label = "stability",
        .names = of->names,
        .name_count = of->count,
        .series = {{"cosine", PLOT_MARKS, of->cosines, of->count},
                   {"correlation", PLOT_MARKS, of->correlations, of->count}},
        .series_count = 2,
    };
    put_plot(out, &picture, TITLE + HEIGHT);
}

static void draw(output *out, const curve *of)
{
    const char *option = palate_tuning_axis(of->tuning, 0)->name;
    const char *title = palate_tuning_measure(of->tuning)->title;
    const plot picture = {
        .title = title,
        .description = "Means over the folds, with a standard error to each side",
        .x_label = option,
        .y_label = title,
        .names = of->names,
        .name_count = of->count,
        .series = {{title, PLOT_MARKS, of->points, of->count},
                   {"best", PLOT_MARKS, &of->best, 1},
                   {"simplest", PLOT_MARKS, &of->simplest, 1}},
        .series_count = of->has_simplest ? 3 : 2,
    };
    begin(out, of, option, title);
    put_plot(out, &picture, TITLE);
    if (of->cosines != NULL)
        draw_stability(out, of, option);
    output_text(out, "</svg>\n");
}

bool curve_write(const palate_tuning *tuning, const stability *stable, const size_t *places,
                 size_t count, const char *path)
{
    curve of = {.tuning = tuning, .count = count};
    output out;
    bool done = make_points(&of, places) && make_stability(&of, stable, places) &&
                output_open(&out, path);
    if (done) {
        draw(&out, &of);
        done = output_commit(&out);
    }
    free(of.names);
    free(of.points);
    free(of.cosines);
    free(of.correlations);
    return done;
}
