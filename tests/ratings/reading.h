/* SPDX-License-Identifier: Apache-2.0 */
/* Reading made-up files through the public calls, for the tests of readers. */
#ifndef PALATE_TESTS_RATINGS_READING_H
#define PALATE_TESTS_RATINGS_READING_H

#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A file for one test at a time, in the folder the tests run in. */
static const char *scratch_path(void)
{
    static char path[64];
    snprintf(path, sizeof path, "reading-%ld.txt", (long)getpid());
    return path;
}

static const char *write_bytes(const char *text, size_t bytes)
{
    FILE *file = fopen(scratch_path(), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    return scratch_path();
}

static const char *write_text(const char *text)
{
    return write_bytes(text, strlen(text));
}

static inline palate_read_options options_for(const char *format)
{
    palate_read_options options;
    palate_read_options_init(&options);
    options.format = format;
    return options;
}

/* Ratings that must be readable. NULL options: all found by looking. */
static inline palate_ratings *read_path(const char *path, const palate_read_options *options)
{
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    palate_status status = palate_ratings_read(NULL, path, options, &ratings, &err);
    if (status != PALATE_OK)
        fail_msg("%s", err.message);
    assert_non_null(ratings);
    return ratings;
}

static inline palate_ratings *read_text(const char *text, const palate_read_options *options)
{
    return read_path(write_text(text), options);
}

/* The rating of an item by a user, NaN where there is none. */
static inline double rating_of(const palate_ratings *ratings, const char *user, const char *item)
{
    uint32_t row = palate_ratings_find_user(ratings, user, PALATE_TEXT);
    uint32_t column = palate_ratings_find_item(ratings, item, PALATE_TEXT);
    if (row == PALATE_NO_ROW || column == PALATE_NO_ROW)
        return (double)NAN;
    palate_rated rated = palate_ratings_of_user(ratings, row);
    for (int64_t e = 0; e < rated.count; e++)
        if (rated.rows[e] == column)
            return (double)rated.ratings[e];
    return (double)NAN;
}

static inline void assert_rating(const palate_ratings *ratings, const char *user, const char *item,
                                 double expected)
{
    double found = rating_of(ratings, user, item);
    if (found != expected)
        fail_msg("%s, %s: %g where %g was expected", user, item, found, expected);
}

static inline void assert_sizes(const palate_ratings *ratings, uint32_t users, uint32_t items,
                                int64_t count)
{
    assert_int_equal(palate_ratings_user_count(ratings), users);
    assert_int_equal(palate_ratings_item_count(ratings), items);
    assert_int_equal(palate_ratings_count(ratings), count);
}

static inline void assert_format(const palate_ratings *ratings, const char *format)
{
    assert_string_equal(palate_ratings_report(ratings)->format, format);
}

/* Reading fails with this status at this place, and the message has these words. */
static inline void refuse_path(const char *path, const palate_read_options *options,
                               palate_status expected, int64_t line, int64_t column,
                               const char *words)
{
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    palate_status status = palate_ratings_read(NULL, path, options, &ratings, &err);
    if (status != expected || err.line != line || err.column != column ||
        strstr(err.message, words) == NULL)
        fail_msg("%s at %d, %d, \"%s\" where %s at %d, %d, \"%s\" was expected",
                 palate_status_name(status), (int)err.line, (int)err.column, err.message,
                 palate_status_name(expected), (int)line, (int)column, words);
    assert_int_equal(err.status, status);
    assert_null(ratings);
}

static inline void refuse(const char *text, const palate_read_options *options, int64_t line,
                          int64_t column, const char *words)
{
    refuse_path(write_text(text), options, PALATE_E_FORMAT, line, column, words);
}

/* Lenient reading leaves out as many lines as this. */
static inline palate_ratings *read_leniently(const char *text, palate_read_options options,
                                             int64_t skipped)
{
    options.lenient = true;
    palate_ratings *ratings = read_text(text, &options);
    assert_int_equal(palate_ratings_report(ratings)->skipped_count, skipped);
    return ratings;
}

static inline int remove_scratch(void **state)
{
    (void)state;
    (void)remove(scratch_path());
    return 0;
}

/* Every piece of a text from its start on, and the text with each byte changed in turn to one of
 * some nasty ones: each must be read or refused, with a message, and nothing worse. */
static inline void survive(const char *text, const char *format)
{
    static const char nasty[] = {'\0', '"', '\n', '\r', ',', '-', '9', '\xff', ' '};
    palate_read_options options = options_for(format);
    size_t bytes = strlen(text);
    char *copy = malloc(bytes + 1);
    assert_non_null(copy);
    for (size_t i = 0; i < 2 * bytes; i++) {
        memcpy(copy, text, bytes);
        if (i >= bytes)
            copy[i - bytes] = nasty[i % sizeof nasty];
        palate_ratings *ratings = NULL;
        palate_error err = {0};
        options.lenient = i % 2 == 0;
        const char *path = write_bytes(copy, i < bytes ? i : bytes);
        palate_status status = palate_ratings_read(NULL, path, &options, &ratings, &err);
        assert_true((status == PALATE_OK) == (ratings != NULL));
        assert_true(status == PALATE_OK || err.message[0] != '\0');
        palate_ratings_free(ratings);
    }
    free(copy);
}

#endif
