/* SPDX-License-Identifier: Apache-2.0 */
/* palate export: a model's factors, for other programs. */
#include "arguments.h"

#include <string.h>

typedef struct own_options {
    const char *output;
    int format;
} own_options;

/* The places of --format's words. The first leaves it to the name of the output. */
enum { FORMAT_BY_NAME };

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "PATH",
     "The folder, or .npz file, to write"},
    {"format", "", PALATE_OPTION_CHOICE, AT(format), "auto", 0, 0, "auto|csv|npz", "FORMAT",
     "csv: a folder of tables; npz: one file for NumPy; auto: by the name of the output"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

static palate_export_format format_of(const own_options *own)
{
    if (own->format != FORMAT_BY_NAME)
        return own->format == 1 ? PALATE_EXPORT_CSV : PALATE_EXPORT_NPZ;
    size_t bytes = strlen(own->output);
    bool npz = bytes >= 4 && strcmp(own->output + bytes - 4, ".npz") == 0;
    return npz ? PALATE_EXPORT_NPZ : PALATE_EXPORT_CSV;
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    if (own->output == NULL)
        return arguments_usage_error(arguments->command,
                                     "where to? give a folder or an .npz file with -o PATH");
    palate_error err;
    palate_model *model = NULL;
    int exit_status = EXIT_DONE;
    if (palate_model_load(arguments->context, arguments->operands[0], &model, &err) != PALATE_OK ||
        palate_model_export(model, format_of(own), own->output, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    palate_model_free(model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate export movies.palate -o movies", "movies/users.csv, items.csv and model.json"},
    {"palate export movies.palate -o movies.npz", "one file, for numpy.load"},
    {NULL, NULL},
};

const cli_command COMMAND_EXPORT = {
    .name = "export",
    .operands = "MODEL -o PATH [options]",
    .summary = "write a model's factors out, as CSV or for NumPy",
    .description = "Write the factors, offsets and ids of a model out, for other programs. palate "
                   "import reads the tables back.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
