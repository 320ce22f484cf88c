/* SPDX-License-Identifier: Apache-2.0 */
/* palate convert: ratings of any format into the form in which they are used. */
#include "arguments.h"
#include "describe.h"

typedef struct own_options {
    const char *output;
} own_options;

static const palate_option OPTIONS[] = {
    {"output", "", PALATE_OPTION_TEXT, offsetof(own_options, output), NULL, 0, 0, NULL, "FILE",
     "Where to write the ratings; an old file is replaced when the new one is complete"},
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
    palate_error err;
    palate_ratings *ratings = NULL;
    int exit_status = EXIT_DONE;
    if (own->output == NULL)
        return arguments_usage_error(arguments->command, "where to? give a file with -o FILE");
    if (palate_ratings_read(arguments->context, arguments->operands[0], arguments->values[1],
                            &ratings, &err) != PALATE_OK)
        return message_failed(&err);
    describe_read(palate_ratings_report(ratings));
    if (palate_ratings_save(ratings, own->output, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    else
        message_note("wrote %s", own->output);
    palate_ratings_free(ratings);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate convert ratings.csv -o movies.ratings", "read the text once"},
    {"palate train movies.ratings -o movies.palate", "and train as often as you like"},
    {"zcat big.csv.gz | palate convert - -o big.ratings --scale 1:5 --time-column none",
     "from a pipe, with a declared scale and without times"},
    {NULL, NULL},
};

const cli_command COMMAND_CONVERT = {
    .name = "convert",
    .operands = "RATINGS -o FILE [options]",
    .summary = "turn ratings into a file that commands need not parse",
    .description =
        "Read ratings as train would, and write them in the form in which they are used: by user "
        "and "
        "by item, with their ids and times, checksummed. Every command that takes ratings takes "
        "the "
        "file; it is mapped, so that training starts at once, also on more ratings than the memory "
        "holds. A model trained on it is the same as one trained on the text.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}, {palate_read_options_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
