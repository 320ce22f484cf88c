/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- Tables ---- */

#define AT(field) offsetof(common_options, field)

static const palate_option COMMON_OPTIONS[] = {
    {"quiet", "", PALATE_OPTION_BOOL, AT(quiet), "false", 0, 0, NULL, NULL,
     "Say nothing but what is wrong"},
    {"verbose", "", PALATE_OPTION_BOOL, AT(verbose), "false", 0, 0, NULL, NULL,
     "Say also what is done"},
    {"help", "", PALATE_OPTION_BOOL, AT(help), "false", 0, 0, NULL, NULL, "Show this and stop"},
};

static const palate_option_table COMMON_TABLE = {"Common options", COMMON_OPTIONS,
                                                 sizeof COMMON_OPTIONS / sizeof COMMON_OPTIONS[0],
                                                 sizeof(common_options)};

static const struct {
    char letter;
    const char *name;
} LETTERS[] = {{'o', "output"}, {'n', "count"}, {'k', "factors"}, {'u', "user"},
               {'i', "item"},   {'q', "quiet"}, {'v', "verbose"}, {'h', "help"}};

char arguments_letter(const palate_option *option)
{
    for (size_t place = 0; place < sizeof LETTERS / sizeof LETTERS[0]; place++)
        if (strcmp(option->name, LETTERS[place].name) == 0)
            return LETTERS[place].letter;
    return 0;
}

static size_t group_count(const cli_command *command)
{
    size_t count = 0;
    while (count < GROUPS_MAX - 1 && command->groups[count].table != NULL)
        count++;
    return count;
}

const palate_option_table *arguments_table(const cli_command *command, size_t group)
{
    size_t count = group_count(command);
    if (group < count)
        return command->groups[group].table();
    return group == count ? &COMMON_TABLE : NULL;
}

bool arguments_takes(const cli_command *command, size_t group, const palate_option *option)
{
    if (group >= group_count(command) || command->groups[group].without == NULL)
        return true;
    size_t bytes = strlen(option->name);
    const char *word = command->groups[group].without;
    for (; *word != '\0'; word += strcspn(word, " "), word += strspn(word, " "))
        if (strcspn(word, " ") == bytes && strncmp(word, option->name, bytes) == 0)
            return false;
    return true;
}

bool arguments_is_of(const cli_command *command, size_t group, const palate_option *option)
{
    const palate_option_table *table = arguments_table(command, group);
    return table != NULL && option >= table->options && option < table->options + table->count;
}

/* The option of a name and its group, or NULL. */
static const palate_option *find(const cli_command *command, const char *name, size_t *group)
{
    const palate_option_table *table = NULL;
    for (*group = 0; (table = arguments_table(command, *group)) != NULL; ++*group) {
        const palate_option *option = palate_options_find(table, name);
        if (option != NULL && arguments_takes(command, *group, option))
            return option;
    }
    return NULL;
}

/* Whether a name is one of the words of a choice that say by themselves what is chosen. */
static bool chooses(const palate_option *option, const char *name)
{
    if (option->type != PALATE_OPTION_CHOICE)
        return false;
    size_t bytes = strlen(name);
    const char *word = option->choices;
    for (; *word != '\0'; word += strcspn(word, "|"), word += strspn(word, "|"))
        if (strcspn(word, "|") == bytes && strncmp(word, name, bytes) == 0)
            return strcmp(name, "auto") != 0 && strcmp(name, "on") != 0 && strcmp(name, "off") != 0;
    return false;
}

/* The option of which a name is a choice, so that --bayes is --rule bayes: the command's own before those
 * of training; NULL: none, or several. */
static const palate_option *find_by_choice(const cli_command *command, const char *name)
{
    const palate_option *found = NULL;
    const palate_option_table *table = NULL;
    for (size_t group = 0; found == NULL && (table = arguments_table(command, group)) != NULL;
         group++)
        for (size_t place = 0; place < table->count; place++) {
            const palate_option *option = &table->options[place];
            if (!arguments_takes(command, group, option) || !chooses(option, name))
                continue;
            if (found != NULL)
                return NULL;
            found = option;
        }
    return found;
}

