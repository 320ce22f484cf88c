/* SPDX-License-Identifier: Apache-2.0 */
/* palate evaluate: how good a model's predictions are, beside those of simple systems. */
#include "arguments.h"
#include "describe.h"
#include "figures.h"
#include "help.h"
#include "lists.h"
#include "others.h"
#include "progress.h"

#include <signal.h>

typedef struct own_options {
    const char *train;
    const char *candidates;
    const char *compare;       /* The last one given; all are in arguments->given. */
    const char *compare_lists; /* The same. */
    bool define;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, EVALUATE, READ };

static const palate_option OPTIONS[] = {
    {"train", "", PALATE_OPTION_TEXT, AT(train), NULL, 0, 0, NULL, "FILE",
     "The ratings the model was trained on: the baseline of offsets alone is fitted to them"},
    {"candidates", "allow", PALATE_OPTION_TEXT, AT(candidates), NULL, 0, 0, NULL, "FILE",
     "Recommend only items of this list, an id a line; no other is relevant"},
    {"compare", "", PALATE_OPTION_TEXT, AT(compare), NULL, 0, 0, NULL, "[NAME=]FILE",
     "Compare with another system's predictions of the test ratings (user, item, prediction); may "
     "be repeated"},
    {"compare-lists", "", PALATE_OPTION_TEXT, AT(compare_lists), NULL, 0, 0, NULL, "[NAME=]FILE",
     "Compare with another system's lists (user, item, score); may be repeated"},
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
    row_list candidates;
    other_systems others;
    palate_evaluate_options options;
    palate_evaluation *evaluation;
} evaluate_work;

/* ---- Formulas ---- */

