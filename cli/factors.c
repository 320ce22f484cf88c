/* SPDX-License-Identifier: Apache-2.0 */
/* palate factors: what the factors of a model are about. */
#include "arguments.h"
#include "describe.h"
#include "lists.h"
#include "naming.h"
#include "restarts.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *items;
    const char *tags;
    int names;         /* naming_which */
    const char *label; /* The last one given; all are in arguments->given. */
    const char *output;
    int64_t stability;
    int64_t count;
    int64_t support;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"items", "titles", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "Table of items, such as movies.csv: shows their titles, and names factors by its words"},
    {"tags", "", PALATE_OPTION_TEXT, AT(tags), NULL, 0, 0, NULL, "FILE",
     "Tags of items, such as tags.csv, to name factors by"},
    {"names", "", PALATE_OPTION_CHOICE, AT(names), "missing", 0, 0, "missing|all|none", "WHICH",
     "Factors to name by words of --items and --tags: those without a name, all, or none"},
    {"label", "", PALATE_OPTION_TEXT, AT(label), NULL, 0, 0, NULL, "FACTOR=NAME",
     "Call a factor, by number or name, something else; may be repeated"},
    {"output", "model", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "MODEL",
     "Write the model with its names; it may be the one that is read"},
    {"stability", "restarts seeds", PALATE_OPTION_COUNT, AT(stability), "1", 1, 1000, NULL, "N",
     "Train on RATINGS with further seeds, N with the model's, and tell how alike factors are"},
    {"count", "", PALATE_OPTION_COUNT, AT(count), "4", 1, 1000, NULL, "N",
     "Items to show of each factor"},
    {"support", "min-support min-ratings", PALATE_OPTION_COUNT, AT(support), "20", 0, 1000000000,
     NULL, "N", "Show only items, and users, with this many ratings"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write JSON; it has the users of each factor, too"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

typedef struct factors_work {
    const own_options *own;
    palate_model *model;
    palate_catalogue *catalogue;
    naming_outcome suggested;
    restarts again; /* Its arrays are NULL where nobody asked. */
    uint32_t factor_count;
    palate_factor_facts *facts;
    double *shares;  /* Of these. */
    uint32_t *order; /* The factors, the largest share first. */
    uint32_t *rows;
    double *values;
} factors_work;

/* ---- Finding out ---- */

static bool load(factors_work *work, const cli_arguments *arguments)
{
    palate_error err;
    if (!model_load(arguments, NULL, &work->model, &work->catalogue))
        return false;
    if (work->own->items == NULL ||
        palate_catalogue_read_columns(arguments->context, work->own->items, &work->catalogue,
                                      &err) == PALATE_OK)
        return true;
    message_failed(&err);
    return false;
}

static bool give_labels(const factors_work *work, const cli_arguments *arguments)
{
    for (size_t g = 0; g < arguments->given_count; g++)
        if (strcmp(arguments->given[g].option->name, "label") == 0 &&
            !naming_label(work->model, arguments->given[g].text))
            return false;
    return true;
}

/* What somebody calls a factor goes before what its items suggest. */
static bool give_names(factors_work *work, const cli_arguments *arguments)
{
    const own_options *own = work->own;
    const naming_sources sources = {work->catalogue, own->tags, own->names, own->support};
    if (own->names != NAMING_ALL && !give_labels(work, arguments))
        return false;
    if (!naming_suggest(arguments->context, work->model, &sources, &work->suggested))
        return false;
    return own->names != NAMING_ALL || give_labels(work, arguments);
}

static bool train_again(factors_work *work, const cli_arguments *arguments)
{
    const int64_t count = work->own->stability;
    if (count == 1)
        return true;
    if (!restarts_run(arguments->context, work->model, arguments->operands[1], arguments->values[1],
                      count, &work->again))
        return false;
    message_note("%lld seeds: mean cosine of matched factors %.3f, mean correlation %.3f",
                 (long long)count, work->again.cosine, work->again.correlation);
    return true;
}

static int find_facts(factors_work *work)
{
    palate_error err;
    palate_model_summary summary;
    palate_model_info(work->model, &summary);
    work->factor_count = summary.factor_count;
    work->facts = calloc((size_t)summary.factor_count + 1, sizeof *work->facts);
    work->shares = calloc((size_t)summary.factor_count + 1, sizeof *work->shares);
    work->order = calloc((size_t)summary.factor_count + 1, sizeof *work->order);
    work->rows = malloc((size_t)work->own->count * sizeof *work->rows);
    work->values = malloc((size_t)work->own->count * sizeof *work->values);
    if (work->facts == NULL || work->shares == NULL || work->order == NULL || work->rows == NULL ||
        work->values == NULL)
        return message_error("out of memory while looking at factors");
    if (palate_model_factor_facts(work->model, work->facts, &err) != PALATE_OK)
        return message_failed(&err);
    for (uint32_t f = 0; f < work->factor_count; f++)
        work->shares[f] = work->facts[f].share;
    rank_falling(work->shares, work->factor_count, work->order);
    return EXIT_DONE;
}

/* Fills work->rows and values; SIZE_MAX after telling what went wrong. */
static size_t find_top(const factors_work *work, uint32_t factor, int side)
{
    palate_error err;
    palate_similar_options options;
    size_t count = 0;
    palate_similar_options_init(&options);
    options.side = side;
    options.count = work->own->count;
    options.support = work->own->support;
    if (palate_model_factor_top(work->model, factor, &options, work->rows, work->values, &count,
                                &err) == PALATE_OK)
        return count;
    message_failed(&err);
    return SIZE_MAX;
}

/* ---- For a person ---- */

static int widest_name(const factors_work *work)
{
    int widest = 6;
    for (uint32_t f = 0; f < work->factor_count; f++) {
        const int width = table_width(palate_model_factor_name(work->model, f));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static int print_text(const factors_work *work)
{
    const int widest = widest_name(work);
    const bool bold = message_has_colour(stdout);
    printf("%s%-*s  share  sparsity  exclusive  coherent%s  items%s\n", bold ? "\033[1m" : "",
           widest, "factor", work->again.cosines == NULL ? "" : "  cosine  correlation",
           bold ? "\033[0m" : "");
    for (uint32_t place = 0; place < work->factor_count; place++) {
        const uint32_t f = work->order[place];
        const char *name = palate_model_factor_name(work->model, f);
        const size_t count = find_top(work, f, PALATE_SIMILAR_ITEMS);
        if (count == SIZE_MAX)
            return EXIT_FAILED;
        printf("%s%*s  %5.3f  %8.3f  %9.3f  %8.3f", name, widest - table_width(name), "",
               work->facts[f].share, work->facts[f].sparsity, work->facts[f].exclusivity,
               work->facts[f].coherence);
        if (work->again.cosines != NULL)
            printf("  %6.3f  %11.3f", work->again.cosines[f], work->again.correlations[f]);
        for (size_t at = 0; at < count; at++)
            printf("%s%s", at == 0 ? "  " : "; ",
                   item_name(work->model, work->catalogue, work->rows[at]));
        putchar('\n');
    }
    return EXIT_DONE;
}

/* ---- For a program ---- */

/* NULL after telling what went wrong. */
static json_t *top_json(const factors_work *work, uint32_t factor, int side)
{
    const bool items = side == PALATE_SIMILAR_ITEMS;
    const row_side *rows = items ? &SIDE_ITEMS : &SIDE_USERS;
    const size_t count = find_top(work, factor, side);
    json_t *list = count == SIZE_MAX ? NULL : json_array();
    for (size_t at = 0; list != NULL && at < count; at++) {
        const char *id = rows->id(work->model, work->rows[at]);
        const char *title = items && work->catalogue != NULL
                                ? palate_catalogue_title(work->catalogue, id)
                                : NULL;
        json_t *one = json_pack("{s:s, s:f}", rows->singular, id, "value", work->values[at]);
        if (title != NULL)
            json_object_set_new(one, "title", json_string(title));
        json_array_append_new(list, one);
    }
    return list;
}

/* The words of the name that is suggested; null where none is. */
static json_t *suggested_json(const factors_work *work, uint32_t factor)
{
    size_t count = 0;
    const char *name = palate_naming_name(work->suggested.naming, factor);
    const palate_name_word *words = palate_naming_words(work->suggested.naming, factor, &count);
    if (name == NULL)
        return json_null();
    json_t *list = json_array();
    for (size_t w = 0; w < count; w++)
        json_array_append_new(
            list,
            json_pack("{s:s, s:f, s:I, s:I, s:I, s:I}", "word",
                      palate_words_text(work->suggested.words, words[w].word), "p", words[w].p,
                      "top_count", (json_int_t)words[w].top_count, "top_total",
                      (json_int_t)words[w].top_total, "item_count", (json_int_t)words[w].item_count,
                      "item_total", (json_int_t)words[w].item_total));
    return json_pack("{s:s, s:o}", "name", name, "words", list);
}

/* NULL after telling what went wrong. */
static json_t *factor_json(const factors_work *work, uint32_t f)
{
    json_t *items = top_json(work, f, PALATE_SIMILAR_ITEMS);
    json_t *users = items == NULL ? NULL : top_json(work, f, PALATE_SIMILAR_USERS);
    if (users == NULL) {
        json_decref(items);
        return NULL;
    }
    const palate_factor_facts *facts = &work->facts[f];
    json_t *one = json_pack("{s:I, s:s, s:o, s:f, s:f, s:f, s:f, s:o, s:o}", "factor",
                            (json_int_t)f + 1, "name", palate_model_factor_name(work->model, f),
                            "suggested", suggested_json(work, f), "share", facts->share, "sparsity",
                            facts->sparsity, "exclusivity", facts->exclusivity, "coherence",
                            facts->coherence, "items", items, "users", users);
    if (work->again.cosines != NULL) {
        json_object_set_new(one, "cosine", json_real(work->again.cosines[f]));
        json_object_set_new(one, "correlation", json_real(work->again.correlations[f]));
    }
    return one;
}

static int print_json(const factors_work *work)
{
    json_t *list = json_array();
    for (uint32_t place = 0; place < work->factor_count; place++) {
        json_t *one = factor_json(work, work->order[place]);
        if (one == NULL) {
            json_decref(list);
            return EXIT_FAILED;
        }
        json_array_append_new(list, one);
    }
    return describe_print_json(list);
}

/* ---- The command ---- */

static int save(const factors_work *work)
{
    palate_error err;
    const char *path = work->own->output;
    if (path == NULL)
        return EXIT_DONE;
    if (palate_model_save(work->model, path, &err) != PALATE_OK)
        return message_failed(&err);
    message_note("wrote %s, with names of its factors", path);
    return EXIT_DONE;
}

static int show(const factors_work *work)
{
    return work->own->json ? print_json(work) : print_text(work);
}

static int run(const cli_arguments *arguments)
{
    factors_work work = {.own = arguments->values[0]};
    if (arguments->operand_count > 1 && work.own->stability == 1)
        return arguments_usage_error(arguments->command,
                                     "what are the ratings for? give --stability N");
    if (arguments->operand_count < 2 && work.own->stability > 1)
        return arguments_usage_error(arguments->command, "--stability needs RATINGS to train on");
    const bool ready = load(&work, arguments) && give_names(&work, arguments) &&
                       train_again(&work, arguments);
    int exit_status = ready ? find_facts(&work) : EXIT_FAILED;
    if (exit_status == EXIT_DONE)
        exit_status = save(&work);
    if (exit_status == EXIT_DONE)
        exit_status = show(&work);
    naming_release(&work.suggested);
    restarts_release(&work.again);
    free(work.facts);
    free(work.shares);
    free(work.order);
    free(work.rows);
    free(work.values);
    palate_catalogue_free(work.catalogue);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate factors movies.palate --items movies.csv", "what each factor is about"},
    {"palate factors movies.palate --items movies.csv --label 2='Film noir' -o movies.palate",
     "keep names: those suggested, and one of your own"},
    {"palate factors movies.palate ratings.csv --stability 10",
     "which factors come back when training starts elsewhere"},
    {"palate factors movies.palate -n 20 --support 100 --json",
     "20 items and users of each, for a program"},
    {NULL, NULL},
};

const cli_command COMMAND_FACTORS = {
    .name = "factors",
    .operands = "MODEL [RATINGS] [options]",
    .summary = "show what the factors are about",
    .description =
        "Show the factors of a model, those that explain most first: the share of what factors "
        "explain, how sparse they are, and the items that stand for each: items that have more of "
        "it than is typical, and little else that sets them apart. With a table of items, factors "
        "are named by the words that its items share: genres, tags, decades, words of titles.",
    .operands_least = 1,
    .operands_most = 2,
    .groups = {{own_table, NULL}, {palate_read_options_table, "scale keep-order threads"}},
    .examples = EXAMPLES,
    .run = run,
};
