/* SPDX-License-Identifier: Apache-2.0 */
/* palate completion: what a shell needs to complete palate's command lines, from the tables. */
#include "arguments.h"

#include <string.h>

/* ---- What all shells share ---- */

typedef void (*option_visitor)(const cli_command *command, const palate_option *option);

static void visit_options(const cli_command *command, option_visitor visit)
{
    const palate_option_table *table = NULL;
    for (size_t group = 0; (table = arguments_table(command, group)) != NULL; group++)
        for (size_t place = 0; place < table->count; place++)
            if (arguments_takes(command, group, &table->options[place]))
                visit(command, &table->options[place]);
}

static bool takes_file(const palate_option *option)
{
    static const char *const names[] = {"FILE", "MODEL", "PATH", "FOLDER"};
    for (size_t place = 0; place < sizeof names / sizeof names[0]; place++)
        if (option->placeholder != NULL && strcmp(option->placeholder, names[place]) == 0)
            return true;
    return false;
}

/* The words of a choice with a space between them. */
static void print_choices(const char *choices)
{
    for (; *choices != '\0'; choices++)
        putchar(*choices == '|' ? ' ' : *choices);
}

/* Text within single quotes: a shell's own quote ends, is added and begins again. */
static void print_quoted(const char *text, const char *also_escaped)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            printf("'\\'");
        else if (strchr(also_escaped, *text) != NULL)
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

/* ---- bash ---- */

static void print_bash_name(const cli_command *command, const palate_option *option)
{
    (void)command;
    printf(" --%s", option->name);
}

static void print_bash_value(const cli_command *command, const palate_option *option)
{
    char letter = arguments_letter(option);
    if (option->choices == NULL && !takes_file(option))
        return;
    printf("        %s,--%s", command->name, option->name);
    if (letter != 0)
        printf("|%s,-%c", command->name, letter);
    if (option->choices == NULL) {
        puts(") files=1; return ;;");
        return;
    }
    printf(") words=\"");
    print_choices(option->choices);
    puts("\"; return ;;");
}

static void print_bash(void)
{
    puts("# bash completion of palate, made by: palate completion bash\n"
         "_palate_words() {\n"
         "    case $1,$2 in");
    for (size_t place = 0; COMMANDS[place] != NULL; place++)
        visit_options(COMMANDS[place], print_bash_value);
    puts("    esac\n"
         "    files=1\n"
         "    case $1 in");
    for (size_t place = 0; COMMANDS[place] != NULL; place++) {
        printf("        %s) words=\"", COMMANDS[place]->name);
        visit_options(COMMANDS[place], print_bash_name);
        puts("\" ;;");
    }
    printf("        *) files=; words=\"--help --version");
    for (size_t place = 0; COMMANDS[place] != NULL; place++)
        printf(" %s", COMMANDS[place]->name);
    puts("\" ;;\n"
         "    esac\n"
         "    case $1 in\n"
         "        completion) words=\"$words bash zsh fish\"; files= ;;\n"
         "        help) words=\"$words\"; files= ;;\n"
         "    esac\n"
         "}\n"
         "_palate() {\n"
         "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "    local command= words= files=\n"
         "    [ \"$COMP_CWORD\" -gt 1 ] && command=${COMP_WORDS[1]}\n"
         "    if [ \"$current\" = = ]; then current=\n"
         "    elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "    _palate_words \"$command\" \"$before\"\n"
         "    case $current in -*) ;; *) words=$(printf '%s\\n' $words | grep -v '^-') ;; esac\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\"\n"
         "        [ -n \"$files\" ] && compgen -f -- \"$current\")\n"
         "}\n"
         "complete -o filenames -F _palate palate");
}

/* ---- zsh ---- */

