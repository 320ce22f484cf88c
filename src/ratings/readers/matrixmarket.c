/* SPDX-License-Identifier: Apache-2.0 */
/* MatrixMarket coordinate files (Boisvert et al. 1996, NISTIR 5935): users are rows, items columns.
 *
 *     %%MatrixMarket matrix coordinate real general
 *     % comments
 *     3 3 4             rows, columns, entries
 *     1 1 5.0           counted from 1; a pattern has no value: its ratings are 1
 *
 * Ids are the decimal numbers. A row or column without any entry is not named: files from the field
 * declare far more rows than they fill.
 */
#include "ratings/delimited.h"
#include "ratings/ids.h"
#include "ratings/readers/readers.h"
#include "ratings/table.h"

#include <string.h>

static const char BANNER[] = "%%MatrixMarket";
static const palate__separator SPACES = {.spaces = true};

typedef struct matrix {
    const palate__input *input;
    palate__sink *sink;
    palate__cursor cursor;
    bool pattern;
    int64_t rows, columns, entries; /* As declared. */
} matrix;

static int sniff(palate__span text, bool whole)
{
    (void)whole;
    size_t bytes = strlen(BANNER);
    palate__span start = {text.text, text.bytes < bytes ? text.bytes : bytes};
    return palate__same_word(start, BANNER) ? 100 : 0;
}

/* ---- The head of the file ---- */

static palate_status fail_head(const matrix *reading, palate_status status, int64_t column,
                               const char *what, palate__span value)
{
    const long long line = reading->cursor.line > 0 ? reading->cursor.line : 1;
    const size_t readable = value.bytes > 0 ? palate__utf8_valid(value) : 0;
    return palate__fail_at(palate__sink_error(reading->sink), status, line, column,
                           "%s:%lld: %s, not \"%.*s\"", reading->input->path, line, what,
                           palate__shown_bytes((palate__span){value.text, readable}), value.text);
}

static bool is_among(palate__span word, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (palate__same_word(word, words[i]))
            return true;
    return false;
}

/* Words of the standard that are understood but name matrices without ratings of items by users. */
static palate_status check_word(const matrix *reading, const palate__fields *words, int place,
                                const char *const good[], const char *const standard[],
                                const char *what)
{
    palate__span word = words->fields[place];
    if (is_among(word, good))
        return PALATE_OK;
    return fail_head(reading, is_among(word, standard) ? PALATE_E_UNSUPPORTED : PALATE_E_FORMAT,
                     place + 1, what, word);
}

static palate_status read_banner(matrix *reading)
{
    static const char *const coordinate[] = {"coordinate", NULL};
    static const char *const array[] = {"array", NULL};
    static const char *const fields[] = {"real", "integer", "pattern", "double", NULL};
    static const char *const complex[] = {"complex", NULL};
    static const char *const general[] = {"general", NULL};
    static const char *const others[] = {"symmetric", "skew-symmetric", "hermitian", NULL};
    palate_status status = PALATE_OK;
    palate__span line = {"", 0};
    palate__fields words;
    (void)palate__next_line(&reading->cursor, &line);
    palate__split(line, SPACES, &words);
    if (words.count != 5 || !palate__same_word(words.fields[0], BANNER) ||
        !palate__same_word(words.fields[1], "matrix"))
        return fail_head(reading, PALATE_E_FORMAT, 0,
                         "the first line must be %%MatrixMarket matrix coordinate real general",
                         line);
    PALATE_TRY(check_word(reading, &words, 2, coordinate, array,
                          "ratings need a coordinate matrix, whose missing cells are unknown"));
    PALATE_TRY(check_word(reading, &words, 3, fields, complex,
                          "entries must be real, integer or pattern"));
    PALATE_TRY(check_word(reading, &words, 4, general, others,
                          "the matrix must be general, for its rows are users and its columns are "
                          "items; write all entries out"));
    reading->pattern = palate__same_word(words.fields[3], "pattern");
done:
    return status;
}

/* The next line that is neither blank nor a comment. */
static bool next_words(matrix *reading, palate__fields *words)
{
    palate__span line;
    while (palate__next_line(&reading->cursor, &line)) {
        line = palate__trim(line);
        if (line.bytes == 0 || line.text[0] == '%')
            continue;
        palate__split(line, SPACES, words);
        return true;
    }
    return false;
}

