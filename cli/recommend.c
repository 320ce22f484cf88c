/* SPDX-License-Identifier: Apache-2.0 */
/* palate recommend MODEL --user U | --users FILE | --all-users */
#include "arguments.h"
#include "idlist.h"
#include "output.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct own_options {
    const char *user, *users, *items, *allow, *deny, *output;
    bool all_users, json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"user", "u", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID", "The user to recommend to"},
    {"users", "", PALATE_OPTION_TEXT, AT(users), NULL, 0, 0, NULL, "FILE",
     "Several users, one id a line; - is standard input"},
    {"all-users", "", PALATE_OPTION_BOOL, AT(all_users), "false", 0, 0, NULL, NULL,
     "Everybody the model knows"},
    {"items", "", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "A table of items (movies.csv, u.item, ...) for their titles"},
    {"allow", "", PALATE_OPTION_TEXT, AT(allow), NULL, 0, 0, NULL, "FILE",
     "Only these items, one id a line"},
    {"deny", "", PALATE_OPTION_TEXT, AT(deny), NULL, 0, 0, NULL, "FILE",
     "Never these items, one id a line"},
    {"output", "o", PALATE_OPTION_TEXT, AT(output), "-", 0, 0, NULL, "FILE",
     "Where to write the recommendations"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "A JSON object a user and line"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

/* Users are taken in batches, so that memory does not grow with their number. */
enum { BATCH = 4096 };

/* What the writing of recommendations needs. */
typedef struct writer {
    const palate_model *model;
    const palate_catalogue *catalogue;
    FILE *to;
    bool json, table;
} writer;

static const char *title_of(const writer *with, uint32_t item)
{
    if (with->catalogue == NULL)
        return NULL;
    const char *title = palate_catalogue_title(with->catalogue,
                                               palate_model_item_id(with->model, item));
    return title == NULL ? "" : title;
}

static void write_csv_line(const writer *with, const char *user, uint32_t item, double score,
                           uint32_t rank)
{
    const char *id = palate_model_item_id(with->model, item);
    const char *title = title_of(with, item);
    write_field(with->to, user, strlen(user));
    fputc(',', with->to);
    write_field(with->to, id, strlen(id));
    fprintf(with->to, ",%.6g,%u", score, rank);
    if (title != NULL) {
        fputc(',', with->to);
        write_field(with->to, title, strlen(title));
    }
    fputc('\n', with->to);
}

/* For a person. */
static void write_table_line(const writer *with, uint32_t item, double score, uint32_t rank)
{
    const char *title = title_of(with, item);
    fprintf(with->to, "%4u  %6.3f  %s%s%s\n", rank, score, palate_model_item_id(with->model, item),
            title != NULL ? "  " : "", title != NULL ? title : "");
}

static void write_json_user(const writer *with, const char *user, const uint32_t *items,
                            const float *scores, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t r = 0; r < count; r++) {
        const char *title = title_of(with, items[r]);
        json_t *entry = json_pack("{s:s, s:f, s:i}", "item",
                                  palate_model_item_id(with->model, items[r]), "score",
                                  (double)scores[r], "rank", (int)r + 1);
        if (title != NULL)
            json_object_set_new(entry, "title", json_string(title));
        json_array_append_new(list, entry);
    }
    json_t *object = json_pack("{s:s, s:o}", "user", user, "recommendations", list);
    json_dumpf(object, with->to, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', with->to);
    json_decref(object);
}

static void write_user(const writer *with, uint32_t user, const uint32_t *items,
                       const float *scores, uint32_t count)
{
    const char *id = palate_model_user_id(with->model, user);
    if (with->json) {
        write_json_user(with, id, items, scores, count);
        return;
    }
    for (uint32_t r = 0; r < count; r++) {
        if (with->table)
            write_table_line(with, items[r], (double)scores[r], r + 1);
        else
            write_csv_line(with, id, items[r], (double)scores[r], r + 1);
    }
}

static int recommend_all(const writer *with, const uint32_t *users, size_t user_count,
                         const palate_recommend_options *options)
{
    palate_error err;
    int code = EXIT_SUCCESS;
    size_t batch = user_count < BATCH ? user_count : BATCH;
    size_t n = (size_t)options->count;
    uint32_t *items = calloc(batch * n + 1, sizeof *items);
    float *scores = calloc(batch * n + 1, sizeof *scores);
    uint32_t *counts = calloc(batch + 1, sizeof *counts);
    if (items == NULL || scores == NULL || counts == NULL) {
        tell_error("out of memory: a smaller --count needs less");
        code = EXIT_FAILURE;
    }
    for (size_t first = 0; code == EXIT_SUCCESS && first < user_count; first += batch) {
        size_t count = user_count - first < batch ? user_count - first : batch;
        if (palate_model_recommend(with->model, users + first, count, options, items, scores,
                                   counts, &err) != PALATE_OK)
            code = fail_with(&err);
        for (size_t i = 0; code == EXIT_SUCCESS && i < count; i++)
            write_user(with, users[first + i], items + i * n, scores + i * n, counts[i]);
        if (ferror(with->to))
            code = EXIT_FAILURE;
    }
    free(items);
    free(scores);
    free(counts);
    return code;
}

static void write_heading(const writer *with)
{
    if (with->table)
        fprintf(with->to, "rank   score  item%s\n", with->catalogue != NULL ? " and title" : "");
    else if (!with->json)
        fprintf(with->to, "user,item,score,rank%s\n", with->catalogue != NULL ? ",title" : "");
}

/* ---- Which users ---- */

static bool all_users(const palate_model *model, id_list *out)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    out->rows = calloc(about.user_count, sizeof *out->rows);
    for (uint32_t place = 0; out->rows != NULL && place < about.user_count; place++)
        out->rows[out->count++] = palate_model_user_at(model, place);
    if (out->rows == NULL)
        tell_error("out of memory");
    return out->rows != NULL;
}

