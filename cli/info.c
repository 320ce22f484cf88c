/* SPDX-License-Identifier: Apache-2.0 */
/* palate info: what a model is; what this palate is. */
#include "arguments.h"
#include "describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    bool json;
    bool log;
    bool build;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON"},
    {"log", "", PALATE_OPTION_BOOL, AT(log), "false", 0, 0, NULL, NULL,
     "Show every epoch of the training log"},
    {"build", "", PALATE_OPTION_BOOL, AT(build), "false", 0, 0, NULL, NULL,
     "Tell how this palate was built, and what it runs on"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* ---- For a person ---- */

static void print_real(const char *name, double value)
{
    if (isfinite(value))
        printf("%-11s  %.4f\n", name, value);
}

static void print_training(const palate_model_summary *summary)
{
    if (summary->epochs > 0)
        printf("trained      %lld epochs, ended by %s; factors of epoch %lld\n",
               (long long)summary->epochs, summary->stopped_by, (long long)summary->best_epoch);
    print_real("train RMSE", summary->train_rmse);
    print_real("valid. RMSE", summary->validation_rmse);
    if (summary->rating_count == 0)
        return;
    printf("seed         %llu\n", (unsigned long long)summary->seed);
    printf("data         %s (fingerprint of the ratings)\n", summary->fingerprint);
    if (summary->updated_count > 0)
        printf("updated      %s taken in since training\n",
               describe_things(summary->updated_count, "rating"));
}

static void print_factor_names(const palate_model *model)
{
    enum { MOST = 8 };
    const char *name = NULL;
    printf("factors     ");
    for (uint32_t f = 0; (name = palate_model_factor_name(model, f)) != NULL && f < MOST; f++)
        printf("%s %s", f == 0 ? "" : ",", name);
    puts(name == NULL ? "" : ", ...");
}

/* Letters of a feature's name that are its column's: "genres" of "genres: Drama". */
static size_t column_bytes(const char *name)
{
    const char *end = strstr(name, ": ");
    return end == NULL ? strlen(name) : (size_t)(end - name);
}

/* "features     of items: genres 18, year 8"; those of a column stand together. */
static void print_features(const palate_model *model, palate_side side, const char *plural)
{
    const char *name = palate_model_feature_name(model, side, 0);
    if (name != NULL)
        printf("features     of %s: ", plural);
    for (uint32_t f = 0, first = 0; name != NULL; first = f) {
        const char *column = name;
        const size_t bytes = column_bytes(column);
        while (name != NULL && column_bytes(name) == bytes && strncmp(name, column, bytes) == 0)
            name = palate_model_feature_name(model, side, ++f);
        printf("%.*s %s%s", (int)bytes, column, describe_count(f - first),
               name != NULL ? ", " : "\n");
    }
}

/* Factors, mode and rule have lines of their own. */
static void print_options(const palate_model *model)
{
    json_t *options = json_loads(palate_model_options_json(model), 0, NULL);
    const char *name = NULL;
    json_t *value = NULL;
    bool any = false;
    json_object_foreach(options, name, value)
    {
        if (strcmp(name, "factors") == 0 || strcmp(name, "mode") == 0 || strcmp(name, "rule") == 0)
            continue;
        printf("%s %s=%s", any ? "" : "options     ", name, json_string_value(value));
        any = true;
    }
    if (any)
        putchar('\n');
    json_decref(options);
}

static void print_epoch(const palate_epoch *epoch)
{
    printf("  %5lld  %-12.6g  %.4f", (long long)epoch->epoch, epoch->objective, epoch->train_rmse);
    if (isfinite(epoch->validation_rmse))
        printf("      %.4f", epoch->validation_rmse);
    putchar('\n');
}

/* The first three epochs and the last two, or all. */
static void print_log(const palate_model *model, bool all)
{
    enum { FIRST = 3, LAST = 2 };
    size_t count = 0;
    const palate_epoch *log = palate_model_log(model, &count);
    if (count == 0)
        return;
    printf("training\n  epoch  objective     train RMSE%s\n",
           isfinite(log[0].validation_rmse) ? "  validation RMSE" : "");
    for (size_t place = 0; place < count; place++) {
        bool shown = all || count <= FIRST + LAST + 1 || place < FIRST || place + LAST >= count;
        if (shown)
            print_epoch(&log[place]);
        else if (place == FIRST)
            puts("    ...  (--log shows all)");
    }
}

static int print_text(const palate_model *model, bool whole_log)
{
    char scale[SCALE_TEXT_BYTES];
    palate_model_summary summary;
    palate_model_info(model, &summary);
    printf("model        %s, %s, %s\n", describe_things(summary.user_count, "user"),
           describe_things(summary.item_count, "item"),
           describe_things(summary.factor_count, "factor"));
    const bool is_zero = strcmp(summary.missing, "zero") == 0;
    if (summary.rating_count > 0)
        printf("mode         %s (rule %s%s)\nratings      %s, mean %.4f%s\n", summary.mode,
               summary.rule, is_zero ? ", missing zero" : "", describe_count(summary.rating_count),
               summary.mean, is_zero ? " with the zeros" : "");
    else
        printf("mode         %s\n", summary.mode);
    printf("scale        %s%s\n", describe_scale(summary.scale, scale),
           summary.scale_inferred ? " (as found)" : "");
    printf("prediction   %.4g + user offset + item offset + sum of factors\n", summary.base);
    print_factor_names(model);
    print_features(model, PALATE_USERS, "users");
    print_features(model, PALATE_ITEMS, "items");
    print_training(&summary);
    printf("made by      palate %s\n", summary.version);
    print_options(model);
    print_log(model, whole_log);
    return EXIT_DONE;
}

/* ---- For a program ---- */

static json_t *names_json(const palate_model *model)
{
    json_t *names = json_array();
    const char *name = NULL;
    for (uint32_t f = 0; (name = palate_model_factor_name(model, f)) != NULL; f++)
        json_array_append_new(names, json_string(name));
    return names;
}

static json_t *features_json(const palate_model *model, palate_side side)
{
    json_t *names = json_array();
    const char *name = NULL;
    for (uint32_t f = 0; (name = palate_model_feature_name(model, side, f)) != NULL; f++)
        json_array_append_new(names, json_string(name));
    return names;
}

static json_t *log_json(const palate_model *model)
{
    json_t *list = json_array();
    size_t count = 0;
    const palate_epoch *log = palate_model_log(model, &count);
    for (size_t place = 0; place < count; place++)
        json_array_append_new(
            list, json_pack("{s:I, s:o, s:o, s:o, s:o}", "epoch", (json_int_t)log[place].epoch,
                            "objective", describe_real_json(log[place].objective), "train_rmse",
                            describe_real_json(log[place].train_rmse), "validation_rmse",
                            describe_real_json(log[place].validation_rmse), "seconds",
                            describe_real_json(log[place].seconds)));
    return list;
}

/* A seed may be more than JSON's integers hold: then it is a text. */
static json_t *seed_json(uint64_t seed)
{
    char text[32];
    if (seed <= INT64_MAX)
        return json_integer((json_int_t)seed);
    snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
    return json_string(text);
}

static int print_json(const palate_model *model)
{
    palate_model_summary summary;
    palate_model_info(model, &summary);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:b, s:o, s:o}", "version",
        summary.version, "mode", summary.mode, "missing", summary.missing, "rule", summary.rule,
        "users", (json_int_t)summary.user_count, "items", (json_int_t)summary.item_count, "factors",
        (json_int_t)summary.factor_count, "ratings", (json_int_t)summary.rating_count, "updated",
        (json_int_t)summary.updated_count, "scale", describe_scale_json(summary.scale),
        "scale_inferred", (int)summary.scale_inferred, "mean", describe_real_json(summary.mean),
        "base", describe_real_json(summary.base));
    json_t *training = json_pack(
        "{s:o, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seed",
        seed_json(summary.seed), "fingerprint", summary.fingerprint, "stopped_by",
        summary.stopped_by, "epochs", (json_int_t)summary.epochs, "best_epoch",
        (json_int_t)summary.best_epoch, "seconds", describe_real_json(summary.seconds),
        "train_rmse", describe_real_json(summary.train_rmse), "validation_rmse",
        describe_real_json(summary.validation_rmse), "factor_names", names_json(model),
        "user_features", features_json(model, PALATE_USERS), "item_features",
        features_json(model, PALATE_ITEMS), "options",
        json_loads(palate_model_options_json(model), 0, NULL), "log", log_json(model));
    json_object_update_new(json, training);
    return describe_print_json(json);
}

