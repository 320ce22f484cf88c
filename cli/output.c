/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "output.h"

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 16, NUMBER_BYTES = 40 };

/* ---- Files ---- */

/* The one unfinished file, to be removed when a signal ends the program. */
static char *volatile unfinished;

static void remove_unfinished(int signal_number)
{
    if (unfinished != NULL)
        unlink(unfinished);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void guard(char *path)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    unfinished = path;
    for (size_t place = 0; place < sizeof signals / sizeof signals[0]; place++)
        signal(signals[place], path == NULL ? SIG_DFL : remove_unfinished);
}

static const char *name_of(const output *out)
{
    return out->path == NULL ? "standard output" : out->path;
}

static bool open_temporary(output *out)
{
    struct stat about;
    mode_t mode = stat(out->path, &about) == 0 ? about.st_mode & 0777U : 0666U;
    if (asprintf(&out->temporary, "%s.tmp-%ld", out->path, (long)getpid()) < 0) {
        out->temporary = NULL;
        return false;
    }
    out->descriptor = open(out->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (out->descriptor >= 0)
        guard(out->temporary);
    return out->descriptor >= 0;
}

/* A pipe or device is written directly; a symbolic link stays one, the file it leads to is
 * replaced. */
static bool open_path(output *out, const char *path)
{
    struct stat about;
    bool exists = stat(path, &about) == 0;
    out->path = exists ? realpath(path, NULL) : strdup(path);
    if (out->path == NULL)
        return false;
    if (!exists || S_ISREG(about.st_mode))
        return open_temporary(out);
    out->descriptor = open(out->path, O_WRONLY | O_CLOEXEC);
    return out->descriptor >= 0;
}

bool output_open(output *out, const char *path)
{
    *out = (output){.descriptor = STDOUT_FILENO};
    out->buffer = malloc(BUFFER_BYTES);
    bool opened = out->buffer != NULL;
    if (opened && path != NULL && strcmp(path, "-") != 0)
        opened = open_path(out, path);
    if (opened)
        return true;
    message_error("%s: cannot write: %s", path == NULL ? "standard output" : path, strerror(errno));
    output_abandon(out);
    return false;
}

static void flush(output *out)
{
    size_t written = 0;
    while (out->error_number == 0 && written < out->used) {
        ssize_t count = write(out->descriptor, out->buffer + written, out->used - written);
        if (count >= 0)
            written += (size_t)count;
        else if (errno != EINTR)
            out->error_number = errno;
    }
    out->used = 0;
}

/* Closing may be where a full disk comes out. */
static void finish(output *out)
{
    flush(out);
    if (out->path != NULL && close(out->descriptor) != 0 && out->error_number == 0)
        out->error_number = errno;
    out->descriptor = -1;
    if (out->error_number == 0 && out->temporary != NULL && rename(out->temporary, out->path) != 0)
        out->error_number = errno;
}

bool output_commit(output *out)
{
    finish(out);
    bool done = out->error_number == 0;
    if (!done)
        message_error("%s: cannot write: %s", name_of(out), strerror(out->error_number));
    else if (out->temporary != NULL)
        guard(NULL);
    if (done) {
        free(out->temporary);
        out->temporary = NULL;
    }
    output_abandon(out);
    return done;
}

void output_abandon(output *out)
{
    if (out->path != NULL && out->descriptor >= 0)
        close(out->descriptor);
    if (out->temporary != NULL) {
        unlink(out->temporary);
        guard(NULL);
    }
    free(out->temporary);
    free(out->path);
    free(out->buffer);
    *out = (output){.descriptor = -1};
}

/* ---- Text ---- */

void output_bytes(output *out, const char *bytes, size_t count)
{
    while (count > BUFFER_BYTES - out->used) {
        size_t part = BUFFER_BYTES - out->used;
        memcpy(out->buffer + out->used, bytes, part);
        out->used += part;
        bytes += part;
        count -= part;
        flush(out);
    }
    memcpy(out->buffer + out->used, bytes, count);
    out->used += count;
}

void output_text(output *out, const char *text)
{
    output_bytes(out, text, strlen(text));
}

void output_character(output *out, char character)
{
    if (out->used == BUFFER_BYTES)
        flush(out);
    out->buffer[out->used++] = character;
}

static bool needs_quotes(const char *text, size_t bytes)
{
    bool found = bytes > 0 && (text[0] == ' ' || text[bytes - 1] == ' ');
    for (size_t at = 0; at < bytes; at++)
        found |= text[at] == ',' || text[at] == '"' || text[at] == '\n' || text[at] == '\r';
    return found;
}

void output_field(output *out, const char *text, size_t bytes)
{
    if (!needs_quotes(text, bytes)) {
        output_bytes(out, text, bytes);
        return;
    }
    output_character(out, '"');
    for (size_t at = 0; at < bytes; at++) {
        if (text[at] == '"')
            output_character(out, '"');
        output_character(out, text[at]);
    }
    output_character(out, '"');
}

void output_json_text(output *out, const char *text, size_t bytes)
{
    json_t *string = json_stringn_nocheck(text, bytes);
    char *encoded = json_dumps(string, JSON_ENCODE_ANY);
    output_text(out, encoded == NULL ? "null" : encoded);
    free(encoded);
    json_decref(string);
}

/* ---- Numbers: as printf writes them, several times as fast ---- */

/* Writes digits that end at `end`; returns where they begin. */
static char *write_digits(char *end, uint64_t number, int least)
{
    while (number > 0 || least > 0) {
        *--end = (char)('0' + number % 10);
        number /= 10;
        least--;
    }
    return end;
}

void output_count(output *out, uint64_t count)
{
    char text[NUMBER_BYTES];
    char *end = text + sizeof text;
    char *start = write_digits(end, count, 1);
    output_bytes(out, start, (size_t)(end - start));
}

/* Decimals that make 6 significant digits of a number within 1e-4 .. 1e6. */
static int decimals_of(double size)
{
    static const double steps[] = {1e5, 1e4, 1e3, 1e2, 1e1, 1e0, 1e-1, 1e-2, 1e-3, 1e-4};
    int decimals = 0;
    while (size < steps[decimals])
        decimals++;
    return decimals;
}

static void write_plain(output *out, double value)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    char text[NUMBER_BYTES];
    char *end = text + sizeof text;
    double size = fabs(value);
    int decimals = decimals_of(size);
    uint64_t scaled = (uint64_t)llrint(size * powers[decimals]);
    while (decimals > 0 && scaled % 10 == 0) {
        scaled /= 10;
        decimals--;
    }
    char *start = end;
    if (decimals > 0) {
        uint64_t power = (uint64_t)powers[decimals];
        start = write_digits(end, scaled % power, decimals);
        *--start = '.';
        scaled /= power;
    }
    start = write_digits(start, scaled, 1);
    if (value < 0)
        *--start = '-';
    output_bytes(out, start, (size_t)(end - start));
}

void output_real(output *out, float value)
{
    double size = fabs((double)value);
    if (size >= 1e-4 && size < 999999.5) {
        write_plain(out, (double)value);
    } else {
        char text[NUMBER_BYTES];
        snprintf(text, sizeof text, "%.6g", value == 0 ? 0.0 : (double)value);
        output_text(out, text);
    }
}

void output_real_exact(output *out, float value)
{
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%.9g", (double)value);
    output_text(out, text);
}
