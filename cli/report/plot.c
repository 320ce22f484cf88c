/* SPDX-License-Identifier: Apache-2.0 */
#include "plot.h"

#include "../axis.h"
#include "../markup.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In pixels. */
enum {
    WIDTH = 360,
    HEIGHT = 232,
    LEFT = 44,
    RIGHT = 66, /* For names of series. */
    EDGE = 12,  /* Where there are none. */
    TOP = 26,
    BOTTOM = 46,
    LINE = 13, /* From one line of text to the next. */
    MARK = 4
};

/* Where things are. */
typedef struct frame {
    output *out;
    const plot *of;
    double x_low, x_high, y_low, y_high;
    double y_step;
    int right;      /* Where the plot ends. */
    bool two_lines; /* Of names below it. */
} frame;

static double place_x(const frame *to, double x)
{
    return LEFT + (x - to->x_low) / (to->x_high - to->x_low) * (to->right - LEFT);
}

static double place_y(const frame *to, double y)
{
    const int bottom = HEIGHT - BOTTOM;
    return bottom - (y - to->y_low) / (to->y_high - to->y_low) * (bottom - TOP);
}

/* ---- Frame ---- */

typedef struct range {
    double low, high;
} range;

static void widen(range *to, double value)
{
    if (!isfinite(value))
        return;
    to->low = fmin(to->low, value);
    to->high = fmax(to->high, value);
}

static bool has_columns(const plot *of)
{
    return of->series[0].kind == PLOT_COLUMNS;
}

static void find_ranges(const plot *of, range *x, range *y)
{
    for (size_t s = 0; s < of->series_count; s++)
        for (size_t p = 0; p < of->series[s].count; p++) {
            const plot_point *point = &of->series[s].points[p];
            widen(x, point->x);
            widen(y, point->y);
            widen(y, point->low);
            widen(y, point->high);
        }
    if (has_columns(of))
        widen(y, 0.0);
    if (of->diagonal) {
        widen(x, y->low);
        widen(x, y->high);
        *y = *x;
    }
}

static void open_up(range *of)
{
    if (!(of->high - of->low > 1e-9))
        *of = isfinite(of->low) ? (range){of->low - 0.5, of->high + 0.5} : (range){0.0, 1.0};
}

static void lay_out(frame *to)
{
    const plot *of = to->of;
    range x = {INFINITY, -INFINITY};
    range y = x;
    find_ranges(of, &x, &y);
    open_up(&x);
    open_up(&y);
    to->y_step = axis_step(y.high - y.low, 4);
    to->y_low = floor(y.low / to->y_step + 1e-9) * to->y_step;
    to->y_high = ceil(y.high / to->y_step - 1e-9) * to->y_step;
    const double room = (x.high - x.low) * 0.03; /* No mark upon the axis. */
    to->x_low = of->names != NULL ? -0.5 : x.low - room;
    to->x_high = of->names != NULL ? (double)of->name_count - 0.5 : x.high + room;
    if (of->diagonal) {
        to->x_low = to->y_low;
        to->x_high = to->y_high;
    }
    for (size_t n = 0; of->names != NULL && n < of->name_count; n++)
        to->two_lines |= strchr(of->names[n], '\n') != NULL;
    to->right = WIDTH - (of->series_count > 1 && !has_columns(of) ? RIGHT : EDGE);
}

static void begin(const frame *to)
{
    const plot *of = to->of;
    markup_put(to->out, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\"><title>", WIDTH,
               HEIGHT);
    markup_text(to->out, of->title);
    output_text(to->out, "</title><desc>");
    markup_text(to->out, of->description);
    output_text(to->out, "</desc>\n");
}

static void draw_y_axis(const frame *to)
{
    const double shown = to->of->percent ? 100.0 : 1.0;
    const int decimals = axis_decimals(to->y_step * shown);
    const int count = (int)lround((to->y_high - to->y_low) / to->y_step);
    for (int tick = 0; tick <= count; tick++) {
        const double value = to->y_low + tick * to->y_step;
        const double y = place_y(to, value);
        markup_put(to->out,
                   "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                   "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.*f%s</text>\n",
                   LEFT, to->right, y, y, LEFT - 6, y + 4.0, decimals, value * shown,
                   to->of->percent ? " %" : "");
    }
    markup_put(to->out, "<text class=\"label\" x=\"2\" y=\"12\">%s</text>\n", to->of->y_label);
}

