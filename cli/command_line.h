/* SPDX-License-Identifier: Apache-2.0 */
/* A command line for a person to copy into a shell. */
#ifndef PALATE_CLI_COMMAND_LINE_H
#define PALATE_CLI_COMMAND_LINE_H

#include <palate/palate.h>

/* Once memory has run out nothing more is added. */
typedef struct command_line {
    char *text; /* NULL: nothing yet. */
    bool failed;
} command_line;

/* A word, after a space, in quotes where a shell would read it otherwise. */
void command_line_add(command_line *to, const char *word);

/* "--name value"; `text` NULL stands for true. */
void command_line_add_option(command_line *to, const palate_option *option, const char *text);

/* The text, which the caller frees; NULL after saying that memory ran out. */
char *command_line_take(command_line *of);

#endif