static bool one_user(const palate_model *model, const char *id, id_list *out)
{
    uint32_t row = palate_model_find_user(model, id, PALATE_TEXT);
    if (row == PALATE_NO_ROW) {
        tell_error("the model does not know user %s; its users are named like %s, %s ...", id,
                   palate_model_user_id(model, palate_model_user_at(model, 0)),
                   palate_model_user_id(model, palate_model_user_at(model, 1)) != NULL
                       ? palate_model_user_id(model, palate_model_user_at(model, 1))
                       : "(no other)");
        return false;
    }
    out->rows = calloc(1, sizeof *out->rows);
    if (out->rows == NULL)
        return false;
    out->rows[out->count++] = row;
    return true;
}

static bool choose_users(const palate_model *model, const own_options *mine, id_list *out)
{
    *out = (id_list){0};
    if (mine->all_users)
        return all_users(model, out);
    return mine->user != NULL ? one_user(model, mine->user, out)
                              : read_ids(model, true, mine->users, out);
}

/* ---- The command ---- */

static int write_all(const palate_model *model, const palate_catalogue *catalogue,
                     const own_options *mine, const id_list *users,
                     const palate_recommend_options *options)
{
    result_file file;
    if (!open_result(&file, mine->output))
        return EXIT_FAILURE;
    writer with = {model, catalogue, file.stream, mine->json, false};
    with.table = !mine->json && users->count == 1 && file.stream == stdout && isatty(STDOUT_FILENO);
    write_heading(&with);
    int code = recommend_all(&with, users->rows, users->count, options);
    return close_result(&file, code == EXIT_SUCCESS) ? code : EXIT_FAILURE;
}

static int recommend_with(const palate_model *model, const own_options *mine,
                          palate_recommend_options *options)
{
    palate_error err;
    palate_catalogue *catalogue = NULL;
    id_list users = {0}, allowed = {0}, denied = {0};
    int code = EXIT_FAILURE;
    if (mine->items != NULL &&
        palate_catalogue_read(NULL, mine->items, &catalogue, &err) != PALATE_OK) {
        code = fail_with(&err);
    } else if (choose_users(model, mine, &users) &&
               (mine->allow == NULL || read_ids(model, false, mine->allow, &allowed)) &&
               (mine->deny == NULL || read_ids(model, false, mine->deny, &denied))) {
        /* An allow list without a known item allows nothing, and is not the same as none. */
        static const uint32_t nothing;
        options->allow = mine->allow == NULL ? NULL : allowed.count > 0 ? allowed.rows : &nothing;
        options->allow_count = allowed.count;
        options->deny = denied.rows;
        options->deny_count = denied.count;
        code = write_all(model, catalogue, mine, &users, options);
    }
    free_ids(&users);
    free_ids(&allowed);
    free_ids(&denied);
    palate_catalogue_free(catalogue);
    return code;
}

int run_recommend(int argc, char **argv)
{
    own_options mine;
    palate_recommend_options options;
    const char *operands[OPERANDS_MAX];
    const synopsis line = {
        .name = "recommend",
        .operands = "MODEL --user ID | --users FILE | --all-users [options]",
        .about =
            "The items with the highest predictions among those the user has not rated: exact, and "
            "always\n"
            "in the same order (equal scores by id). The score is the prediction before clipping.",
        .examples = "  palate recommend movies.palate --user 42\n"
                    "  palate recommend movies.palate --user 42 -n 5 --items movies.csv\n"
                    "  palate recommend movies.palate --all-users -n 10 -o top10.csv\n",
        .operands_min = 1,
        .operands_max = 1,
        .sets = {{&own, &mine}, {palate_recommend_options_table(), &options}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    if ((mine.user != NULL) + (mine.users != NULL) + mine.all_users != 1)
        return fail_usage("recommend",
                          "for whom? Give one of --user ID, --users FILE and --all-users");
    palate_error err;
    palate_model *model = NULL;
    if (palate_model_load(NULL, operands[0], &model, &err) != PALATE_OK)
        return fail_with(&err);
    int code = recommend_with(model, &mine, &options);
    palate_model_free(model);
    return code;
}
