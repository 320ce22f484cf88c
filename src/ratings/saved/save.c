/* SPDX-License-Identifier: Apache-2.0 */
/* Saving ratings: header, then the arrays as they lie in memory. Equal ratings give equal bytes, so
 * nothing about the run itself (times, machine) is written.
 */
#include "base/file.h"
#include "base/threads.h"
#include "palate/ratings.h"
#include "ratings/saved/layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* More than the longest header: each array and fact has its bound. */
enum { HEADER_ROOM = 1 << 14 };

typedef struct saving {
    const palate_ratings *ratings;
    palate__lengths lengths;
    palate__span spans[PALATE__SECTION_COUNT];
    uint64_t hashes[PALATE__SECTION_COUNT];
    char start[PALATE__SAVED_LENGTH_BYTES + HEADER_ROOM]; /* Length and header. */
    size_t bytes;
} saving;

/* ---- The header ---- */

static void put(saving *to, const char *format, ...) PALATE__PRINTF(2, 3);

static void put(saving *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(to->start + to->bytes, sizeof to->start - to->bytes, format,
                                 arguments);
    va_end(arguments);
    to->bytes += (size_t)length;
}

/* Facts are texts without control characters (palate__sink_describe()). */
static void put_text(saving *to, const char *text)
{
    put(to, "\"");
    for (; *text != '\0'; text++)
        put(to, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    put(to, "\"");
}

static void put_metadata(saving *to)
{
    put(to, PALATE__SAVED_START "%d" PALATE__SAVED_CHECKSUM "0000000000000000\"",
        PALATE__SAVED_VERSION);
    put(to, ",\"palate_version\":\"%s\"", PALATE_VERSION);
    for (size_t f = 0; f < PALATE__SAVED_FACTS; f++) {
        char text[PALATE__SAVED_TEXT_BYTES];
        palate__saved_format(to->ratings, &palate__saved_facts[f], text);
        put(to, ",\"%s\":", palate__saved_facts[f].name);
        put_text(to, text);
    }
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++)
        if (to->spans[s].text != NULL)
            put(to, ",\"%s_checksum\":\"%016" PRIx64 "\"", palate__sections[s].name, to->hashes[s]);
    put(to, "}");
}

static void put_arrays(saving *to)
{
    size_t begin = 0;
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++) {
        const palate__section *section = &palate__sections[s];
        const size_t end = begin + to->spans[s].bytes;
        if (to->spans[s].text == NULL)
            continue;
        put(to, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%" PRIu64 "],\"data_offsets\":[%zu,%zu]}",
            section->name, section->type, to->lengths.of[section->length], begin, end);
        begin = end;
    }
    put(to, "}");
}

static void make_start(saving *to)
{
    char digits[PALATE__SAVED_DIGITS + 1];
    to->bytes = PALATE__SAVED_LENGTH_BYTES;
    put_metadata(to);
    put_arrays(to);
    while (to->bytes % PALATE__SAVED_ALIGNMENT != 0)
        put(to, " ");
    const uint64_t length = to->bytes - PALATE__SAVED_LENGTH_BYTES;
    memcpy(to->start, &length, sizeof length);
    const size_t place = PALATE__SAVED_LENGTH_BYTES + strlen(PALATE__SAVED_START) + 1 +
                         strlen(PALATE__SAVED_CHECKSUM);
    palate__saved_digits(palate__saved_header_hash((palate__span){to->start, to->bytes}, place),
                         digits);
    memcpy(to->start + place, digits, PALATE__SAVED_DIGITS);
}

/* ---- The file ---- */

static palate_status write_file(const saving *from, const char *path, palate_error *err)
{
    palate__output output = {0};
    palate_status status = palate__output_open(from->ratings->context, path, &output, err);
    if (status != PALATE_OK)
        return status;
    palate__output_write(&output, (palate__span){from->start, from->bytes});
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++)
        palate__output_write(&output, from->spans[s]);
    return palate__output_commit(&output, err);
}

palate_status palate_ratings_save(const palate_ratings *ratings, const char *path,
                                  palate_error *err)
{
    if (ratings == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_ratings_save: %s is NULL",
                            ratings == NULL ? "ratings" : "path");
    saving of = {.ratings = ratings, .lengths = palate__saved_lengths(ratings)};
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++)
        of.spans[s] = palate__section_span(ratings, &palate__sections[s], &of.lengths);
    palate__saved_hash(of.spans, PALATE__SECTION_COUNT, palate__thread_count(0), of.hashes);
    make_start(&of);
    return write_file(&of, path, err);
}