/* ---- This palate ---- */

static int print_build(bool json)
{
    if (json)
        return describe_print_json(
            json_pack("{s:s, s:s, s:s, s:s, s:s}", "version", palate_version(), "build",
                      PALATE_BUILD_TYPE, "compiler", PALATE_BUILD_COMPILER, "kernels",
                      palate_kernels_name(), "libraries", PALATE_BUILD_LIBRARIES));
    printf("%-10s %s\n", "palate", palate_version());
    printf("%-10s %s\n", "build", PALATE_BUILD_TYPE);
    printf("%-10s %s\n", "compiler", PALATE_BUILD_COMPILER);
    printf("%-10s %s\n", "kernels", palate_kernels_name());
    printf("%-10s %s\n", "libraries", PALATE_BUILD_LIBRARIES);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    if (own->build)
        return print_build(own->json);
    if (arguments->operand_count == 0)
        return arguments_usage_error(arguments->command, "which model? give a file, or --build");
    palate_error err;
    palate_model *model = NULL;
    const char *path = arguments->operands[0];
    if (palate_model_load(arguments->context, path, &model, &err) != PALATE_OK)
        return message_failed(&err);
    int exit_status = own->json ? print_json(model) : print_text(model, own->log);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate info movies.palate", "what the model is and how it was made"},
    {"palate info movies.palate --json", "the same, and the whole log, for a program"},
    {"palate info --build", "what to add to a report of a fault"},
    {NULL, NULL},
};

const cli_command COMMAND_INFO = {
    .name = "info",
    .operands = "MODEL | --build [options]",
    .summary = "tell what a model is: sizes, options, seed, scale, training log",
    .description = "Tell what a model is: its sizes, scale, factors' names, the options and seed "
                   "it was trained with, and how training went.",
    .operands_most = 1,
    .groups = {{own_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
