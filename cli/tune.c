/* SPDX-License-Identifier: Apache-2.0 */
/* palate tune: which options of training predict best, measured. */
#include "arguments.h"
#include "command_line.h"
#include "curve.h"
#include "describe.h"
#include "features.h"
#include "folds.h"
#include "progress.h"
#include "stability.h"
#include "table.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *tried; /* The last one given; all are in arguments->given. */
    double holdout;
    int64_t stability;
    const char *svg;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, SEARCH, FOLDS, SPLIT, TABLES, TRAIN, READ };

static const palate_option OPTIONS[] = {
    {"try", "space param grid", PALATE_OPTION_TEXT, AT(tried), NULL, 0, 0, NULL, "NAME=VALUES",
     "An option of palate train and what to try: factors=8,16,32, or a range: anchor=0..0.5, "
     "regularization=1..100:log; may be repeated"},
    {"holdout", "", PALATE_OPTION_REAL, AT(holdout), "0", 0, 0.9, NULL, "SHARE",
     "Instead of folds hold out one random share; a fifth of the time of five folds, and less "
     "sure"},
    {"stability", "restarts", PALATE_OPTION_COUNT, AT(stability), "0", 0, 100, NULL, "N",
     "Train each trial that may be chosen anew on all ratings, with N seeds, and tell how alike "
     "the factors are"},
    {"svg", "", PALATE_OPTION_TEXT, AT(svg), NULL, 0, 0, NULL, "FILE",
     "Of one option tried: draw what its values come to"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write JSON, with all that is known of every trial"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* All that one call works with. */
typedef struct tune_work {
    const cli_arguments *arguments;
    fold_source folds;
    const char **tries;
    size_t try_count;
    palate_tuning *tuning;
    size_t simplest; /* A place. */
    stability stable;
} tune_work;

static const palate_tuning_trial *trial_at(const tune_work *work, size_t place)
{
    return palate_tuning_trial_at(work->tuning, place);
}

static size_t axis_count(const tune_work *work)
{
    size_t count = 0;
    while (palate_tuning_axis(work->tuning, count) != NULL)
        count++;
    return count;
}

/* ---- Text ---- */

/* Rows as a person looks for them: one option's values in their order, several from the best on. */
typedef struct row {
    size_t place;
    double value;
} row;

static int by_value(const void *a, const void *b)
{
    const row *left = a;
    const row *right = b;
    if (left->value != right->value)
        return left->value > right->value ? 1 : -1;
    return left->place > right->place ? 1 : -1;
}

static row *list_rows(const tune_work *work)
{
    const size_t count = palate_tuning_trial_count(work->tuning);
    const bool single = axis_count(work) == 1;
    bool numbers = single;
    row *rows = calloc(count, sizeof *rows);
    for (size_t p = 0; rows != NULL && p < count; p++) {
        const palate_tuning_trial *trial = trial_at(work, p);
        char *end = NULL;
        rows[p].place = p;
        rows[p].value = strtod(trial->values[0], &end);
        numbers = numbers && *end == '\0';
    }
    for (size_t p = 0; rows != NULL && !numbers && p < count; p++)
        rows[p].value = single ? (double)trial_at(work, p)->number : 0.0;
    if (rows == NULL)
        message_error("out of memory while making a table");
    else if (single)
        qsort(rows, count, sizeof *rows, by_value);
    return rows;
}

/* One trial, or one fold, has nothing to differ from. */
static bool has_differences(const tune_work *work)
{
    bool found = false;
    for (size_t p = 0; p < palate_tuning_trial_count(work->tuning); p++)
        found |= trial_at(work, p)->difference_error > 0.0;
    return found;
}

static bool add_header(const tune_work *work, table *to)
{
    const bool differ = has_differences(work);
    bool done = true;
    for (size_t a = 0; a < axis_count(work) && done; a++)
        done = table_add(to, "%s", palate_tuning_axis(work->tuning, a)->name);
    return done && table_add(to, "%s", "epochs") &&
           table_add(to, "%s", palate_tuning_measure(work->tuning)->title) &&
           table_add(to, "s.e.") && table_add(to, "%s", differ ? "to the best" : "") &&
           table_add(to, "%s", differ ? "s.e." : "") && table_add(to, "a fold") &&
           table_add(to, "%s", work->stable.cosines != NULL ? "cosine" : "") &&
           table_add(to, "%s", work->stable.cosines != NULL ? "correlation" : "") &&
           table_add(to, "%s", "");
}

/* Numbers, or empty cells. */
static bool add_figures(const palate_tuning_trial *trial, table *to)
{
    bool done = trial->fold_count > 0 && trial->failed == NULL ? table_add(to, "%.4f", trial->mean)
                                                               : table_add(to, "-");
    done = done &&
           (trial->has_error ? table_add(to, "%.4f", trial->error) : table_add(to, "%s", ""));
    if (done && trial->has_difference && trial->difference_error > 0.0)
        return table_add(to, "%+.4f", trial->difference) &&
               table_add(to, "%.4f", trial->difference_error);
    return done && table_add(to, "%s", "") && table_add(to, "%s", "");
}

/* How alike factors of different seeds are. */
static bool add_stability(const tune_work *work, size_t place, table *to)
{
    const double *const columns[] = {work->stable.cosines, work->stable.correlations};
    bool done = true;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0] && done; c++)
        done = columns[c] == NULL || isnan(columns[c][place])
                   ? table_add(to, "%s", "")
                   : table_add(to, "%.3f", columns[c][place]);
    return done;
}

