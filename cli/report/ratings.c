/* SPDX-License-Identifier: Apache-2.0 */
/* What a report looks at: the model, the ratings it learned from (a file's, or those it keeps), and
 * ratings it has not seen. */
#include "../lists.h"
#include "../progress.h"
#include "report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* ---- The ratings a model keeps ---- */

typedef struct kept_ratings {
    size_t count;
    const char **users, **items;
    float *ratings;
    int64_t *times; /* NULL: none. */
} kept_ratings;

static bool make_room(kept_ratings *out, const report *of, bool with_times)
{
    const size_t count = (size_t)of->summary.rating_count + 1;
    out->users = malloc(count * sizeof *out->users);
    out->items = malloc(count * sizeof *out->items);
    out->ratings = malloc(count * sizeof *out->ratings);
    out->times = with_times ? malloc(count * sizeof *out->times) : NULL;
    return out->users != NULL && out->items != NULL && out->ratings != NULL &&
           (out->times != NULL || !with_times);
}

static void add_user(kept_ratings *to, const palate_model *model, uint32_t user)
{
    const palate_rated rated = palate_model_rated(model, user);
    for (int64_t e = 0; e < rated.count; e++, to->count++) {
        to->users[to->count] = palate_model_user_id(model, user);
        to->items[to->count] = palate_model_item_id(model, rated.rows[e]);
        to->ratings[to->count] = rated.ratings[e];
        if (to->times != NULL)
            to->times[to->count] = rated.times[e];
    }
}

static void release_kept(kept_ratings *of)
{
    free(of->users);
    free(of->items);
    free(of->ratings);
    free(of->times);
}

/* NULL, and EXIT_DONE, where the model keeps none. */
static int take_kept(report *of)
{
    palate_error err;
    palate_read_options options;
    kept_ratings kept = {0};
    const palate_rated first = palate_model_rated(of->model, 0);
    if (of->summary.rating_count == 0 || first.ratings == NULL)
        return EXIT_DONE;
    int exit_status = EXIT_DONE;
    palate_read_options_init(&options);
    options.scale = of->summary.scale;
    options.threads = of->own->threads;
    options.keep_order = strcmp(of->summary.rule, "mu") == 0; /* Its biases take it. */
    if (!make_room(&kept, of, first.times != NULL)) {
        exit_status = message_error("out of memory while taking the ratings out of the model");
    } else {
        for (uint32_t user = 0; user < of->summary.user_count; user++)
            add_user(&kept, of->model, user);
        const palate_rating_arrays arrays = {kept.count, kept.users, kept.items, kept.ratings,
                                             kept.times};
        if (kept.count > 0 && palate_ratings_from_arrays(of->arguments->context, &arrays, &options,
                                                         &of->train, &err) != PALATE_OK)
            exit_status = message_failed(&err);
    }
    release_kept(&kept);
    return exit_status;
}

/* ---- A part held out ---- */

/* Those of rule bayes have an anchor of draws written down, where the way to the minimum took another:
 * as it is by default. */
static void set_aside(const report *of, palate_train_options *options)
{
    const char *stopped_by = of->summary.stopped_by;
    if (options->rule == PALATE_RULE_BAYES && options->anchor == 0.5)
        options->anchor = PALATE_AUTO;
    if (strcmp(stopped_by, "time limit") == 0 || strcmp(stopped_by, "request") == 0)
        options->epochs = of->summary.epochs;
    options->time_limit = 0;
    options->tune = false; /* What it found are the options. */
    options->threads = of->own->threads;
}

/* The options the model was trained with. */
static bool set_options(const report *of, palate_train_options *options)
{
    palate_error err;
    const palate_option_table *table = palate_train_options_table();
    const char *name = NULL;
    json_t *value = NULL;
    bool done = true;
    json_t *given = json_loads(palate_model_options_json(of->model), 0, NULL);
    palate_train_options_init(options);
    json_object_foreach(given, name, value) if (palate_options_find(table, name) != NULL &&
                                                json_string_value(value) != NULL)
        done = done && palate_options_set(table, options, name, json_string_value(value), &err) ==
                           PALATE_OK;
    json_decref(given);
    if (done)
        set_aside(of, options);
    else
        message_failed(&err);
    return done;
}

static int split_off(report *of)
{
    palate_error err;
    palate_split_options options;
    palate_split *split = NULL;
    palate_split_options_init(&options);
    options.method = PALATE_SPLIT_SHUFFLE;
    options.folds = 1;
    options.test_share = of->own->hold_out;
    options.seed = of->summary.seed;
    palate_status status = palate_split_create(of->train, &options, &split, &err);
    if (status == PALATE_OK)
        status = palate_split_take(split, 0, &of->rest, &of->test, &err);
    palate_split_free(split);
    return status == PALATE_OK ? EXIT_DONE : message_failed(&err);
}

static int train_on_rest(report *of)
{
    palate_error err;
    progress_display progress;
    palate_train_options options;
    if (!set_options(of, &options))
        return EXIT_FAILED;
    progress_begin(&progress, false, arguments_common(of->arguments)->quiet, 0);
    options.on_progress = progress_show;
    options.on_progress_user = &progress;
    const palate_status status = palate_model_train(of->rest, &options, &of->rest_model, &err);
    const int signal_number = progress_end(&progress);
    if (status == PALATE_OK)
        return EXIT_DONE;
    if (status != PALATE_E_STOPPED)
        return message_failed(&err);
    message_error("--hold-out: training was stopped on request");
    return EXIT_INTERRUPTED - SIGINT + signal_number;
}

static const char *why_not(const report *of)
{
    return of->summary.rating_count == 0 ? "the model was made from given factors"
           : of->train == NULL           ? "the model does not keep its ratings; give --train"
           : palate_model_feature_count(of->model, PALATE_USERS) +
                       palate_model_feature_count(of->model, PALATE_ITEMS) >
                   0
               ? "the model learned from tables, too; give --test"
               : NULL;
}

/* Learns from the rest as the model has from all: what a model's error on new ratings is can only be
 * told by one that has not seen them. */
static int hold_out(report *of)
{
    const char *reason = why_not(of);
    if (reason != NULL)
        return message_error("--hold-out: %s", reason);
    const int exit_status = split_off(of);
    return exit_status == EXIT_DONE ? train_on_rest(of) : exit_status;
}

/* ---- All of it ---- */

const palate_model *report_judged(const report *of)
{
    return of->rest_model != NULL ? of->rest_model : of->model;
}

const palate_ratings *report_judged_train(const report *of)
{
    return of->rest != NULL ? of->rest : of->train;
}

static int read_file(const report *of, const char *path, palate_ratings **out)
{
    palate_error err;
    palate_read_options *options = of->arguments->values[1];
    options->threads = of->own->threads;
    return palate_ratings_read(of->arguments->context, path, options, out, &err) == PALATE_OK
               ? EXIT_DONE
               : message_failed(&err);
}

int report_read(report *of)
{
    const report_options *own = of->own;
    if (!model_load(of->arguments, own->items, &of->model, &of->catalogue))
        return EXIT_FAILED;
    palate_model_info(of->model, &of->summary);
    int exit_status = own->train != NULL ? read_file(of, own->train, &of->train) : take_kept(of);
    if (exit_status == EXIT_DONE && own->test != NULL)
        exit_status = read_file(of, own->test, &of->test);
    if (exit_status == EXIT_DONE && own->hold_out > 0.0)
        exit_status = hold_out(of);
    return exit_status;
}