static const palate_option *find_nearest(const cli_command *command, const char *name)
{
    const palate_option *nearest = NULL;
    const palate_option_table *table = NULL;
    size_t least = SIZE_MAX;
    for (size_t group = 0; (table = arguments_table(command, group)) != NULL; group++) {
        size_t distance = SIZE_MAX;
        const palate_option *option = palate_options_nearest(table, name, &distance);
        if (option != NULL && distance < least && arguments_takes(command, group, option)) {
            least = distance;
            nearest = option;
        }
    }
    return nearest;
}

/* ---- What is wrong ---- */

int arguments_usage_error(const cli_command *command, const char *format, ...)
{
    char text[PALATE_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%spalate %s:%s %s\nSee: palate %s --help\n",
            message_has_colour(stderr) ? "\033[31m" : "", command->name,
            message_has_colour(stderr) ? "\033[0m" : "", text, command->name);
    return EXIT_USAGE;
}

bool arguments_time(const cli_arguments *arguments, const char *text, int64_t *time)
{
    char *end = NULL;
    errno = 0;
    *time = text == NULL ? PALATE_NO_TIME : strtoll(text, &end, 10);
    if (text == NULL || (errno == 0 && end != text && *end == '\0'))
        return true;
    arguments_usage_error(arguments->command, "--time %s: not a whole number", text);
    return false;
}

static int fail_unknown(const cli_command *command, const char *name)
{
    const palate_option *nearest = find_nearest(command, name);
    if (nearest == NULL)
        return arguments_usage_error(command, "unknown option --%s", name);
    return arguments_usage_error(command, "unknown option --%s; did you mean --%s?", name,
                                 nearest->name);
}

static int fail_operands(const cli_arguments *arguments)
{
    const cli_command *command = arguments->command;
    if (arguments->operand_count > command->operands_most)
        return arguments_usage_error(command, "one argument too many: %s",
                                     arguments->operands[command->operands_most]);
    return arguments_usage_error(command, "something is missing; it takes %s", command->operands);
}

/* ---- Parsing ---- */

/* Puts the option's own name in place of an alias, another spelling or a choice, so that getopt_long
 * meets only names it has: it would take any beginning of a name for the name. NULL: after
 * `*exit_status`. */
static char *spelt_out(const cli_command *command, const char *argument, int *exit_status)
{
    size_t group = 0;
    char name[100];
    char *text = NULL;
    const char *value = strchr(argument, '=');
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    const palate_option *option = find(command, name, &group);
    const palate_option *chosen = option == NULL && value == NULL ? find_by_choice(command, name)
                                                                  : NULL;
    int bytes = 0;
    if (option != NULL)
        bytes = asprintf(&text, "--%s%s", option->name, value == NULL ? "" : value);
    else if (chosen != NULL)
        bytes = asprintf(&text, "--%s=%s", chosen->name, name);
    else
        *exit_status = fail_unknown(command, name);
    return bytes < 0 ? NULL : text;
}

/* Copies the arguments, options spelt out. */
static int spell_out(const cli_command *command, int argc, char **argv, char **spelt)
{
    bool only_operands = false;
    for (int place = 0; place < argc; place++) {
        const char *argument = argv[place];
        only_operands = only_operands || strcmp(argument, "--") == 0;
        if (place == 0 || only_operands || strncmp(argument, "--", 2) != 0) {
            spelt[place] = strdup(argument);
        } else {
            int exit_status = EXIT_DONE;
            spelt[place] = spelt_out(command, argument, &exit_status);
            if (exit_status != EXIT_DONE)
                return exit_status;
        }
        if (spelt[place] == NULL)
            return message_error("out of memory while reading the command line");
    }
    return EXIT_DONE;
}

/* getopt_long's two descriptions of the options. */
typedef struct getopt_tables {
    struct option *names;
    char letters[64];
} getopt_tables;

static size_t option_count(const cli_command *command)
{
    size_t count = 0;
    const palate_option_table *table = NULL;
    for (size_t group = 0; (table = arguments_table(command, group)) != NULL; group++)
        count += table->count;
    return count;
}

static void add_option(getopt_tables *tables, size_t at, const palate_option *option)
{
    bool truth = option->type == PALATE_OPTION_BOOL;
    char letter = arguments_letter(option);
    tables->names[at] = (struct option){option->name, truth ? optional_argument : required_argument,
                                        NULL, letter};
    size_t used = strlen(tables->letters);
    if (letter != 0)
        snprintf(tables->letters + used, sizeof tables->letters - used, "%c%s", letter,
                 truth ? "" : ":");
}

