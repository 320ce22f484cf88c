/* SPDX-License-Identifier: Apache-2.0 */
/* palate help: what the commands are, what one command takes, and the commands' part of the manual
 * page. */
#include "help.h"

#include "arguments.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH = 80, OPTION_COLUMN = 30 };

/* ---- Words in lines ---- */

static size_t word_bytes(const char *text)
{
    return strcspn(text, " ");
}

void help_write_wrapped(const char *text, size_t column, size_t indent)
{
    bool first = true;
    while (*text != '\0') {
        size_t bytes = word_bytes(text);
        if (!first && column + 1 + bytes > WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        printf("%s%.*s", first ? "" : " ", (int)bytes, text);
        column += bytes + !first;
        first = false;
        text += bytes;
        text += strspn(text, " ");
    }
    putchar('\n');
}

/* ---- Help on a terminal ---- */

/* "  -k, --factors=K"; returns its length. */
static size_t write_option_name(const palate_option *option)
{
    char letter = arguments_letter(option);
    int length = letter != 0 ? printf("  -%c, ", letter) : printf("      ");
    length += printf("--%s", option->name);
    if (option->placeholder != NULL)
        length += printf("=%s", option->placeholder);
    return (size_t)length;
}

static void write_option(const palate_option *option)
{
    char text[500];
    size_t column = write_option_name(option);
    int used = snprintf(text, sizeof text, "%s", option->help);
    if (option->choices != NULL && used > 0 && (size_t)used < sizeof text)
        used += snprintf(text + used, sizeof text - (size_t)used, "; %s", option->choices);
    if (option->default_text != NULL && option->type != PALATE_OPTION_BOOL && used > 0 &&
        (size_t)used < sizeof text)
        snprintf(text + used, sizeof text - (size_t)used, " [%s]", option->default_text);
    if (column + 2 > OPTION_COLUMN) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", (int)(OPTION_COLUMN - column), "");
    help_write_wrapped(text, OPTION_COLUMN, OPTION_COLUMN);
}

static void write_table(const cli_command *command, size_t group, const palate_option_table *table)
{
    printf("\n%s:\n", table->title);
    for (size_t place = 0; place < table->count; place++)
        if (arguments_takes(command, group, &table->options[place]))
            write_option(&table->options[place]);
}

static void write_examples(const example *examples)
{
    if (examples == NULL)
        return;
    printf("\nExamples:\n");
    for (size_t place = 0; examples[place].line != NULL; place++)
        printf("  %s\n      %s\n", examples[place].line, examples[place].says);
}

void help_command(const cli_command *command)
{
    const palate_option_table *table = NULL;
    printf("usage: palate %s%s%s\n\n", command->name, command->operands[0] == '\0' ? "" : " ",
           command->operands);
    help_write_wrapped(command->description, 0, 0);
    for (size_t group = 0; (table = arguments_table(command, group)) != NULL; group++)
        write_table(command, group, table);
    write_examples(command->examples);
}

void help_overview(FILE *stream)
{
    fprintf(stream, "usage: palate COMMAND ...\n\n"
                    "Recommendations from ratings, by non-negative matrix factorization.\n\n");
    for (size_t place = 0; COMMANDS[place] != NULL; place++)
        fprintf(stream, "  %-14s %s\n", COMMANDS[place]->name, COMMANDS[place]->summary);
    fprintf(stream, "\nA first try:\n"
                    "  palate train ratings.csv -o movies.palate\n"
                    "  palate recommend movies.palate --user 42\n\n"
                    "palate COMMAND --help tells what a command takes; so does man palate.\n");
}

/* ---- The manual page: the commands, in scdoc's language ---- */

/* Letters that mean something to scdoc get a backslash. */
static void write_scd(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("_*\\<>#|[]~`", *text) != NULL)
            putchar('\\');
        putchar(*text);
    }
}

/* The other names an option goes by: "Also --n-factors, --rank." */
static void write_scd_aliases(const char *aliases)
{
    const char *lead = " Also ";
    while (*aliases != '\0') {
        printf("%s*--%.*s*", lead, (int)word_bytes(aliases), aliases);
        aliases += word_bytes(aliases);
        aliases += strspn(aliases, " ");
        lead = ", ";
    }
    if (*lead == ',')
        putchar('.');
}

