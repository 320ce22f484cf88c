/* SPDX-License-Identifier: Apache-2.0 */
#include "html.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* Titles may be whole texts. */
enum { NAME_LETTERS = 100 };

void html_name(output *out, const char *text)
{
    output_text(out, "<bdi>");
    markup_cut(out, text, NAME_LETTERS);
    output_text(out, "</bdi>");
}

/* ---- Tables ---- */

void html_table_begin(output *out, const char *caption, const char *const *heads)
{
    output_text(out, "<div class=\"scroll\"><table>");
    if (caption != NULL)
        markup_put(out, "<caption>%s</caption>", caption);
    output_text(out, "<thead><tr>");
    for (size_t h = 0; heads[h] != NULL; h++)
        markup_put(out, "<th scope=\"col\">%s</th>", heads[h]);
    output_text(out, "</tr></thead><tbody>\n");
}

void html_row(output *out, const char *head)
{
    markup_put(out, "<tr><th scope=\"row\">%s</th>", head);
}

void html_row_name(output *out, const char *name)
{
    output_text(out, "<tr><th scope=\"row\" class=\"name\">");
    html_name(out, name);
    output_text(out, "</th>");
}

void html_cell(output *out, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    markup_put(out, "<td>%s</td>", text);
}

void html_figure(output *out, double value, double low, double high)
{
    if (!isfinite(value))
        output_text(out, "<td>–</td>");
    else if (isfinite(low) && isfinite(high))
        markup_put(out, "<td>%.3f <small>%.3f <span>to %.3f</span></small></td>", value, low, high);
    else
        markup_put(out, "<td>%.3f</td>", value);
}

void html_table_end(output *out)
{
    output_text(out, "</tbody></table></div>\n");
}

/* ---- Bars ---- */

static double percent(double share)
{
    return 100.0 * fmin(fmax(share, 0.0), 1.0);
}

void html_bar(output *out, double share, double mark)
{
    markup_put(out,
               "<td class=\"bar\"><svg aria-hidden=\"true\"><rect y=\"2\" width=\"%.1f%%\" "
               "height=\"12\"/>",
               percent(share));
    if (isfinite(mark))
        markup_put(out, "<line x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"0\" y2=\"16\"/>", percent(mark),
                   percent(mark));
    output_text(out, "</svg></td>");
}

/* ---- Plots ---- */

void html_figure_begin(output *out, const plot *of, const char *caption)
{
    markup_put(out, "<figure><h3>%s</h3>", of->title);
    plot_draw(out, of);
    markup_put(out, "<figcaption>%s</figcaption><details><summary>Numbers</summary>", caption);
}

void html_figure_end(output *out)
{
    output_text(out, "</details></figure>\n");
}