static void print_zsh_option(const cli_command *command, const palate_option *option)
{
    (void)command;
    char specification[600];
    char letter = arguments_letter(option);
    for (int with_letter = 0; with_letter <= (letter != 0); with_letter++) {
        printf(" \\\n            ");
        if (with_letter)
            snprintf(specification, sizeof specification, "-%c[%s]", letter, option->help);
        else
            snprintf(specification, sizeof specification, "--%s%s[%s]", option->name,
                     option->placeholder == NULL ? "" : "=", option->help);
        print_quoted(specification, ":");
        if (option->placeholder == NULL)
            continue;
        printf("':%s:", option->placeholder[0] == 'L' ? "range" : option->placeholder);
        if (option->choices != NULL) {
            putchar('(');
            print_choices(option->choices);
            putchar(')');
        } else if (takes_file(option)) {
            printf("_files");
        }
        putchar('\'');
    }
}

static void print_zsh(void)
{
    puts("#compdef palate\n"
         "# zsh completion of palate, made by: palate completion zsh\n"
         "_palate() {\n"
         "    if (( CURRENT == 2 )); then\n"
         "        local -a commands=(");
    for (size_t place = 0; COMMANDS[place] != NULL; place++) {
        char line[200];
        snprintf(line, sizeof line, "%s:%s", COMMANDS[place]->name, COMMANDS[place]->summary);
        printf("            ");
        print_quoted(line, "");
        putchar('\n');
    }
    puts("        )\n"
         "        _describe command commands\n"
         "        return\n"
         "    fi\n"
         "    local command=$words[2]\n"
         "    shift words\n"
         "    (( CURRENT-- ))\n"
         "    case $command in");
    for (size_t place = 0; COMMANDS[place] != NULL; place++) {
        printf("        %s) _arguments -s", COMMANDS[place]->name);
        visit_options(COMMANDS[place], print_zsh_option);
        puts(" \\\n            '*:file:_files' ;;");
    }
    puts("    esac\n"
         "}\n"
         "_palate \"$@\"");
}

/* ---- fish ---- */

static void print_fish_option(const cli_command *command, const palate_option *option)
{
    char letter = arguments_letter(option);
    printf("complete -c palate -n '__fish_seen_subcommand_from %s' -l %s", command->name,
           option->name);
    if (letter != 0)
        printf(" -s %c", letter);
    if (option->choices != NULL) {
        printf(" -xa '");
        print_choices(option->choices);
        putchar('\'');
    } else if (option->placeholder != NULL) {
        printf(takes_file(option) ? " -rF" : " -x");
    }
    printf(" -d ");
    print_quoted(option->help, "\\");
    putchar('\n');
}

static void print_fish(void)
{
    puts("# fish completion of palate, made by: palate completion fish");
    for (size_t place = 0; COMMANDS[place] != NULL; place++) {
        printf("complete -c palate -f -n __fish_use_subcommand -a %s -d ", COMMANDS[place]->name);
        print_quoted(COMMANDS[place]->summary, "\\");
        putchar('\n');
    }
    puts("complete -c palate -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'");
    for (size_t place = 0; COMMANDS[place] != NULL; place++)
        visit_options(COMMANDS[place], print_fish_option);
}

/* ---- The command ---- */

static const struct {
    const char *name;
    void (*print)(void);
} SHELLS[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

static int run(const cli_arguments *arguments)
{
    for (size_t place = 0; place < sizeof SHELLS / sizeof SHELLS[0]; place++)
        if (strcmp(SHELLS[place].name, arguments->operands[0]) == 0) {
            SHELLS[place].print();
            return EXIT_DONE;
        }
    return arguments_usage_error(arguments->command, "unknown shell %s; give bash, zsh or fish",
                                 arguments->operands[0]);
}

static const example EXAMPLES[] = {
    {"palate completion bash > ~/.local/share/bash-completion/completions/palate",
     "complete palate in bash from the next session on"},
    {"palate completion fish > ~/.config/fish/completions/palate.fish", "the same in fish"},
    {NULL, NULL},
};

const cli_command COMMAND_COMPLETION = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .summary = "write a script that completes palate's commands in a shell",
    .description = "Write a script to standard output that completes commands, options and their "
                   "values in a shell. make install puts all three in place.",
    .operands_least = 1,
    .operands_most = 1,
    .examples = EXAMPLES,
    .run = run,
};
