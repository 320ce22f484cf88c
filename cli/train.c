/* SPDX-License-Identifier: Apache-2.0 */
/* palate train RATINGS -o MODEL */
#define _GNU_SOURCE
#include "arguments.h"
#include "output.h"

#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct own_options {
    const char *output;
    bool log, quiet, json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"output", "o", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "The model file to write"},
    {"log", "", PALATE_OPTION_BOOL, AT(log), "false", 0, 0, NULL, NULL, "A line for every epoch"},
    {"quiet", "q", PALATE_OPTION_BOOL, AT(quiet), "false", 0, 0, NULL, NULL,
     "Say nothing but errors"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "The summary as JSON on standard output"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

/* ---- Interruption ---- */

static volatile sig_atomic_t interrupted;

/* The second signal ends the program as usual. */
static void interrupt(int number)
{
    interrupted = 1;
    signal(number, SIG_DFL);
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- Progress ---- */

typedef struct display {
    bool log;      /* A line for every epoch. */
    bool terminal; /* One line, rewritten. */
    bool shown;
} display;

/* Runs shorter than this show no progress. */
static const double PATIENCE_SECONDS = 1.0;

static void show_epoch(const palate_progress *progress)
{
    char validation[40] = "";
    if (!isnan(progress->validation_rmse))
        snprintf(validation, sizeof validation, "  validation RMSE %.4f",
                 progress->validation_rmse);
    tell("epoch %3lld  objective %.6g  train RMSE %.4f%s  %.2f s", (long long)progress->epoch,
         progress->objective, progress->train_rmse, validation, progress->seconds);
}

static void show_progress(display *on, const palate_progress *progress)
{
    double left = progress->fraction > 0.0
                      ? progress->seconds * (1.0 - progress->fraction) / progress->fraction
                      : 0.0;
    if (progress->seconds < PATIENCE_SECONDS)
        return;
    on->shown = true;
    fprintf(stderr, "\r\033[Kepoch %lld/%lld  %3.0f %%", (long long)progress->epoch,
            (long long)progress->epochs, 100.0 * progress->fraction);
    if (!isnan(progress->train_rmse))
        fprintf(stderr, "  objective %.6g  train RMSE %.4f", progress->objective,
                progress->train_rmse);
    if (!isnan(progress->validation_rmse))
        fprintf(stderr, "  validation RMSE %.4f", progress->validation_rmse);
    fprintf(stderr, "  at most %.0f s left", left);
    fflush(stderr);
}

static bool on_progress(const palate_progress *progress, void *user)
{
    display *on = user;
    if (on->log && progress->epoch_ended)
        show_epoch(progress);
    else if (on->terminal && !on->log)
        show_progress(on, progress);
    return !interrupted;
}

/* ---- What was read, what came of it ---- */

static void tell_read(const palate_read_report *report)
{
    double cells = (double)report->user_count * (double)report->item_count;
    tell("read %s ratings of %s items by %s users (%s%s%s, %.2g %% of all cells, %.2f s)",
         with_commas(report->rating_count), with_commas(report->item_count),
         with_commas(report->user_count), report->format,
         strcmp(report->compression, "none") == 0 ? "" : ", ",
         strcmp(report->compression, "none") == 0 ? "" : report->compression,
         100.0 * (double)report->rating_count / cells, report->seconds);
    tell("scale %g to %g%s", report->scale.low, report->scale.high,
         report->scale_inferred ? ", as found (--scale declares it)" : "");
    if (report->scale.low < 0.0)
        tell("some ratings are negative: inside they are shifted by %g, predictions are on your "
             "scale",
             -report->scale.low);
    if (report->duplicate_count > 0)
        tell("%s duplicates left out (--duplicates says which)",
             with_commas(report->duplicate_count));
    if (report->skipped_count > 0)
        tell("%s wrong lines skipped (palate check shows them)",
             with_commas(report->skipped_count));
}

static void tell_trained(const palate_model *model, const char *path)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    char validation[60] = "";
    if (!isnan(about.validation_rmse))
        snprintf(validation, sizeof validation, ", validation RMSE %.4f (epoch %lld)",
                 about.validation_rmse, (long long)about.best_epoch);
    tell("%lld epochs in %.2f s (ended by %s), train RMSE %.4f%s", (long long)about.epochs,
         about.seconds, about.stopped_by, about.train_rmse, validation);
    tell("wrote %s: %u factors, mode %s", path, about.factor_count, about.mode);
}

static int show_json(const palate_model *model, const palate_read_report *report, const char *path)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    return write_json(
        stdout,
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:s, s:s, s:I, s:I, s:I, s:s, s:f, "
                  "s:f, s:o, s:o}",
                  "model", path, "users", (json_int_t)about.user_count, "items",
                  (json_int_t)about.item_count, "ratings", (json_int_t)report->rating_count,
                  "duplicates", (json_int_t)report->duplicate_count, "skipped",
                  (json_int_t)report->skipped_count, "scale_low", about.scale.low, "scale_high",
                  about.scale.high, "mode", about.mode, "rule", about.rule, "factors",
                  (json_int_t)about.factor_count, "epochs", (json_int_t)about.epochs, "best_epoch",
                  (json_int_t)about.best_epoch, "stopped_by", about.stopped_by, "read_seconds",
                  report->seconds, "train_seconds", about.seconds, "train_rmse",
                  json_number_or_null(about.train_rmse), "validation_rmse",
                  json_number_or_null(about.validation_rmse)));
}

