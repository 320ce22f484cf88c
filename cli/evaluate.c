/* SPDX-License-Identifier: Apache-2.0 */
/* palate evaluate: how good a model's predictions are, beside those of simple systems. */
#include "arguments.h"
#include "describe.h"
#include "help.h"
#include "progress.h"
#include "table.h"

#include <signal.h>
#include <string.h>

typedef struct own_options {
    const char *train;
    bool define;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, EVALUATE, READ };

static const palate_option OPTIONS[] = {
    {"train", "", PALATE_OPTION_TEXT, AT(train), NULL, 0, 0, NULL, "FILE",
     "The ratings the model was trained on: the baseline of offsets alone is fitted to them"},
    {"define", "", PALATE_OPTION_BOOL, AT(define), "false", 0, 0, NULL, NULL,
     "Show the formulas of all metrics, or of those named, and stop"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* All that one call works with. */
typedef struct evaluate_work {
    const cli_arguments *arguments;
    palate_model *model;
    palate_ratings *test, *train;
    palate_evaluate_options options;
    palate_evaluation *evaluation;
} evaluate_work;

/* ---- Formulas ---- */

static void define(const palate_metric_definition *metric)
{
    printf("%s%s\n    %s\n    ", metric->name,
           metric->better == PALATE_BETTER_LOWER    ? ", lower is better"
           : metric->better == PALATE_BETTER_HIGHER ? ", higher is better"
                                                    : "",
           metric->formula);
    help_write_wrapped(metric->notes, 4, 4);
}

static int define_all(const cli_arguments *arguments)
{
    const palate_metric_definition *metric = NULL;
    for (size_t place = 0;
         arguments->operand_count == 0 && (metric = palate_metric_at(place)) != NULL; place++) {
        fputs(place == 0 ? "" : "\n", stdout);
        define(metric);
    }
    for (int place = 0; place < arguments->operand_count; place++) {
        metric = palate_metric_find(arguments->operands[place]);
        if (metric == NULL)
            return arguments_usage_error(arguments->command,
                                         "there is no metric %s; --define alone lists them",
                                         arguments->operands[place]);
        fputs(place == 0 ? "" : "\n", stdout);
        define(metric);
    }
    return EXIT_DONE;
}

/* ---- JSON ---- */

static json_t *figure_json(const palate_figure *figure)
{
    json_t *json = json_object();
    json_object_set_new(json, "value",
                        figure->undefined == NULL ? json_real(figure->value) : json_null());
    if (figure->undefined != NULL)
        json_object_set_new(json, "undefined", json_string(figure->undefined));
    if (figure->has_interval) {
        json_object_set_new(json, "low", json_real(figure->low));
        json_object_set_new(json, "high", json_real(figure->high));
    }
    return json;
}

static json_t *system_json(const palate_evaluation *evaluation, size_t system)
{
    json_t *figures = json_object();
    for (size_t m = 0; m < palate_evaluation_measure_count(evaluation); m++) {
        palate_figure figure = palate_evaluation_figure(evaluation, system, m);
        json_object_set_new(figures, palate_evaluation_measure(evaluation, m)->name,
                            figure_json(&figure));
    }
    return json_pack("{s:s, s:s, s:o}", "name", palate_evaluation_system(evaluation, system),
                     "note", palate_evaluation_system_note(evaluation, system), "figures", figures);
}

static int print_json(const evaluate_work *work)
{
    const palate_evaluation *evaluation = work->evaluation;
    const palate_test_facts *facts = palate_evaluation_facts(evaluation);
    json_t *systems = json_array();
    for (size_t s = 0; s < palate_evaluation_system_count(evaluation); s++)
        json_array_append_new(systems, system_json(evaluation, s));
    return describe_print_json(
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:o}", "ratings",
                  (json_int_t)facts->rating_count, "users", (json_int_t)facts->user_count, "items",
                  (json_int_t)facts->item_count, "unknown_users", (json_int_t)facts->unknown.users,
                  "unknown_items", (json_int_t)facts->unknown.items, "unknown_both",
                  (json_int_t)facts->unknown.both, "seen", (json_int_t)facts->seen_count,
                  "confidence", work->options.confidence, "resamples",
                  (json_int_t)work->options.resamples, "systems", systems));
}