/* One name below the axis, in one line or two. */
static void put_name(const frame *to, double x, const char *name)
{
    const char *end = strchr(name, '\n');
    const int first = end == NULL ? (int)strlen(name) : (int)(end - name);
    const int y = HEIGHT - BOTTOM + 15;
    markup_put(to->out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.*s", x,
               y, first, name);
    if (end != NULL)
        markup_put(to->out, "<tspan x=\"%.1f\" dy=\"%d\">%s</tspan>", x, LINE - 1, end + 1);
    output_text(to->out, "</text>\n");
}

static void draw_names(const frame *to)
{
    const size_t every = to->of->name_count > 12 ? (to->of->name_count + 11) / 12 : 1;
    for (size_t n = 0; n < to->of->name_count; n += every)
        put_name(to, place_x(to, (double)n), to->of->names[n]);
}

static void draw_numbers(const frame *to)
{
    const double step = axis_step(to->x_high - to->x_low, 5);
    const int decimals = axis_decimals(step);
    const double first = ceil(to->x_low / step - 1e-9);
    const int count = (int)(floor(to->x_high / step + 1e-9) - first) + 1;
    char name[32];
    for (int tick = 0; tick < count; tick++) {
        const double value = (first + tick) * step;
        snprintf(name, sizeof name, "%.*f", decimals, value);
        put_name(to, place_x(to, value), name);
    }
}

static void draw_x_axis(const frame *to)
{
    const int bottom = HEIGHT - BOTTOM;
    markup_put(to->out, "<line class=\"base\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", LEFT,
               to->right, bottom, bottom);
    if (to->of->names != NULL)
        draw_names(to);
    else
        draw_numbers(to);
    markup_put(
        to->out, "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
        (LEFT + to->right) / 2, to->two_lines ? HEIGHT - 4 : HEIGHT - 4 - LINE, to->of->x_label);
}

/* Its name stands below it, where marks that lie near it leave room. */
static void draw_diagonal(const frame *to)
{
    const double low = to->x_low;
    const double high = to->x_high;
    markup_put(to->out,
               "<line class=\"ideal\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
               "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
               place_x(to, low), place_x(to, high), place_y(to, low), place_y(to, high),
               place_x(to, low + 0.73 * (high - low)), place_y(to, low + 0.52 * (high - low)),
               to->of->called);
}

/* ---- Series ---- */

static bool is_there(const plot_point *point)
{
    return isfinite(point->x) && isfinite(point->y);
}

static void draw_line(const frame *to, const plot_series *series, size_t place)
{
    bool pen_down = false;
    markup_put(to->out, "<path class=\"line s%zu\" d=\"", place + 1);
    for (size_t p = 0; p < series->count; p++) {
        const plot_point *point = &series->points[p];
        if (is_there(point))
            markup_put(to->out, "%c%.1f %.1f", pen_down ? 'L' : 'M', place_x(to, point->x),
                       place_y(to, point->y));
        pen_down = is_there(point);
    }
    output_text(to->out, "\"/>\n");
}

/* A disc, a square, a diamond: by the series' place. */
static void draw_mark(const frame *to, size_t place, double x, double y)
{
    if (place == 0)
        markup_put(to->out, "<circle class=\"mark s1\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", x, y,
                   MARK);
    else if (place == 1)
        markup_put(to->out,
                   "<rect class=\"mark s2\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\"/>",
                   x - MARK, y - MARK, 2 * MARK, 2 * MARK);
    else
        markup_put(to->out, "<path class=\"mark s3\" d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\"/>", x, y - 5);
}

static void draw_interval(const frame *to, const plot_point *point, size_t place)
{
    const double x = place_x(to, point->x);
    const double low = place_y(to, point->low);
    const double high = place_y(to, point->high);
    markup_put(to->out,
               "<path class=\"interval s%zu\" d=\"M%.1f %.1fV%.1fM%.1f %.1fh6M%.1f %.1fh6\"/>",
               place + 1, x, low, high, x - 3, low, x - 3, high);
}

