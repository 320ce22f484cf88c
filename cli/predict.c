/* SPDX-License-Identifier: Apache-2.0 */
/* palate predict: ratings of (user, item) pairs, in the order they come, a block at a time. */
#include "arguments.h"
#include "describe.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *user;
    const char *item;
    const char *time;
    const char *output;
    bool std;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"user", "", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID",
     "Predict one rating: of this user, for --item"},
    {"item", "", PALATE_OPTION_TEXT, AT(item), NULL, 0, 0, NULL, "ID", "The item of --user"},
    {"time", "timestamp", PALATE_OPTION_TEXT, AT(time), NULL, 0, 0, NULL, "T",
     "When, for --user and --item, in the unit of the times learned from"},
    {"std", "deviation uncertainty", PALATE_OPTION_BOOL, AT(std), "false", 0, 0, NULL, NULL,
     "How sure: the standard deviation of a rating around its prediction (models of rule bayes)"},
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "FILE",
     "Where to write the predictions; by default standard output"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON, not CSV"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* ---- Pairs, a block at a time ---- */

enum { BLOCK_PAIRS = 4096 };

typedef struct id_place {
    size_t start, bytes; /* In the block's text. */
} id_place;

typedef struct pair_block {
    const palate_model *model;
    output *out;
    bool json;
    bool std;
    size_t count; /* Pairs waiting. */
    int64_t done; /* Pairs written. */
    id_place user_ids[BLOCK_PAIRS], item_ids[BLOCK_PAIRS];
    uint32_t users[BLOCK_PAIRS], items[BLOCK_PAIRS];
    int64_t times[BLOCK_PAIRS];
    float predictions[BLOCK_PAIRS], deviations[BLOCK_PAIRS];
    char *text; /* The ids, as they do not outlive the callback. */
    size_t text_used, text_capacity;
    palate_unknown_counts unknown;
    palate_status status;
    palate_error *err;
} pair_block;

static void write_csv(pair_block *block, size_t place)
{
    output_field(block->out, block->text + block->user_ids[place].start,
                 block->user_ids[place].bytes);
    output_character(block->out, ',');
    output_field(block->out, block->text + block->item_ids[place].start,
                 block->item_ids[place].bytes);
    output_character(block->out, ',');
    output_real(block->out, block->predictions[place]);
    if (block->std) {
        output_character(block->out, ',');
        if (isfinite(block->deviations[place]))
            output_real(block->out, block->deviations[place]);
    }
    output_character(block->out, '\n');
}

static void write_json(pair_block *block, size_t place)
{
    output_text(block->out, block->done + (int64_t)place == 0 ? "\n{\"user\": " : ",\n{\"user\": ");
    output_json_text(block->out, block->text + block->user_ids[place].start,
                     block->user_ids[place].bytes);
    output_text(block->out, ", \"item\": ");
    output_json_text(block->out, block->text + block->item_ids[place].start,
                     block->item_ids[place].bytes);
    output_text(block->out, ", \"prediction\": ");
    output_real_exact(block->out, block->predictions[place]);
    if (block->std) {
        output_text(block->out, ", \"std\": ");
        if (isfinite(block->deviations[place]))
            output_real_exact(block->out, block->deviations[place]);
        else
            output_text(block->out, "null");
    }
    output_character(block->out, '}');
}

/* Predicts what is waiting and writes it. */
static bool flush(pair_block *block)
{
    palate_unknown_counts unknown;
    const palate_cells cells = {block->count, block->users, block->items, block->times};
    block->status = palate_model_predict(block->model, &cells, block->predictions,
                                         block->std ? block->deviations : NULL, &unknown,
                                         block->err);
    if (block->status != PALATE_OK)
        return false;
    block->unknown.users += unknown.users;
    block->unknown.items += unknown.items;
    for (size_t place = 0; place < block->count; place++)
        (block->json ? write_json : write_csv)(block, place);
    block->done += (int64_t)block->count;
    block->count = 0;
    block->text_used = 0;
    return true;
}

static bool keep(pair_block *block, const char *text, size_t bytes, id_place *out)
{
    if (bytes > block->text_capacity - block->text_used) {
        size_t capacity = 2 * block->text_capacity + bytes;
        char *larger = realloc(block->text, capacity);
        if (larger == NULL)
            return false;
        block->text = larger;
        block->text_capacity = capacity;
    }
    memcpy(block->text + block->text_used, text, bytes);
    *out = (id_place){block->text_used, bytes};
    block->text_used += bytes;
    return true;
}

static bool on_pair(const palate_pair *pair, void *user)
{
    pair_block *block = user;
    size_t place = block->count;
    if (!keep(block, pair->user, pair->user_bytes, &block->user_ids[place]) ||
        !keep(block, pair->item, pair->item_bytes, &block->item_ids[place])) {
        block->status = block->err->status = PALATE_E_NOMEM;
        snprintf(block->err->message, sizeof block->err->message,
                 "out of memory while reading pairs");
        return false;
    }
    block->users[place] = palate_model_find_user(block->model, pair->user, pair->user_bytes);
    block->items[place] = palate_model_find_item(block->model, pair->item, pair->item_bytes);
    block->times[place] = pair->time;
    block->count++;
    return block->count < BLOCK_PAIRS || flush(block);
}

static void tell_unknown(const palate_unknown_counts *unknown)
{
    if (unknown->users > 0)
        message_note("%s with an unknown user: predicted for the typical one",
                     describe_things(unknown->users, "pair"));
    if (unknown->items > 0)
        message_note("%s with an unknown item: predicted for the typical one",
                     describe_things(unknown->items, "pair"));
}

