/* SPDX-License-Identifier: Apache-2.0 */
#include "waterfall.h"

#include "axis.h"
#include "markup.h"

#include <math.h>
#include <stdio.h>

/* In pixels. A letter of 13 px is about 7 px wide. */
enum { MARGIN = 16, TITLE = 40, ROW = 26, BAR = 16, LETTER = 7, NUMBER = 64, AXIS = 34 };

/* As a file of its own; as a part of a page, where a phone has to hold it. */
enum { LABEL_LETTERS = 42, PLOT = 360, SMALL_LABEL_LETTERS = 20, SMALL_PLOT = 150 };

/* Where things are. */
typedef struct frame {
    output *out;
    double low, high; /* What the plot spans. */
    int label_letters, plot;
    int top; /* Where the rows begin. */
    int label_width;
    int width, height;
} frame;

static double place(const frame *to, double value)
{
    return MARGIN + to->label_width + (value - to->low) / (to->high - to->low) * to->plot;
}

/* ---- Frame ---- */

static int letters_of(const frame *to, const char *label)
{
    const int letters = markup_width(label);
    return letters > to->label_letters ? to->label_letters : letters;
}

static void span(frame *to, double value)
{
    to->low = fmin(to->low, value);
    to->high = fmax(to->high, value);
}

/* `label_letters`, `plot` and `top` are given. */
static void lay_out(frame *to, const waterfall *of)
{
    int letters = letters_of(to, of->start_label);
    double at = of->start;
    to->low = to->high = at;
    for (size_t b = 0; b < of->count; b++) {
        const int of_bar = letters_of(to, of->bars[b].label);
        letters = of_bar > letters ? of_bar : letters;
        at += of->bars[b].adds;
        span(to, at);
    }
    span(to, of->total);
    const double room = fmax((to->high - to->low) * 0.06, 0.05);
    to->low -= room;
    to->high += room;
    to->label_width = letters * LETTER + 12;
    to->width = 2 * MARGIN + to->label_width + to->plot + NUMBER;
    to->height = to->top + (int)(of->count + 2) * ROW + AXIS;
}

static void begin(const frame *to, const waterfall *of, const char *attributes)
{
    markup_put(to->out,
               "<svg %s width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
               attributes, to->width, to->height, to->width, to->height);
    markup_text(to->out, of->title);
    output_text(to->out, "</title>\n");
}

/* Readable without colour (what takes away is an outline), and on a dark page. */
static void put_style(const frame *to)
{
    output_text(to->out,
                "<style>\n"
                "svg { background: #fff } text { font: 13px sans-serif; fill: #222 } "
                ".head { font-weight: bold } .number { font-size: 12px } "
                ".axis { font-size: 11px; fill: #666; text-anchor: middle } "
                "line { stroke: #bbb } .grid { stroke: #e4e4e4 } "
                ".up { fill: #2166ac } .down { fill: #fff; stroke: #b2182b; stroke-width: 1.5 } "
                ".whole { fill: #555 }\n"
                "@media (prefers-color-scheme: dark) { svg { background: #161616 } "
                "text { fill: #ddd } .axis { fill: #999 } line { stroke: #555 } "
                ".grid { stroke: #2c2c2c } .up { fill: #6baed6 } "
                ".down { fill: #161616; stroke: #f4a582 } .whole { fill: #aaa } }\n"
                "</style>\n");
}

static void put_headline(const frame *to, const waterfall *of)
{
    markup_put(to->out, "<text class=\"head\" x=\"%d\" y=\"24\">", MARGIN);
    markup_cut(to->out, of->title, (to->width - 2 * MARGIN) / (LETTER + 1));
    output_text(to->out, "</text>\n");
}

static void draw_axis(const frame *to)
{
    const double step = axis_step((to->high - to->low) * PLOT / to->plot, 5);
    const int bottom = to->height - AXIS + 4;
    const double first = ceil(to->low / step);
    const int count = (int)(floor(to->high / step) - first) + 1;
    for (int tick = 0; tick < count; tick++) {
        const double value = (first + tick) * step;
        const double x = place(to, value);
        markup_put(to->out,
                   "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                   "<text class=\"axis\" x=\"%.1f\" y=\"%d\">%.4g</text>\n",
                   x, x, to->top, bottom, x, bottom + 16, value);
    }
}

/* ---- Rows ---- */

static void draw_row(const frame *to, size_t row, const char *label, const char *kind, double from,
                     double until, const char *number)
{
    const int top = to->top + (int)row * ROW;
    const double left = place(to, fmin(from, until));
    const double right = place(to, fmax(from, until));
    markup_put(to->out, "<text x=\"%d\" y=\"%d\">", MARGIN, top + 17);
    markup_cut(to->out, label, to->label_letters);
    markup_put(to->out,
               "</text><rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>", kind,
               left, top + (ROW - BAR) / 2, fmax(right - left, 1.5), BAR);
    markup_put(to->out, "<text class=\"number\" x=\"%.1f\" y=\"%d\">%s</text>\n", right + 6.0,
               top + 17, number);
}

/* From the end of a bar down to the next one. */
static void draw_link(const frame *to, size_t row, double at)
{
    const double x = place(to, at);
    const int top = to->top + (int)row * ROW + (ROW + BAR) / 2;
    markup_put(to->out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", x, x, top,
               top + ROW - BAR);
}

static void draw_rows(const frame *to, const waterfall *of)
{
    char number[32];
    double at = of->start;
    size_t row = 0;
    snprintf(number, sizeof number, "%.3f", of->start);
    draw_row(to, row, of->start_label, "whole", to->low, at, number);
    for (size_t b = 0; b < of->count; b++) {
        const double adds = of->bars[b].adds;
        draw_link(to, row, at);
        snprintf(number, sizeof number, "%+.3f", adds);
        draw_row(to, ++row, of->bars[b].label, adds < 0.0 ? "down" : "up", at, at + adds, number);
        at += adds;
    }
    draw_link(to, row, at);
    snprintf(number, sizeof number, "%.3f", of->total);
    draw_row(to, row + 1, of->total_label, "whole", to->low, of->total, number);
    output_text(to->out, "</svg>\n");
}

void waterfall_draw(output *out, const waterfall *of)
{
    frame to = {.out = out, .label_letters = SMALL_LABEL_LETTERS, .plot = SMALL_PLOT};
    lay_out(&to, of);
    begin(&to, of, "class=\"fall\"");
    draw_axis(&to);
    draw_rows(&to, of);
}

bool waterfall_write(const waterfall *of, const char *path)
{
    output out;
    frame to = {.out = &out, .label_letters = LABEL_LETTERS, .plot = PLOT, .top = TITLE};
    if (!output_open(&out, path))
        return false;
    lay_out(&to, of);
    begin(&to, of, "xmlns=\"http://www.w3.org/2000/svg\"");
    put_style(&to);
    put_headline(&to, of);
    draw_axis(&to);
    draw_rows(&to, of);
    return output_commit(&out);
}