static const char *mark_of(const tune_work *work, size_t place)
{
    const palate_tuning_trial *trial = trial_at(work, place);
    if (trial->failed != NULL)
        return "failed";
    if (place == 0)
        return work->simplest == 0 ? "best, simplest" : "best";
    return place == work->simplest ? "simplest" : "";
}

static bool add_row(const tune_work *work, size_t place, table *to)
{
    const palate_tuning_trial *trial = trial_at(work, place);
    bool done = true;
    for (size_t a = 0; a < axis_count(work) && done; a++)
        done = table_add(to, "%s", trial->values[a]);
    if (done && trial->failed == NULL && trial->fold_count > 0)
        done = table_add(to, "%lld", (long long)trial->epochs);
    else if (done)
        done = table_add(to, "%s", "");
    return done && add_figures(trial, to) && table_add(to, "%.2f s", trial->seconds) &&
           add_stability(work, place, to) && table_add(to, "%s", mark_of(work, place));
}

static bool print_trials(const tune_work *work)
{
    table trials = {.columns = axis_count(work) + 9};
    row *rows = list_rows(work);
    bool done = rows != NULL && add_header(work, &trials);
    for (size_t p = 0; p < palate_tuning_trial_count(work->tuning) && done; p++)
        done = add_row(work, rows[p].place, &trials);
    if (done)
        table_print(&trials);
    free(rows);
    return done;
}

/* "halving: 27 trials, 9 of them to a third of the epochs, ..." */
static void print_head(const tune_work *work)
{
    const palate_tuning *tuning = work->tuning;
    const palate_measure *measure = palate_tuning_measure(tuning);
    const int64_t rungs = palate_tuning_rung_count(tuning);
    printf("%s, %s, %s (%s is better); %s, %s from the study\n",
           describe_things((int64_t)palate_tuning_trial_count(tuning), "trial"),
           describe_things(palate_split_fold_count(work->folds.split), "fold"), measure->title,
           measure->metric->better == PALATE_BETTER_LOWER ? "lower" : "higher",
           describe_things(palate_tuning_trained_count(tuning), "training"),
           describe_count(palate_tuning_found_count(tuning)));
    for (int64_t r = 0; rungs > 1 && r < rungs; r++) {
        const palate_rung rung = palate_tuning_rung(tuning, r);
        printf("rung %lld: %s with %.3g of the epochs\n", (long long)r + 1,
               describe_things(rung.trial_count, "trial"), rung.share);
    }
}

static void print_failures(const tune_work *work)
{
    for (size_t p = 0; p < palate_tuning_trial_count(work->tuning); p++) {
        const palate_tuning_trial *trial = trial_at(work, p);
        if (trial->failed == NULL)
            continue;
        printf("failed:");
        for (size_t a = 0; a < axis_count(work); a++)
            printf(" %s=%s", palate_tuning_axis(work->tuning, a)->name, trial->values[a]);
        printf(": %s\n", trial->failed);
    }
}

