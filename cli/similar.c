/* SPDX-License-Identifier: Apache-2.0 */
/* palate similar: which items, or users, are like one of them, and in which factors. */
#include "arguments.h"
#include "lists.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *user;
    const char *item;
    const char *items;
    const char *output;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, SIMILAR };

static const palate_option OPTIONS[] = {
    {"item", "", PALATE_OPTION_TEXT, AT(item), NULL, 0, 0, NULL, "ID", "Items like this one"},
    {"user", "", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID", "Users like this one"},
    {"items", "titles", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "Table of items, such as movies.csv: adds their titles"},
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "FILE",
     "Where to write the list; by default standard output"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write JSON, not CSV; it has what every factor adds"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* All that one call works with. */
typedef struct similar_work {
    const own_options *own;
    palate_similar_options options;
    palate_model *model;
    palate_catalogue *catalogue;
    const row_side *side;
    uint32_t row;
    uint32_t factor_count;
    uint32_t *rows;
    double *values;
    size_t count;
    double *shared;  /* What each factor adds, for one of them; */
    uint32_t *order; /* the factors, those that add most first. */
    output out;
} similar_work;

/* ---- Factors ---- */

static bool find_shared(similar_work *work, uint32_t row)
{
    palate_error err;
    if (palate_model_shared(work->model, work->row, row, &work->options, work->shared, &err) !=
        PALATE_OK) {
        message_failed(&err);
        return false;
    }
    rank_falling(work->shared, work->factor_count, work->order);
    return true;
}

/* ---- Output ---- */

static const char *measure_name(const similar_work *work)
{
    return work->options.measure == PALATE_SIMILAR_COSINE ? "cosine" : "distance";
}

static const char *title_of(const similar_work *work, uint32_t row)
{
    return work->catalogue == NULL
               ? NULL
               : palate_catalogue_title(work->catalogue, work->side->id(work->model, row));
}

/* "Western 0.41; factor 7 0.2": the factors that add most, up to three that matter. */
static void write_factors(similar_work *work)
{
    enum { MOST = 3 };
    static const double LEAST = 0.05; /* Of all that is added. */
    double all = 0.0;
    for (uint32_t f = 0; f < work->factor_count; f++)
        all += fmax(work->shared[f], 0.0);
    for (uint32_t place = 0; place < MOST && place < work->factor_count; place++) {
        const uint32_t f = work->order[place];
        const char *name = palate_model_factor_name(work->model, f);
        char number[32];
        if (!(work->shared[f] > LEAST * all))
            break;
        snprintf(number, sizeof number, " %.2g", work->shared[f]);
        output_text(&work->out, place == 0 ? "" : "; ");
        for (; *name != '\0'; name++) /* Within one quoted field. */
            output_text(&work->out, *name == '"' ? "\"\"" : (char[]){*name, '\0'});
        output_text(&work->out, number);
    }
}

static void write_csv(similar_work *work, size_t place)
{
    const uint32_t row = work->rows[place];
    const char *id = work->side->id(work->model, row);
    const char *title = title_of(work, row);
    output_field(&work->out, id, strlen(id));
    output_character(&work->out, ',');
    output_real(&work->out, (float)work->values[place]);
    output_character(&work->out, ',');
    output_count(&work->out, place + 1);
    if (work->catalogue != NULL) {
        output_character(&work->out, ',');
        output_field(&work->out, title == NULL ? "" : title, title == NULL ? 0 : strlen(title));
    }
    output_text(&work->out, ",\"");
    write_factors(work);
    output_text(&work->out, "\"\n");
}

static void write_json_member(output *out, const char *name, const char *text)
{
    output_text(out, name);
    output_json_text(out, text, strlen(text));
}

static void write_json(similar_work *work, size_t place)
{
    output *out = &work->out;
    const uint32_t row = work->rows[place];
    output_text(out, place == 0 ? "\n{\"" : ",\n{\"");
    output_text(out, work->side->singular);
    write_json_member(out, "\": ", work->side->id(work->model, row));
    output_text(out, ", \"");
    output_text(out, measure_name(work));
    output_text(out, "\": ");
    output_real_exact(out, (float)work->values[place]);
    output_text(out, ", \"rank\": ");
    output_count(out, place + 1);
    if (title_of(work, row) != NULL)
        write_json_member(out, ", \"title\": ", title_of(work, row));
    output_text(out, ", \"factors\": [");
    for (uint32_t at = 0; at < work->factor_count; at++) {
        const uint32_t f = work->order[at];
        write_json_member(out, at == 0 ? "\n  {\"name\": " : ",\n  {\"name\": ",
                          palate_model_factor_name(work->model, f));
        output_text(out, ", \"adds\": ");
        output_real_exact(out, (float)work->shared[f]);
        output_character(out, '}');
    }
    output_text(out, "]}");
}

static void write_head(similar_work *work)
{
    if (work->own->json) {
        output_character(&work->out, '[');
        return;
    }
    output_text(&work->out, work->side->singular);
    output_character(&work->out, ',');
    output_text(&work->out, measure_name(work));
    output_text(&work->out, work->catalogue == NULL ? ",rank,factors\n" : ",rank,title,factors\n");
}

static int write_all(similar_work *work)
{
    if (!output_open(&work->out, work->own->output))
        return EXIT_FAILED;
    write_head(work);
    for (size_t place = 0; place < work->count; place++) {
        if (!find_shared(work, work->rows[place])) {
            output_abandon(&work->out);
            return EXIT_FAILED;
        }
        (work->own->json ? write_json : write_csv)(work, place);
    }
    if (work->own->json)
        output_text(&work->out, "\n]\n");
    return output_commit(&work->out) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- The command ---- */

static int load(similar_work *work, const cli_arguments *arguments)
{
    const own_options *own = work->own;
    palate_model_summary summary;
    if (!model_load(arguments, own->items, &work->model, &work->catalogue))
        return EXIT_FAILED;
    if (!row_find(work->model, work->side, own->item != NULL ? own->item : own->user, &work->row))
        return EXIT_FAILED;
    palate_model_info(work->model, &summary);
    const uint32_t rows = own->item != NULL ? summary.item_count : summary.user_count;
    if (work->options.count > (int64_t)rows)
        work->options.count = (int64_t)rows;
    work->factor_count = summary.factor_count;
    work->rows = malloc(((size_t)rows + 1) * sizeof *work->rows);
    work->values = malloc(((size_t)rows + 1) * sizeof *work->values);
    work->shared = malloc(((size_t)work->factor_count + 1) * sizeof *work->shared);
    work->order = malloc(((size_t)work->factor_count + 1) * sizeof *work->order);
    if (work->rows == NULL || work->values == NULL || work->shared == NULL || work->order == NULL)
        return message_error("out of memory while comparing");
    return EXIT_DONE;
}

static int find(similar_work *work)
{
    palate_error err;
    if (palate_model_similar(work->model, work->row, &work->options, work->rows, work->values,
                             &work->count, &err) != PALATE_OK)
        return message_failed(&err);
    if (work->count == 0)
        message_note("nothing to compare it with: its factors are the typical ones, or all others "
                     "have fewer than %lld ratings (--support)",
                     (long long)work->options.support);
    return write_all(work);
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[OWN];
    if ((own->user == NULL) == (own->item == NULL))
        return arguments_usage_error(arguments->command,
                                     "like what? give one of --item ID and --user ID");
    if (own->items != NULL && own->item == NULL)
        return arguments_usage_error(arguments->command,
                                     "--items has titles of items: give --item");
    similar_work work = {.own = own,
                         .options = *(const palate_similar_options *)arguments->values[SIMILAR],
                         .side = own->item != NULL ? &SIDE_ITEMS : &SIDE_USERS};
    work.options.side = own->item != NULL ? PALATE_SIMILAR_ITEMS : PALATE_SIMILAR_USERS;
    int exit_status = load(&work, arguments);
    if (exit_status == EXIT_DONE)
        exit_status = find(&work);
    free(work.rows);
    free(work.values);
    free(work.shared);
    free(work.order);
    palate_catalogue_free(work.catalogue);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate similar movies.palate --item 260 --items movies.csv", "ten films like film 260"},
    {"palate similar movies.palate --user 42 -n 5 --support 50",
     "five users of like taste, with 50 ratings or more"},
    {NULL, NULL},
};

const cli_command COMMAND_SIMILAR = {
    .name = "similar",
    .operands = "MODEL --item ID | --user ID [options]",
    .summary = "find items, or users, that are alike",
    .description =
        "Find the items whose factors are most like those of one of them, or users of like taste. "
        "They are compared by how they differ from what is typical, each factor as much as it "
        "moves predictions. The search is exact, equal ones are ordered by id. The result is CSV; "
        "its last column has the factors that the two share, and what each adds to the cosine, or "
        "to the square of the distance.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}, {palate_similar_options_table, "side"}},
    .examples = EXAMPLES,
    .run = run,
};
