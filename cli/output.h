/* SPDX-License-Identifier: Apache-2.0 */
/* What a person or a program sees: data on standard output, all else on standard error. */
#ifndef PALATE_CLI_OUTPUT_H
#define PALATE_CLI_OUTPUT_H

#include <palate/palate.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* "palate: ..." on standard error, in red on a terminal that takes colours. */
void tell_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line on standard error. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Tells a library's failure. Returns the exit code for it. */
int fail_with(const palate_error *err);

/* A file for results that appears whole or not at all; NULL or "-": standard output. */
typedef struct result_file {
    FILE *stream;
    const char *path;
    char temporary[4200];
} result_file;
bool open_result(result_file *out, const char *path);
/* `keep`: whether what was written is good. Returns false (told) where it could not be kept. */
bool close_result(result_file *file, bool keep);

/* A field of CSV, in quotes where it needs them. */
void write_field(FILE *to, const char *text, size_t bytes);

/* JSON with a newline; takes the value. Returns an exit code. */
int write_json(FILE *to, json_t *value);
json_t *json_number_or_null(double value);

/* 1234567 as "1,234,567", in one of a few buffers in turn. */
const char *with_commas(int64_t number);

#endif
