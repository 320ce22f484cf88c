/* SPDX-License-Identifier: Apache-2.0 */
/* palate update: further ratings for a model, without training again. */
#include "arguments.h"
#include "describe.h"

typedef struct own_options {
    const char *output;
    const char *items, *users;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, UPDATE, READ };

static const palate_option OPTIONS[] = {
    {"output", "model", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "The model file to write; it may be the one that is read"},
    {"items", "", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "TABLE",
     "The table of items that the model learned from, as it is today"},
    {"users", "", PALATE_OPTION_TEXT, AT(users), NULL, 0, 0, NULL, "TABLE", "The same of users"},
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

/* What the update is given beside the model. */
typedef struct materials {
    palate_ratings *ratings;
    palate_catalogue *items, *users;
} materials;

static palate_status read_table(const cli_arguments *arguments, const char *path,
                                palate_catalogue **out, palate_error *err)
{
    return path == NULL ? PALATE_OK
                        : palate_catalogue_read_columns(arguments->context, path, out, err);
}

static palate_status read_all(const cli_arguments *arguments, const palate_model *model,
                              materials *out, palate_error *err)
{
    const own_options *own = arguments->values[OWN];
    palate_status status = read_table(arguments, own->items, &out->items, err);
    if (status == PALATE_OK)
        status = read_table(arguments, own->users, &out->users, err);
    return status == PALATE_OK ? read_ratings(arguments, model, &out->ratings, err) : status;
}

static void tell_tables(const palate_model *model, const materials *given)
{
    if (given->items == NULL && palate_model_feature_count(model, PALATE_ITEMS) > 0)
        message_note(
            "the model learned from a table of items, too: with --items TABLE it counts here");
    if (given->users == NULL && palate_model_feature_count(model, PALATE_USERS) > 0)
        message_note(
            "the model learned from a table of users, too: with --users TABLE it counts here");
}

static int update(const cli_arguments *arguments, const palate_model *model)
{
    const own_options *own = arguments->values[OWN];
    palate_error err;
    materials given = {0};
    palate_model *updated = NULL;
    palate_update_report report;
    int exit_status = EXIT_DONE;
    const palate_status status = read_all(arguments, model, &given, &err);
    palate_update_options options = *(const palate_update_options *)arguments->values[UPDATE];
    options.item_table = given.items;
    options.user_table = given.users;
    if (status != PALATE_OK ||
        palate_model_update(model, given.ratings, &options, &report, &updated, &err) != PALATE_OK ||
        palate_model_save(updated, own->output, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    else
        tell(&report, own->output);
    if (exit_status == EXIT_DONE)
        tell_tables(model, &given);
    palate_model_free(updated);
    palate_ratings_free(given.ratings);
    palate_catalogue_free(given.items);
    palate_catalogue_free(given.users);
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
    {"palate update movies.palate today.csv --items movies.csv -o movies.palate",
     "a model that learned from a table, which has grown"},
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
