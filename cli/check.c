/* SPDX-License-Identifier: Apache-2.0 */
/* palate check: what would be read of a file, and what is wrong with it. */
#include "arguments.h"
#include "describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    bool all;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"all", "", PALATE_OPTION_BOOL, AT(all), "false", 0, 0, NULL, NULL,
     "Show every problem, not the first 20"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* ---- Problems ---- */

enum { SHOWN_PROBLEMS = 20 };

typedef struct problem_list {
    bool all;
    int64_t count;
    json_t *json; /* A list, or NULL: to standard output. */
} problem_list;

static void on_problem(const palate_problem *problem, void *user)
{
    problem_list *problems = user;
    problems->count++;
    if (!problems->all && problems->count > SHOWN_PROBLEMS)
        return;
    if (problems->json == NULL)
        puts(problem->message);
    else
        json_array_append_new(problems->json,
                              json_pack("{s:I, s:I, s:s}", "line", (json_int_t)problem->line,
                                        "column", (json_int_t)problem->column, "message",
                                        problem->message));
}

/* ---- How the ratings are spread ---- */

enum { BARS = 12, BAR_WIDTH = 40 };

/* Ratings by value, as long as there are few values, else by equal parts of the range. */
typedef struct value_spread {
    double values[BARS]; /* Or where each part begins. */
    int64_t counts[BARS];
    int count;
    bool parts;
} value_spread;

static bool count_value(value_spread *spread, double value)
{
    int place = 0;
    while (place < spread->count && spread->values[place] < value)
        place++;
    if (place == spread->count || spread->values[place] != value) {
        if (spread->count == BARS)
            return false;
        for (int moved = spread->count++; moved > place; moved--) {
            spread->values[moved] = spread->values[moved - 1];
            spread->counts[moved] = spread->counts[moved - 1];
        }
        spread->values[place] = value;
        spread->counts[place] = 0;
    }
    spread->counts[place]++;
    return true;
}

/* False: there are too many different values. */
static bool count_values(value_spread *spread, const palate_ratings *ratings)
{
    for (uint32_t user = 0; user < palate_ratings_user_count(ratings); user++) {
        palate_rated rated = palate_ratings_of_user(ratings, user);
        for (int64_t e = 0; e < rated.count; e++)
            if (!count_value(spread, (double)rated.ratings[e]))
                return false;
    }
    return true;
}

static void count_parts(value_spread *spread, const palate_ratings *ratings)
{
    const palate_read_report *report = palate_ratings_report(ratings);
    double width = (report->max - report->min) / BARS;
    *spread = (value_spread){.parts = true, .count = BARS};
    for (int place = 0; place < BARS; place++)
        spread->values[place] = report->min + width * place;
    for (uint32_t user = 0; user < palate_ratings_user_count(ratings); user++) {
        palate_rated rated = palate_ratings_of_user(ratings, user);
        for (int64_t e = 0; e < rated.count; e++) {
            int place = (int)(((double)rated.ratings[e] - report->min) / width);
            spread->counts[place < BARS ? place : BARS - 1]++;
        }
    }
}

static value_spread spread_of(const palate_ratings *ratings)
{
    value_spread spread = {.parts = false};
    if (!count_values(&spread, ratings))
        count_parts(&spread, ratings);
    return spread;
}

static void print_spread(const value_spread *spread)
{
    int64_t most = 1;
    for (int place = 0; place < spread->count; place++)
        most = spread->counts[place] > most ? spread->counts[place] : most;
    for (int place = 0; place < spread->count; place++) {
        int width = (int)lrint(BAR_WIDTH * (double)spread->counts[place] / (double)most);
        printf("  %s %6.4g  %12s  ", spread->parts ? "from" : "    ", spread->values[place],
               describe_count(spread->counts[place]));
        for (int cell = 0; cell < width; cell++)
            putchar('#');
        putchar('\n');
    }
}

/* Least, middle and most ratings of a row. */
static void print_counts(const char *what, uint32_t count, const palate_ratings *ratings,
                         palate_rated (*of)(const palate_ratings *, uint32_t))
{
    if (count == 0)
        return;
    /* Rows are in order of their number of ratings. */
    printf("  %-10s  has %s to %s ratings, median %s\n", what,
           describe_count(of(ratings, count - 1).count), describe_count(of(ratings, 0).count),
           describe_count(of(ratings, count / 2).count));
}

/* ---- The findings ---- */

