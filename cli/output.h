/* SPDX-License-Identifier: Apache-2.0 */
/* Where results go: standard output, or a file that appears whole or not at all. Writing never
 * fails at once: what went wrong is told at the end, by output_commit(). */
#ifndef PALATE_CLI_OUTPUT_H
#define PALATE_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct output {
    int descriptor;
    int error_number; /* Of the first write that failed, or 0. */
    char *path;       /* NULL: standard output. */
    char *temporary;  /* What is written until it is complete; NULL: `path` itself. */
    char *buffer;
    size_t used;
} output;

/* NULL or "-" is standard output. On failure tells what is wrong and returns false. */
bool output_open(output *out, const char *path);

void output_bytes(output *out, const char *bytes, size_t count);
void output_text(output *out, const char *text);
void output_character(output *out, char character);

/* A field of CSV, quoted where it has to be (RFC 4180). */
void output_field(output *out, const char *text, size_t bytes);

/* A text of JSON, in quotes. */
void output_json_text(output *out, const char *text, size_t bytes);

void output_count(output *out, uint64_t count);

/* At most 6 significant digits, as printf's %.6g. */
void output_real(output *out, float value);

/* All digits it takes to tell the value from every other float. */
void output_real_exact(output *out, float value);

/* Puts the file in place and releases; on failure tells what is wrong, leaves the old file and
 * returns false. */
bool output_commit(output *out);

/* Gives up: nothing is left behind. */
void output_abandon(output *out);

#endif