static void write_scd_values(const palate_option *option)
{
    char allowed[300];
    palate_options_allowed(option, allowed, sizeof allowed);
    if (option->type != PALATE_OPTION_TEXT) {
        printf(" It takes ");
        write_scd(allowed);
        putchar('.');
    }
    if (option->default_text != NULL) {
        printf(" Default: ");
        write_scd(option->default_text);
        putchar('.');
    }
}

static void write_scd_option(const palate_option *option)
{
    char letter = arguments_letter(option);
    putchar('\n');
    if (letter != 0)
        printf("*-%c*, ", letter);
    printf("*--%s*", option->name);
    if (option->placeholder != NULL) {
        printf("=_");
        write_scd(option->placeholder);
        putchar('_');
    }
    printf("\n\t");
    write_scd(option->help);
    putchar('.');
    if (option->type != PALATE_OPTION_BOOL)
        write_scd_values(option);
    write_scd_aliases(option->aliases);
    putchar('\n');
}

static void write_scd_command(const cli_command *command)
{
    const palate_option_table *table = NULL;
    printf("\n## palate %s\n\n*palate %s*%s", command->name, command->name,
           command->operands[0] == '\0' ? "" : " ");
    write_scd(command->operands);
    printf("\n\n");
    write_scd(command->description);
    putchar('\n');
    for (size_t group = 0; (table = arguments_table(command, group)) != NULL; group++) {
        bool common = arguments_table(command, group + 1) == NULL;
        for (size_t place = 0; !common && place < table->count; place++)
            if (arguments_takes(command, group, &table->options[place]))
                write_scd_option(&table->options[place]);
    }
    for (size_t place = 0; command->examples != NULL && command->examples[place].line != NULL;
         place++) {
        const char *says = command->examples[place].says;
        printf("\n%c", toupper((unsigned char)says[0]));
        write_scd(says + 1);
        printf(":\n\n```\n%s\n```\n", command->examples[place].line);
    }
}

static void write_scd_formats(void)
{
    const char *const *help = NULL;
    const char *const *names = palate_read_format_names(&help);
    printf(
        "\n# FORMATS\n\nRatings are read from these formats, found by looking at the content:\n");
    for (size_t place = 0; names[place] != NULL; place++) {
        printf("\n*%s*\n\t", names[place]);
        write_scd(help[place]);
        putchar('\n');
    }
}

/* Common options once, then the commands. */
static void write_scd_page(void)
{
    size_t common = 0;
    while (arguments_table(&COMMAND_HELP, common + 1) != NULL)
        common++;
    const palate_option_table *table = arguments_table(&COMMAND_HELP, common);
    printf("# COMMON OPTIONS\n");
    for (size_t place = 0; place < table->count; place++)
        write_scd_option(&table->options[place]);
    printf("\n# COMMANDS\n");
    for (size_t place = 0; COMMANDS[place] != NULL; place++)
        write_scd_command(COMMANDS[place]);
    write_scd_formats();
}

/* ---- The command ---- */

typedef struct help_options {
    bool scdoc;
} help_options;

static const palate_option OPTIONS[] = {
    {"scdoc", "", PALATE_OPTION_BOOL, offsetof(help_options, scdoc), "false", 0, 0, NULL, NULL,
     "Write all of it for the manual page, in scdoc's language"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, 1, sizeof(help_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

static void write_formats(void)
{
    const char *const *help = NULL;
    const char *const *names = palate_read_format_names(&help);
    printf("Formats of ratings, found by looking at the content unless --format names one:\n\n");
    for (size_t place = 0; names[place] != NULL; place++)
        printf("  %-13s %s\n", names[place], help[place]);
    printf("\ngzip and zstd are found by their first bytes; - is standard input.\n");
}

static int run(const cli_arguments *arguments)
{
    const help_options *options = arguments->values[0];
    if (options->scdoc) {
        write_scd_page();
        return EXIT_DONE;
    }
    if (arguments->operand_count == 0) {
        help_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(arguments->operands[0], "formats") == 0) {
        write_formats();
        return EXIT_DONE;
    }
    const cli_command *command = command_find(arguments->operands[0]);
    if (command == NULL)
        return arguments_usage_error(&COMMAND_HELP, "unknown command %s", arguments->operands[0]);
    help_command(command);
    return EXIT_DONE;
}

const cli_command COMMAND_HELP = {
    .name = "help",
    .operands = "[COMMAND | formats]",
    .summary = "what palate can do, or what one command takes",
    .description = "Tell what the commands are, or what one of them takes, or which formats of "
                   "ratings can be read.",
    .operands_most = 1,
    .groups = {{own_table, NULL}},
    .run = run,
};
