/* SPDX-License-Identifier: Apache-2.0 */
/* palate forget: a model without some of its users. */
#include "arguments.h"
#include "describe.h"
#include "lists.h"

typedef struct own_options {
    const char *user; /* The last one given; all are in arguments->given. */
    const char *users;
    const char *output;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"user", "", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID",
     "Forget this user; may be repeated"},
    {"users", "", PALATE_OPTION_TEXT, AT(users), NULL, 0, 0, NULL, "FILE",
     "Forget the users of this list, an id a line"},
    {"output", "model", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "The model file to write; it may be the one that is read"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

static int list_users(const cli_arguments *arguments, const palate_model *model, row_list *users)
{
    const own_options *own = arguments->values[0];
    if (own->users != NULL && !row_list_read(users, model, &SIDE_USERS, own->users))
        return EXIT_FAILED;
    for (size_t place = 0; place < arguments->given_count; place++) {
        uint32_t row = PALATE_NO_ROW;
        if (arguments->given[place].option == &OPTIONS[0] &&
            (!row_find(model, &SIDE_USERS, arguments->given[place].text, &row) ||
             !row_list_add(users, row)))
            return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int forget(const cli_arguments *arguments, const palate_model *model, const row_list *users)
{
    const own_options *own = arguments->values[0];
    palate_error err;
    palate_model *left = NULL;
    palate_model_summary before;
    palate_model_summary after;
    palate_model_info(model, &before);
    int exit_status = EXIT_DONE;
    if (palate_model_forget(model, users->rows, users->count, &left, &err) != PALATE_OK ||
        palate_model_save(left, own->output, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    palate_model_info(left, &after);
    palate_model_free(left);
    if (exit_status == EXIT_DONE)
        message_note("wrote %s: without %s and %s", own->output,
                     describe_things((int64_t)before.user_count - after.user_count, "user"),
                     describe_things(before.rating_count - after.rating_count, "rating"));
    return exit_status;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    if (own->user == NULL && own->users == NULL)
        return arguments_usage_error(arguments->command, "whom? give --user ID or --users FILE");
    if (own->output == NULL)
        return arguments_usage_error(arguments->command, "-o MODEL is missing");
    palate_error err;
    palate_model *model = NULL;
    row_list users;
    if (palate_model_load(arguments->context, arguments->operands[0], &model, &err) != PALATE_OK)
        return message_failed(&err);
    int exit_status = row_list_begin(&users) ? list_users(arguments, model, &users) : EXIT_FAILED;
    if (exit_status == EXIT_DONE)
        exit_status = forget(arguments, model, &users);
    row_list_release(&users);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate forget movies.palate --user 42 -o movies.palate", "user 42 has left"},
    {"palate forget movies.palate --users left.txt -o smaller.palate", "all of a list"},
    {NULL, NULL},
};

const cli_command COMMAND_FORGET = {
    .name = "forget",
    .operands = "MODEL --user ID | --users FILE -o MODEL [options]",
    .summary = "take users out of a model",
    .description =
        "Write the model without some of its users: their ids, rows, items seen, ratings and times "
        "are gone. Predictions for all others stay as they are. What items' rows learned from "
        "their "
        "ratings goes only by training without them.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
