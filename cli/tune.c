/* SPDX-License-Identifier: Apache-2.0 */
/* palate tune: which options of training predict best, measured. */
#include "arguments.h"
#include "features.h"
#include "folds.h"
#include "progress.h"
#include "trials.h"

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
    stability stable;
} tune_work;

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

static int show(const tune_work *work)
{
    static const size_t KEPT[] = {TABLES, READ, TRAIN};
    const own_options *own = work->arguments->values[OWN];
    const trials_view view = {
        .tuning = work->tuning,
        .fold_count = palate_split_fold_count(work->folds.split),
        .stable = &work->stable,
        .simplest = palate_tuning_simplest(work->tuning),
        .arguments = work->arguments,
        .kept = KEPT,
        .kept_count = sizeof KEPT / sizeof KEPT[0],
    };
    const int exit_status = own->json ? trials_print_json(&view) : trials_print(&view);
    if (exit_status == EXIT_DONE && own->svg != NULL && !trials_draw(&view, own->svg))
        return EXIT_FAILED;
    return exit_status;
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
    tell_end(work, signal_number);
    if (own->stability > 0 && signal_number == 0 &&
        !stability_measure(work->tuning, work->folds.ratings, own->stability,
                           arguments_common(arguments)->quiet, &work->stable))
        return EXIT_FAILED;
    const int exit_status = show(work);
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
