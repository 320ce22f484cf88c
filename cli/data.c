/* SPDX-License-Identifier: Apache-2.0 */
/* palate data: well-known data sets, fetched from their homes and kept. */
#define _GNU_SOURCE
#include "arguments.h"
#include "describe.h"
#include "progress.h"
#include "table.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum part { PART_RATINGS, PART_ITEMS, PART_USERS, PART_FOLDER } part;

typedef struct own_options {
    int part;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"part", "file", PALATE_OPTION_CHOICE, AT(part), "ratings", 0, 0, "ratings|items|users|folder",
     "PART", "Whose path to print: the ratings', a table's of items or users, or the folder's"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "List as JSON"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

/* ---- Where ---- */

/* Set, and not to nothing. */
static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* --folder, or $PALATE_DATA, or palate's part of the user's cache. False after telling that there is
 * none. */
static bool choose_folder(palate_data_options *options, char *text, size_t size)
{
    const char *cache = environment("XDG_CACHE_HOME");
    const char *home = environment("HOME");
    if (options->folder == NULL)
        options->folder = environment("PALATE_DATA");
    if (options->folder != NULL)
        return true;
    if (cache != NULL && cache[0] == '/')
        snprintf(text, size, "%s/palate", cache);
    else if (home != NULL)
        snprintf(text, size, "%s/.cache/palate", home);
    else
        message_error(
            "data: where to? give a folder with --folder DIR, or set PALATE_DATA or HOME");
    options->folder = text[0] == '\0' ? NULL : text;
    return options->folder != NULL;
}

static int print_path(const own_options *own, const palate_data_set *set, const char *folder)
{
    const char *const inside[] = {set->ratings, set->items, set->users, ""};
    const char *path = inside[own->part];
    if (path == NULL)
        return message_error("data: %s has no table of %s", set->name,
                             own->part == PART_ITEMS ? "items" : "users");
    printf("%s/%s%s%s\n", folder, set->name, path[0] == '\0' ? "" : "/", path);
    return EXIT_DONE;
}

/* ---- list ---- */

static void describe_size(int64_t bytes, char text[32])
{
    text[0] = '\0';
    if (bytes > 0)
        snprintf(text, 32, "%.3g MB", (double)bytes / 1e6);
}

static int print_table(const char *folder)
{
    const palate_data_set *set = NULL;
    table out = {.columns = 7};
    bool added = table_add(&out, "name") && table_add(&out, "ratings") &&
                 table_add(&out, "users") && table_add(&out, "items") && table_add(&out, "scale") &&
                 table_add(&out, "archive") && table_add(&out, "here");
    for (size_t s = 0; added && (set = palate_data_at(s)) != NULL; s++) {
        char size[32];
        char scale[SCALE_TEXT_BYTES];
        describe_size(set->bytes, size);
        added = table_add(&out, "%s", set->name) &&
                table_add(&out, "%s", describe_count(set->rating_count)) &&
                table_add(&out, "%s", describe_count(set->user_count)) &&
                table_add(&out, "%s", describe_count(set->item_count)) &&
                table_add(&out, "%s", describe_scale(set->scale, scale)) &&
                table_add(&out, "%s", size) &&
                table_add(&out, "%s", palate_data_has(set, folder) ? "yes" : "");
    }
    table_print(&out);
    return added ? EXIT_DONE : EXIT_FAILED;
}

static json_t *text_json(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *set_json(const palate_data_set *set, const char *folder)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:o, s:s, s:o, s:o, s:o}", "name", set->name, "title",
        set->title, "ratings", (json_int_t)set->rating_count, "users", (json_int_t)set->user_count,
        "items", (json_int_t)set->item_count, "scale", describe_scale_json(set->scale), "url",
        set->url, "bytes", set->bytes > 0 ? json_integer((json_int_t)set->bytes) : json_null(),
        "sha256", text_json(set->sha256), "md5", text_json(set->md5));
    json_t *rest = json_pack("{s:s, s:o, s:o, s:s, s:s, s:b}", "ratings_file", set->ratings,
                             "items_file", text_json(set->items), "users_file",
                             text_json(set->users), "terms", set->terms, "citation", set->citation,
                             "here", (int)palate_data_has(set, folder));
    json_object_update_new(json, rest);
    return json;
}

static int list(const own_options *own, const char *folder)
{
    const palate_data_set *set = NULL;
    if (!own->json)
        return print_table(folder);
    json_t *sets = json_array();
    for (size_t s = 0; (set = palate_data_at(s)) != NULL; s++)
        json_array_append_new(sets, set_json(set, folder));
    return describe_print_json(sets);
}

/* ---- get ---- */

static bool answers_yes(void)
{
    char line[16];
    fflush(stdout);
    fprintf(stderr, "Do you accept these terms? [y/N] ");
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    return tolower((unsigned char)line[0]) == 'y';
}

static void show_terms(const palate_data_set *set)
{
    message_note("%s, %s ratings\nTerms: %s\nCite: %s", set->title,
                 describe_count(set->rating_count), set->terms, set->citation);
}

