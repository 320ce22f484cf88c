/* SPDX-License-Identifier: Apache-2.0 */
/* Help, made from the tables. */
#ifndef PALATE_CLI_HELP_H
#define PALATE_CLI_HELP_H

#include "command.h"

/* "palate --help": the commands, a line each. */
void help_overview(FILE *stream);

/* Writes words on standard output, beginning at column `column`, in lines indented by `indent`. */
void help_write_wrapped(const char *text, size_t column, size_t indent);

/* "palate NAME --help", on standard output. */
void help_command(const cli_command *command);

#endif