static int write_pairs(const cli_arguments *arguments, pair_block *block)
{
    palate_error err;
    palate_error block_err;
    block->err = &block_err;
    output_text(block->out, block->json  ? "["
                            : block->std ? "user,item,prediction,std\n"
                                         : "user,item,prediction\n");
    palate_status status = palate_pairs_read(arguments->context, arguments->operands[1],
                                             arguments->values[1], on_pair, block, NULL, &err);
    if (status == PALATE_OK)
        flush(block);
    if (block->status != PALATE_OK) /* Of reading, err would only say that it was stopped. */
        return message_failed(&block_err);
    if (status != PALATE_OK)
        return message_failed(&err);
    if (block->json)
        output_text(block->out, "\n]\n");
    return EXIT_DONE;
}

static int predict_into(const cli_arguments *arguments, pair_block *block)
{
    const own_options *own = arguments->values[0];
    if (!output_open(block->out, own->output))
        return EXIT_FAILED;
    int exit_status = write_pairs(arguments, block);
    if (exit_status != EXIT_DONE) {
        output_abandon(block->out);
        return exit_status;
    }
    if (!output_commit(block->out))
        return EXIT_FAILED;
    tell_unknown(&block->unknown);
    return EXIT_DONE;
}

static int predict_pairs(const cli_arguments *arguments, const palate_model *model)
{
    const own_options *own = arguments->values[0];
    output out;
    pair_block *block = calloc(1, sizeof *block);
    if (block == NULL)
        return message_error("out of memory while predicting");
    block->model = model;
    block->out = &out;
    block->json = own->json;
    block->std = own->std;
    int exit_status = predict_into(arguments, block);
    free(block->text);
    free(block);
    return exit_status;
}

/* ---- One rating ---- */

static int print_one(const own_options *own, float prediction, float deviation)
{
    if (own->json) {
        json_t *json = json_pack("{s:s, s:s, s:f}", "user", own->user, "item", own->item,
                                 "prediction", (double)prediction);
        if (own->std)
            json_object_set_new(json, "std", describe_real_json((double)deviation));
        return describe_print_json(json);
    }
    printf("%.6g", (double)prediction);
    if (own->std && isfinite(deviation))
        printf(",%.6g\n", (double)deviation);
    else
        puts(own->std ? "," : "");
    return EXIT_DONE;
}

static int predict_one(const cli_arguments *arguments, const palate_model *model)
{
    const own_options *own = arguments->values[0];
    palate_error err;
    palate_unknown_counts unknown = {0, 0, 0};
    float prediction = 0;
    float deviation = 0;
    int64_t time = PALATE_NO_TIME;
    if (!arguments_time(arguments, own->time, &time))
        return EXIT_USAGE;
    uint32_t user = palate_model_find_user(model, own->user, PALATE_TEXT);
    uint32_t item = palate_model_find_item(model, own->item, PALATE_TEXT);
    const palate_cells cells = {1, &user, &item, &time};
    if (palate_model_predict(model, &cells, &prediction, own->std ? &deviation : NULL, &unknown,
                             &err) != PALATE_OK)
        return message_failed(&err);
    if (unknown.users > 0)
        message_note("the model does not know user %s: predicted for the typical one", own->user);
    if (unknown.items > 0)
        message_note("the model does not know item %s: predicted for the typical one", own->item);
    return print_one(own, prediction, deviation);
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    bool one = own->user != NULL || own->item != NULL;
    if (one && (own->user == NULL || own->item == NULL || arguments->operand_count > 1))
        return arguments_usage_error(arguments->command,
                                     "--user and --item go together, without a file of pairs");
    if (!one && own->time != NULL)
        return arguments_usage_error(
            arguments->command, "--time goes with --user and --item; pairs have a column for it");
    if (!one && arguments->operand_count < 2)
        return arguments_usage_error(arguments->command,
                                     "what to predict? give a file of pairs, or --user and --item");
    palate_error err;
    palate_model *model = NULL;
    if (palate_model_load(arguments->context, arguments->operands[0], &model, &err) != PALATE_OK)
        return message_failed(&err);
    int exit_status = one ? predict_one(arguments, model) : predict_pairs(arguments, model);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate predict movies.palate pairs.csv -o predictions.csv",
     "a prediction for each line of pairs.csv"},
    {"palate predict movies.palate --user 42 --item 318", "one rating"},
    {"zcat pairs.csv.gz | palate predict movies.palate - --json", "from standard input, as JSON"},
    {NULL, NULL},
};

const cli_command COMMAND_PREDICT = {
    .name = "predict",
    .operands = "MODEL PAIRS | MODEL --user ID --item ID [options]",
    .summary = "predict the ratings of pairs of a user and an item",
    .description =
        "Predict ratings, on the scale of the ratings learned from. PAIRS is a file of users and "
        "items in any format ratings may have, the rating left out or not; - is standard input. "
        "The result is CSV, user,item,prediction, in the order of the pairs. Where pairs have "
        "times, "
        "and the model was trained on ratings with times, the predictions are for these times. "
        "Where the user or "
        "the item is unknown to the model, the prediction is made from what is known.",
    .operands_least = 1,
    .operands_most = 2,
    .groups = {{own_table, NULL},
               {palate_read_options_table, "scale duplicates keep-order threads"}},
    .examples = EXAMPLES,
    .run = run,
};
