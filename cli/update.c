/* SPDX-License-Identifier: Apache-2.0 */
/* palate update: further ratings for a model, without training again. */
#include "arguments.h"
#include "describe.h"

typedef struct own_options {
    const char *output;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, UPDATE, READ };

static const palate_option OPTIONS[] = {
    {"output", "model", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "The model file to write; it may be the one that is read"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* Ratings outside the model's scale are errors of the file. */
static palate_status read_ratings(const cli_arguments *arguments, const palate_model *model,
                                  palate_ratings **out, palate_error *err)
{
    palate_model_summary summary;
    palate_read_options reading = *(const palate_read_options *)arguments->values[READ];
    palate_model_info(model, &summary);
    reading.scale = summary.scale;
    return palate_ratings_read(arguments->context, arguments->operands[1], &reading, out, err);
}

static void tell_side(const char *thing, const palate_update_side *side)
{
    message_note("%ss: %s new, %s improved", thing, describe_count(side->added),
                 describe_count(side->improved));
    if (side->left > 0)
        message_note("%s with new ratings %s as before: the model does not keep old ratings",
                     describe_things(side->left, thing), side->left == 1 ? "stays" : "stay");
}

static void tell(const palate_update_report *report, const char *path)
{
    message_note("took in %s, replaced %s (%.2f s)", describe_things(report->added, "rating"),
                 describe_count(report->replaced), report->seconds);
    tell_side("user", &report->users);
    tell_side("item", &report->items);
    message_note("wrote %s", path);
}

static int update(const cli_arguments *arguments, const palate_model *model)
{
    const own_options *own = arguments->values[OWN];
    palate_error err;
    palate_ratings *ratings = NULL;
    palate_model *updated = NULL;
    palate_update_report report;
    int exit_status = EXIT_DONE;
    if (read_ratings(arguments, model, &ratings, &err) != PALATE_OK ||
        palate_model_update(model, ratings, arguments->values[UPDATE], &report, &updated, &err) !=
            PALATE_OK ||
        palate_model_save(updated, own->output, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    else
        tell(&report, own->output);
    palate_model_free(updated);
    palate_ratings_free(ratings);
    return exit_status;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[OWN];
    if (own->output == NULL)
        return arguments_usage_error(arguments->command, "-o MODEL is missing");
    palate_error err;
    palate_model *model = NULL;
    if (palate_model_load(arguments->context, arguments->operands[0], &model, &err) != PALATE_OK)
        return message_failed(&err);
    int exit_status = update(arguments, model);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate update movies.palate today.csv -o movies.palate", "the ratings of a day"},
    {"palate update movies.palate new.csv --passes 10 -o larger.palate",
     "many new users and items at once"},
    {NULL, NULL},
};

const cli_command COMMAND_UPDATE = {
    .name = "update",
    .operands = "MODEL RATINGS -o MODEL [options]",
    .summary = "take new ratings into a model",
    .description =
        "Write the model with further ratings taken in: new users and items get rows, those with "
        "new or changed ratings have theirs found again from all their ratings, all others stay as "
        "they are. A rating of an item that a user has rated before replaces the older one. It is "
        "much faster than training and nearly as good; now and then, train with everything.",
    .operands_least = 2,
    .operands_most = 2,
    .groups = {{own_table, NULL},
               {palate_update_options_table, NULL},
               {palate_read_options_table, "scale keep-order threads"}},
    .examples = EXAMPLES,
    .run = run,
};
