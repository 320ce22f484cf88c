/* SPDX-License-Identifier: Apache-2.0 */
/* palate info MODEL */
#include "arguments.h"
#include "output.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    bool json, log, build;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"log", "", PALATE_OPTION_BOOL, AT(log), "false", 0, 0, NULL, NULL,
     "Every epoch of the training log"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "JSON on standard output"},
    {"build", "", PALATE_OPTION_BOOL, AT(build), "false", 0, 0, NULL, NULL,
     "What this palate is: version, kernels, compiler"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

static int show_build(bool json)
{
    if (json)
        return write_json(stdout,
                          json_pack("{s:s, s:s, s:s}", "version", palate_version(), "kernels",
                                    palate_kernels_name(), "compiler", __VERSION__));
    printf("palate    %s\nkernels   %s (PALATE_ISA forces others)\ncompiler  %s\n",
           palate_version(), palate_kernels_name(), __VERSION__);
    return EXIT_SUCCESS;
}

static json_t *names_json(const palate_model *model)
{
    json_t *names = json_array();
    const char *name = NULL;
    for (uint32_t f = 0; (name = palate_model_factor_name(model, f)) != NULL; f++)
        json_array_append_new(names, json_string(name));
    return names;
}

static json_t *log_json(const palate_model *model)
{
    size_t count = 0;
    const palate_epoch *log = palate_model_log(model, &count);
    json_t *list = json_array();
    for (size_t e = 0; e < count; e++)
        json_array_append_new(
            list, json_pack("{s:I, s:o, s:o, s:o}", "epoch", (json_int_t)log[e].epoch, "objective",
                            json_number_or_null(log[e].objective), "train_rmse",
                            json_number_or_null(log[e].train_rmse), "validation_rmse",
                            json_number_or_null(log[e].validation_rmse)));
    return list;
}

static int show_json(const palate_model *model)
{
    palate_model_summary about;
    char seed[32];
    palate_model_info(model, &about);
    snprintf(seed, sizeof seed, "%" PRIu64, about.seed);
    json_t *options = json_loads(palate_model_options_json(model), 0, NULL);
    return write_json(
        stdout,
        json_pack(
            "{s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:f, s:f, s:b, s:f, s:f, s:s, s:I, s:I, s:o, s:o, "
            "s:s, s:s, s:o, s:o, s:o}",
            "users", (json_int_t)about.user_count, "items", (json_int_t)about.item_count, "factors",
            (json_int_t)about.factor_count, "ratings", (json_int_t)about.rating_count, "mode",
            about.mode, "rule", about.rule, "stopped_by", about.stopped_by, "scale_low",
            about.scale.low, "scale_high", about.scale.high, "scale_inferred", about.scale_inferred,
            "mean", about.mean, "base", about.base, "seed", seed, "epochs",
            (json_int_t)about.epochs, "best_epoch", (json_int_t)about.best_epoch, "train_rmse",
            json_number_or_null(about.train_rmse), "validation_rmse",
            json_number_or_null(about.validation_rmse), "fingerprint", about.fingerprint,
            "palate_version", about.version, "factor_names", names_json(model), "options",
            options == NULL ? json_object() : options, "log", log_json(model)));
}

static void show_options(const palate_model *model)
{
    json_t *options = json_loads(palate_model_options_json(model), 0, NULL);
    const char *name = NULL;
    json_t *value = NULL;
    printf("options     ");
    json_object_foreach(options, name, value)
    {
        if (strcmp(name, "factors") != 0 && strcmp(name, "mode") != 0 && strcmp(name, "rule") != 0)
            printf(" %s=%s", name, json_string_value(value));
    }
    printf("\n");
    json_decref(options);
}

static void show_epoch(const palate_epoch *epoch)
{
    printf("  %5lld  %-12.6g  %.4f", (long long)epoch->epoch, epoch->objective, epoch->train_rmse);
    if (!isnan(epoch->validation_rmse))
        printf("  %.4f", epoch->validation_rmse);
    printf("\n");
}

/* All epochs, or the first three and the last two. */
static void show_log(const palate_model *model, bool all)
{
    size_t count = 0;
    const palate_epoch *log = palate_model_log(model, &count);
    if (count == 0)
        return;
    printf("training\n  epoch  objective     train RMSE%s\n",
           isnan(log[0].validation_rmse) ? "" : "  validation RMSE");
    for (size_t e = 0; e < count; e++) {
        bool shown = all || count <= 6 || e < 3 || e + 2 >= count;
        if (shown)
            show_epoch(&log[e]);
        else if (e == 3)
            printf("    ...\n");
    }
}

static void show_factors(const palate_model *model)
{
    enum { MOST = 8 };
    const char *name = NULL;
    printf("factors     %s", "");
    for (uint32_t f = 0; (name = palate_model_factor_name(model, f)) != NULL; f++) {
        if (f == MOST) {
            printf(", ...");
            break;
        }
        printf("%s%s", f == 0 ? " " : ", ", name);
    }
    printf("\n");
}

static int show_text(const palate_model *model, bool all_epochs)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    printf("model        %s users, %s items, %s factors\n", with_commas(about.user_count),
           with_commas(about.item_count), with_commas(about.factor_count));
    printf("mode         %s (rule %s)\n", about.mode, about.rule);
    printf("ratings      %s, mean %.4f\n", with_commas(about.rating_count), about.mean);
    if (about.scale.low < about.scale.high)
        printf("scale        %g to %g%s\n", about.scale.low, about.scale.high,
               about.scale_inferred ? " (as found)" : "");
    else
        printf("scale        none: predictions are not clipped\n");
    printf("prediction   %.4g + user offset + item offset + sum of factors\n", about.base);
    show_factors(model);
    if (about.epochs > 0)
        printf("trained      %lld epochs, ended by %s; factors of epoch %lld\n",
               (long long)about.epochs, about.stopped_by, (long long)about.best_epoch);
    if (!isnan(about.train_rmse))
        printf("train RMSE   %.4f\n", about.train_rmse);
    if (!isnan(about.validation_rmse))
        printf("valid. RMSE  %.4f\n", about.validation_rmse);
    printf("seed         %" PRIu64 "\n", about.seed);
    if (about.fingerprint[0] != '\0')
        printf("data         %s (fingerprint of the ratings)\n", about.fingerprint);
    printf("made by      palate %s\n", about.version);
    show_options(model);
    show_log(model, all_epochs);
    return EXIT_SUCCESS;
}

int run_info(int argc, char **argv)
{
    own_options mine;
    const char *operands[OPERANDS_MAX] = {NULL};
    const synopsis line = {
        .name = "info",
        .operands = "MODEL [options] | --build",
        .about = "What a model is: its size, options, scale, seed, data and training log.",
        .examples = "  palate info movies.palate\n"
                    "  palate info movies.palate --json\n"
                    "  palate info --build\n",
        .operands_max = 1,
        .sets = {{&own, &mine}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    if (mine.build)
        return show_build(mine.json);
    if (operands[0] == NULL)
        return fail_usage("info", "which model? Give its file, or --build");
    palate_error err;
    palate_model *model = NULL;
    if (palate_model_load(NULL, operands[0], &model, &err) != PALATE_OK)
        return fail_with(&err);
    int code = mine.json ? show_json(model) : show_text(model, mine.log);
    palate_model_free(model);
    return code;
}
