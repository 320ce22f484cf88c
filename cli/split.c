/* SPDX-License-Identifier: Apache-2.0 */
/* palate split: ratings to learn from and to be tested on, as files. */
#include "arguments.h"
#include "describe.h"

typedef struct own_options {
    const char *output;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, SPLIT, READ };

static const palate_option OPTIONS[] = {
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "FOLDER",
     "The folder to write; it must not exist yet"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write what came of it to standard output, as JSON"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

static int print_json(const char *folder, int64_t folds, const palate_ratings *ratings)
{
    json_t *json = json_pack("{s:s, s:I}", "folder", folder, "folds", (json_int_t)folds);
    json_object_update_new(json, describe_read_json(palate_ratings_report(ratings)));
    return describe_print_json(json);
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[OWN];
    palate_error err;
    palate_ratings *ratings = NULL;
    palate_split *split = NULL;
    int exit_status = EXIT_DONE;
    if (own->output == NULL)
        return arguments_usage_error(arguments->command, "where to? give a folder with -o FOLDER");
    if (palate_ratings_read(arguments->context, arguments->operands[0], arguments->values[READ],
                            &ratings, &err) != PALATE_OK)
        return message_failed(&err);
    describe_read(palate_ratings_report(ratings));
    if (palate_split_create(ratings, arguments->values[SPLIT], &split, &err) != PALATE_OK ||
        palate_split_save(split, own->output, &err) != PALATE_OK) {
        exit_status = message_failed(&err);
    } else {
        message_note("wrote %s: %s", own->output,
                     describe_things(palate_split_fold_count(split), "fold"));
        if (own->json)
            exit_status = print_json(own->output, palate_split_fold_count(split), ratings);
    }
    palate_split_free(split);
    palate_ratings_free(ratings);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate split ratings.csv -o folds", "five folds, each rating the test of one"},
    {"palate split ratings.csv -o last --method time --test-share 0.1",
     "learn from the past, test on the latest tenth"},
    {"palate split ratings.csv -o one --method leave-one-out --seed 7",
     "one rating of every user is the test"},
    {NULL, NULL},
};

const cli_command COMMAND_SPLIT = {
    .name = "split",
    .operands = "RATINGS -o FOLDER [options]",
    .summary = "divide ratings into those to learn from and those to test on",
    .description =
        "Divide ratings into files to learn from and files to test on: FOLDER/fold-1.train.csv and "
        "FOLDER/fold-1.test.csv, and so on. The division depends on the seed and the ids, not on "
        "the order of lines. palate cross-validate reads the folder, or does the same without "
        "files.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL},
               {palate_split_options_table, NULL},
               {palate_read_options_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