static void draw_marks(const frame *to, const plot_series *series, size_t place)
{
    draw_line(to, series, place);
    for (size_t p = 0; p < series->count; p++) {
        const plot_point *point = &series->points[p];
        if (!is_there(point))
            continue;
        if (isfinite(point->low) && isfinite(point->high))
            draw_interval(to, point, place);
        draw_mark(to, place, place_x(to, point->x), place_y(to, point->y));
        output_character(to->out, '\n');
    }
}

static void draw_columns(const frame *to, const plot_series *series, size_t place)
{
    const double step = place_x(to, 1.0) - place_x(to, 0.0);
    const double width = fmax(step * 0.8 / (double)to->of->series_count, 1.0);
    for (size_t p = 0; p < series->count; p++) {
        const plot_point *point = &series->points[p];
        const double left = place_x(to, point->x) - step * 0.4 + (double)place * width;
        if (is_there(point))
            markup_put(to->out,
                       "<rect class=\"column s%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                       "height=\"%.1f\"/>\n",
                       place + 1, left, place_y(to, point->y), width,
                       place_y(to, to->y_low) - place_y(to, point->y));
    }
}

/* ---- Names of series ---- */

/* Where the last point of a series is; else the middle of the plot. */
static double end_of(const frame *to, const plot_series *series)
{
    for (size_t p = series->count; p > 0; p--)
        if (is_there(&series->points[p - 1]))
            return place_y(to, series->points[p - 1].y);
    return (double)(HEIGHT - BOTTOM + TOP) / 2;
}

/* Beside the ends of lines, moved apart where they are too near. */
static void put_names_beside(const frame *to)
{
    size_t order[PLOT_SERIES_MAX];
    double at[PLOT_SERIES_MAX];
    for (size_t s = 0; s < to->of->series_count; s++) {
        size_t place = s;
        at[s] = end_of(to, &to->of->series[s]);
        for (; place > 0 && at[order[place - 1]] > at[s]; place--)
            order[place] = order[place - 1];
        order[place] = s;
    }
    double lowest = -INFINITY;
    for (size_t place = 0; place < to->of->series_count; place++) {
        const size_t s = order[place];
        const double y = fmax(at[s] + 4.0, lowest);
        markup_put(to->out, "<text class=\"name s%zu\" x=\"%d\" y=\"%.1f\">%s</text>\n", s + 1,
                   to->right + 8, y, to->of->series[s].name);
        lowest = y + LINE;
    }
}

/* Above columns, each with a piece of its own. */
static void put_names_above(const frame *to)
{
    int right = WIDTH - 4;
    for (size_t s = to->of->series_count; s > 0; s--) {
        const char *name = to->of->series[s - 1].name;
        markup_put(to->out,
                   "<text class=\"name s%zu\" x=\"%d\" y=\"12\" text-anchor=\"end\">%s</text>", s,
                   right, name);
        right -= 7 * markup_width(name) + 14;
        markup_put(to->out,
                   "<rect class=\"column s%zu\" x=\"%d\" y=\"3\" width=\"10\" height=\"10\"/>\n", s,
                   right);
        right -= 12;
    }
}

static void draw_series(const frame *to, size_t place)
{
    const plot_series *series = &to->of->series[place];
    switch (series->kind) {
    case PLOT_COLUMNS:
        draw_columns(to, series, place);
        break;
    case PLOT_LINE:
        draw_line(to, series, place);
        break;
    case PLOT_MARKS:
        draw_marks(to, series, place);
        break;
    }
}

void plot_draw(output *out, const plot *of)
{
    frame to = {.out = out, .of = of};
    lay_out(&to);
    begin(&to);
    draw_y_axis(&to);
    draw_x_axis(&to);
    if (of->diagonal)
        draw_diagonal(&to);
    for (size_t s = of->series_count; s > 0; s--) /* The first on top. */
        draw_series(&to, s - 1);
    if (of->series_count > 1)
        (has_columns(of) ? put_names_above : put_names_beside)(&to);
    output_text(out, "</svg>\n");
}
