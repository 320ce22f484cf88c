/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "output.h"

#include "command.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool colours(void)
{
    const char *no_colour = getenv("NO_COLOR");
    return isatty(STDERR_FILENO) && (no_colour == NULL || no_colour[0] == '\0');
}

void tell_error(const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, colours() ? "\033[31mpalate:\033[0m " : "palate: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int fail_with(const palate_error *err)
{
    tell_error("%s", err->message);
    return err->status == PALATE_E_INVALID ? EXIT_USAGE : EXIT_FAILURE;
}

/* ---- Files of results ---- */

static bool is_special(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

bool open_result(result_file *out, const char *path)
{
    *out = (result_file){.stream = stdout, .path = path};
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    snprintf(out->temporary, sizeof out->temporary, "%s.tmp-%ld", path, (long)getpid());
    if (is_special(path))
        out->temporary[0] = '\0';
    out->stream = fopen(out->temporary[0] != '\0' ? out->temporary : path, "w");
    if (out->stream == NULL)
        tell_error("%s: cannot create: %s", path, strerror(errno));
    return out->stream != NULL;
}

bool close_result(result_file *file, bool keep)
{
    bool written = fflush(file->stream) == 0 && !ferror(file->stream);
    int why = errno;
    if (file->stream == stdout) {
        if (!written && why != EPIPE)
            tell_error("standard output: cannot write: %s", strerror(why));
        return written;
    }
    if (file->temporary[0] != '\0' && written && keep)
        written = fsync(fileno(file->stream)) == 0;
    written = fclose(file->stream) == 0 && written;
    if (file->temporary[0] == '\0')
        return written;
    if (written && keep && rename(file->temporary, file->path) == 0)
        return true;
    why = errno;
    unlink(file->temporary);
    if (keep)
        tell_error("%s: cannot write: %s", file->path, strerror(why));
    return !keep;
}

/* ---- Pieces of text ---- */

void write_field(FILE *to, const char *text, size_t bytes)
{
    bool plain = true;
    for (size_t i = 0; i < bytes && plain; i++)
        plain = text[i] != ',' && text[i] != '"' && text[i] != '\n' && text[i] != '\r';
    if (plain) {
        fwrite(text, 1, bytes, to);
        return;
    }
    fputc('"', to);
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '"')
            fputc('"', to);
        fputc(text[i], to);
    }
    fputc('"', to);
}

int write_json(FILE *to, json_t *value)
{
    int failed = value == NULL ? -1
                               : json_dumpf(value, to, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    json_decref(value);
    if (failed == 0)
        fputc('\n', to);
    else
        tell_error("cannot write JSON");
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

json_t *json_number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

const char *with_commas(int64_t number)
{
    enum { BUFFERS = 8, SIZE = 32 };
    static char buffers[BUFFERS][SIZE];
    static int turn;
    char digits[SIZE];
    char *to = buffers[turn++ % BUFFERS];
    int length = snprintf(digits, sizeof digits, "%" PRId64, number);
    char *at = to;
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return to;
}
