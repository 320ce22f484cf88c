/* SPDX-License-Identifier: Apache-2.0 */
/* palate: a table of commands, each in a file of its own. A client of include/palate alone. */
#include "arguments.h"
#include "help.h"

#include <errno.h>
#include <string.h>

const cli_command *const COMMANDS[] = {
    &COMMAND_TRAIN,
    &COMMAND_PREDICT,
    &COMMAND_RECOMMEND,
    &COMMAND_EXPLAIN,
    &COMMAND_SIMILAR,
    &COMMAND_FACTORS,
    &COMMAND_REPORT,
    &COMMAND_EVALUATE,
    &COMMAND_CROSS_VALIDATE,
    &COMMAND_TUNE,
    &COMMAND_SPLIT,
    &COMMAND_INFO,
    &COMMAND_CHECK,
    &COMMAND_UPDATE,
    &COMMAND_FORGET,
    &COMMAND_DATA,
    &COMMAND_CONVERT,
    &COMMAND_SYNTH,
    &COMMAND_IMPORT,
    &COMMAND_EXPORT,
    &COMMAND_BENCH,
    &COMMAND_COMPLETION,
    &COMMAND_HELP,
    &COMMAND_VERSION,
    NULL,
};

const cli_command *command_find(const char *name)
{
    for (size_t place = 0; COMMANDS[place] != NULL; place++)
        if (strcmp(COMMANDS[place]->name, name) == 0)
            return COMMANDS[place];
    return NULL;
}

static int fail_unknown_command(const char *name)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t place = 0; COMMANDS[place] != NULL; place++) {
        size_t distance = palate_text_distance(name, COMMANDS[place]->name);
        if (distance < least) {
            least = distance;
            nearest = COMMANDS[place]->name;
        }
    }
    if (nearest == NULL)
        message_error("unknown command %s\nSee: palate --help", name);
    else
        message_error("unknown command %s; did you mean %s?\nSee: palate --help", name, nearest);
    return EXIT_USAGE;
}

/* Lines of the library's log: warnings always, the rest with --verbose. */
static void on_log(palate_log_level level, const char *line, void *user)
{
    const common_options *options = user;
    if (level <= PALATE_LOG_WARNING)
        message_warning("%s", line);
    else if (options->verbose)
        message_note("%s", line);
}

static int run_with_context(cli_arguments *arguments)
{
    palate_error err;
    common_options options = *arguments_common(arguments);
    if (palate_context_create(NULL, on_log, &options, &arguments->context, &err) != PALATE_OK)
        return message_failed(&err);
    int exit_status = arguments->command->run(arguments);
    palate_context_free(arguments->context);
    return exit_status;
}

static int run(const cli_command *command, int argc, char **argv)
{
    cli_arguments arguments;
    int exit_status = arguments_parse(command, argc, argv, &arguments);
    if (exit_status == EXIT_DONE) {
        const common_options *options = arguments_common(&arguments);
        if (options->quiet)
            message_be_quiet();
        if (options->help)
            help_command(command);
        else
            exit_status = run_with_context(&arguments);
    }
    arguments_release(&arguments);
    return exit_status;
}

/* "palate --help" and "palate --version" are commands, too. */
static const cli_command *find_command(const char *name)
{
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return &COMMAND_HELP;
    if (strcmp(name, "--version") == 0)
        return &COMMAND_VERSION;
    return command_find(name);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help_overview(stderr);
        return EXIT_USAGE;
    }
    const cli_command *command = find_command(argv[1]);
    if (command == NULL)
        return fail_unknown_command(argv[1]);
    int exit_status = run(command, argc - 1, argv + 1);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        message_error("standard output: cannot write: %s", strerror(errno));
        exit_status = exit_status == EXIT_DONE ? EXIT_FAILED : exit_status;
    }
    return exit_status;
}