/* A command line to copy: all that this one said of reading and training, and what was tried. */
static char *command_of(const tune_work *work, size_t place)
{
    const cli_arguments *arguments = work->arguments;
    static const int KEPT[] = {TABLES, READ, TRAIN};
    command_line line = {NULL, false};
    command_line_add(&line, "palate");
    command_line_add(&line, "train");
    command_line_add(&line, arguments->operand_count > 0 ? arguments->operands[0] : "RATINGS");
    for (size_t g = 0; g < arguments->given_count; g++)
        for (size_t k = 0; k < sizeof KEPT / sizeof KEPT[0]; k++)
            if (arguments_is_of(arguments->command, (size_t)KEPT[k], arguments->given[g].option))
                command_line_add_option(&line, arguments->given[g].option,
                                        arguments->given[g].text);
    for (size_t a = 0; a < axis_count(work); a++)
        command_line_add_option(&line, palate_tuning_axis(work->tuning, a),
                                trial_at(work, place)->values[a]);
    return command_line_take(&line);
}

static bool print_command(const tune_work *work, const char *what, size_t place)
{
    char *line = command_of(work, place);
    if (line == NULL)
        return false;
    printf("%s:\n    %s -o MODEL\n", what, line);
    free(line);
    return true;
}

static int print_text(const tune_work *work)
{
    print_head(work);
    if (!print_trials(work))
        return EXIT_FAILED;
    print_failures(work);
    bool done = print_command(work, "the best", 0);
    if (done && work->simplest != 0 && work->simplest != SIZE_MAX)
        done = print_command(work, "the simplest within one standard error of the best",
                             work->simplest);
    return done ? EXIT_DONE : EXIT_FAILED;
}

static bool draw(const tune_work *work, const char *path)
{
    const size_t count = palate_tuning_trial_count(work->tuning);
    row *rows = list_rows(work);
    size_t *places = rows == NULL ? NULL : calloc(count, sizeof *places);
    for (size_t p = 0; places != NULL && p < count; p++)
        places[p] = rows[p].place;
    if (rows != NULL && places == NULL)
        message_error("out of memory while drawing");
    const bool done = places != NULL &&
                      curve_write(work->tuning, &work->stable, places, count, path);
    free(places);
    free(rows);
    return done;
}

/* ---- JSON ---- */

static json_t *trial_json(const tune_work *work, size_t place)
{
    const palate_tuning_trial *trial = trial_at(work, place);
    json_t *values = json_object();
    for (size_t a = 0; a < axis_count(work); a++)
        json_object_set_new(values, palate_tuning_axis(work->tuning, a)->name,
                            json_string(trial->values[a]));
    json_t *json = json_pack("{s:I, s:o, s:I, s:I, s:b, s:I, s:I, s:f}", "number",
                             (json_int_t)trial->number, "values", values, "rung",
                             (json_int_t)trial->rung + 1, "folds", (json_int_t)trial->fold_count,
                             "comparable", trial->comparable, "factors", (json_int_t)trial->factors,
                             "epochs", (json_int_t)trial->epochs, "seconds", trial->seconds);
    const bool measured = trial->failed == NULL && trial->fold_count > 0;
    json_object_set_new(json, "mean", measured ? json_real(trial->mean) : json_null());
    if (trial->failed != NULL)
        json_object_set_new(json, "failed", json_string(trial->failed));
    if (trial->has_error)
        json_object_set_new(json, "standard_error", json_real(trial->error));
    if (trial->has_difference) {
        json_object_set_new(json, "difference", json_real(trial->difference));
        json_object_set_new(json, "difference_standard_error", json_real(trial->difference_error));
    }
    if (work->stable.cosines != NULL && !isnan(work->stable.cosines[place])) {
        json_object_set_new(json, "stability_cosine", json_real(work->stable.cosines[place]));
        json_object_set_new(json, "stability_correlation",
                            json_real(work->stable.correlations[place]));
    }
    return json;
}

static json_t *choice_json(const tune_work *work, size_t place)
{
    if (place == SIZE_MAX)
        return json_null();
    char *line = command_of(work, place);
    json_t *json = json_pack("{s:I, s:s}", "number", (json_int_t)trial_at(work, place)->number,
                             "command", line == NULL ? "" : line);
    free(line);
    return json;
}

