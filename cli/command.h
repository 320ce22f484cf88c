/* SPDX-License-Identifier: Apache-2.0 */
/* What every command is made of. A command sees the public headers only. */
#ifndef PALATE_CLI_COMMAND_H
#define PALATE_CLI_COMMAND_H

#include <palate/palate.h>

#include <stdio.h>

enum { EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

typedef struct command {
    const char *name;
    const char *summary; /* One line for the list of commands. */
    int (*run)(int argc, char **argv);
} command;

/* NULL name at the end. */
extern const command commands[];

int run_train(int argc, char **argv);
int run_predict(int argc, char **argv);
int run_recommend(int argc, char **argv);
int run_evaluate(int argc, char **argv);
int run_info(int argc, char **argv);
int run_check(int argc, char **argv);
int run_synth(int argc, char **argv);
int run_import(int argc, char **argv);
int run_export(int argc, char **argv);
int run_completion(int argc, char **argv);
int run_help(int argc, char **argv);

#endif
