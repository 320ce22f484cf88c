/* SPDX-License-Identifier: Apache-2.0 */
/* What a person is told: on standard error, and nothing but errors with --quiet. */
#ifndef PALATE_CLI_MESSAGE_H
#define PALATE_CLI_MESSAGE_H

#include <palate/palate.h>

#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

/* Notes are kept back. */
void message_be_quiet(void);

/* "palate: ...", in red where a person looks on. Returns EXIT_FAILED. */
int message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what a call of the library came to. Returns EXIT_USAGE where an argument is to
 * blame, else EXIT_FAILED. */
int message_failed(const palate_error *err);

/* "palate: warning: ...". */
void message_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line, unless quiet. */
void message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a stream is a terminal that takes colours: NO_COLOR and TERM=dumb say no. */
bool message_has_colour(FILE *stream);
bool message_is_terminal(FILE *stream);

#endif
