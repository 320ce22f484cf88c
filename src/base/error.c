/* SPDX-License-Identifier: Apache-2.0 */
#define PALATE__DEFINES_FAIL
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Drops the bytes of a character that the end of the buffer cut in two. */
static void cut_at_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xC0U) == 0x80U)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t needed = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : lead >= 0xC0U ? 2 : 1;
    if (needed > length - start + 1)
        text[start - 1] = '\0';
}

/* What a message must not carry to a terminal or a log: control characters, bytes that are not
 * UTF-8. */
static void replace_unreadable(char *text)
{
    size_t bytes = strlen(text);
    for (size_t at = 0; at < bytes; at++) {
        at += palate__utf8_valid((palate__span){text + at, bytes - at});
        if (at < bytes)
            text[at] = '?';
    }
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '?';
}

void palate__clean_message(char *message, size_t size)
{
    size_t length = strlen(message);
    if (length + 1 == size)
        cut_at_character(message, length);
    replace_unreadable(message);
}

PALATE__PRINTF(5, 0)
static void fill(palate_error *err, palate_status status, int64_t line, int64_t column,
                 const char *format, va_list arguments)
{
    if (err == NULL)
        return;
    err->status = status;
    err->line = line;
    err->column = column;
    if (vsnprintf(err->message, sizeof err->message, format, arguments) > 0)
        palate__clean_message(err->message, sizeof err->message);
}

palate_status palate__fail(palate_error *err, palate_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(err, status, 0, 0, format, arguments);
    va_end(arguments);
    return status;
}

palate_status palate__fail_at(palate_error *err, palate_status status, int64_t line, int64_t column,
                              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(err, status, line, column, format, arguments);
    va_end(arguments);
    return status;
}

palate_status palate__fail_memory(palate_error *err, const char *doing)
{
    return palate__fail(err, PALATE_E_NOMEM, "out of memory while %s", doing);
}

palate_status palate__fail_io(palate_error *err, const char *path, const char *verb,
                              int error_number)
{
    return palate__fail(err, PALATE_E_IO, "%s: cannot %s: %s", path, verb, strerror(error_number));
}

const char *palate_status_name(palate_status status)
{
    static const char *const names[] = {
        "PALATE_OK",        "PALATE_E_INVALID",     "PALATE_E_NOMEM",
        "PALATE_E_IO",      "PALATE_E_FORMAT",      "PALATE_E_UNKNOWN_ID",
        "PALATE_E_STOPPED", "PALATE_E_UNSUPPORTED", "PALATE_E_INTERNAL",
    };
    size_t place = (size_t)status;
    return place < sizeof names / sizeof names[0] ? names[place] : "PALATE_E_?";
}

const char *palate_version(void)
{
    return PALATE_VERSION;
}