static palate_status read_sizes(matrix *reading)
{
    static const char SIZES[] =
        "the line of sizes must have three whole numbers: rows and columns (from 1 to 2147483647) "
        "and entries";
    int64_t sizes[3] = {0};
    palate__fields words = {.count = 0};
    if (!next_words(reading, &words) || words.count != 3)
        return fail_head(reading, PALATE_E_FORMAT, 0, SIZES,
                         words.count > 0 ? words.fields[0] : (palate__span){"", 0});
    for (int s = 0; s < 3; s++)
        if (!palate__parse_integer(words.fields[s], &sizes[s]) || sizes[s] < (s < 2 ? 1 : 0) ||
            (s < 2 && sizes[s] > PALATE__IDS_MAX))
            return fail_head(reading, PALATE_E_FORMAT, s + 1, SIZES, words.fields[s]);
    reading->rows = sizes[0];
    reading->columns = sizes[1];
    reading->entries = sizes[2];
    if (reading->entries > reading->rows * reading->columns)
        return fail_head(reading, PALATE_E_FORMAT, 3,
                         "there cannot be more entries than rows times columns", words.fields[2]);
    return PALATE_OK;
}

/* ---- Entries ---- */

/* A number as an id: without sign and leading zeros, so that 07 is 7. */
static palate__span as_id(palate__span number)
{
    while (number.bytes > 1 && (number.text[0] == '0' || number.text[0] == '+')) {
        number.text++;
        number.bytes--;
    }
    return number;
}

static palate_status take_index(const matrix *reading, const palate__fields *words, int place,
                                palate__span *id, bool *valid)
{
    palate__span word = words->fields[place];
    const long long size = place == 0 ? reading->rows : reading->columns;
    int64_t index = 0;
    *valid = palate__parse_integer(word, &index) && index >= 1 && index <= size;
    *id = as_id(word);
    if (*valid)
        return PALATE_OK;
    return palate__sink_problem(
        reading->sink, reading->cursor.line, place + 1,
        "the %s \"%.*s\" is not a whole number from 1 to %lld, the number of %ss declared",
        place == 0 ? "row" : "column", palate__shown_bytes(word), word.text, size,
        place == 0 ? "row" : "column");
}

static palate_status read_entry(const matrix *reading, const palate__fields *words)
{
    static const palate__columns with_rating = {1, 2, 3, 0};
    static const palate__columns without_rating = {1, 2, 0, 0};
    palate_status status = PALATE_OK;
    const size_t wanted = reading->pattern ? 2 : 3;
    const int64_t line = reading->cursor.line;
    palate__record record = {.rating = 1.0, .time = PALATE_NO_TIME, .line = line};
    bool valid = false;
    if (words->count != wanted)
        return palate__sink_problem(reading->sink, line, 0,
                                    "%zu field%s where an entry has %zu: %s", words->count,
                                    words->count == 1 ? "" : "s", wanted,
                                    reading->pattern ? "row, column" : "row, column, rating");
    PALATE_TRY(take_index(reading, words, 0, &record.user, &valid));
    if (valid)
        PALATE_TRY(take_index(reading, words, 1, &record.item, &valid));
    if (!valid)
        return status;
    if (!reading->pattern && !palate__parse_real(words->fields[2], &record.rating))
        return palate__sink_problem(reading->sink, line, 3, "the rating \"%.*s\" is not a number",
                                    palate__shown_bytes(words->fields[2]), words->fields[2].text);
    status = palate__sink_rating(reading->sink, &record,
                                 reading->pattern ? &without_rating : &with_rating);
done:
    return status;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    (void)options;
    palate_status status = PALATE_OK;
    matrix reading = {.input = input, .sink = sink};
    palate__fields words;
    int64_t entries = 0;
    palate__cursor_set(&reading.cursor, (palate__span){input->data, input->bytes});
    PALATE_TRY(read_banner(&reading));
    PALATE_TRY(read_sizes(&reading));
    palate__sink_describe(sink, "user=row item=column rating=%s",
                          reading.pattern ? "1 (pattern)" : "value");
    for (; next_words(&reading, &words); entries++) {
        if (entries == reading.entries)
            PALATE_TRY(palate__sink_problem(sink, reading.cursor.line, 0,
                                            "more entries than the %lld declared; correct the line "
                                            "of sizes",
                                            (long long)reading.entries));
        PALATE_TRY(read_entry(&reading, &words));
    }
    if (entries < reading.entries)
        PALATE_TRY(
            palate__sink_problem(sink, reading.cursor.line, 0,
                                 "the file ends after %lld entries, but declares %lld; is it "
                                 "cut short?",
                                 (long long)entries, (long long)reading.entries));
    palate__sink_count_lines(sink, reading.cursor.line);
done:
    return status;
}

const palate__reader palate__reader_matrixmarket = {
    .name = "matrixmarket",
    .help = "MatrixMarket coordinate files: real, integer or pattern",
    .sniff = sniff,
    .read = read_all,
};
