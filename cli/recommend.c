/* SPDX-License-Identifier: Apache-2.0 */
/* palate recommend: the best items for some users or all, a batch of users at a time. */
#define _GNU_SOURCE
#include "arguments.h"
#include "filters.h"
#include "lists.h"
#include "message.h"
#include "newcomers.h"
#include "output.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

typedef struct own_options {
    const char *user; /* The last one given; all are in arguments->given. */
    const char *users;
    bool all_users;
    const char *ratings;
    const char *items;
    const char *output;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

enum { OWN, RECOMMEND, RULES, READ };

static const palate_option OPTIONS[] = {
    {"user", "", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID",
     "Recommend to this user; may be repeated"},
    {"users", "", PALATE_OPTION_TEXT, AT(users), NULL, 0, 0, NULL, "FILE",
     "Recommend to the users of this list, an id a line"},
    {"all-users", "", PALATE_OPTION_BOOL, AT(all_users), "false", 0, 0, NULL, NULL,
     "Recommend to every user of the model"},
    {"ratings", "", PALATE_OPTION_TEXT, AT(ratings), NULL, 0, 0, NULL, "FILE",
     "Recommend to the users of these ratings, whom the model has not seen; nothing of them is "
     "kept"},
    {"items", "titles", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "Table of items, such as movies.csv: adds their titles, and is what rules are about"},
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "FILE",
     "Where to write the recommendations; by default standard output"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON, not CSV"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* All that one call works with. */
typedef struct recommend_work {
    const cli_arguments *arguments;
    palate_model *model;
    palate_catalogue *catalogue;
    palate_recommend_options options; /* count is at least 1. */
    palate_filter *filter;
    row_list users;
    newcomers newcomers; /* In place of users, with --ratings. */
    output out;
    filter_sums sums; /* Of the users written. */
} recommend_work;

/* What came out for one user. */
typedef struct user_result {
    const char *user;
    const uint32_t *items;
    const float *scores;
    uint32_t count;
    const palate_passed_over *passed;
} user_result;

/* ---- Which users ---- */

static int list_given_users(recommend_work *work)
{
    const own_options *own = work->arguments->values[OWN];
    if (own->users != NULL && !row_list_read(&work->users, work->model, &SIDE_USERS, own->users))
        return EXIT_FAILED;
    for (size_t place = 0; place < work->arguments->given_count; place++) {
        const given_option *given = &work->arguments->given[place];
        if (given->option != &OPTIONS[0])
            continue;
        uint32_t row = PALATE_NO_ROW;
        if (!row_find(work->model, &SIDE_USERS, given->text, &row) ||
            !row_list_add(&work->users, row))
            return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int list_all_users(recommend_work *work)
{
    palate_model_summary summary;
    palate_model_info(work->model, &summary);
    for (uint32_t place = 0; place < summary.user_count; place++)
        if (!row_list_add(&work->users, palate_model_user_at(work->model, place)))
            return EXIT_FAILED;
    return EXIT_DONE;
}

static size_t user_count(const recommend_work *work)
{
    return work->newcomers.ratings != NULL ? work->newcomers.rows.count : work->users.count;
}

static const char *user_id(const recommend_work *work, size_t place)
{
    return work->newcomers.ratings != NULL
               ? newcomers_id(&work->newcomers, place)
               : palate_model_user_id(work->model, work->users.rows[place]);
}

/* ---- Output ---- */

static bool for_a_person(const recommend_work *work)
{
    const own_options *own = work->arguments->values[OWN];
    return user_count(work) == 1 && own->output == NULL && !own->json &&
           message_is_terminal(stdout);
}

static const char *title_of(const recommend_work *work, uint32_t item)
{
    return palate_catalogue_title(work->catalogue, palate_model_item_id(work->model, item));
}

static void write_csv(recommend_work *work, const user_result *result)
{
    for (uint32_t place = 0; place < result->count; place++) {
        const char *item_id = palate_model_item_id(work->model, result->items[place]);
        output_field(&work->out, result->user, strlen(result->user));
        output_character(&work->out, ',');
        output_field(&work->out, item_id, strlen(item_id));
        output_character(&work->out, ',');
        output_real(&work->out, result->scores[place]);
        output_character(&work->out, ',');
        output_count(&work->out, place + 1);
        if (work->catalogue != NULL) {
            const char *title = title_of(work, result->items[place]);
            output_character(&work->out, ',');
            output_field(&work->out, title == NULL ? "" : title, title == NULL ? 0 : strlen(title));
        }
        output_character(&work->out, '\n');
    }
}

static void write_json_member(output *out, const char *name, const char *text)
{
    output_text(out, name);
    output_json_text(out, text, strlen(text));
}

static void write_json(recommend_work *work, const user_result *result)
{
    output *out = &work->out;
    output_text(out, work->sums.users == 0 ? "\n" : ",\n");
    write_json_member(out, "{\"user\": ", result->user);
    if (work->filter != NULL)
        filters_write_json(work->filter, result->passed, out);
    output_text(out, ", \"items\": [");
    for (uint32_t place = 0; place < result->count; place++) {
        output_text(out, place == 0 ? "\n  " : ",\n  ");
        write_json_member(out,
                          "{\"item\": ", palate_model_item_id(work->model, result->items[place]));
        output_text(out, ", \"score\": ");
        output_real_exact(out, result->scores[place]);
        output_text(out, ", \"rank\": ");
        output_count(out, place + 1);
        if (work->catalogue != NULL && title_of(work, result->items[place]) != NULL)
            write_json_member(out, ", \"title\": ", title_of(work, result->items[place]));
        output_character(out, '}');
    }
    output_text(out, "]}");
}

static void write_person(recommend_work *work, const user_result *result)
{
    int widest = 4;
    for (uint32_t place = 0; place < result->count; place++) {
        int width = table_width(palate_model_item_id(work->model, result->items[place]));
        widest = width > widest ? width : widest;
    }
    bool colour = message_has_colour(stdout);
    printf("%srank   score  %-*s%s%s\n", colour ? "\033[1m" : "", widest, "item",
           work->catalogue == NULL ? "" : "  title", colour ? "\033[0m" : "");
    for (uint32_t place = 0; place < result->count; place++) {
        const char *item_id = palate_model_item_id(work->model, result->items[place]);
        const char *title = work->catalogue == NULL ? NULL : title_of(work, result->items[place]);
        printf("%4u  %7.3f  %s", place + 1, (double)result->scores[place], item_id);
        if (title != NULL)
            printf("%*s  %s", widest - table_width(item_id), "", title);
        putchar('\n');
    }
}

/* ---- Batches ---- */

/* Users of one call: enough to share out, and no more than a few MB of places. */
static size_t batch_size(const recommend_work *work)
{
    const size_t most_places = (size_t)1 << 20;
    size_t size = most_places / (size_t)work->options.count;
    size = size < 1 ? 1 : size > 2048 ? 2048 : size;
    return size < user_count(work) ? size : user_count(work);
}

typedef struct result_batch {
    uint32_t *items;
    float *scores;
    uint32_t *counts;
    palate_passed_over *passed;
} result_batch;

static palate_status ask(const recommend_work *work, const result_batch *batch, size_t first,
                         size_t count, palate_error *err)
{
    palate_recommend_options options = work->options;
    options.filter = work->filter;
    options.passed = work->filter == NULL ? NULL : batch->passed;
    if (work->newcomers.ratings == NULL)
        return palate_model_recommend(work->model, work->users.rows + first, count, &options,
                                      batch->items, batch->scores, batch->counts, err);
    palate_new_rows some = work->newcomers.rows;
    some.begins += first;
    some.count = count;
    return palate_model_recommend_new(work->model, &some, &options, batch->items, batch->scores,
                                      batch->counts, err);
}

static bool recommend_batch(recommend_work *work, const result_batch *batch, size_t first,
                            size_t count)
{
    palate_error err;
    const own_options *own = work->arguments->values[OWN];
    size_t most = (size_t)work->options.count;
    if (ask(work, batch, first, count, &err) != PALATE_OK) {
        message_failed(&err);
        return false;
    }
    void (*write)(recommend_work *, const user_result *) = for_a_person(work) ? write_person
                                                           : own->json        ? write_json
                                                                              : write_csv;
    for (size_t place = 0; place < count; place++) {
        const user_result result = {user_id(work, first + place), batch->items + place * most,
                                    batch->scores + place * most, batch->counts[place],
                                    &batch->passed[place]};
        write(work, &result);
        work->sums.users++;
        work->sums.seen += batch->passed[place].seen;
        work->sums.quota += batch->passed[place].quota;
    }
    return true;
}

static bool recommend_all(recommend_work *work)
{
    size_t size = batch_size(work);
    size_t places = size * (size_t)work->options.count;
    result_batch batch = {
        malloc((places + 1) * sizeof(uint32_t)), malloc((places + 1) * sizeof(float)),
        malloc((size + 1) * sizeof(uint32_t)), calloc(size + 1, sizeof(palate_passed_over))};
    bool done = batch.items != NULL && batch.scores != NULL && batch.counts != NULL &&
                batch.passed != NULL;
    if (!done)
        message_error("out of memory while recommending");
    for (size_t first = 0; done && first < user_count(work); first += size) {
        size_t left = user_count(work) - first;
        done = recommend_batch(work, &batch, first, left < size ? left : size);
    }
    free(batch.items);
    free(batch.scores);
    free(batch.counts);
    free(batch.passed);
    return done;
}

static int write_all(recommend_work *work)
{
    const own_options *own = work->arguments->values[OWN];
    if (!output_open(&work->out, own->output))
        return EXIT_FAILED;
    if (own->json)
        output_character(&work->out, '[');
    else if (!for_a_person(work))
        output_text(&work->out, work->catalogue == NULL ? "user,item,score,rank\n"
                                                        : "user,item,score,rank,title\n");
    if (!recommend_all(work)) {
        output_abandon(&work->out);
        return EXIT_FAILED;
    }
    if (own->json)
        output_text(&work->out, "\n]\n");
    return output_commit(&work->out) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- The command ---- */

static int load_table(recommend_work *work)
{
    const own_options *own = work->arguments->values[OWN];
    palate_error err;
    if (!filters_need_table(work->arguments->values[RULES]))
        return EXIT_DONE;
    if (own->items == NULL)
        return arguments_usage_error(work->arguments->command,
                                     "rules about columns of which table? give it with --items "
                                     "TABLE");
    return palate_catalogue_read_columns(work->arguments->context, own->items, &work->catalogue,
                                         &err) == PALATE_OK
               ? EXIT_DONE
               : message_failed(&err);
}

static int load(recommend_work *work)
{
    const own_options *own = work->arguments->values[OWN];
    const filter_options *rules = work->arguments->values[RULES];
    palate_context *context = work->arguments->context;
    int exit_status = load_table(work);
    if (exit_status != EXIT_DONE)
        return exit_status;
    if (!model_load(work->arguments, work->catalogue == NULL ? own->items : NULL, &work->model,
                    &work->catalogue))
        return EXIT_FAILED;
    work->options = *(const palate_recommend_options *)work->arguments->values[RECOMMEND];
    exit_status = filters_make(work->arguments, rules, work->model, work->catalogue, &work->filter);
    if (exit_status != EXIT_DONE)
        return exit_status;
    if (own->ratings != NULL)
        return newcomers_read(&work->newcomers, context, work->model, work->arguments->values[READ],
                              own->ratings);
    return own->all_users ? list_all_users(work) : list_given_users(work);
}

static int run(const cli_arguments *arguments)
{
    const own_options *own = arguments->values[OWN];
    const int ways = (own->user != NULL || own->users != NULL) + own->all_users +
                     (own->ratings != NULL);
    if (ways != 1)
        return arguments_usage_error(
            arguments->command,
            "for whom? give --user ID, --users FILE, --all-users or --ratings FILE");
    recommend_work work = {.arguments = arguments};
    int exit_status = row_list_begin(&work.users) ? load(&work) : EXIT_FAILED;
    if (exit_status == EXIT_DONE)
        exit_status = write_all(&work);
    if (exit_status == EXIT_DONE && work.filter != NULL)
        filters_tell(work.filter, work.model, &work.sums);
    row_list_release(&work.users);
    palate_filter_free(work.filter);
    newcomers_release(&work.newcomers);
    palate_catalogue_free(work.catalogue);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate recommend movies.palate --user 42 --items movies.csv",
     "ten films for user 42, with their titles"},
    {"palate recommend movies.palate --all-users -n 20 -o top20.csv", "for everyone, into a file"},
    {"palate recommend movies.palate --ratings mine.csv --items movies.csv",
     "for somebody whom the model has never seen"},
    {"palate recommend movies.palate --user 42 --allow in-stock.txt --json",
     "only what is in stock, for a program"},
    {"palate recommend movies.palate --user 42 --items movies.csv --where 'genres=Horror|Drama'",
     "only these; --without leaves them out; --where 'year>=1990', --where title~star"},
    {"palate recommend movies.palate --user 42 --items movies.csv --quota genres=2 --diversity 0.3",
     "no more than two of a genre, and less of what is alike"},
    {NULL, NULL},
};

const cli_command COMMAND_RECOMMEND = {
    .name = "recommend",
    .operands = "MODEL --user ID | --users FILE | --all-users | --ratings FILE [options]",
    .summary = "recommend the best items to users",
    .description =
        "Find the items with the highest predictions for a user, those already rated left out. "
        "The search is exact, equal scores are ordered by id. The result is CSV, "
        "user,item,score,rank; the score is the prediction before it is clipped to the scale.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL},
               {palate_recommend_options_table, NULL},
               {filter_options_table, NULL},
               {palate_read_options_table, "scale duplicates keep-order lenient threads"}},
    .examples = EXAMPLES,
    .run = run,
};
