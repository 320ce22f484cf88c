/* SPDX-License-Identifier: Apache-2.0 */
/* palate cross-validate: train and evaluate, fold by fold. */
#include "arguments.h"
#include "describe.h"
#include "features.h"
#include "figures.h"
#include "folds.h"
#include "progress.h"

#include <signal.h>

typedef struct own_options {
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, FOLDS, SPLIT, TABLES, TRAIN, EVALUATE, READ };

static const palate_option OPTIONS[] = {
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write JSON, with the figures of every fold"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* All that one call works with. */
typedef struct validate_work {
    const cli_arguments *arguments;
    fold_source folds;
    palate_evaluate_options options;
    palate_cross_validation *validation;
} validate_work;

/* ---- Results ---- */

static const char *system_of(const void *of, size_t system)
{
    return palate_evaluation_system(palate_cross_validation_fold(of, 0)->evaluation, system);
}

static const palate_measure *measure_of(const void *of, size_t measure)
{
    return palate_evaluation_measure(palate_cross_validation_fold(of, 0)->evaluation, measure);
}

static palate_figure figure_of(const void *of, size_t system, size_t measure)
{
    palate_spread spread = palate_cross_validation_spread(of, system, measure);
    return (palate_figure){.value = spread.mean,
                           .undefined = spread.undefined,
                           .has_interval = spread.has_interval,
                           .low = spread.low,
                           .high = spread.high};
}

static double sd_of(const void *of, size_t system, size_t measure)
{
    return palate_cross_validation_spread(of, system, measure).sd;
}

static palate_difference difference_of(const void *of, size_t system, size_t measure)
{
    return palate_cross_validation_difference(of, system, measure);
}

static figure_source source_of(const validate_work *work)
{
    const palate_cross_validation *validation = work->validation;
    const palate_evaluation *first = palate_cross_validation_fold(validation, 0)->evaluation;
    return (figure_source){
        .of = validation,
        .system_count = palate_evaluation_system_count(first),
        .measure_count = palate_evaluation_measure_count(first),
        .system = system_of,
        .measure = measure_of,
        .figure = figure_of,
        .sd = palate_cross_validation_fold_count(validation) > 1 ? sd_of : NULL,
        .difference = difference_of,
        .test_count = palate_cross_validation_test_count(validation),
        .confidence = work->options.confidence,
    };
}

/* ---- Text ---- */

/* "80,000", or "70,000 to 90,000". */
static const char *range_of(const palate_cross_validation *validation, bool test, char text[64])
{
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (int64_t f = 0; f < palate_cross_validation_fold_count(validation); f++) {
        const palate_fold_result *fold = palate_cross_validation_fold(validation, f);
        int64_t count = test ? fold->test_count : fold->train_count;
        least = count < least ? count : least;
        most = count > most ? count : most;
    }
    if (least == most)
        snprintf(text, 64, "%s", describe_count(least));
    else
        snprintf(text, 64, "%s to %s", describe_count(least), describe_count(most));
    return text;
}

/* Measures that only some folds have. */
static void print_gaps(const validate_work *work, const figure_source *source)
{
    int64_t folds = palate_cross_validation_fold_count(work->validation);
    for (size_t s = 0; s < source->system_count; s++)
        for (size_t m = 0; m < source->measure_count; m++) {
            palate_spread spread = palate_cross_validation_spread(work->validation, s, m);
            if (spread.undefined == NULL && spread.fold_count < folds)
                printf("%s: %s in %s of %s\n", system_of(source->of, s),
                       measure_of(source->of, m)->title, describe_count(spread.fold_count),
                       describe_things(folds, "fold"));
        }
}

static int print_text(const validate_work *work)
{
    char train[64];
    char test[64];
    const figure_source source = source_of(work);
    int64_t folds = palate_cross_validation_fold_count(work->validation);
    printf("%s: %s ratings to learn from, %s to test on\n", describe_things(folds, "fold"),
           range_of(work->validation, false, train), range_of(work->validation, true, test));
    if (!figures_print(&source))
        return EXIT_FAILED;
    figures_print_reasons(&source);
    print_gaps(work, &source);
    const char *method = folds > 1 ? "Student's t over folds, corrected as the interval is"
                                   : "exchange of the two systems' results, user by user";
    return figures_print_differences(&source, method) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- JSON ---- */

static json_t *spread_json(const palate_spread *spread)
{
    json_t *json = json_object();
    json_object_set_new(json, "mean",
                        spread->undefined == NULL ? json_real(spread->mean) : json_null());
    if (spread->undefined != NULL)
        json_object_set_new(json, "undefined", json_string(spread->undefined));
    else
        json_object_set_new(json, "sd", json_real(spread->sd));
    if (spread->has_interval) {
        json_object_set_new(json, "low", json_real(spread->low));
        json_object_set_new(json, "high", json_real(spread->high));
    }
    json_object_set_new(json, "folds", json_integer((json_int_t)spread->fold_count));
    return json;
}

static json_t *system_json(const validate_work *work, const figure_source *source, size_t system)
{
    json_t *spreads = json_object();
    for (size_t m = 0; m < source->measure_count; m++) {
        palate_spread spread = palate_cross_validation_spread(work->validation, system, m);
        json_object_set_new(spreads, measure_of(source->of, m)->name, spread_json(&spread));
    }
    return json_pack("{s:s, s:o}", "name", system_of(source->of, system), "figures", spreads);
}

static json_t *fold_systems_json(const palate_evaluation *evaluation)
{
    json_t *systems = json_array();
    for (size_t s = 0; s < palate_evaluation_system_count(evaluation); s++) {
        json_t *figures = json_object();
        for (size_t m = 0; m < palate_evaluation_measure_count(evaluation); m++) {
            palate_figure figure = palate_evaluation_figure(evaluation, s, m, 0);
            json_object_set_new(figures, palate_evaluation_measure(evaluation, m)->name,
                                figures_json(&figure));
        }
        json_array_append_new(systems, json_pack("{s:s, s:s, s:o}", "name",
                                                 palate_evaluation_system(evaluation, s), "note",
                                                 palate_evaluation_system_note(evaluation, s),
                                                 "figures", figures));
    }
    return systems;
}

static json_t *fold_json(const palate_fold_result *fold)
{
    json_t *json = json_pack("{s:s, s:I, s:I, s:I, s:f}", "name", fold->name, "train_ratings",
                             (json_int_t)fold->train_count, "test_ratings",
                             (json_int_t)fold->test_count, "epochs", (json_int_t)fold->epochs,
                             "train_seconds", fold->train_seconds);
    json_object_set_new(json, "facts",
                        figures_facts_json(palate_evaluation_facts(fold->evaluation)));
    json_object_set_new(json, "systems", fold_systems_json(fold->evaluation));
    return json;
}

static int print_json(const validate_work *work)
{
    const figure_source source = source_of(work);
    json_t *systems = json_array();
    json_t *folds = json_array();
    for (size_t s = 0; s < source.system_count; s++)
        json_array_append_new(systems, system_json(work, &source, s));
    for (int64_t f = 0; f < palate_cross_validation_fold_count(work->validation); f++)
        json_array_append_new(folds, fold_json(palate_cross_validation_fold(work->validation, f)));
    json_t *json = json_pack("{s:f, s:o}", "confidence", work->options.confidence, "systems",
                             systems);
    json_t *differences = figures_differences_json(&source);
    if (differences != NULL)
        json_object_set_new(json, "differences", differences);
    json_object_set_new(json, "folds", folds);
    return describe_print_json(json);
}

/* ---- The command ---- */

static int validate(validate_work *work)
{
    const cli_arguments *arguments = work->arguments;
    const own_options *own = arguments->values[OWN];
    const palate_train_options *train = arguments->values[TRAIN];
    progress_display progress;
    palate_error err;
    work->options = *(const palate_evaluate_options *)arguments->values[EVALUATE];
    work->options.threads = train->threads;
    work->options.seed = train->seed;
    progress_begin(&progress, false, arguments_common(arguments)->quiet, 0);
    palate_status status = palate_cross_validate(work->folds.split, train, &work->options,
                                                 progress_show_fold, &progress, &work->validation,
                                                 &err);
    int signal_number = progress_end(&progress);
    if (status != PALATE_OK && work->validation == NULL) {
        int exit_status = message_failed(&err);
        return signal_number != 0 ? EXIT_INTERRUPTED - SIGINT + signal_number : exit_status;
    }
    if (status == PALATE_E_STOPPED)
        message_note("stopped by %s: these are the folds that were finished",
                     signal_number == SIGINT ? "Ctrl-C" : "a signal");
    int exit_status = own->json ? print_json(work) : print_text(work);
    return status == PALATE_E_STOPPED ? EXIT_INTERRUPTED - SIGINT + signal_number : exit_status;
}

static int run(const cli_arguments *arguments)
{
    validate_work work = {.arguments = arguments};
    feature_tables tables = {NULL, NULL};
    int exit_status = folds_check(arguments, arguments->values[FOLDS]);
    if (exit_status == EXIT_DONE)
        exit_status = features_read(arguments, arguments->values[TABLES], arguments->values[TRAIN],
                                    &tables);
    if (exit_status == EXIT_DONE)
        exit_status = folds_make(
            arguments, arguments->values[FOLDS], arguments->values[SPLIT],
            folds_read_options(arguments->values[READ], arguments->values[TRAIN]), &work.folds);
    if (exit_status == EXIT_DONE)
        exit_status = validate(&work);
    palate_cross_validation_free(work.validation);
    folds_release(&work.folds);
    features_release(&tables);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate cross-validate ratings.csv --factors 16", "five folds, with options of training"},
    {"palate cross-validate ratings.csv --method time --folds 3 --test-share 0.1",
     "three windows of time, each learned from what was before it"},
    {"palate cross-validate --given 'ml-100k/u[1-5].base' --scale 1:5", "published folds"},
    {NULL, NULL},
};

const cli_command COMMAND_CROSS_VALIDATE = {
    .name = "cross-validate",
    .operands = "RATINGS | --given PATH [options]",
    .summary = "train and evaluate on every fold of a split",
    .description =
        "Divide ratings as palate split does, train on one part with the options of palate train "
        "and evaluate on the other as palate evaluate does, for every fold. The table has the mean "
        "over the folds beside that of the baselines; of the model also its standard deviation and "
        "an interval of the mean, corrected for what folds learn from in common (Nadeau & Bengio "
        "2003). Of a single fold the interval is that of palate evaluate.",
    .operands_most = 1,
    .groups = {{own_table, NULL},
               {fold_options_table, NULL},
               {palate_split_options_table, "seed"},
               {feature_options_table, NULL},
               {palate_train_options_table, NULL},
               {palate_evaluate_options_table, "seed threads groups common"},
               {palate_read_options_table, "threads"}},
    .examples = EXAMPLES,
    .run = run,
};
