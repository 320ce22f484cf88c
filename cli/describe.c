/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 128, NUMBER_BYTES = 40 };

/* Room for a text, taken in turn, so that several go into one line. */
static char *next_text(void)
{
    enum { TEXTS = 8 };
    static char texts[TEXTS][TEXT_BYTES];
    static int turn;
    return texts[turn++ % TEXTS];
}

/* Digits with a comma before every third from the end. */
static void write_grouped(int64_t count, char text[NUMBER_BYTES])
{
    char digits[NUMBER_BYTES];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)count);
    for (int at = 0; at < length; at++) {
        if (at > 0 && digits[at - 1] != '-' && (length - at) % 3 == 0)
            *text++ = ',';
        *text++ = digits[at];
    }
    *text = '\0';
}

const char *describe_count(int64_t count)
{
    char *text = next_text();
    write_grouped(count, text);
    return text;
}

const char *describe_things(int64_t count, const char *thing)
{
    char number[NUMBER_BYTES];
    char *text = next_text();
    write_grouped(count, number);
    snprintf(text, TEXT_BYTES, "%s %s%s", number, thing, count == 1 ? "" : "s");
    return text;
}

const char *describe_scale(palate_scale scale, char text[SCALE_TEXT_BYTES])
{
    if (scale.low == scale.high)
        snprintf(text, SCALE_TEXT_BYTES, "none: predictions are not clipped");
    else
        snprintf(text, SCALE_TEXT_BYTES, "%g to %g", scale.low, scale.high);
    return text;
}

const char *describe_format(const palate_read_report *report, char text[FORMAT_TEXT_BYTES])
{
    bool packed = strcmp(report->compression, "none") != 0;
    snprintf(text, FORMAT_TEXT_BYTES, "%s%s%s", report->format, packed ? ", " : "",
             packed ? report->compression : "");
    return text;
}

double describe_density(int64_t rating_count, uint32_t user_count, uint32_t item_count)
{
    double cells = (double)user_count * (double)item_count;
    return cells > 0 ? 100.0 * (double)rating_count / cells : 0.0;
}

static void describe_losses(const palate_read_report *report)
{
    if (report->duplicate_count > 0)
        message_note("%s left out (--duplicates says which)",
                     describe_things(report->duplicate_count, "duplicate"));
    if (report->skipped_count > 0)
        message_note("%s skipped (palate check shows them)",
                     describe_things(report->skipped_count, "wrong line"));
}

static void describe_read_scale(const palate_read_report *report)
{
    char scale[SCALE_TEXT_BYTES];
    if (report->scale.low == report->scale.high)
        message_note("all ratings are %g: give the scale with --scale LOW:HIGH", report->min);
    else
        message_note("scale %s%s", describe_scale(report->scale, scale),
                     report->scale_inferred ? ", as found (--scale declares it)" : "");
    if (report->scale.low < 0)
        message_note("some ratings are negative: inside they are shifted by %g, predictions are "
                     "on your scale",
                     -report->scale.low);
}

void describe_read(const palate_read_report *report)
{
    char format[FORMAT_TEXT_BYTES];
    message_note("read %s of %s by %s (%s, %.2g %% of all cells, %.2f s)",
                 describe_things(report->rating_count, "rating"),
                 describe_things(report->item_count, "item"),
                 describe_things(report->user_count, "user"), describe_format(report, format),
                 describe_density(report->rating_count, report->user_count, report->item_count),
                 report->seconds);
    describe_read_scale(report);
    describe_losses(report);
}

json_t *describe_real_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *describe_scale_json(palate_scale scale)
{
    return scale.low == scale.high ? json_null() : json_pack("[f, f]", scale.low, scale.high);
}

json_t *describe_read_json(const palate_read_report *report)
{
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:f}",
        "format", report->format, "compression", report->compression, "columns", report->columns,
        "lines", (json_int_t)report->line_count, "ratings", (json_int_t)report->rating_count,
        "users", (json_int_t)report->user_count, "items", (json_int_t)report->item_count,
        "duplicates", (json_int_t)report->duplicate_count, "skipped",
        (json_int_t)report->skipped_count, "min", describe_real_json(report->min), "max",
        describe_real_json(report->max), "mean", describe_real_json(report->mean), "scale",
        describe_scale_json(report->scale), "scale_inferred", (int)report->scale_inferred, "times",
        (int)report->has_times, "bytes", (json_int_t)report->bytes, "read_seconds",
        report->seconds);
}

int describe_print_json(json_t *json)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2));
    json_decref(json);
    if (text == NULL)
        return message_error("out of memory while writing JSON");
    puts(text);
    free(text);
    return EXIT_DONE;
}
