/* SPDX-License-Identifier: Apache-2.0 */
#include "folds.h"

#include "describe.h"

#define AT(field) offsetof(fold_options, field)

static const palate_option OPTIONS[] = {
    {"split-seed", "", PALATE_OPTION_SEED, AT(split_seed), "0", 0, 0, NULL, "N",
     "Of the division by chance; --seed is that of training"},
    {"given", "folds-from", PALATE_OPTION_TEXT, AT(given), NULL, 0, 0, NULL, "PATH",
     "Take the folds from files: a folder that palate split wrote, or a pattern such as "
     "'ml-100k/u[1-5].base'"},
    {"fold-column", "", PALATE_OPTION_TEXT, AT(fold_column), NULL, 0, 0, NULL, "COLUMN",
     "Take the folds from a column of RATINGS that numbers them"},
    {"save-split", "", PALATE_OPTION_TEXT, AT(save), NULL, 0, 0, NULL, "FOLDER",
     "Write the folds to files, as palate split does"},
};

static const palate_option_table TABLE = {"Folds", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(fold_options)};

const palate_option_table *fold_options_table(void)
{
    return &TABLE;
}

const palate_read_options *folds_read_options(palate_read_options *read,
                                              const palate_train_options *train)
{
    read->threads = train->threads;
    read->keep_order |= train->rule == PALATE_RULE_MU && train->biases;
    return read;
}

int folds_check(const cli_arguments *arguments, const fold_options *options)
{
    if (options->given == NULL && arguments->operand_count == 0)
        return arguments_usage_error(arguments->command,
                                     "of what? give a file of ratings, or folds with --given PATH");
    if (options->given != NULL && (arguments->operand_count > 0 || options->fold_column != NULL))
        return arguments_usage_error(arguments->command, "--given has the ratings: leave %s out",
                                     options->fold_column != NULL ? "--fold-column"
                                                                  : arguments->operands[0]);
    return EXIT_DONE;
}

static int divide(const cli_arguments *arguments, const fold_options *options,
                  palate_split_options *split, const palate_read_options *read, fold_source *out)
{
    const char *path = arguments->operands[0];
    palate_error err;
    split->seed = options->split_seed;
    if (palate_ratings_read(arguments->context, path, read, &out->ratings, &err) != PALATE_OK)
        return message_failed(&err);
    describe_read(palate_ratings_report(out->ratings));
    palate_status status = options->fold_column != NULL
                               ? palate_split_from_column(out->ratings, path, read,
                                                          options->fold_column, &out->split, &err)
                               : palate_split_create(out->ratings, split, &out->split, &err);
    return status == PALATE_OK ? EXIT_DONE : message_failed(&err);
}

static int open_given(const cli_arguments *arguments, const fold_options *options,
                      const palate_read_options *read, fold_source *out)
{
    palate_error err;
    if (palate_split_open(arguments->context, options->given, read, &out->split, &err) != PALATE_OK)
        return message_failed(&err);
    return EXIT_DONE;
}

int folds_make(const cli_arguments *arguments, const fold_options *options,
               palate_split_options *split, const palate_read_options *read, fold_source *out)
{
    palate_error err;
    int exit_status = options->given != NULL ? open_given(arguments, options, read, out)
                                             : divide(arguments, options, split, read, out);
    if (exit_status != EXIT_DONE || options->save == NULL)
        return exit_status;
    if (palate_split_save(out->split, options->save, &err) != PALATE_OK)
        return message_failed(&err);
    message_note("wrote %s: %s", options->save,
                 describe_things(palate_split_fold_count(out->split), "fold"));
    return EXIT_DONE;
}

void folds_release(fold_source *of)
{
    palate_split_free(of->split);
    palate_ratings_free(of->ratings);
    *of = (fold_source){NULL, NULL};
}
