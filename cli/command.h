/* SPDX-License-Identifier: Apache-2.0 */
/* What a command is: one file, one row of the table in main.c. Parsing, --help, the manual and
 * completion are made from the row. */
#ifndef PALATE_CLI_COMMAND_H
#define PALATE_CLI_COMMAND_H

#include "message.h"

#include <palate/palate.h>

/* A table of options that a command takes. */
typedef struct option_group {
    const palate_option_table *(*table)(void); /* NULL ends the list. */
    const char *without; /* Names of rows that play no part here, separated by spaces, or NULL. */
} option_group;

/* Most tables of one command, the common one and an end included. */
enum { GROUPS_MAX = 8 };

/* An option as it was given, in order, for options that may be repeated. */
typedef struct given_option {
    const palate_option *option;
    const char *text;
} given_option;

typedef struct cli_command cli_command;

/* What a command is called with. */
typedef struct cli_arguments {
    const cli_command *command;
    palate_context *context;
    char **operands;
    int operand_count;
    void *values[GROUPS_MAX]; /* The struct of each of the command's groups, filled. */
    char **spelt; /* The command line, options spelt out; operands and texts point into it. */
    given_option *given;
    size_t given_count;
} cli_arguments;

typedef struct example {
    const char *line; /* NULL ends the list. */
    const char *says;
} example;

struct cli_command {
    const char *name;
    const char *operands; /* As in "palate NAME OPERANDS [options]". */
    const char *summary;  /* One line, without a full stop. */
    const char *description;
    int operands_least, operands_most;
    option_group groups[GROUPS_MAX - 1]; /* The command's own first; the common one is added. */
    const example *examples;
    int (*run)(const cli_arguments *arguments); /* Returns the exit status. */
};

/* Every command, in the order in which help shows them; NULL-terminated. */
extern const cli_command *const COMMANDS[];

/* NULL: there is none. */
const cli_command *command_find(const char *name);

extern const cli_command COMMAND_TRAIN, COMMAND_PREDICT, COMMAND_RECOMMEND, COMMAND_EXPLAIN,
    COMMAND_SIMILAR, COMMAND_FACTORS, COMMAND_UPDATE, COMMAND_FORGET, COMMAND_EVALUATE,
    COMMAND_SPLIT, COMMAND_CROSS_VALIDATE, COMMAND_TUNE, COMMAND_REPORT, COMMAND_INFO,
    COMMAND_CHECK, COMMAND_DATA, COMMAND_CONVERT, COMMAND_SYNTH, COMMAND_IMPORT, COMMAND_EXPORT,
    COMMAND_BENCH, COMMAND_COMPLETION, COMMAND_HELP, COMMAND_VERSION;

#endif
