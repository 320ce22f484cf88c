/* SPDX-License-Identifier: Apache-2.0 */
/* palate import: a model from given factors. */
#include "arguments.h"

typedef struct own_options {
    const char *users;
    const char *items;
    const char *output;
    palate_scale scale;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"users", "", PALATE_OPTION_TEXT, AT(users), NULL, 0, 0, NULL, "FILE",
     "Table of the users' factors"},
    {"items", "", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "Table of the items' factors"},
    {"output", "model", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "The model file to write"},
    {"scale", "rating-scale", PALATE_OPTION_SCALE, AT(scale), NULL, 0, 0, NULL, "LOW:HIGH",
     "Clip predictions to this scale; by default they are not clipped"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    if (own->users == NULL || own->items == NULL || own->output == NULL)
        return arguments_usage_error(arguments->command, "%s is missing",
                                     own->users == NULL   ? "--users FILE"
                                     : own->items == NULL ? "--items FILE"
                                                          : "-o MODEL");
    palate_error err;
    palate_model *model = NULL;
    int exit_status = EXIT_DONE;
    if (palate_model_import(arguments->context, own->users, own->items, own->scale, &model, &err) !=
            PALATE_OK ||
        palate_model_save(model, own->output, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate import --users U.csv --items V.csv -o movies.palate",
     "U.csv begins with a line such as user,Action,Romance; V.csv with item,Action,Romance"},
    {"palate import --users U.csv --items V.csv --scale 1:5 -o movies.palate",
     "the same, with predictions kept within 1 and 5"},
    {NULL, NULL},
};

const cli_command COMMAND_IMPORT = {
    .name = "import",
    .operands = "--users U.csv --items V.csv -o MODEL [options]",
    .summary = "make a model from given tables of factors",
    .description =
        "Make a model from two tables, one of users and one of items: a header that names the "
        "factors, then a row for each user (or item), its id first. A column named offset gives "
        "the offsets. Both tables name the same factors.",
    .groups = {{own_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
