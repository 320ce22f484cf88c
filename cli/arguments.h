/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, driven by option tables: the library's, and one of the command's own. Help, the man page and shell
 * completion come from the same description. */
#ifndef PALATE_CLI_ARGUMENTS_H
#define PALATE_CLI_ARGUMENTS_H

#include "command.h"

enum { OPTION_SETS_MAX = 4, OPERANDS_MAX = 8 };

/* A table and the struct its options are written to. */
typedef struct option_set {
    const palate_option_table *table;
    void *options;
} option_set;

/* What a command takes. */
typedef struct synopsis {
    const char *name;
    const char *operands; /* Such as "RATINGS -o MODEL". */
    const char *about;    /* What it does, a paragraph. */
    const char *examples; /* Lines of shell. */
    int operands_min, operands_max;
    option_set sets[OPTION_SETS_MAX]; /* The first is the command's own. A NULL table ends them. */
} synopsis;

/* What to do with synopses instead of running commands. */
typedef enum describe_mode {
    DESCRIBE_NOTHING,
    DESCRIBE_MAN,   /* A section of the man page, in scdoc. */
    DESCRIBE_WORDS, /* Option names, one a line: for completion. */
} describe_mode;
extern describe_mode describing;

/*
 * Fills the option structs (with defaults first) and `operands`. Returns -1 to go on, or the exit
 * code: 0 after --help, EXIT_USAGE after a mistake, which has been told.
 */
int parse_arguments(const synopsis *line, int argc, char **argv, const char **operands);

/* Tells a mistake of usage. Returns EXIT_USAGE. */
int fail_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