/* ---- The command ---- */

static int train_and_save(const palate_ratings *ratings, palate_train_options *options,
                          const own_options *mine)
{
    palate_error err;
    palate_model *model = NULL;
    display on = {.log = mine->log, .terminal = isatty(STDERR_FILENO) && !mine->quiet};
    options->on_progress = on_progress;
    options->on_progress_user = &on;
    watch_signals();
    palate_status status = palate_model_train(ratings, options, &model, &err);
    if (on.shown)
        fprintf(stderr, "\r\033[K");
    if (model == NULL)
        return fail_with(&err);
    if (palate_model_save(model, mine->output, &err) != PALATE_OK) {
        palate_model_free(model);
        return fail_with(&err);
    }
    if (status == PALATE_E_STOPPED)
        tell("interrupted: the best model so far was written");
    if (!mine->quiet)
        tell_trained(model, mine->output);
    int code = mine->json ? show_json(model, palate_ratings_report(ratings), mine->output)
                          : EXIT_SUCCESS;
    palate_model_free(model);
    return status == PALATE_E_STOPPED ? EXIT_INTERRUPTED : code;
}

int run_train(int argc, char **argv)
{
    own_options mine;
    palate_read_options read;
    palate_train_options train;
    const char *operands[OPERANDS_MAX];
    const synopsis line = {
        .name = "train",
        .operands = "RATINGS -o MODEL [options]",
        .about = "Learns U, V >= 0 from the ratings that are there; cells without a rating are "
                 "unknown, never\n"
                 "zero. RATINGS is a file, - for standard input, or sqlite:FILE?SELECT ...",
        .examples =
            "  palate train ratings.csv -o movies.palate\n"
            "  palate train ratings.csv.gz --validation 0.1 --log -o movies.palate\n"
            "  palate train u.data --mode pure --factors 16 -o readable.palate\n"
            "  palate train 'sqlite:shop.db?SELECT who, what, stars FROM reviews' -o shop.palate\n",
        .operands_min = 1,
        .operands_max = 1,
        .sets = {{&own, &mine},
                 {palate_read_options_table(), &read},
                 {palate_train_options_table(), &train}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    if (mine.output == NULL)
        return fail_usage("train",
                          "where to write the model? Give -o MODEL, such as -o movies.palate");
    palate_error err;
    palate_ratings *ratings = NULL;
    if (train.rule == PALATE_RULE_MU && train.biases)
        read.keep_order = true;
    if (palate_ratings_read(NULL, operands[0], &read, &ratings, &err) != PALATE_OK)
        return fail_with(&err);
    if (!mine.quiet)
        tell_read(palate_ratings_report(ratings));
    int code = train_and_save(ratings, &train, &mine);
    palate_ratings_free(ratings);
    return code;
}
