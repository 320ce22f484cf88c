/* SPDX-License-Identifier: Apache-2.0 */
/* palate explain: a prediction as a sum, and the ratings behind it. */
#define _GNU_SOURCE
#include "arguments.h"
#include "describe.h"
#include "lists.h"
#include "parts.h"
#include "table.h"
#include "waterfall.h"

#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *user;
    const char *item;
    const char *time;
    int parts; /* palate_parts */
    int64_t count;
    const char *items;
    const char *svg;
    bool json;
    int64_t threads;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"user", "", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID", "The user"},
    {"item", "", PALATE_OPTION_TEXT, AT(item), NULL, 0, 0, NULL, "ID", "The item"},
    {"time", "timestamp", PALATE_OPTION_TEXT, AT(time), NULL, 0, 0, NULL, "T",
     "When, in the unit of the times learned from"},
    {"parts", "", PALATE_OPTION_CHOICE, AT(parts), "typical", 0, 0, "typical|zero", "FROM",
     "What parts are measured from: the typical user and item, or zero, where they are offsets and "
     "products of factors"},
    {"count", "", PALATE_OPTION_COUNT, AT(count), "5", 1, 1000000, NULL, "N",
     "Factors, and ratings, to show; --json has all"},
    {"items", "titles", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "Table of items, such as movies.csv: adds their titles"},
    {"svg", "", PALATE_OPTION_TEXT, AT(svg), NULL, 0, 0, NULL, "FILE",
     "Draw the sum into this file, too"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON"},
    {"threads", "num-threads nthreads n-jobs", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024, NULL,
     "T", "Threads to use, 0 for as many as the machine gives; the result is the same"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* All that one call works with. */
typedef struct explain_work {
    const own_options *own;
    palate_model *model;
    palate_catalogue *catalogue;
    uint32_t user, item;
    int64_t time;
    palate_explanation sum;
    factor_part *factors;       /* The largest first, whatever their sign. */
    size_t factor_count, shown; /* Factors; those that have a line of their own. */
    palate_reason *reasons;
    palate_reasons because;
    bool has_reasons;
} explain_work;

/* ---- Finding out ---- */

static int take_apart(explain_work *work)
{
    palate_model_summary summary;
    palate_model_info(work->model, &summary);
    work->factor_count = summary.factor_count;
    work->shown = work->factor_count;
    if (work->own->count < (int64_t)work->factor_count)
        work->shown = (size_t)work->own->count;
    work->factors = parts_take(work->model, work->user, work->item, work->time, work->own->parts,
                               &work->sum);
    return work->factors == NULL ? EXIT_FAILED : EXIT_DONE;
}

static int find_reasons(explain_work *work)
{
    palate_error err;
    int64_t count = 0;
    palate_model_seen(work->model, work->user, &count);
    work->reasons = malloc(((size_t)count + 1) * sizeof *work->reasons);
    if (work->reasons == NULL)
        return message_error("out of memory while explaining");
    palate_status status = palate_model_reasons(work->model, work->user, work->item, work->time,
                                                work->own->threads, &work->because, work->reasons,
                                                &err);
    if (status != PALATE_OK && status != PALATE_E_UNSUPPORTED)
        return message_failed(&err);
    work->has_reasons = status == PALATE_OK;
    if (!work->has_reasons)
        message_note("no ratings behind it: %s", err.message);
    return EXIT_DONE;
}

static double rest_of(const explain_work *work)
{
    double rest = 0.0;
    for (size_t place = work->shown; place < work->factor_count; place++)
        rest += work->factors[place].adds;
    return rest;
}

/* ---- Names ---- */

typedef struct part_names {
    const char *common, *user, *item;
} part_names;

static part_names names_of(const explain_work *work)
{
    return work->own->parts == PALATE_PARTS_ZERO
               ? (part_names){"base", "offset of the user", "offset of the item"}
               : (part_names){"typical", "this user", "this item"};
}

/* ---- For a person ---- */

static bool print_sum(const explain_work *work)
{
    const part_names names = names_of(work);
    table sum = {.columns = 2};
    bool done = table_add(&sum, "part") && table_add(&sum, "adds") &&
                table_add(&sum, "%s", names.common) && table_add(&sum, "%.4f", work->sum.common) &&
                table_add(&sum, "%s", names.user) && table_add(&sum, "%+.4f", work->sum.user) &&
                table_add(&sum, "%s", names.item) && table_add(&sum, "%+.4f", work->sum.item);
    if (done && work->time != PALATE_NO_TIME)
        done = table_add(&sum, "this time") && table_add(&sum, "%+.4f", work->sum.time);
    for (size_t place = 0; done && place < work->shown; place++)
        done = table_add(&sum, "%s",
                         palate_model_factor_name(work->model, work->factors[place].factor)) &&
               table_add(&sum, "%+.4f", work->factors[place].adds);
    if (done && work->shown < work->factor_count)
        done = table_add(
                   &sum, "%s",
                   describe_things((int64_t)(work->factor_count - work->shown), "other factor")) &&
               table_add(&sum, "%+.4f", rest_of(work));
    done = done && table_add(&sum, "sum") && table_add(&sum, "%.4f", work->sum.score);
    table_print(&sum);
    return done;
}

static bool print_reasons(const explain_work *work)
{
    table because = {.columns = 3};
    bool done = table_add(&because, "because of") && table_add(&because, "rating") &&
                table_add(&because, "adds");
    for (int64_t place = 0; done && place < work->because.count && place < work->own->count;
         place++) {
        const palate_reason *reason = &work->reasons[place];
        done = table_add(&because, "%s", item_name(work->model, work->catalogue, reason->item)) &&
               table_add(&because, "%g", (double)reason->rating) &&
               table_add(&because, "%+.4f", reason->effect);
    }
    table_print(&because);
    return done;
}

static int print_text(const explain_work *work)
{
    printf("%s, %s: %.4g\n\n", work->own->user, item_name(work->model, work->catalogue, work->item),
           work->sum.prediction);
    bool done = print_sum(work);
    if (done && work->sum.prediction != work->sum.score)
        printf("within the scale: %g\n", work->sum.prediction);
    if (done && work->has_reasons && work->because.count > 0) {
        putchar('\n');
        done = print_reasons(work);
    }
    return done ? EXIT_DONE : EXIT_FAILED;
}

/* ---- For a program ---- */

static void add_title(const explain_work *work, json_t *to, uint32_t item)
{
    const char *id = palate_model_item_id(work->model, item);
    const char *title = palate_catalogue_title(work->catalogue, id);
    if (work->catalogue != NULL && title != NULL)
        json_object_set_new(to, "title", json_string(title));
}

static json_t *factors_json(const explain_work *work)
{
    json_t *list = json_array();
    const float *user = palate_model_user_factors(work->model) +
                        (size_t)work->user * work->factor_count;
    const float *item = palate_model_item_factors(work->model) +
                        (size_t)work->item * work->factor_count;
    for (size_t place = 0; place < work->factor_count; place++) {
        const factor_part *part = &work->factors[place];
        json_array_append_new(
            list,
            json_pack("{s:I, s:s, s:f, s:f, s:f}", "factor", (json_int_t)part->factor + 1, "name",
                      palate_model_factor_name(work->model, part->factor), "adds", part->adds,
                      "user", (double)user[part->factor], "item", (double)item[part->factor]));
    }
    return list;
}

static json_t *reasons_json(const explain_work *work)
{
    json_t *list = json_array();
    for (int64_t place = 0; place < work->because.count; place++) {
        const palate_reason *reason = &work->reasons[place];
        json_t *one = json_pack("{s:s, s:f, s:f}", "item",
                                palate_model_item_id(work->model, reason->item), "rating",
                                (double)reason->rating, "adds", reason->effect);
        if (reason->time != PALATE_NO_TIME)
            json_object_set_new(one, "time", json_integer((json_int_t)reason->time));
        add_title(work, one, reason->item);
        json_array_append_new(list, one);
    }
    return list;
}

static int print_json(const explain_work *work)
{
    const own_options *own = work->own;
    json_t *json = json_pack("{s:s, s:s}", "user", own->user, "item", own->item);
    add_title(work, json, work->item);
    if (work->time != PALATE_NO_TIME)
        json_object_set_new(json, "time", json_integer((json_int_t)work->time));
    json_object_update_new(
        json, json_pack("{s:f, s:f, s:s, s:{s:f, s:f, s:f, s:f}, s:o}", "prediction",
                        work->sum.prediction, "score", work->sum.score, "parts_from",
                        own->parts == PALATE_PARTS_ZERO ? "zero" : "typical", "parts", "common",
                        work->sum.common, "user", work->sum.user, "item", work->sum.item, "time",
                        work->sum.time, "factors", factors_json(work)));
    if (work->has_reasons)
        json_object_update_new(json, json_pack("{s:f, s:o}", "folded_in_score", work->because.score,
                                               "because", reasons_json(work)));
    return describe_print_json(json);
}

/* ---- As a picture ---- */

/* The sum as bars, from the first part on; `bars` has room for them. */
static size_t list_bars(const explain_work *work, waterfall_bar *bars)
{
    const part_names names = names_of(work);
    size_t count = 0;
    bars[count++] = (waterfall_bar){names.user, work->sum.user};
    bars[count++] = (waterfall_bar){names.item, work->sum.item};
    if (work->time != PALATE_NO_TIME)
        bars[count++] = (waterfall_bar){"this time", work->sum.time};
    for (size_t place = 0; place < work->shown; place++)
        bars[count++] = (waterfall_bar){
            palate_model_factor_name(work->model, work->factors[place].factor),
            work->factors[place].adds};
    if (work->shown < work->factor_count)
        bars[count++] = (waterfall_bar){"other factors", rest_of(work)};
    return count;
}

static bool draw(const explain_work *work)
{
    enum { BESIDE_FACTORS = 4 }; /* User, item, time, other factors. */
    char *title = NULL;
    waterfall_bar *bars = malloc((work->shown + BESIDE_FACTORS) * sizeof *bars);
    bool done = bars != NULL && asprintf(&title, "%s, %s: %.4g", work->own->user,
                                         item_name(work->model, work->catalogue, work->item),
                                         work->sum.prediction) >= 0;
    if (!done)
        message_error("out of memory while drawing");
    if (done) {
        const waterfall picture = {.title = title,
                                   .start = work->sum.common,
                                   .start_label = names_of(work).common,
                                   .bars = bars,
                                   .count = list_bars(work, bars),
                                   .total_label = "sum",
                                   .total = work->sum.score};
        done = waterfall_write(&picture, work->own->svg);
        free(title);
    }
    free(bars);
    return done;
}

/* ---- The command ---- */

static int load(explain_work *work, const cli_arguments *arguments)
{
    const own_options *own = work->own;
    if (!model_load(arguments, own->items, &work->model, &work->catalogue))
        return EXIT_FAILED;
    bool known = row_find(work->model, &SIDE_USERS, own->user, &work->user) &&
                 row_find(work->model, &SIDE_ITEMS, own->item, &work->item);
    return known ? EXIT_DONE : EXIT_FAILED;
}

static int explain(explain_work *work, const cli_arguments *arguments)
{
    int exit_status = load(work, arguments);
    if (exit_status == EXIT_DONE)
        exit_status = take_apart(work);
    if (exit_status == EXIT_DONE)
        exit_status = find_reasons(work);
    if (exit_status == EXIT_DONE && work->own->svg != NULL && !draw(work))
        exit_status = EXIT_FAILED;
    if (exit_status == EXIT_DONE)
        exit_status = work->own->json ? print_json(work) : print_text(work);
    return exit_status;
}

static int run(const cli_arguments *arguments)
{
    explain_work work = {.own = arguments->values[0]};
    if (work.own->user == NULL || work.own->item == NULL)
        return arguments_usage_error(arguments->command,
                                     "which prediction? give --user ID and --item ID");
    if (!arguments_time(arguments, work.own->time, &work.time))
        return EXIT_USAGE;
    int exit_status = explain(&work, arguments);
    free(work.factors);
    free(work.reasons);
    palate_catalogue_free(work.catalogue);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate explain movies.palate --user 42 --item 318 --items movies.csv",
     "why user 42 should like film 318"},
    {"palate explain movies.palate --user 42 --item 318 --svg why.svg", "the same as a picture"},
    {"palate explain movies.palate --user 42 --item 318 --parts zero --json",
     "offsets and products of factors, all of them, for a program"},
    {NULL, NULL},
};

const cli_command COMMAND_EXPLAIN = {
    .name = "explain",
    .operands = "MODEL --user ID --item ID [options]",
    .summary = "tell why: a prediction as a sum, and the ratings behind it",
    .description =
        "Take a prediction apart. It is a sum: of what is typical, what is special about the user, "
        "and about the item, how the user's ratings have moved until --time, and for each factor "
        "whether the two go together in it. Then the user's ratings that did most: each is left "
        "out in turn, and the user learned anew from all the others.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