static void print_report(const char *path, const palate_read_report *report, int64_t problem_count)
{
    char text[FORMAT_TEXT_BYTES];
    char scale[SCALE_TEXT_BYTES];
    printf("%s\n", path);
    printf("  format      %s\n", describe_format(report, text));
    printf("  columns     %s\n", report->columns);
    printf("  lines       %s\n", describe_count(report->line_count));
    printf("  ratings     %s by %s of %s\n", describe_count(report->rating_count),
           describe_things(report->user_count, "user"),
           describe_things(report->item_count, "item"));
    printf("  values      %g to %g, mean %.4g\n", report->min, report->max, report->mean);
    if (report->scale.low == report->scale.high)
        printf("  scale       none: all ratings are equal; declare one with --scale\n");
    else
        printf("  scale       %s%s\n", describe_scale(report->scale, scale),
               report->scale_inferred ? " (as found; --scale declares it)" : "");
    if (report->scale.low < 0)
        printf(
            "              negative ratings are shifted inside; predictions are on this scale\n");
    printf("  times       %s\n", report->has_times ? "yes" : "no");
    printf("  duplicates  %s%s\n", describe_count(report->duplicate_count),
           report->duplicate_count > 0 ? "; the last counts, or as --duplicates says" : "");
    printf("  problems    %s%s\n", describe_count(problem_count),
           problem_count > 0 ? "; mend the lines above, or skip them with --lenient" : "");
}

/* A second reading, of what is right: the first kept nothing. Standard input is gone by then. */
static void print_ratings(const cli_arguments *arguments)
{
    palate_read_options options = *(const palate_read_options *)arguments->values[1];
    palate_ratings *ratings = NULL;
    palate_error err;
    options.lenient = true;
    if (strcmp(arguments->operands[0], "-") == 0 ||
        palate_ratings_read(arguments->context, arguments->operands[0], &options, &ratings, &err) !=
            PALATE_OK)
        return;
    print_counts("a user", palate_ratings_user_count(ratings), ratings, palate_ratings_of_user);
    print_counts("an item", palate_ratings_item_count(ratings), ratings, palate_ratings_of_item);
    value_spread spread = spread_of(ratings);
    printf("  rating      how often\n");
    print_spread(&spread);
    palate_ratings_free(ratings);
}

static int check_text(const cli_arguments *arguments, problem_list *problems)
{
    palate_read_report report;
    palate_error err;
    const char *path = arguments->operands[0];
    if (palate_ratings_check(arguments->context, path, arguments->values[1], on_problem, problems,
                             &report, &err) != PALATE_OK)
        return message_failed(&err);
    if (!problems->all && problems->count > SHOWN_PROBLEMS)
        printf("... and %s more (--all shows them)\n",
               describe_count(problems->count - SHOWN_PROBLEMS));
    if (problems->count > 0)
        putchar('\n');
    print_report(path, &report, problems->count);
    if (report.rating_count > 0)
        print_ratings(arguments);
    return problems->count == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int check_json(const cli_arguments *arguments, problem_list *problems)
{
    palate_read_report report;
    palate_error err;
    problems->json = json_array();
    if (palate_ratings_check(arguments->context, arguments->operands[0], arguments->values[1],
                             on_problem, problems, &report, &err) != PALATE_OK) {
        json_decref(problems->json);
        return message_failed(&err);
    }
    json_t *json = json_pack("{s:s}", "file", arguments->operands[0]);
    json_object_update_new(json, describe_read_json(&report));
    json_object_set_new(json, "problem_count", json_integer(problems->count));
    json_object_set_new(json, "problems", problems->json);
    int exit_status = describe_print_json(json);
    return problems->count == 0 ? exit_status : EXIT_FAILED;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    problem_list problems = {.all = own->all};
    return own->json ? check_json(arguments, &problems) : check_text(arguments, &problems);
}

static const example EXAMPLES[] = {
    {"palate check ratings.csv", "look before training"},
    {"palate check ratings.csv --scale 1:5 --all", "every rating that is not from 1 to 5, too"},
    {"palate check dump.txt --separator '|' --user-column customer --item-column article",
     "tell it what it cannot find out by itself"},
    {NULL, NULL},
};

const cli_command COMMAND_CHECK = {
    .name = "check",
    .operands = "RATINGS [options]",
    .summary = "tell what would be read of a file, and what is wrong with it",
    .description =
        "Read ratings as train would, and tell what was found: format, columns, scale, how the "
        "ratings are spread; and everything that is wrong, line by line, with what to do. The "
        "exit status is 1 if anything is wrong.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}, {palate_read_options_table, "lenient keep-order"}},
    .examples = EXAMPLES,
    .run = run,
};
