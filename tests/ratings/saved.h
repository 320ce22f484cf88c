/* SPDX-License-Identifier: Apache-2.0 */
/* For tests and fuzzing that change a file of ratings and want it read all the same. Needs _GNU_SOURCE. */
#ifndef PALATE_TESTS_RATINGS_SAVED_H
#define PALATE_TESTS_RATINGS_SAVED_H

#include "ratings/saved/layout.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file in memory. */
typedef struct saved_file {
    char *data;
    size_t bytes;
} saved_file;

/* Where the header ends, or 0 where there is none. */
static size_t saved_header_end(saved_file file)
{
    uint64_t length = 0;
    if (file.bytes < sizeof length)
        return 0;
    memcpy(&length, file.data, sizeof length);
    return length <= file.bytes - sizeof length ? (size_t)length + sizeof length : 0;
}

/* Writes the checksum of an array where the header has room for one. */
static void saved_put_hash(saved_file file, size_t header_end, const char *name,
                           const json_t *entry)
{
    char key[200];
    char digits[PALATE__SAVED_DIGITS + 1];
    uint64_t hash = 0;
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_int_t begin = json_integer_value(json_array_get(offsets, 0));
    const json_int_t end = json_integer_value(json_array_get(offsets, 1));
    const size_t room = file.bytes - header_end;
    if (begin < 0 || end < begin || (uint64_t)end > room)
        return;
    const int length = snprintf(key, sizeof key, "\"%.100s_checksum\":\"", name);
    char *at = memmem(file.data, header_end, key, (size_t)length);
    if (at == NULL || (size_t)(file.data + header_end - at) < (size_t)length + sizeof digits)
        return;
    const palate__span span = {file.data + header_end + begin, (size_t)(end - begin)};
    palate__saved_hash(&span, 1, 1, &hash);
    palate__saved_digits(hash, digits);
    memcpy(at + length, digits, PALATE__SAVED_DIGITS);
}

/* Makes every checksum right that there is. */
static void saved_put_right(saved_file file)
{
    const size_t end = saved_header_end(file);
    const size_t place = PALATE__SAVED_LENGTH_BYTES + strlen(PALATE__SAVED_START) + 1 +
                         strlen(PALATE__SAVED_CHECKSUM);
    char digits[PALATE__SAVED_DIGITS + 1];
    const char *name = NULL;
    json_t *entry = NULL;
    if (end < place + PALATE__SAVED_DIGITS)
        return;
    json_t *root = json_loadb(file.data + PALATE__SAVED_LENGTH_BYTES,
                              end - PALATE__SAVED_LENGTH_BYTES, 0, NULL);
    json_object_foreach(root, name, entry) saved_put_hash(file, end, name, entry);
    json_decref(root);
    palate__saved_digits(palate__saved_header_hash((palate__span){file.data, end}, place), digits);
    memcpy(file.data + place, digits, PALATE__SAVED_DIGITS);
}

#endif
