/* SPDX-License-Identifier: Apache-2.0 */
/* The command `palate`: a table of commands. */
#include "arguments.h"
#include "output.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const command commands[] = {
    {"train", "learn a model from ratings", run_train},
    {"predict", "predict ratings for pairs of user and item", run_predict},
    {"recommend", "the best items users have not rated", run_recommend},
    {"evaluate", "compare a model with ratings it has not seen", run_evaluate},
    {"info", "what a model is, and how it was trained", run_info},
    {"check", "the input doctor: what would be read, what is wrong", run_check},
    {"synth", "make up ratings from planted tastes", run_synth},
    {"completion", "shell completion for bash, zsh or fish", run_completion},
    {"help", "help on a command", run_help},
    {NULL, NULL, NULL},
};

static const command *find_command(const char *name)
{
    for (const command *at = commands; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

static void show_commands(FILE *to)
{
    fprintf(to,
            "palate %s: recommendations by non-negative matrix factorization\n\n"
            "Usage: palate COMMAND ...\n\nCommands:\n",
            palate_version());
    for (const command *at = commands; at->name != NULL; at++)
        fprintf(to, "  %-12s %s\n", at->name, at->summary);
    fprintf(to, "\nFirst steps:\n"
                "  palate train ratings.csv -o movies.palate\n"
                "  palate recommend movies.palate --user 42\n\n"
                "palate COMMAND --help tells all about one of them.\n");
}

/* A table of the commands' names, so that the library can suggest one. */
static int fail_command(const char *name)
{
    enum { MOST = 32 };
    palate_option names[MOST];
    palate_option_table table = {.options = names};
    palate_error err;
    for (const command *at = commands; at->name != NULL && table.count < MOST; at++)
        names[table.count++] = (palate_option){.name = at->name, .aliases = ""};
    const char *hint = "";
    if (palate_options_set(&table, &table, name, "", &err) != PALATE_OK)
        hint = strchr(err.message, ';');
    tell_error("unknown command %s%s\nSee: palate --help", name, hint == NULL ? "" : hint);
    return EXIT_USAGE;
}

/* ---- help ---- */

static int describe_all(void)
{
    describing = DESCRIBE_MAN;
    for (const command *at = commands; at->name != NULL; at++) {
        char *arguments[] = {(char *)(uintptr_t)at->name, NULL};
        if (at->run != run_help)
            at->run(1, arguments);
    }
    return EXIT_SUCCESS;
}

int run_help(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--man") == 0)
        return describe_all();
    const command *about = argc > 1 ? find_command(argv[1]) : NULL;
    if (argc > 1 && about == NULL && argv[1][0] != '-')
        return fail_command(argv[1]);
    if (about == NULL || about->run == run_help) {
        show_commands(stdout);
        return EXIT_SUCCESS;
    }
    char help[] = "--help";
    char *arguments[] = {argv[1], help, NULL};
    return about->run(2, arguments);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        show_commands(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        printf("palate %s\n", palate_version());
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        show_commands(stdout);
        return EXIT_SUCCESS;
    }
    const command *chosen = find_command(argv[1]);
    return chosen == NULL ? fail_command(argv[1]) : chosen->run(argc - 1, argv + 1);
}
