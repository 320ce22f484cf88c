/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and what a model is, for a person and as JSON. */
#ifndef PALATE_CLI_DESCRIBE_H
#define PALATE_CLI_DESCRIBE_H

#include "message.h"

#include <jansson.h>

enum { SCALE_TEXT_BYTES = 64, FORMAT_TEXT_BYTES = 64 };

/* "1,000,209". Lasts for a few more calls. */
const char *describe_count(int64_t count);

/* "1 user", "6,040 users". Lasts as long. */
const char *describe_things(int64_t count, const char *thing);

/* "1 to 5". */
const char *describe_scale(palate_scale scale, char text[SCALE_TEXT_BYTES]);

/* "csv, gzip". */
const char *describe_format(const palate_read_report *report, char text[FORMAT_TEXT_BYTES]);

/* Share of the cells of the matrix that are rated, in percent. */
double describe_density(int64_t rating_count, uint32_t user_count, uint32_t item_count);

/* Notes on what was read. */
void describe_read(const palate_read_report *report);

json_t *describe_read_json(const palate_read_report *report);
json_t *describe_scale_json(palate_scale scale);

/* A number, or null where it is not finite. */
json_t *describe_real_json(double value);

/* Writes JSON on standard output and releases it. Returns the exit status. */
int describe_print_json(json_t *json);

#endif
