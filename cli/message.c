/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "message.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool quiet;

void message_be_quiet(void)
{
    quiet = true;
}

bool message_is_terminal(FILE *stream)
{
    const char *terminal = getenv("TERM");
    return isatty(fileno(stream)) == 1 && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

bool message_has_colour(FILE *stream)
{
    const char *refused = getenv("NO_COLOR");
    return message_is_terminal(stream) && (refused == NULL || refused[0] == '\0');
}

static void __attribute__((format(printf, 2, 0)))
write_line(const char *lead, const char *format, va_list arguments)
{
    /* Whatever is waiting for the same terminal comes first. */
    fflush(stdout);
    fprintf(stderr, "%s", lead);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

int message_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(message_has_colour(stderr) ? "\033[31mpalate:\033[0m " : "palate: ", format,
               arguments);
    va_end(arguments);
    return EXIT_FAILED;
}

int message_failed(const palate_error *err)
{
    message_error("%s", err->message);
    return err->status == PALATE_E_INVALID ? EXIT_USAGE : EXIT_FAILED;
}

void message_warning(const char *format, ...)
{
    if (quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line(message_has_colour(stderr) ? "\033[33mpalate: warning:\033[0m "
                                          : "palate: warning: ",
               format, arguments);
    va_end(arguments);
}

void message_note(const char *format, ...)
{
    if (quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}
