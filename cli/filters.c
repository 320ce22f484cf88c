/* SPDX-License-Identifier: Apache-2.0 */
#include "filters.h"

#include "arguments.h"
#include "describe.h"
#include "lists.h"

#include <string.h>

#define AT(field) offsetof(filter_options, field)

enum { WHERE, WITHOUT, QUOTA };

static const palate_option OPTIONS[] = {
    [WHERE] = {"where", "filter", PALATE_OPTION_TEXT, AT(where), NULL, 0, 0, NULL, "CONDITION",
               "Only items of which a column of the table says so: genres=Horror|Thriller, "
               "title~star, year>=1990; = != ~ (contains) !~ < <= > >=; may be repeated"},
    [WITHOUT] = {"without", "", PALATE_OPTION_TEXT, AT(without), NULL, 0, 0, NULL, "CONDITION",
                 "Only items of which it does not say so; may be repeated"},
    [QUOTA] = {"quota", "", PALATE_OPTION_TEXT, AT(quota), NULL, 0, 0, NULL, "COLUMN=N",
               "At most N items of each value of a column, as genres=2; may be repeated"},
    {"min-support", "", PALATE_OPTION_COUNT, AT(min_support), "0", 0, 4294967295.0, NULL, "N",
     "Only items that have N ratings at least"},
    {"allow", "", PALATE_OPTION_TEXT, AT(allow), NULL, 0, 0, NULL, "FILE",
     "Recommend only items of this list, an id a line"},
    {"deny", "", PALATE_OPTION_TEXT, AT(deny), NULL, 0, 0, NULL, "FILE",
     "Never recommend items of this list, an id a line"},
};

static const palate_option_table TABLE = {
    "Rules for items", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0], sizeof(filter_options)};

const palate_option_table *filter_options_table(void)
{
    return &TABLE;
}

bool filters_need_table(const filter_options *options)
{
    return options->where != NULL || options->without != NULL || options->quota != NULL;
}

/* ---- Making them ---- */

typedef palate_status (*list_rule)(palate_filter *, const uint32_t *, size_t, palate_error *);

static int add_list(palate_filter *filter, const palate_model *model, const char *path,
                    list_rule add)
{
    palate_error err;
    row_list rows;
    int exit_status = EXIT_DONE;
    if (path == NULL)
        return EXIT_DONE;
    if (!row_list_begin(&rows) || !row_list_read(&rows, model, &SIDE_ITEMS, path))
        exit_status = EXIT_FAILED;
    else if (add(filter, rows.rows, rows.count, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    row_list_release(&rows);
    return exit_status;
}

/* An option that may be repeated. */
static palate_status add_given(palate_filter *filter, const palate_catalogue *table,
                               const given_option *given, palate_error *err)
{
    if (given->option == &OPTIONS[WHERE])
        return palate_filter_where(filter, table, given->text, PALATE_FILTER_WHERE, err);
    if (given->option == &OPTIONS[WITHOUT])
        return palate_filter_where(filter, table, given->text, PALATE_FILTER_WITHOUT, err);
    if (given->option == &OPTIONS[QUOTA])
        return palate_filter_quota(filter, table, given->text, err);
    return PALATE_OK;
}

static int add_all(const cli_arguments *arguments, const filter_options *options,
                   const palate_model *model, const palate_catalogue *table, palate_filter *filter)
{
    palate_error err;
    int exit_status = add_list(filter, model, options->allow, palate_filter_allow);
    if (exit_status == EXIT_DONE)
        exit_status = add_list(filter, model, options->deny, palate_filter_deny);
    for (size_t g = 0; exit_status == EXIT_DONE && g < arguments->given_count; g++)
        if (add_given(filter, table, &arguments->given[g], &err) != PALATE_OK)
            exit_status = message_failed(&err);
    if (exit_status == EXIT_DONE && options->min_support > 0 &&
        palate_filter_support(filter, options->min_support, &err) != PALATE_OK)
        exit_status = message_failed(&err);
    return exit_status;
}

int filters_make(const cli_arguments *arguments, const filter_options *options,
                 const palate_model *model, const palate_catalogue *table, palate_filter **out)
{
    palate_error err;
    *out = NULL;
    if (!filters_need_table(options) && options->min_support == 0 && options->allow == NULL &&
        options->deny == NULL)
        return EXIT_DONE;
    if (palate_filter_create(model, out, &err) != PALATE_OK)
        return message_failed(&err);
    return add_all(arguments, options, model, table, *out);
}

/* ---- Telling ---- */

static bool is_quota(const palate_filter_rule *rule)
{
    return strncmp(rule->text, "quota ", 6) == 0;
}

static bool has_quota(const palate_filter *filter)
{
    size_t count = 0;
    const palate_filter_rule *rules = palate_filter_rules(filter, &count);
    for (size_t r = 0; r < count; r++)
        if (is_quota(&rules[r]))
            return true;
    return false;
}

void filters_tell(const palate_filter *filter, const palate_model *model, const filter_sums *sums)
{
    size_t count = 0;
    palate_model_summary summary;
    const double users = sums->users > 0 ? (double)sums->users : 1.0;
    const palate_filter_rule *rules = palate_filter_rules(filter, &count);
    palate_model_info(model, &summary);
    for (size_t r = 0; r < count; r++)
        if (!is_quota(&rules[r]))
            message_note("%s: takes away %s", rules[r].text,
                         describe_things(rules[r].removed, "item"));
    message_note("%s of %s left; of these a user has seen %.1f on average",
                 describe_count(palate_filter_left(filter)),
                 describe_things(summary.item_count, "item"), (double)sums->seen / users);
    if (has_quota(filter))
        message_note("without room in a category, and passed over: %.1f on average",
                     (double)sums->quota / users);
}

static void write_rule(output *out, const char *before, const char *rule, int64_t items)
{
    output_text(out, before);
    output_text(out, "{\"rule\": ");
    output_json_text(out, rule, strlen(rule));
    output_text(out, ", \"items\": ");
    output_count(out, (uint64_t)items);
    output_character(out, '}');
}

void filters_write_json(const palate_filter *filter, const palate_passed_over *passed, output *out)
{
    size_t count = 0;
    const palate_filter_rule *rules = palate_filter_rules(filter, &count);
    output_text(out, ", \"removed\": [");
    write_rule(out, "", "seen", passed->seen);
    for (size_t r = 0; r < count; r++)
        if (!is_quota(&rules[r]))
            write_rule(out, ", ", rules[r].text, rules[r].removed);
    if (has_quota(filter))
        write_rule(out, ", ", "quota", passed->quota);
    output_character(out, ']');
}
