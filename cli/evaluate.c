/* SPDX-License-Identifier: Apache-2.0 */
/* palate evaluate: how good a model's predictions are. */
#include "arguments.h"
#include "describe.h"

typedef struct own_options {
    bool json;
    int64_t threads;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON"},
    {"threads", "num-threads nthreads n-jobs jobs", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024,
     NULL, "T", "0: as many as the machine gives; the result is the same for any"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

static int print_json(const palate_metrics *metrics)
{
    return describe_print_json(json_pack(
        "{s:I, s:o, s:o, s:o, s:I, s:I, s:I}", "count", (json_int_t)metrics->count, "rmse",
        describe_real_json(metrics->rmse), "mae", describe_real_json(metrics->mae), "baseline_rmse",
        describe_real_json(metrics->baseline_rmse), "unknown_users",
        (json_int_t)metrics->unknown.users, "unknown_items", (json_int_t)metrics->unknown.items,
        "unknown_both", (json_int_t)metrics->unknown.both));
}

static int print_text(const palate_metrics *metrics)
{
    printf("RMSE     %.4f   (predicting the mean for all: %.4f)\n", metrics->rmse,
           metrics->baseline_rmse);
    printf("MAE      %.4f\n", metrics->mae);
    printf("ratings  %s\n", describe_count(metrics->count));
    printf("unknown  %s with an unknown user, %s with an unknown item, %s with both\n",
           describe_count(metrics->unknown.users), describe_count(metrics->unknown.items),
           describe_count(metrics->unknown.both));
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    palate_read_options *read_options = arguments->values[1];
    palate_error err;
    palate_model *model = NULL;
    palate_ratings *ratings = NULL;
    palate_metrics metrics;
    int exit_status = EXIT_FAILED;
    read_options->threads = own->threads;
    if (palate_model_load(arguments->context, arguments->operands[0], &model, &err) != PALATE_OK ||
        palate_ratings_read(arguments->context, arguments->operands[1], read_options, &ratings,
                            &err) != PALATE_OK ||
        palate_model_evaluate(model, ratings, own->threads, &metrics, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    else
        exit_status = own->json ? print_json(&metrics) : print_text(&metrics);
    palate_ratings_free(ratings);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate evaluate movies.palate test.csv", "errors on ratings the model has not seen"},
    {"palate evaluate movies.palate test.csv --json", "the same, for a program"},
    {NULL, NULL},
};

const cli_command COMMAND_EVALUATE = {
    .name = "evaluate",
    .operands = "MODEL RATINGS [options]",
    .summary = "measure how good a model's predictions are",
    .description =
        "Compare a model's predictions with ratings it has not seen: the root of the mean squared "
        "error (RMSE), the mean absolute error (MAE), and the RMSE of predicting the mean for "
        "everyone. Ratings of users and items the model does not know count, too.",
    .operands_least = 2,
    .operands_most = 2,
    .groups = {{own_table, NULL}, {palate_read_options_table, "keep-order threads"}},
    .examples = EXAMPLES,
    .run = run,
};