static int print_json(const tune_work *work)
{
    const palate_tuning *tuning = work->tuning;
    json_t *trials = json_array();
    json_t *rungs = json_array();
    for (size_t p = 0; p < palate_tuning_trial_count(tuning); p++)
        json_array_append_new(trials, trial_json(work, p));
    for (int64_t r = 0; r < palate_tuning_rung_count(tuning); r++) {
        const palate_rung rung = palate_tuning_rung(tuning, r);
        json_array_append_new(rungs, json_pack("{s:I, s:f}", "trials", (json_int_t)rung.trial_count,
                                               "share_of_epochs", rung.share));
    }
    return describe_print_json(json_pack(
        "{s:s, s:I, s:b, s:I, s:I, s:o, s:o, s:o, s:o}", "metric",
        palate_tuning_measure(tuning)->name, "folds",
        (json_int_t)palate_split_fold_count(work->folds.split), "complete",
        palate_tuning_complete(tuning), "trained", (json_int_t)palate_tuning_trained_count(tuning),
        "found_in_study", (json_int_t)palate_tuning_found_count(tuning), "rungs", rungs, "trials",
        trials, "best", choice_json(work, 0), "simplest", choice_json(work, work->simplest)));
}

/* ---- The command ---- */

/* NULL: there is no such option, which the search will tell. */
static const palate_option *option_tried(const tune_work *work, size_t place)
{
    char name[64];
    const char *text = work->tries[place];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
    return palate_options_find(palate_train_options_table(), name);
}

/* Rule mu with biases goes through the ratings in the order of lines, also where it is only tried. */
static const palate_read_options *read_options(const tune_work *work)
{
    const palate_train_options *train = work->arguments->values[TRAIN];
    palate_read_options *read = work->arguments->values[READ];
    for (size_t t = 0; t < work->try_count; t++) {
        const palate_option *option = option_tried(work, t);
        const char *name = option == NULL ? "" : option->name;
        read->keep_order |= strcmp(name, "biases") == 0 ||
                            (strcmp(name, "rule") == 0 && train->biases);
    }
    return folds_read_options(read, train);
}

/* What to try; an option that is also given would say two things. */
static int list_tries(tune_work *work)
{
    const cli_arguments *arguments = work->arguments;
    work->tries = calloc(arguments->given_count + 1, sizeof *work->tries);
    if (work->tries == NULL)
        return message_error("out of memory while reading the command line");
    for (size_t g = 0; g < arguments->given_count; g++)
        if (arguments->given[g].option == &OPTIONS[0] && arguments->given[g].text != NULL)
            work->tries[work->try_count++] = arguments->given[g].text;
    const own_options *own = arguments->values[OWN];
    if (own->svg != NULL && work->try_count > 1)
        return arguments_usage_error(arguments->command, "--svg draws one option; try one");
    const fold_options *of_folds = arguments->values[FOLDS];
    if (own->stability == 1)
        return arguments_usage_error(arguments->command,
                                     "--stability compares seeds: give 2 or more");
    if (own->stability > 0 && of_folds->given != NULL)
        return arguments_usage_error(
            arguments->command, "--stability trains on all ratings, and --given has folds alone");
    if (work->try_count == 0)
        return arguments_usage_error(arguments->command,
                                     "what is to be tried? give --try NAME=VALUES, such as "
                                     "--try factors=8,16,32");
    for (size_t t = 0; t < work->try_count; t++) {
        const palate_option *option = option_tried(work, t);
        for (size_t g = 0; option != NULL && g < arguments->given_count; g++)
            if (arguments->given[g].option == option)
                return arguments_usage_error(
                    arguments->command, "--%s is given and tried: leave one out", option->name);
    }
    return EXIT_DONE;
}

/* --holdout is short for one fold of shuffle. */
static int take_holdout(const tune_work *work)
{
    const own_options *own = work->arguments->values[OWN];
    const fold_options *of_folds = work->arguments->values[FOLDS];
    palate_split_options *split = work->arguments->values[SPLIT];
    if (own->holdout == 0.0)
        return EXIT_DONE;
    if (split->method != PALATE_SPLIT_K_FOLD || split->folds != PALATE_AUTO ||
        split->repeats != 1 || of_folds->given != NULL || of_folds->fold_column != NULL)
        return arguments_usage_error(work->arguments->command,
                                     "--holdout is a way to split: leave other ways out");
    split->method = PALATE_SPLIT_SHUFFLE;
    split->folds = 1;
    split->test_share = own->holdout;
    return EXIT_DONE;
}

