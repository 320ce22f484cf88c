/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "arguments.h"

#include "output.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

describe_mode describing = DESCRIBE_NOTHING;

enum { NAMES_MAX = 256, HELP_WIDTH = 30 };

/* What getopt_long is given, and what each of its answers means. */
typedef struct parser {
    struct option names[NAMES_MAX];
    const palate_option *meaning[NAMES_MAX];
    const option_set *set_of[NAMES_MAX];
    char name_text[NAMES_MAX][40];
    size_t count;
    char letters[NAMES_MAX * 2];
} parser;

int fail_usage(const char *name, const char *format, ...)
{
    char message[PALATE_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    tell_error("%s: %s\nSee: palate %s --help", name, message, name);
    return EXIT_USAGE;
}

/* ---- From tables to getopt ---- */

static void add_name(parser *to, const option_set *set, const palate_option *option,
                     const char *name, size_t bytes)
{
    int has_value = option->type == PALATE_OPTION_BOOL ? optional_argument : required_argument;
    if (to->count + 1 >= NAMES_MAX || bytes >= sizeof to->name_text[0])
        return;
    size_t at = to->count++;
    memcpy(to->name_text[at], name, bytes);
    to->name_text[at][bytes] = '\0';
    to->meaning[at] = option;
    to->set_of[at] = set;
    to->names[at] = (struct option){to->name_text[at], has_value, NULL, 0};
    if (bytes == 1) {
        size_t end = strlen(to->letters);
        snprintf(to->letters + end, sizeof to->letters - end, "%c%s", name[0],
                 has_value == required_argument ? ":" : "");
    }
}

static void add_option(parser *to, const option_set *set, const palate_option *option)
{
    add_name(to, set, option, option->name, strlen(option->name));
    for (const char *at = option->aliases; *at != '\0';) {
        size_t bytes = strcspn(at, " ");
        add_name(to, set, option, at, bytes);
        at += bytes + strspn(at + bytes, " ");
    }
}

static void make_parser(const synopsis *line, parser *out)
{
    memset(out, 0, sizeof *out);
    snprintf(out->letters, sizeof out->letters, ":h");
    for (int s = 0; s < OPTION_SETS_MAX && line->sets[s].table != NULL; s++)
        for (size_t row = 0; row < line->sets[s].table->count; row++)
            add_option(out, &line->sets[s], &line->sets[s].table->options[row]);
    out->names[out->count] = (struct option){"help", no_argument, NULL, 'h'};
}

static int find_letter(const parser *from, int letter)
{
    for (size_t i = 0; i < from->count; i++)
        if (from->name_text[i][0] == (char)letter && from->name_text[i][1] == '\0')
            return (int)i;
    return -1;
}

/* ---- Mistakes ---- */

/* All options of the command as one table, whose library function knows how to suggest a name. */
static int fail_unknown(const synopsis *line, const char *argument)
{
    palate_option all[NAMES_MAX];
    palate_option_table merged = {.options = all};
    palate_error err;
    char name[64];
    if (argument[0] != '-' || argument[1] != '-')
        return fail_usage(line->name, "unknown option %s", argument);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    for (int s = 0; s < OPTION_SETS_MAX && line->sets[s].table != NULL; s++)
        for (size_t row = 0; row < line->sets[s].table->count && merged.count < NAMES_MAX; row++)
            all[merged.count++] = line->sets[s].table->options[row];
    if (palate_options_set(&merged, &merged, name, "", &err) == PALATE_OK)
        return fail_usage(line->name, "option --%s cannot be used so", name);
    return fail_usage(line->name, "%s", err.message);
}

static int check_operands(const synopsis *line, int count)
{
    if (count < line->operands_min)
        return fail_usage(line->name, "%s missing; usage: palate %s %s",
                          count == 0 ? "an argument is" : "arguments are", line->name,
                          line->operands);
    if (count > line->operands_max)
        return fail_usage(line->name, "too many arguments; usage: palate %s %s", line->name,
                          line->operands);
    return -1;
}

/* ---- Help ---- */

static void show_option(const palate_option *option)
{
    char left[100];
    char letter = '\0';
    for (const char *at = option->aliases; *at != '\0';) {
        size_t bytes = strcspn(at, " ");
        letter = bytes == 1 ? *at : letter;
        at += bytes + strspn(at + bytes, " ");
    }
    snprintf(left, sizeof left, "%c%c%s --%s%s%s", letter != '\0' ? '-' : ' ',
             letter != '\0' ? letter : ' ', letter != '\0' ? "," : " ", option->name,
             option->placeholder != NULL ? " " : "",
             option->placeholder != NULL ? option->placeholder : "");
    printf("  %-*s", HELP_WIDTH, left);
    if (strlen(left) > HELP_WIDTH - 1)
        printf("\n  %-*s", HELP_WIDTH, "");
    printf(" %s", option->help);
    if (option->type != PALATE_OPTION_BOOL && option->default_text != NULL)
        printf(" [%s]", option->default_text);
    if (option->type == PALATE_OPTION_CHOICE)
        printf(" (%s)", option->choices);
    printf("\n");
}

static void show_help(const synopsis *line)
{
    printf("Usage: palate %s %s\n\n%s\n", line->name, line->operands, line->about);
    for (int s = 0; s < OPTION_SETS_MAX && line->sets[s].table != NULL; s++) {
        printf("\n%s:\n", line->sets[s].table->title);
        for (size_t row = 0; row < line->sets[s].table->count; row++)
            show_option(&line->sets[s].table->options[row]);
        if (s == 0)
            printf("  %-*s Show this help\n", HELP_WIDTH, "-h, --help");
    }
    printf("\nExamples:\n%s", line->examples);
}

static void show_words(const synopsis *line)
{
    for (int s = 0; s < OPTION_SETS_MAX && line->sets[s].table != NULL; s++)
        for (size_t row = 0; row < line->sets[s].table->count; row++)
            printf("--%s\n", line->sets[s].table->options[row].name);
    printf("--help\n");
}

/* Text in scdoc, where _ and * mean something. */
static void show_escaped(const char *text)
{
    for (; *text != '\0'; text++)
        printf("%s%c", strchr("_*\\<>#", *text) != NULL ? "\\" : "", *text);
}

static void show_man(const synopsis *line)
{
    printf("## palate %s ", line->name);
    show_escaped(line->operands);
    printf("\n\n");
    show_escaped(line->about);
    printf("\n\n");
    for (int s = 0; s < OPTION_SETS_MAX && line->sets[s].table != NULL; s++) {
        for (size_t row = 0; row < line->sets[s].table->count; row++) {
            const palate_option *option = &line->sets[s].table->options[row];
            printf("*--%s*", option->name);
            if (option->placeholder != NULL)
                printf(" _%s_", option->placeholder);
            printf("\n\t");
            show_escaped(option->help);
            if (option->default_text != NULL && option->type != PALATE_OPTION_BOOL) {
                printf("; by default ");
                show_escaped(option->default_text);
            }
            if (*option->aliases != '\0') {
                printf(". Also: ");
                show_escaped(option->aliases);
            }
            printf(".\n\n");
        }
    }
}

static int describe(const synopsis *line)
{
    if (describing == DESCRIBE_MAN)
        show_man(line);
    else
        show_words(line);
    return EXIT_SUCCESS;
}

/* ---- Parsing ---- */

static int take_option(const synopsis *line, const parser *from, int at, const char *value)
{
    palate_error err;
    const palate_option *option = from->meaning[at];
    if (value == NULL)
        value = "true";
    if (palate_options_set(from->set_of[at]->table, from->set_of[at]->options, option->name, value,
                           &err) != PALATE_OK)
        return fail_usage(line->name, "%s", err.message);
    return -1;
}

int parse_arguments(const synopsis *line, int argc, char **argv, const char **operands)
{
    if (describing != DESCRIBE_NOTHING)
        return describe(line);
    for (int s = 0; s < OPTION_SETS_MAX && line->sets[s].table != NULL; s++)
        palate_options_init(line->sets[s].table, line->sets[s].options);
    parser from;
    make_parser(line, &from);
    opterr = 0;
    optind = 1;
    int answer;
    int at = 0;
    while ((answer = getopt_long(argc, argv, from.letters, from.names, &at)) != -1) {
        int done = -1;
        if (answer == 'h') {
            show_help(line);
            return EXIT_SUCCESS;
        }
        if (answer == ':')
            done = fail_usage(line->name, "option %s needs a value", argv[optind - 1]);
        else if (answer == '?')
            done = fail_unknown(line, argv[optind - 1]);
        else
            done = take_option(line, &from, answer == 0 ? at : find_letter(&from, answer), optarg);
        if (done >= 0)
            return done;
    }
    int count = argc - optind;
    int done = check_operands(line, count);
    for (int i = 0; done < 0 && i < count; i++)
        operands[i] = argv[optind + i];
    return done;
}