static bool make_getopt_tables(const cli_command *command, getopt_tables *tables)
{
    /* ':' has a missing value told apart. */
    *tables = (getopt_tables){.letters = ":"};
    tables->names = calloc(option_count(command) + 1, sizeof *tables->names);
    if (tables->names == NULL)
        return false;
    size_t count = 0;
    const palate_option_table *table = NULL;
    for (size_t group = 0; (table = arguments_table(command, group)) != NULL; group++)
        for (size_t place = 0; place < table->count; place++)
            if (arguments_takes(command, group, &table->options[place]))
                add_option(tables, count++, &table->options[place]);
    return true;
}

static int set(cli_arguments *arguments, const char *name, const char *text)
{
    size_t group = 0;
    palate_error err;
    const palate_option *option = find(arguments->command, name, &group);
    if (palate_options_set(arguments_table(arguments->command, group), arguments->values[group],
                           name, text == NULL ? "true" : text, &err) != PALATE_OK)
        return arguments_usage_error(arguments->command, "%s", err.message);
    arguments->given[arguments->given_count++] = (given_option){option, text};
    return EXIT_DONE;
}

static const char *name_of_letter(int letter)
{
    for (size_t place = 0; place < sizeof LETTERS / sizeof LETTERS[0]; place++)
        if (LETTERS[place].letter == letter)
            return LETTERS[place].name;
    return NULL;
}

/* What getopt_long has found, or found wrong. */
static int take(cli_arguments *arguments, const getopt_tables *tables, int found, int index,
                char **argv)
{
    const cli_command *command = arguments->command;
    if (found == ':')
        return arguments_usage_error(command, "option %s needs a value", argv[optind - 1]);
    if (found == '?')
        return arguments_usage_error(command, "unknown option -%c", optopt);
    return set(arguments, index >= 0 ? tables->names[index].name : name_of_letter(found), optarg);
}

static int parse_spelt(cli_arguments *arguments, const getopt_tables *tables, int argc, char **argv)
{
    int exit_status = EXIT_DONE;
    opterr = 0;
    optind = 0; /* glibc: start anew. */
    while (exit_status == EXIT_DONE) {
        int index = -1;
        int found = getopt_long(argc, argv, tables->letters, tables->names, &index);
        if (found == -1)
            break;
        exit_status = take(arguments, tables, found, index, argv);
    }
    arguments->operands = argv + optind;
    arguments->operand_count = argc - optind;
    return exit_status;
}

static bool make_values(cli_arguments *arguments)
{
    const palate_option_table *table = NULL;
    for (size_t group = 0; (table = arguments_table(arguments->command, group)) != NULL; group++) {
        arguments->values[group] = calloc(1, table->struct_bytes);
        if (arguments->values[group] == NULL)
            return false;
        palate_options_init(table, arguments->values[group]);
    }
    return true;
}

const common_options *arguments_common(const cli_arguments *arguments)
{
    return arguments->values[group_count(arguments->command)];
}

int arguments_parse(const cli_command *command, int argc, char **argv, cli_arguments *out)
{
    *out = (cli_arguments){.command = command};
    getopt_tables tables = {0};
    out->spelt = calloc((size_t)argc + 1, sizeof *out->spelt);
    out->given = calloc((size_t)argc + 1, sizeof *out->given);
    if (out->spelt == NULL || out->given == NULL || !make_values(out) ||
        !make_getopt_tables(command, &tables)) {
        free(tables.names);
        return message_error("out of memory while reading the command line");
    }
    int exit_status = spell_out(command, argc, argv, out->spelt);
    if (exit_status == EXIT_DONE)
        exit_status = parse_spelt(out, &tables, argc, out->spelt);
    free(tables.names);
    bool wrong_count = out->operand_count < command->operands_least ||
                       out->operand_count > command->operands_most;
    if (exit_status == EXIT_DONE && wrong_count && !arguments_common(out)->help)
        exit_status = fail_operands(out);
    return exit_status;
}

void arguments_release(cli_arguments *arguments)
{
    for (size_t group = 0; group < GROUPS_MAX; group++)
        free(arguments->values[group]);
    for (size_t place = 0; arguments->spelt != NULL && arguments->spelt[place] != NULL; place++)
        free(arguments->spelt[place]);
    free(arguments->spelt);
    free(arguments->given);
}