static void tell_end(const tune_work *work, int signal_number)
{
    const palate_tune_options *search = work->arguments->values[SEARCH];
    if (palate_tuning_complete(work->tuning))
        return;
    message_note("ended by %s before all was measured%s",
                 signal_number == SIGINT    ? "Ctrl-C"
                 : signal_number == SIGTERM ? "a signal"
                                            : "the time limit",
                 search->study != NULL ? "; the same command goes on" : "");
}

static int search(tune_work *work)
{
    const cli_arguments *arguments = work->arguments;
    const own_options *own = arguments->values[OWN];
    palate_tune_options options = *(const palate_tune_options *)arguments->values[SEARCH];
    progress_display progress;
    palate_error err;
    progress_begin(&progress, false, arguments_common(arguments)->quiet, 0);
    options.on_progress = progress_show_search;
    options.on_progress_user = &progress;
    palate_status status = palate_tune(work->folds.split, work->tries, work->try_count,
                                       arguments->values[TRAIN], &options, &work->tuning, &err);
    const int signal_number = progress_end(&progress);
    const int stopped = EXIT_INTERRUPTED - SIGINT + signal_number;
    if (work->tuning == NULL) {
        int exit_status = message_failed(&err);
        return signal_number != 0 ? stopped : exit_status;
    }
    work->simplest = palate_tuning_simplest(work->tuning);
    tell_end(work, signal_number);
    if (own->stability > 0 && signal_number == 0 &&
        !stability_measure(work->tuning, work->folds.ratings, own->stability,
                           arguments_common(arguments)->quiet, &work->stable))
        return EXIT_FAILED;
    int exit_status = own->json ? print_json(work) : print_text(work);
    if (exit_status == EXIT_DONE && own->svg != NULL && !draw(work, own->svg))
        exit_status = EXIT_FAILED;
    return status == PALATE_E_STOPPED ? stopped : exit_status;
}

static int run(const cli_arguments *arguments)
{
    tune_work work = {.arguments = arguments};
    feature_tables tables = {NULL, NULL};
    int exit_status = folds_check(arguments, arguments->values[FOLDS]);
    if (exit_status == EXIT_DONE)
        exit_status = take_holdout(&work);
    if (exit_status == EXIT_DONE)
        exit_status = list_tries(&work);
    if (exit_status == EXIT_DONE)
        exit_status = features_read(arguments, arguments->values[TABLES], arguments->values[TRAIN],
                                    &tables);
    if (exit_status == EXIT_DONE)
        exit_status = folds_make(arguments, arguments->values[FOLDS], arguments->values[SPLIT],
                                 read_options(&work), &work.folds);
    if (exit_status == EXIT_DONE)
        exit_status = search(&work);
    stability_release(&work.stable);
    palate_tuning_free(work.tuning);
    folds_release(&work.folds);
    features_release(&tables);
    free(work.tries);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate tune ratings.csv --try factors=8,16,32,64", "how many factors"},
    {"palate tune ratings.csv --try factors=8..128:log --try anchor=0..0.5 --random --study "
     "s.sqlite",
     "20 points of a plane; stopped and called again, it goes on"},
    {"palate tune ratings.csv --try mode=default,strict --try link=on,off --metric ndcg@20",
     "every combination, by what decides for you"},
    {NULL, NULL},
};

const cli_command COMMAND_TUNE = {
    .name = "tune",
    .operands = "RATINGS | --given PATH --try NAME=VALUES [options]",
    .summary = "search for the options of training that predict best",
    .description =
        "Train with many options and evaluate each on every fold of a split: a grid, a random "
        "search or successive halving. The table has the mean over the folds, its standard error, "
        "and the difference to the best, fold by fold, with its own; below it are the commands "
        "that train with the best options, and with the simplest that are worse by no more than "
        "one "
        "standard error. "
        "The option --tune of palate train is another thing: it finds strengths of regularization "
        "while it trains one model, in a few minutes and without a choice to make. Begin with "
        "that; "
        "take palate tune for any other option, to know by how much, and to be sure.",
    .operands_most = 1,
    .groups = {{own_table, NULL},
               {palate_tune_options_table, NULL},
               {fold_options_table, NULL},
               {palate_split_options_table, "seed"},
               {feature_options_table, NULL},
               {palate_train_options_table, "tune time-limit keep-ratings"},
               {palate_read_options_table, "threads"}},
    .examples = EXAMPLES,
    .run = run,
};
