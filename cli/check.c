/* SPDX-License-Identifier: Apache-2.0 */
/* palate check RATINGS: the input doctor. */
#include "arguments.h"
#include "output.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    int64_t most;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"most", "", PALATE_OPTION_COUNT, AT(most), "20", 0, 1e9, NULL, "N",
     "Problems to show; 0: all"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "JSON on standard output"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

/* Problems on their way to the screen. */
typedef struct findings {
    const own_options *mine;
    int64_t count;
    json_t *list;
} findings;

static void on_problem(const palate_problem *problem, void *user)
{
    findings *found = user;
    bool show = found->mine->most == 0 || found->count < found->mine->most;
    found->count++;
    if (!show)
        return;
    if (!found->mine->json)
        printf("%s\n", problem->message);
    else
        json_array_append_new(
            found->list, json_pack("{s:I, s:I, s:s}", "line", (json_int_t)problem->line, "column",
                                   (json_int_t)problem->column, "message", problem->message));
}

static void show_text(const char *path, const palate_read_report *report, const findings *found)
{
    if (found->mine->most > 0 && found->count > found->mine->most)
        printf("... and %s more (--most 0 shows all)\n",
               with_commas(found->count - found->mine->most));
    if (found->count > 0)
        printf("\n");
    printf("%s\n", path);
    printf("  format      %s%s%s\n", report->format,
           strcmp(report->compression, "none") == 0 ? "" : ", ",
           strcmp(report->compression, "none") == 0 ? "" : report->compression);
    printf("  columns     %s\n", report->columns);
    printf("  lines       %s\n", with_commas(report->line_count));
    printf("  ratings     %s by %s users of %s items\n", with_commas(report->rating_count),
           with_commas(report->user_count), with_commas(report->item_count));
    printf("  values      %g to %g, mean %.4g\n", report->min, report->max, report->mean);
    printf("  scale       %g to %g%s\n", report->scale.low, report->scale.high,
           report->scale_inferred ? " (as found; --scale declares it)" : "");
    printf("  times       %s\n", report->has_times ? "yes" : "no");
    printf("  duplicates  %s\n", with_commas(report->duplicate_count));
    printf("  problems    %s%s\n", with_commas(found->count),
           found->count > 0 ? "; mend the lines above, or skip them with --lenient" : "");
}

static int show_json(const char *path, const palate_read_report *report, const findings *found)
{
    return write_json(
        stdout,
        json_pack(
            "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:b, s:b, s:O}",
            "file", path, "format", report->format, "compression", report->compression, "columns",
            report->columns, "lines", (json_int_t)report->line_count, "ratings",
            (json_int_t)report->rating_count, "users", (json_int_t)report->user_count, "items",
            (json_int_t)report->item_count, "duplicates", (json_int_t)report->duplicate_count,
            "problem_count", (json_int_t)found->count, "min", report->min, "max", report->max,
            "mean", report->mean, "times", report->has_times, "scale_inferred",
            report->scale_inferred, "problems", found->list));
}

int run_check(int argc, char **argv)
{
    own_options mine;
    palate_read_options read;
    const char *operands[OPERANDS_MAX];
    const synopsis line = {
        .name = "check",
        .operands = "RATINGS [options]",
        .about = "Reads ratings as train would and tells what it takes them for and what is wrong, "
                 "line by line.\n"
                 "Exit code 1 where something is wrong.",
        .examples = "  palate check ratings.csv\n"
                    "  palate check ratings.csv --scale 1:5 --most 0\n",
        .operands_min = 1,
        .operands_max = 1,
        .sets = {{&own, &mine}, {palate_read_options_table(), &read}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    palate_error err;
    palate_read_report report;
    findings found = {.mine = &mine, .list = json_array()};
    int code = EXIT_SUCCESS;
    if (palate_ratings_check(NULL, operands[0], &read, on_problem, &found, &report, &err) !=
        PALATE_OK)
        code = fail_with(&err);
    else if (mine.json)
        code = show_json(operands[0], &report, &found);
    else
        show_text(operands[0], &report, &found);
    json_decref(found.list);
    return code == EXIT_SUCCESS && found.count > 0 ? EXIT_FAILURE : code;
}
