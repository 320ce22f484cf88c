/* SPDX-License-Identifier: Apache-2.0 */
#include "waterfall.h"

#include "output.h"
#include "table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* In pixels. A letter of 13 px is about 7 px wide. */
enum {
    MARGIN = 16,
    TITLE = 40,
    ROW = 26,
    BAR = 16,
    LETTER = 7,
    LABEL_LETTERS = 42,
    PLOT = 360,
    NUMBER = 64,
    AXIS = 34
};

/* Where things are. */
typedef struct frame {
    output out;
    double low, high; /* What the plot spans. */
    int label_width;
    int width, height;
} frame;

static void put(frame *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(frame *to, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    output_text(&to->out, text);
}

/* Text of the page: at most `letters` letters, the rest as an ellipsis; what no XML may hold as a
 * question mark. */
static void put_text(frame *to, const char *text, int letters)
{
    const bool cut = table_width(text) > letters;
    int left = cut ? letters - 1 : letters;
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        if ((byte & 0xC0U) != 0x80U && left-- == 0)
            break;
        if (byte == '&')
            output_text(&to->out, "&amp;");
        else if (byte == '<')
            output_text(&to->out, "&lt;");
        else if (byte == '>')
            output_text(&to->out, "&gt;");
        else
            output_character(&to->out, byte < ' ' ? '?' : *at);
    }
    if (cut)
        output_text(&to->out, "…");
}

static double place(const frame *to, double value)
{
    return MARGIN + to->label_width + (value - to->low) / (to->high - to->low) * PLOT;
}

/* ---- Frame ---- */

static int letters_of(const char *label)
{
    const int letters = table_width(label);
    return letters > LABEL_LETTERS ? LABEL_LETTERS : letters;
}

static void span(frame *to, double value)
{
    to->low = fmin(to->low, value);
    to->high = fmax(to->high, value);
}

static void lay_out(frame *to, const waterfall *of)
{
    int letters = letters_of(of->start_label);
    double at = of->start;
    to->low = to->high = at;
    for (size_t b = 0; b < of->count; b++) {
        const int of_bar = letters_of(of->bars[b].label);
        letters = of_bar > letters ? of_bar : letters;
        at += of->bars[b].adds;
        span(to, at);
    }
    span(to, of->total);
    const double room = fmax((to->high - to->low) * 0.06, 0.05);
    to->low -= room;
    to->high += room;
    to->label_width = letters * LETTER + 12;
    to->width = 2 * MARGIN + to->label_width + PLOT + NUMBER;
    to->height = TITLE + (int)(of->count + 2) * ROW + AXIS;
}

/* Readable without colour (what takes away is an outline), and on a dark page. */
static void begin(frame *to, const waterfall *of)
{
    put(to,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
        "%d\" "
        "role=\"img\">\n<title>",
        to->width, to->height, to->width, to->height);
    put_text(to, of->title, 1000);
    output_text(&to->out,
                "</title>\n<style>\n"
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
    put(to, "<text class=\"head\" x=\"%d\" y=\"24\">", MARGIN);
    put_text(to, of->title, (to->width - 2 * MARGIN) / (LETTER + 1));
    output_text(&to->out, "</text>\n");
}

/* A step of 1, 2 or 5 times a power of ten that gives some five lines. */
static double step_of(double range)
{
    const double rough = range / 5.0;
    const double power = pow(10.0, floor(log10(rough)));
    const double times = rough / power;
    return power * (times < 1.5 ? 1.0 : times < 3.5 ? 2.0 : times < 7.5 ? 5.0 : 10.0);
}

static void draw_axis(frame *to)
{
    const double step = step_of(to->high - to->low);
    const int bottom = to->height - AXIS + 4;
    const double first = ceil(to->low / step);
    const int count = (int)(floor(to->high / step) - first) + 1;
    for (int tick = 0; tick < count; tick++) {
        const double value = (first + tick) * step;
        const double x = place(to, value);
        put(to, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", x, x, TITLE,
            bottom);
        put(to, "<text class=\"axis\" x=\"%.1f\" y=\"%d\">%.4g</text>\n", x, bottom + 16, value);
    }
}

/* ---- Rows ---- */

static void draw_row(frame *to, size_t row, const char *label, const char *kind, double from,
                     double until, const char *number)
{
    const int top = TITLE + (int)row * ROW;
    const double left = place(to, fmin(from, until));
    const double right = place(to, fmax(from, until));
    put(to, "<text x=\"%d\" y=\"%d\">", MARGIN, top + 17);
    put_text(to, label, LABEL_LETTERS);
    put(to, "</text><rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>", kind,
        left, top + (ROW - BAR) / 2, fmax(right - left, 1.5), BAR);
    put(to, "<text class=\"number\" x=\"%.1f\" y=\"%d\">%s</text>\n", right + 6.0, top + 17,
        number);
}

/* From the end of a bar down to the next one. */
static void draw_link(frame *to, size_t row, double at)
{
    const double x = place(to, at);
    const int top = TITLE + (int)row * ROW + (ROW + BAR) / 2;
    put(to, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", x, x, top, top + ROW - BAR);
}

static void draw(frame *to, const waterfall *of)
{
    char number[32];
    double at = of->start;
    size_t row = 0;
    begin(to, of);
    draw_axis(to);
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
    output_text(&to->out, "</svg>\n");
}

bool waterfall_write(const waterfall *of, const char *path)
{
    frame to = {0};
    if (!output_open(&to.out, path))
        return false;
    lay_out(&to, of);
    draw(&to, of);
    return output_commit(&to.out);
}
