/* SPDX-License-Identifier: Apache-2.0 */
#include "features.h"

#include "describe.h"

#include <string.h>

#define AT(field) offsetof(feature_options, field)

static const palate_option OPTIONS[] = {
    {"items", "", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "TABLE",
     "A table of items, their id first: movies.csv, movies.dat, u.item and the like"},
    {"item-features", "", PALATE_OPTION_TEXT, AT(item_features), NULL, 0, 0, NULL, "COLUMNS",
     "Its columns to learn from, as genres,year; NAME:category makes each of many numbers a "
     "feature"},
    {"users", "", PALATE_OPTION_TEXT, AT(users), NULL, 0, 0, NULL, "TABLE",
     "A table of users, their id first: users.csv, users.dat, u.user and the like"},
    {"user-features", "", PALATE_OPTION_TEXT, AT(user_features), NULL, 0, 0, NULL, "COLUMNS",
     "Its columns to learn from, as age,gender,occupation"},
};

static const palate_option_table TABLE = {"Tables of items and users", OPTIONS,
                                          sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(feature_options)};

const palate_option_table *feature_options_table(void)
{
    return &TABLE;
}

/* ---- One table ---- */

/* What the options say of one side, and in which words. */
typedef struct side_options {
    palate_side side;
    const char *table, *columns;
    const char *table_option, *columns_option;
    const char *thing;
} side_options;

static side_options of_side(const feature_options *options, palate_side side)
{
    if (side == PALATE_USERS)
        return (side_options){side,    options->users,  options->user_features,
                              "users", "user-features", "user"};
    return (side_options){side,    options->items,  options->item_features,
                          "items", "item-features", "item"};
}

/* "title, genres, year" */
static void list_columns(const palate_catalogue *table, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t c = 0; c < palate_catalogue_column_count(table) && length < size; c++) {
        int written = snprintf(text + length, size - length, "%s%s", c == 0 ? "" : ", ",
                               palate_catalogue_column_name(table, c));
        length += written > 0 ? (size_t)written : 0;
    }
}

static int read_side(const cli_arguments *arguments, const side_options *of, palate_features **out)
{
    palate_error err;
    palate_catalogue *table = NULL;
    int exit_status = EXIT_DONE;
    if (of->table == NULL && of->columns == NULL)
        return EXIT_DONE;
    if (of->table == NULL)
        return arguments_usage_error(arguments->command,
                                     "--%s of which table? give it with --%s TABLE",
                                     of->columns_option, of->table_option);
    if (palate_catalogue_read_columns(arguments->context, of->table, &table, &err) != PALATE_OK)
        return message_failed(&err);
    if (of->columns == NULL) {
        char columns[400];
        list_columns(table, columns, sizeof columns);
        exit_status = arguments_usage_error(
            arguments->command, "--%s %s: which columns? name them with --%s; it has %s",
            of->table_option, of->table, of->columns_option, columns);
    } else if (palate_features_create(table, of->columns, out, &err) != PALATE_OK) {
        exit_status = message_failed(&err);
    }
    palate_catalogue_free(table);
    return exit_status;
}

int features_read(const cli_arguments *arguments, const feature_options *options,
                  palate_train_options *train, feature_tables *out)
{
    const side_options users = of_side(options, PALATE_USERS);
    const side_options items = of_side(options, PALATE_ITEMS);
    int exit_status = read_side(arguments, &items, &out->items);
    if (exit_status == EXIT_DONE)
        exit_status = read_side(arguments, &users, &out->users);
    train->user_features = out->users;
    train->item_features = out->items;
    return exit_status;
}

static int tell_side(const side_options *of, const palate_features *features,
                     const palate_ratings *ratings)
{
    palate_error err;
    palate_features_match match;
    if (features == NULL)
        return EXIT_DONE;
    if (palate_features_compare(features, ratings, of->side, &match, &err) != PALATE_OK)
        return message_failed(&err);
    const int64_t rated = (int64_t)match.matched_count + match.missing_count;
    message_note("%s: %s for %s of %s; %s more without ratings", of->table,
                 describe_things(palate_features_count(features), "feature"),
                 describe_count(match.matched_count), describe_things(rated, of->thing),
                 describe_count(match.row_count - match.matched_count));
    return EXIT_DONE;
}

int features_tell(const feature_options *options, const feature_tables *tables,
                  const palate_ratings *ratings)
{
    const side_options users = of_side(options, PALATE_USERS);
    const side_options items = of_side(options, PALATE_ITEMS);
    const int exit_status = tell_side(&items, tables->items, ratings);
    return exit_status != EXIT_DONE ? exit_status : tell_side(&users, tables->users, ratings);
}

static void tell_left_out(const side_options *of, const palate_features *features,
                          const palate_model *model)
{
    if (features != NULL && palate_model_feature_count(model, of->side) == 0)
        message_note("%s: left out, as ratings are predicted worse with it; --%s-regularization "
                     "L takes it in",
                     of->table, of->side == PALATE_USERS ? "user-feature" : "item-feature");
}

void features_tell_left_out(const feature_options *options, const feature_tables *tables,
                            const palate_model *model)
{
    const side_options users = of_side(options, PALATE_USERS);
    const side_options items = of_side(options, PALATE_ITEMS);
    tell_left_out(&items, tables->items, model);
    tell_left_out(&users, tables->users, model);
}

void features_release(feature_tables *tables)
{
    palate_features_free(tables->users);
    palate_features_free(tables->items);
    *tables = (feature_tables){NULL, NULL};
}
