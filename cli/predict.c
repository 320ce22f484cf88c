/* SPDX-License-Identifier: Apache-2.0 */
/* palate predict MODEL PAIRS */
#include "arguments.h"
#include "output.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *output, *user, *item;
    bool json, quiet;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"output", "o", PALATE_OPTION_TEXT, AT(output), "-", 0, 0, NULL, "FILE",
     "Where to write the predictions"},
    {"user", "u", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID",
     "Predict for one user, with --item, instead of a file"},
    {"item", "i", PALATE_OPTION_TEXT, AT(item), NULL, 0, 0, NULL, "ID", "The item, with --user"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "A JSON object a line"},
    {"quiet", "q", PALATE_OPTION_BOOL, AT(quiet), "false", 0, 0, NULL, NULL,
     "Say nothing but errors"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

/* What goes with each pair that is read. */
typedef struct predictor {
    const palate_model *model;
    FILE *to;
    bool json;
    int64_t count;
    palate_unknown_counts unknown;
    palate_error err;
} predictor;

static void write_csv(FILE *to, const palate_pair *pair, double prediction)
{
    char number[40];
    write_field(to, pair->user, pair->user_bytes);
    fputc(',', to);
    write_field(to, pair->item, pair->item_bytes);
    int length = snprintf(number, sizeof number, ",%.6g\n", prediction);
    fwrite(number, 1, (size_t)length, to);
}

static bool write_line(FILE *to, const palate_pair *pair, double prediction)
{
    json_t *object = json_pack("{s:s%, s:s%, s:f}", "user", pair->user, pair->user_bytes, "item",
                               pair->item, pair->item_bytes, "prediction", prediction);
    int failed = object == NULL ? -1
                                : json_dumpf(object, to, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(object);
    fputc('\n', to);
    return failed == 0;
}

/* Predicts and writes one pair. False stops: something is wrong, or nobody reads any more. */
static bool on_pair(const palate_pair *pair, void *user)
{
    predictor *with = user;
    uint32_t user_row = palate_model_find_user(with->model, pair->user, pair->user_bytes);
    uint32_t item_row = palate_model_find_item(with->model, pair->item, pair->item_bytes);
    palate_unknown_counts unknown;
    float prediction = 0.0F;
    if (palate_model_predict(with->model, &user_row, &item_row, 1, &prediction, &unknown,
                             &with->err) != PALATE_OK)
        return false;
    with->count++;
    with->unknown.users += unknown.users;
    with->unknown.items += unknown.items;
    with->unknown.both += unknown.both;
    if (with->json)
        write_line(with->to, pair, (double)prediction);
    else
        write_csv(with->to, pair, (double)prediction);
    return !ferror(with->to);
}

static void tell_unknown(const palate_unknown_counts *unknown)
{
    if (unknown->users > 0)
        tell("%s pairs have an unknown user: predicted for the typical one",
             with_commas(unknown->users));
    if (unknown->items > 0)
        tell("%s pairs have an unknown item: predicted for the typical one",
             with_commas(unknown->items));
}

static int predict_file(predictor *with, const own_options *mine, const palate_read_options *read,
                        const char *path)
{
    palate_error err;
    result_file file;
    if (!open_result(&file, mine->output))
        return EXIT_FAILURE;
    with->to = file.stream;
    if (!mine->json)
        fputs("user,item,prediction\n", with->to);
    palate_status status = palate_pairs_read(NULL, path, read, on_pair, with, NULL, &err);
    bool output_failed = status == PALATE_E_STOPPED;
    if (!close_result(&file, status == PALATE_OK))
        return EXIT_FAILURE;
    if (output_failed)
        return EXIT_FAILURE;
    if (status != PALATE_OK)
        return fail_with(&err);
    if (!mine->quiet)
        tell_unknown(&with->unknown);
    return EXIT_SUCCESS;
}

static int predict_one(predictor *with, const own_options *mine)
{
    palate_pair pair = {mine->user, mine->item, strlen(mine->user), strlen(mine->item), 0.0, 0, 0};
    with->to = stdout;
    if (!with->json)
        fputs("user,item,prediction\n", with->to);
    if (!on_pair(&pair, with))
        return EXIT_FAILURE;
    tell_unknown(&with->unknown);
    return EXIT_SUCCESS;
}

int run_predict(int argc, char **argv)
{
    own_options mine;
    palate_read_options read;
    const char *operands[OPERANDS_MAX] = {NULL};
    const synopsis line = {
        .name = "predict",
        .operands = "MODEL PAIRS [options]",
        .about = "Predicts the rating of every (user, item) of PAIRS, a file in any format train "
                 "reads (a rating\n"
                 "column is not needed) or - for standard input. Writes user,item,prediction in "
                 "the same order.",
        .examples =
            "  palate predict movies.palate pairs.csv\n"
            "  palate predict movies.palate --user 42 --item 1193\n"
            "  cut -d, -f1,2 test.csv | palate predict movies.palate - -o predictions.csv\n",
        .operands_min = 1,
        .operands_max = 2,
        .sets = {{&own, &mine}, {palate_read_options_table(), &read}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    bool one = mine.user != NULL && mine.item != NULL;
    if (one == (operands[1] != NULL) || (!one && (mine.user != NULL || mine.item != NULL)))
        return fail_usage("predict", "give a file of pairs, or --user and --item");
    palate_error err;
    predictor with = {.json = mine.json};
    palate_model *model = NULL;
    if (palate_model_load(NULL, operands[0], &model, &err) != PALATE_OK)
        return fail_with(&err);
    with.model = model;
    int code = one ? predict_one(&with, &mine) : predict_file(&with, &mine, &read, operands[1]);
    palate_model_free(model);
    return code;
}
