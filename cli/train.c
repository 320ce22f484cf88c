/* SPDX-License-Identifier: Apache-2.0 */
/* palate train: ratings in, model out. */
#define _GNU_SOURCE
#include "arguments.h"
#include "describe.h"
#include "features.h"
#include "progress.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct own_options {
    const char *output;
    bool log;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, TABLES, READ, TRAIN };

static const palate_option OPTIONS[] = {
    {"output", "model", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "The model file to write; an old one is replaced when the new one is complete"},
    {"log", "", PALATE_OPTION_BOOL, AT(log), "false", 0, 0, NULL, NULL,
     "Write a line an epoch to standard error"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write what was read and reached to standard output, as JSON"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* An hour of training is not to end in "no such directory". */
static bool can_write(const char *path)
{
    struct stat about;
    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        message_error("%s: cannot write: %s", path, strerror(EISDIR));
        return false;
    }
    char *folder = strdup(path);
    if (folder == NULL)
        return true;
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = '\0';
    bool possible = access(slash == NULL ? "." : folder, W_OK) == 0 || access(path, W_OK) == 0;
    if (!possible)
        message_error("%s: cannot write: %s", path, strerror(errno));
    free(folder);
    return possible;
}

static json_t *training_json(const char *path, const palate_model_summary *summary)
{
    return json_pack("{s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:s, s:f, s:o, s:o}", "model", path,
                     "factors", (json_int_t)summary->factor_count, "mode", summary->mode, "missing",
                     summary->missing, "rule", summary->rule, "epochs", (json_int_t)summary->epochs,
                     "best_epoch", (json_int_t)summary->best_epoch, "stopped_by",
                     summary->stopped_by, "train_seconds", summary->seconds, "train_rmse",
                     describe_real_json(summary->train_rmse), "validation_rmse",
                     describe_real_json(summary->validation_rmse));
}

static void tell_result(const char *path, const palate_model_summary *summary)
{
    char validation[60] = "";
    if (isfinite(summary->validation_rmse))
        snprintf(validation, sizeof validation, ", validation RMSE %.4f (epoch %lld)",
                 summary->validation_rmse, (long long)summary->best_epoch);
    const bool is_zero = strcmp(summary->missing, "zero") == 0;
    message_note("%s in %.2f s (ended by %s), %s %.4f%s", describe_things(summary->epochs, "epoch"),
                 summary->seconds, summary->stopped_by,
                 is_zero ? "RMSE of all cells, zeros too," : "train RMSE", summary->train_rmse,
                 validation);
    message_note("wrote %s: %s, mode %s%s", path, describe_things(summary->factor_count, "factor"),
                 summary->mode, is_zero ? ", missing zero" : "");
}

static void tell_trial(const palate_trial *trial, void *user)
{
    char link[40] = "off";
    (void)user;
    if (trial->link_regularization > 0.0)
        snprintf(link, sizeof link, "%.3g", trial->link_regularization);
    message_note("tried  regularization %-6.3g link %-6s %3lld factors  %2lld epochs: validation "
                 "RMSE %.4f",
                 trial->regularization, link, (long long)trial->factors, (long long)trial->epochs,
                 trial->validation_rmse);
}

/* Trains and saves. `*signal_number`: what ended training early, or 0. */
static palate_status train(const palate_ratings *ratings, const cli_arguments *arguments,
                           int *signal_number, palate_model **model, palate_error *err)
{
    const own_options *own = arguments->values[OWN];
    palate_train_options options = *(const palate_train_options *)arguments->values[TRAIN];
    progress_display progress;
    progress_begin(&progress, own->log, arguments_common(arguments)->quiet, options.time_limit);
    options.on_progress = progress_show;
    options.on_progress_user = &progress;
    options.on_trial = tell_trial;
    palate_status status = palate_model_train(ratings, &options, model, err);
    *signal_number = progress_end(&progress);
    if (status == PALATE_OK || status == PALATE_E_STOPPED)
        status = palate_model_save(*model, own->output, err);
    return status;
}

static int finish(const cli_arguments *arguments, const palate_ratings *ratings,
                  const palate_model *model, int signal_number)
{
    const own_options *own = arguments->values[OWN];
    palate_model_summary summary;
    palate_model_info(model, &summary);
    bool stopped = signal_number != 0 && strcmp(summary.stopped_by, "request") == 0;
    if (stopped)
        message_note("stopped by %s: the best model so far is saved",
                     signal_number == SIGINT ? "Ctrl-C" : "a signal");
    tell_result(own->output, &summary);
    int exit_status = EXIT_DONE;
    if (own->json) {
        json_t *json = training_json(own->output, &summary);
        json_object_update_new(json, describe_read_json(palate_ratings_report(ratings)));
        exit_status = describe_print_json(json);
    }
    /* As a shell counts a command that a signal has ended. */
    return stopped ? EXIT_INTERRUPTED - SIGINT + signal_number : exit_status;
}

/* Rule mu with biases goes through the ratings in the order of lines, as Surprise does. */
static const palate_read_options *read_options(const cli_arguments *arguments)
{
    const palate_train_options *train_options = arguments->values[TRAIN];
    palate_read_options *options = arguments->values[READ];
    options->keep_order |= train_options->rule == PALATE_RULE_MU && train_options->biases;
    options->threads = train_options->threads;
    return options;
}

/* Reads ratings, trains, and says what came of it. */
static int learn(const cli_arguments *arguments, const feature_tables *tables)
{
    palate_error err;
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    int signal_number = 0;
    if (palate_ratings_read(arguments->context, arguments->operands[0], read_options(arguments),
                            &ratings, &err) != PALATE_OK)
        return message_failed(&err);
    describe_read(palate_ratings_report(ratings));
    int exit_status = features_tell(arguments->values[TABLES], tables, ratings);
    if (exit_status == EXIT_DONE)
        exit_status = train(ratings, arguments, &signal_number, &model, &err) != PALATE_OK
                          ? message_failed(&err)
                          : EXIT_DONE;
    if (model != NULL) {
        features_tell_left_out(arguments->values[TABLES], tables, model);
        exit_status = finish(arguments, ratings, model, signal_number);
    }
    palate_model_free(model);
    palate_ratings_free(ratings);
    return exit_status;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[OWN];
    feature_tables tables = {NULL, NULL};
    if (own->output == NULL)
        return arguments_usage_error(arguments->command,
                                     "where to? give the model file with -o MODEL");
    if (!can_write(own->output))
        return EXIT_FAILED;
    int exit_status = features_read(arguments, arguments->values[TABLES], arguments->values[TRAIN],
                                    &tables);
    if (exit_status == EXIT_DONE)
        exit_status = learn(arguments, &tables);
    features_release(&tables);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate train ratings.csv -o movies.palate", "learn from a CSV file, all by default"},
    {"palate train u.data -o movies.palate --factors 64 --validation 0.1",
     "hold a tenth of the ratings out, and stop when they are predicted no better"},
    {"palate train ratings.csv -o movies.palate --scale 1:5 --mode pure --log",
     "textbook factorization, with a line an epoch"},
    {"palate train ratings.csv --items movies.csv --item-features genres,year -o movies.palate",
     "learn from what a table says of the items, too: also of those nobody has rated"},
    {"palate train 'sqlite:shop.db?SELECT customer, article, stars FROM reviews' -o shop.palate",
     "learn from a database"},
    {NULL, NULL},
};

const cli_command COMMAND_TRAIN = {
    .name = "train",
    .operands = "RATINGS -o MODEL [options]",
    .summary = "learn a model from ratings",
    .description =
        "Learn non-negative factors of users and items from ratings, and write them to a model "
        "file. RATINGS is a file of any known format (palate help formats lists them), - for "
        "standard input, "
        "or sqlite:FILE?QUERY. Ctrl-C ends training early: the best model so far is saved, and "
        "the exit status is 130.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL},
               {feature_options_table, NULL},
               {palate_read_options_table, "threads"},
               {palate_train_options_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
