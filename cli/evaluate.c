/* SPDX-License-Identifier: Apache-2.0 */
/* palate evaluate MODEL TEST */
#include "arguments.h"
#include "output.h"

#include <stddef.h>
#include <stdlib.h>

typedef struct own_options {
    bool json;
    int64_t threads;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "JSON on standard output"},
    {"threads", "num-threads", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024, NULL, "T",
     "0: as many as the machine gives"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

static int show(const palate_metrics *metrics, bool json)
{
    if (json)
        return write_json(stdout,
                          json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I}", "rmse", metrics->rmse,
                                    "mae", metrics->mae, "baseline_rmse", metrics->baseline_rmse,
                                    "count", (json_int_t)metrics->count, "unknown_users",
                                    (json_int_t)metrics->unknown.users, "unknown_items",
                                    (json_int_t)metrics->unknown.items, "unknown_both",
                                    (json_int_t)metrics->unknown.both));
    printf("RMSE     %.4f   (predicting the mean for all: %.4f)\n", metrics->rmse,
           metrics->baseline_rmse);
    printf("MAE      %.4f\n", metrics->mae);
    printf("ratings  %s\n", with_commas(metrics->count));
    printf("unknown  %s with an unknown user, %s with an unknown item, %s with both\n",
           with_commas(metrics->unknown.users), with_commas(metrics->unknown.items),
           with_commas(metrics->unknown.both));
    return EXIT_SUCCESS;
}

int run_evaluate(int argc, char **argv)
{
    own_options mine;
    palate_read_options read;
    const char *operands[OPERANDS_MAX];
    const synopsis line = {
        .name = "evaluate",
        .operands = "MODEL TEST [options]",
        .about = "RMSE and MAE of the model's predictions on ratings it has not seen, clipped to "
                 "its scale.\n"
                 "Ratings of unknown users and items count too, with their fall-back predictions.",
        .examples = "  palate evaluate movies.palate test.csv\n"
                    "  palate evaluate movies.palate u1.test --json\n",
        .operands_min = 2,
        .operands_max = 2,
        .sets = {{&own, &mine}, {palate_read_options_table(), &read}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    palate_error err;
    palate_model *model = NULL;
    palate_ratings *ratings = NULL;
    palate_metrics metrics;
    bool good = palate_model_load(NULL, operands[0], &model, &err) == PALATE_OK &&
                palate_ratings_read(NULL, operands[1], &read, &ratings, &err) == PALATE_OK &&
                palate_model_evaluate(model, ratings, mine.threads, &metrics, &err) == PALATE_OK;
    int code = good ? show(&metrics, mine.json) : fail_with(&err);
    palate_ratings_free(ratings);
    palate_model_free(model);
    return code;
}
