/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines, by getopt_long fed with option tables. */
#ifndef PALATE_CLI_ARGUMENTS_H
#define PALATE_CLI_ARGUMENTS_H

#include "command.h"

/* Options every command has. */
typedef struct common_options {
    bool quiet;
    bool verbose;
    bool help;
} common_options;

/*
 * Parses what follows the command's name; argv[0] is the name. Options are spelt out in full: what
 * is short for one option today would be ambiguous, and break scripts, when the next is added.
 *
 * Returns EXIT_DONE, or EXIT_USAGE after telling what is wrong. `out` is released either way with
 * arguments_release().
 */
int arguments_parse(const cli_command *command, int argc, char **argv, cli_arguments *out);
void arguments_release(cli_arguments *arguments);

const common_options *arguments_common(const cli_arguments *arguments);

/* "palate NAME: ..." and where to look. Returns EXIT_USAGE. */
int arguments_usage_error(const cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The time that an option --time gives; NULL: PALATE_NO_TIME. Returns false after telling that it is
 * none. */
bool arguments_time(const cli_arguments *arguments, const char *text, int64_t *time);

/* ---- The tables of a command, for help, manual and completion ---- */

/* The table of a group, that of the common options included; NULL after the last. */
const palate_option_table *arguments_table(const cli_command *command, size_t group);

/* Whether a row of a group's table plays a part in the command. */
bool arguments_takes(const cli_command *command, size_t group, const palate_option *option);

/* Whether an option is a row of a group's table. */
bool arguments_is_of(const cli_command *command, size_t group, const palate_option *option);

/* The letter that stands for an option, or 0. */
char arguments_letter(const palate_option *option);

#endif
