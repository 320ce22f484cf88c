/* SPDX-License-Identifier: Apache-2.0 */
/* palate completion bash|zsh|fish: from the same tables as everything else. */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

static const palate_option_table own = {"Options", NULL, 0, 0};

static void list_commands(void)
{
    for (const command *at = commands; at->name != NULL; at++)
        printf("%s%s", at == commands ? "" : " ", at->name);
}

/* The options of a command, one a line, made into words by the shell. */
static void list_options(const command *of)
{
    char *arguments[] = {(char *)(uintptr_t)of->name, NULL};
    describing = DESCRIBE_WORDS;
    of->run(1, arguments);
    describing = DESCRIBE_NOTHING;
}

static void write_bash(void)
{
    printf(
        "_palate()\n{\n    local words command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words=\"");
    list_commands();
    printf("\"\n    else\n        case $command in\n");
    for (const command *at = commands; at->name != NULL; at++) {
        if (at->run == run_help || at->run == run_completion)
            continue;
        printf("        %s) words=\"", at->name);
        list_options(at);
        printf("\" ;;\n");
    }
    printf("        esac\n    fi\n"
           "    case $current in\n"
           "    -*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
           "    *) if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "           mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
           "       else\n"
           "           mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
           "       fi ;;\n"
           "    esac\n}\ncomplete -o filenames -F _palate palate\n");
}

static void write_fish(void)
{
    printf("complete -c palate -n __fish_use_subcommand -f -a \"");
    list_commands();
    printf("\"\n");
    for (const command *at = commands; at->name != NULL; at++) {
        if (at->run == run_help || at->run == run_completion)
            continue;
        printf("complete -c palate -n \"__fish_seen_subcommand_from %s\" -a \"", at->name);
        list_options(at);
        printf("\"\n");
    }
}

int run_completion(int argc, char **argv)
{
    char nothing;
    const char *operands[OPERANDS_MAX] = {NULL};
    const synopsis line = {
        .name = "completion",
        .operands = "bash|zsh|fish",
        .about = "Writes a script that lets the shell complete commands and options.",
        .examples = "  source <(palate completion bash)\n"
                    "  palate completion fish >~/.config/fish/completions/palate.fish\n",
        .operands_min = 1,
        .operands_max = 1,
        .sets = {{&own, &nothing}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    if (strcmp(operands[0], "fish") == 0) {
        write_fish();
    } else if (strcmp(operands[0], "bash") == 0) {
        write_bash();
    } else if (strcmp(operands[0], "zsh") == 0) {
        printf("autoload -U +X bashcompinit && bashcompinit\n");
        write_bash();
    } else {
        return fail_usage("completion",
                          "there is no completion for %s; there are bash, zsh and fish",
                          operands[0]);
    }
    return EXIT_SUCCESS;
}
