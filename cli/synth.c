/* SPDX-License-Identifier: Apache-2.0 */
/* palate synth: ratings from planted tastes. */
#include "arguments.h"

typedef struct own_options {
    const char *output;
    const char *items_output;
    const char *preset;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "FILE",
     "Where to write the ratings; - is standard output"},
    {"items-output", "", PALATE_OPTION_TEXT, AT(items_output), NULL, 0, 0, NULL, "FILE",
     "Where to write the items with their titles and tastes; by default nowhere"},
    {"preset", "", PALATE_OPTION_TEXT, AT(preset), NULL, 0, 0, NULL, "SIZE",
     "As large as a known set of kind movielens: 100k, 1m, 10m, 20m or 100m ratings; other "
     "options go before it"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* The options of the preset, and over them those that were given. */
static palate_status take_preset(const cli_arguments *arguments, palate_error *err)
{
    const own_options *own = arguments->values[0];
    palate_synth_options *options = arguments->values[1];
    const palate_option_table *table = palate_synth_options_table();
    palate_status status = palate_synth_preset(options, own->preset, err);
    for (size_t g = 0; g < arguments->given_count && status == PALATE_OK; g++) {
        const given_option *given = &arguments->given[g];
        if (given->option >= table->options && given->option < table->options + table->count)
            status = palate_options_set(table, options, given->option->name, given->text, err);
    }
    return status;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    const palate_synth_options *options = arguments->values[1];
    palate_error err;
    if (own->preset != NULL && take_preset(arguments, &err) != PALATE_OK)
        return message_failed(&err);
    if (own->output == NULL)
        return arguments_usage_error(arguments->command, "where to? give a file with -o FILE");
    if (palate_synth_write(arguments->context, options, own->output, own->items_output, &err) !=
        PALATE_OK)
        return message_failed(&err);
    return EXIT_DONE;
}

static const example EXAMPLES[] = {
    {"palate synth -o demo.csv", "ratings to try palate with"},
    {"palate synth -o demo.csv --items-output items.csv --users 1000 --tastes 6 --noise 0.5",
     "more users and tastes, with noise, and a table of the items"},
    {"palate synth --preset 10m -o large.csv", "10 million ratings, spread as those of MovieLens"},
    {NULL, NULL},
};

const cli_command COMMAND_SYNTH = {
    .name = "synth",
    .operands = "-o FILE [options]",
    .summary = "make ratings up from planted, named tastes",
    .description =
        "Make ratings up, in whole stars from 1 to 5: each user likes one or two of the planted "
        "tastes, each item serves one or two. The ids tell the truth (user-western-4, "
        "item-western-17), so that a person can see whether a model has found it. With --preset "
        "or --kind movielens, make them up as MovieLens has them, at any size: half stars, and a "
        "few "
        "users and items with most of the ratings. The same options give the same bytes "
        "everywhere.",
    .groups = {{own_table, NULL}, {palate_synth_options_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