/* Terms are shown before anything is fetched, and a person, or an option, accepts them. */
static int settle_terms(const cli_arguments *arguments, const palate_data_set *set,
                        palate_data_options *options)
{
    const bool asks = isatty(STDIN_FILENO) != 0 && message_is_terminal(stderr);
    if (options->archive != NULL)
        return EXIT_DONE;
    if (!options->accept_terms && !asks)
        return arguments_usage_error(arguments->command,
                                     "to fetch %s, say with --accept-terms that you accept its "
                                     "terms:\n%s",
                                     set->name, set->terms);
    show_terms(set);
    options->accept_terms = options->accept_terms || answers_yes();
    return options->accept_terms ? EXIT_DONE : message_error("data: nothing was fetched");
}

static void tell(const palate_data_set *set, const palate_data_report *report)
{
    message_note("%s: %.1f MB, %s, in %.1f s", set->name, (double)report->bytes / 1e6,
                 report->verified ? "checksum as it should be" : "not compared with a checksum",
                 report->seconds);
}

static int fetch(const cli_arguments *arguments, const palate_data_set *set,
                 palate_data_options *options)
{
    palate_error err;
    palate_data_report report;
    progress_display progress;
    const common_options *common = arguments_common(arguments);
    progress_begin(&progress, false, common->quiet, 0);
    options->on_progress = progress_show_bytes;
    options->user = &progress;
    const palate_status status = palate_data_get(arguments->context, set, options, &report, &err);
    const int signal_number = progress_end(&progress);
    if (status == PALATE_OK && !report.was_there)
        tell(set, &report);
    if (status == PALATE_OK)
        return EXIT_DONE;
    message_failed(&err);
    if (status == PALATE_E_STOPPED)
        return 128 + signal_number;
    return status == PALATE_E_INVALID ? EXIT_USAGE : EXIT_FAILED;
}

static int get(const cli_arguments *arguments, const palate_data_set *set,
               palate_data_options *options)
{
    int exit_status = EXIT_DONE;
    if (options->url == NULL)
        options->url = environment("PALATE_DATA_URL");
    if (!palate_data_has(set, options->folder)) {
        exit_status = settle_terms(arguments, set, options);
        if (exit_status == EXIT_DONE)
            exit_status = fetch(arguments, set, options);
    }
    return exit_status == EXIT_DONE ? print_path(arguments->values[0], set, options->folder)
                                    : exit_status;
}

/* ---- path ---- */

static int path(const own_options *own, const palate_data_set *set, const char *folder)
{
    if (!palate_data_has(set, folder))
        return message_error("data: %s is not in %s; palate data get %s fetches it", set->name,
                             folder, set->name);
    return print_path(own, set, folder);
}

static int run(const cli_arguments *arguments)
{
    char folder[PATH_MAX] = "";
    palate_error err;
    const own_options *own = arguments->values[0];
    palate_data_options *options = arguments->values[1];
    const char *action = arguments->operands[0];
    const bool lists = strcmp(action, "list") == 0;
    if (!lists && strcmp(action, "get") != 0 && strcmp(action, "path") != 0)
        return arguments_usage_error(arguments->command, "\"%s\" is not list, get or path", action);
    if (lists != (arguments->operand_count == 1))
        return arguments_usage_error(
            arguments->command, lists ? "list takes no name" : "of which data set? give its name");
    if (!choose_folder(options, folder, sizeof folder))
        return EXIT_FAILED;
    if (lists)
        return list(own, options->folder);
    const palate_data_set *set = palate_data_find(arguments->operands[1], &err);
    if (set == NULL)
        return message_failed(&err);
    return action[0] == 'g' ? get(arguments, set, options) : path(own, set, options->folder);
}

static const example EXAMPLES[] = {
    {"palate data list", "which there are, how large, and which are here"},
    {"palate data get ml-100k", "show the terms, ask, fetch, and print where the ratings are"},
    {"palate train $(palate data get ml-1m --accept-terms) -o movies.palate", "in a script"},
    {"palate explain movies.palate --user 1 --item 1 --items $(palate data path ml-1m --part "
     "items)",
     "with its titles"},
    {"palate data get ml-100k --archive ml-100k.zip", "from a file, without a network"},
    {NULL, NULL},
};

const cli_command COMMAND_DATA = {
    .name = "data",
    .operands = "list | get NAME | path NAME [options]",
    .summary = "fetch well-known data sets: MovieLens, Jester",
    .description =
        "List the data sets that palate knows, fetch one from its publisher, or print where it is. "
        "What its publisher allows is shown first, and has to be accepted. The archive's size and "
        "checksum are compared with the known ones; a transfer that broke off is taken up where it "
        "stopped. Data sets are kept in PALATE_DATA, or else below XDG_CACHE_HOME or ~/.cache, in "
        "a "
        "folder palate; PALATE_DATA_URL names a mirror. Proxies are those of the environment.",
    .operands_least = 1,
    .operands_most = 2,
    .groups = {{own_table, NULL}, {palate_data_options_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