static void define(const palate_metric_definition *metric)
{
    printf("%s%s\n    ", metric->name,
           metric->better == PALATE_BETTER_LOWER    ? ", lower is better"
           : metric->better == PALATE_BETTER_HIGHER ? ", higher is better"
                                                    : "");
    help_write_wrapped(metric->formula, 4, 4);
    printf("    ");
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

static int print_json(const evaluate_work *work)
{
    const palate_evaluation *evaluation = work->evaluation;
    json_t *json = figures_facts_json(palate_evaluation_facts(evaluation));
    json_object_set_new(json, "confidence", json_real(work->options.confidence));
    json_object_set_new(json, "resamples", json_integer((json_int_t)work->options.resamples));
    json_object_set_new(json, "systems", figures_systems_json(evaluation, 0));
    const figure_source source = figures_of_evaluation(evaluation, work->options.confidence);
    json_t *differences = figures_differences_json(&source);
    if (differences != NULL)
        json_object_set_new(json, "differences", differences);
    if (palate_evaluation_slice_count(evaluation) > 1)
        json_object_set_new(json, "groups", figures_groups_json(evaluation));
    return describe_print_json(json);
}

/* ---- Text ---- */

static void print_relevance(const palate_test_facts *facts)
{
    char from[60] = "";
    if (!facts->any_relevant)
        snprintf(from, sizeof from, " from %g on", facts->relevant_from);
    printf("relevant: %s%s, by %s; recommended: the best of %s%s\n",
           describe_things(facts->relevant_count, "rating"), from,
           describe_things(facts->relevant_user_count, "user"),
           describe_things(facts->catalogue_count, "item"),
           facts->seen_unknown ? "" : " not rated in training");
}

static void print_facts(const palate_evaluation *evaluation, bool with_lists)
{
    const palate_test_facts *facts = palate_evaluation_facts(evaluation);
    printf("%s by %s of %s\n", describe_things(facts->rating_count, "rating"),
           describe_things(facts->user_count, "user"), describe_things(facts->item_count, "item"));
    if (facts->unknown.users > 0 || facts->unknown.items > 0)
        printf("unknown to the model: %s, %s; their ratings count (%s of a user, %s of an item, %s "
               "of both)\n",
               describe_things(facts->unknown_user_count, "user"),
               describe_things(facts->unknown_item_count, "item"),
               describe_count(facts->unknown.users), describe_count(facts->unknown.items),
               describe_count(facts->unknown.both));
    if (facts->common_count < facts->rating_count)
        printf("predictions are compared on the %s that all systems predict\n",
               describe_things(facts->common_count, "rating"));
    if (with_lists)
        print_relevance(facts);
}

static bool is_of(const palate_evaluation *evaluation, size_t slice, palate_slice_kind kind)
{
    return palate_evaluation_slice(evaluation, slice)->kind == kind;
}

static bool add_group_names(const palate_evaluation *evaluation, palate_slice_kind kind, table *to)
{
    bool done = table_add(to,
                          kind == PALATE_SLICE_USERS ? "model, users with" : "model, items with");
    for (size_t s = 0; s < palate_evaluation_slice_count(evaluation) && done; s++) {
        const palate_slice *slice = palate_evaluation_slice(evaluation, s);
        if (slice->kind == kind)
            done = table_add(to, "%s to %s", describe_count(slice->least),
                             describe_count(slice->most));
    }
    return done;
}

/* Nothing where the measure is of no group. */
static bool add_group_figures(const palate_evaluation *evaluation, palate_slice_kind kind,
                              size_t measure, table *to)
{
    bool defined = false;
    size_t slices = palate_evaluation_slice_count(evaluation);
    for (size_t s = 0; s < slices; s++)
        defined |= is_of(evaluation, s, kind) &&
                   palate_evaluation_figure(evaluation, 0, measure, s).undefined == NULL;
    bool done = !defined ||
                table_add(to, "%s", palate_evaluation_measure(evaluation, measure)->title);
    for (size_t s = 0; s < slices && defined && done; s++) {
        palate_figure figure = palate_evaluation_figure(evaluation, 0, measure, s);
        if (is_of(evaluation, s, kind))
            done = figures_add(to, &figure);
    }
    return done;
}

/* The model in groups of users or of items, by their ratings in training: a column each. */
static int print_groups(const palate_evaluation *evaluation, palate_slice_kind kind)
{
    table groups = {.columns = 1};
    for (size_t s = 0; s < palate_evaluation_slice_count(evaluation); s++)
        groups.columns += is_of(evaluation, s, kind);
    if (groups.columns == 1)
        return EXIT_DONE;
    bool done = add_group_names(evaluation, kind, &groups);
    for (size_t m = 0; m < palate_evaluation_measure_count(evaluation) && done; m++)
        done = add_group_figures(evaluation, kind, m, &groups);
    if (!done)
        return EXIT_FAILED;
    puts("");
    table_print(&groups);
    return EXIT_DONE;
}

static int print_text(const evaluate_work *work)
{
    const palate_evaluation *evaluation = work->evaluation;
    const figure_source source = figures_of_evaluation(evaluation, work->options.confidence);
    print_facts(evaluation, figures_have_lists(&source));
    if (!figures_print(&source))
        return EXIT_FAILED;
    figures_print_reasons(&source);
    for (size_t s = 0; s < source.system_count; s++) {
        const char *note = palate_evaluation_system_note(evaluation, s);
        if (note[0] != '\0')
            printf("%s: %s\n", palate_evaluation_system(evaluation, s), note);
    }
    char method[100];
    snprintf(method, sizeof method, "exchange of the two systems' results, user by user, %s times",
             describe_count(work->options.permutations));
    if (!figures_print_differences(&source, method))
        return EXIT_FAILED;
    int exit_status = print_groups(evaluation, PALATE_SLICE_USERS);
    return exit_status == EXIT_DONE ? print_groups(evaluation, PALATE_SLICE_ITEMS) : exit_status;
}

/* ---- The command ---- */

static int read_all(evaluate_work *work)
{
    const cli_arguments *arguments = work->arguments;
    const own_options *own = arguments->values[OWN];
    const palate_evaluate_options *options = arguments->values[EVALUATE];
    palate_read_options *read_options = arguments->values[READ];
    palate_context *context = arguments->context;
    palate_error err;
    read_options->threads = options->threads;
    if (palate_model_load(context, arguments->operands[0], &work->model, &err) != PALATE_OK ||
        palate_ratings_read(context, arguments->operands[1], read_options, &work->test, &err) !=
            PALATE_OK)
        return message_failed(&err);
    if (own->train != NULL &&
        palate_ratings_read(context, own->train, read_options, &work->train, &err) != PALATE_OK)
        return message_failed(&err);
    if (own->candidates != NULL &&
        !(row_list_begin(&work->candidates) &&
          row_list_read(&work->candidates, work->model, &SIDE_ITEMS, own->candidates)))
        return EXIT_FAILED;
    return others_read(&work->others, arguments, read_options);
}

static int evaluate(evaluate_work *work)
{
    progress_display progress;
    palate_error err;
    progress_begin(&progress, false, arguments_common(work->arguments)->quiet, 0);
    work->options = *(const palate_evaluate_options *)work->arguments->values[EVALUATE];
    work->options.train = work->train;
    work->options.candidates = work->candidates.rows;
    work->options.candidate_count = work->candidates.count;
    work->options.others = work->others.list;
    work->options.other_count = work->others.count;
    work->options.differences |= work->others.count > 0;
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

static void warn(const palate_evaluation *evaluation)
{
    const palate_test_facts *facts = palate_evaluation_facts(evaluation);
    const figure_source source = figures_of_evaluation(evaluation, 0);
    if (facts->seen_unknown && figures_have_lists(&source))
        message_warning("the model was made from given factors: nobody knows what its users have "
                        "rated, and nothing is left out of their lists for it");
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
        warn(work.evaluation);
        exit_status = own->json ? print_json(&work) : print_text(&work);
    }
    palate_evaluation_free(work.evaluation);
    others_release(&work.others);
    row_list_release(&work.candidates);
    palate_ratings_free(work.train);
    palate_ratings_free(work.test);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate evaluate movies.palate test.csv", "errors on ratings the model has not seen"},
    {"palate evaluate movies.palate test.csv --train train.csv --json",
     "beside a baseline of offsets alone, for a program"},
    {"palate evaluate movies.palate test.csv --metrics ndcg,recall -n 5,10,20 --groups 4",
     "lists of three lengths, and how it does for groups of users and items"},
    {"palate evaluate movies.palate test.csv --compare svd=predictions.csv",
     "beside another system, with tests of the differences"},
    {"palate evaluate --define ndcg", "how a metric is defined"},
    {NULL, NULL},
};

const cli_command COMMAND_EVALUATE = {
    .name = "evaluate",
    .operands = "MODEL RATINGS | --define [METRIC...] [options]",
    .summary = "measure how good a model's predictions are",
    .description =
        "Compare a model's predictions, and the lists it would recommend, with ratings it has not "
        "seen, beside simple systems that anything should beat: the mean for everybody, what most "
        "have rated, and with --train an offset for each user and item. Ratings of users and items "
        "the model does not know count, too. Intervals come from resampling users, each with all "
        "of their ratings.",
    .operands_most = 100,
    .groups = {{own_table, NULL},
               {palate_evaluate_options_table, NULL},
               {palate_read_options_table, "keep-order threads"}},
    .examples = EXAMPLES,
    .run = run,
};