/* ---- Text ---- */

static void print_facts(const palate_test_facts *facts)
{
    printf("%s by %s of %s\n", describe_things(facts->rating_count, "rating"),
           describe_things(facts->user_count, "user"), describe_things(facts->item_count, "item"));
    if (facts->unknown.users > 0 || facts->unknown.items > 0)
        printf("unknown to the model: %s, %s; their ratings count (%s of a user, %s of an item, %s "
               "of both)\n",
               describe_things(facts->unknown_user_count, "user"),
               describe_things(facts->unknown_item_count, "item"),
               describe_count(facts->unknown.users), describe_count(facts->unknown.items),
               describe_count(facts->unknown.both));
}

/* The model's value with its interval, the others' values. */
static bool add_figure(table *to, const palate_figure *figure, bool with_interval)
{
    bool done = figure->undefined != NULL ? table_add(to, "-")
                                          : table_add(to, "%.4f", figure->value);
    if (done && with_interval)
        done = figure->has_interval ? table_add(to, "%.4f to %.4f", figure->low, figure->high)
                                    : table_add(to, "%s", "");
    return done;
}

static bool fill_table(const palate_evaluation *evaluation, double confidence, table *to)
{
    size_t systems = palate_evaluation_system_count(evaluation);
    bool done = table_add(to, "%s", "");
    for (size_t s = 0; s < systems && done; s++) {
        done = table_add(to, "%s", palate_evaluation_system(evaluation, s));
        if (done && s == 0)
            done = table_add(to, "%g %% interval", 100.0 * confidence);
    }
    for (size_t m = 0; m < palate_evaluation_measure_count(evaluation) && done; m++) {
        done = table_add(to, "%s", palate_evaluation_measure(evaluation, m)->title);
        for (size_t s = 0; s < systems && done; s++) {
            palate_figure figure = palate_evaluation_figure(evaluation, s, m);
            done = add_figure(to, &figure, s == 0);
        }
    }
    return done;
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* A line for each reason why a system has no value, with the measures it goes for. */
static void print_undefined(const palate_evaluation *evaluation, size_t system)
{
    size_t measures = palate_evaluation_measure_count(evaluation);
    for (size_t m = 0; m < measures; m++) {
        const char *reason = palate_evaluation_figure(evaluation, system, m).undefined;
        bool told = reason == NULL;
        for (size_t before = 0; before < m && !told; before++)
            told = same_text(palate_evaluation_figure(evaluation, system, before).undefined,
                             reason);
        if (told)
            continue;
        printf("%s: no", palate_evaluation_system(evaluation, system));
        for (size_t same = m; same < measures; same++)
            if (same_text(palate_evaluation_figure(evaluation, system, same).undefined, reason))
                printf("%s %s", same == m ? "" : ",",
                       palate_evaluation_measure(evaluation, same)->title);
        printf(": %s\n", reason);
    }
}

static int print_text(const evaluate_work *work)
{
    const palate_evaluation *evaluation = work->evaluation;
    size_t systems = palate_evaluation_system_count(evaluation);
    table figures = {.columns = systems + 2};
    print_facts(palate_evaluation_facts(evaluation));
    if (!fill_table(evaluation, work->options.confidence, &figures))
        return EXIT_FAILED;
    table_print(&figures);
    for (size_t s = 0; s < systems; s++) {
        const char *note = palate_evaluation_system_note(evaluation, s);
        if (note[0] != '\0')
            printf("%s: %s\n", palate_evaluation_system(evaluation, s), note);
        print_undefined(evaluation, s);
    }
    return EXIT_DONE;
}

/* ---- The command ---- */

static int read_all(evaluate_work *work)
{
    const cli_arguments *arguments = work->arguments;
    const own_options *own = arguments->values[OWN];
    palate_context *context = arguments->context;
    palate_error err;
    if (palate_model_load(context, arguments->operands[0], &work->model, &err) != PALATE_OK ||
        palate_ratings_read(context, arguments->operands[1], arguments->values[READ], &work->test,
                            &err) != PALATE_OK)
        return message_failed(&err);
    if (own->train != NULL && palate_ratings_read(context, own->train, arguments->values[READ],
                                                  &work->train, &err) != PALATE_OK)
        return message_failed(&err);
    return EXIT_DONE;
}

static int evaluate(evaluate_work *work)
{
    progress_display progress;
    palate_error err;
    progress_begin(&progress, false, arguments_common(work->arguments)->quiet, 0);
    work->options = *(const palate_evaluate_options *)work->arguments->values[EVALUATE];
    work->options.train = work->train;
    work->options.on_progress = progress_show_share;
    work->options.on_progress_user = &progress;
    palate_status status = palate_evaluation_run(work->model, work->test, &work->options,
                                                 &work->evaluation, &err);
    int signal_number = progress_end(&progress);
    if (status == PALATE_OK)
        return EXIT_DONE;
    message_failed(&err);
    return status == PALATE_E_STOPPED   ? EXIT_INTERRUPTED - SIGINT + signal_number
           : status == PALATE_E_INVALID ? EXIT_USAGE
                                        : EXIT_FAILED;
}

static void warn(const palate_test_facts *facts)
{
    if (facts->train_differs)
        message_warning("--train: these are not the ratings the model was trained on");
    if (facts->seen_count > 0)
        message_warning("the model was trained on %s of the %s: they look better predicted than "
                        "new ones will be",
                        describe_count(facts->seen_count),
                        describe_things(facts->rating_count, "rating"));
}

static int check_operands(const cli_arguments *arguments)
{
    if (arguments->operand_count < 2)
        return arguments_usage_error(arguments->command, "something is missing; it takes %s",
                                     arguments->command->operands);
    if (arguments->operand_count > 2)
        return arguments_usage_error(arguments->command, "one argument too many: %s",
                                     arguments->operands[2]);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[OWN];
    if (own->define)
        return define_all(arguments);
    int exit_status = check_operands(arguments);
    if (exit_status != EXIT_DONE)
        return exit_status;
    evaluate_work work = {.arguments = arguments};
    exit_status = read_all(&work);
    if (exit_status == EXIT_DONE)
        exit_status = evaluate(&work);
    if (exit_status == EXIT_DONE) {
        warn(palate_evaluation_facts(work.evaluation));
        exit_status = own->json ? print_json(&work) : print_text(&work);
    }
    palate_evaluation_free(work.evaluation);
    palate_ratings_free(work.train);
    palate_ratings_free(work.test);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate evaluate movies.palate test.csv", "errors on ratings the model has not seen"},
    {"palate evaluate movies.palate test.csv --train train.csv --json",
     "beside a baseline of offsets alone, for a program"},
    {"palate evaluate --define fcp", "how a metric is defined"},
    {NULL, NULL},
};

const cli_command COMMAND_EVALUATE = {
    .name = "evaluate",
    .operands = "MODEL RATINGS | --define [METRIC...] [options]",
    .summary = "measure how good a model's predictions are",
    .description =
        "Compare a model's predictions with ratings it has not seen, beside simple systems that "
        "anything should beat: the mean for everybody, and with --train an offset for each user "
        "and item. Ratings of users and items the model does not know count, too. Intervals come "
        "from resampling users, each with all of their ratings.",
    .operands_most = 100,
    .groups = {{own_table, NULL},
               {palate_evaluate_options_table, NULL},
               {palate_read_options_table, "keep-order"}},
    .examples = EXAMPLES,
    .run = run,
};
