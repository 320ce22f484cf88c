/* SPDX-License-Identifier: Apache-2.0 */
/* MatrixMarket coordinate files: users are rows, items columns, numbered from 1; a pattern's entries are 1.
 *
 *     %%MatrixMarket matrix coordinate real general
 *     % comments
 *     3 3 4             rows, columns, entries
 *     1 1 5.0
 *
 * Rows and columns without an entry are not named.
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

#include <string.h>

static const char BANNER[] = "%%MatrixMarket";
static const palate__separator SPACES = {.spaces = true};

/* What the head of the file says. */
typedef struct head {
    bool pattern;
    int64_t rows, columns, entries;
} head;

static int sniff(palate__span text, bool whole)
{
    (void)whole;
    size_t bytes = strlen(BANNER);
    return text.bytes >= bytes && memcmp(text.text, BANNER, bytes) == 0 ? 100 : 0;
}

static palate_status fail_at_line(const palate__input *input, palate__sink *sink, int64_t line,
                                  const char *why)
{
    return palate__fail_at(palate__sink_error(sink), PALATE_E_FORMAT, line, 0, "%s:%lld: %s",
                           input->path, (long long)line, why);
}

static palate_status read_banner(const palate__input *input, palate__cursor *cursor, head *about,
                                 palate__sink *sink)
{
    palate__span line = {input->data, 0};
    palate__fields words;
    palate__next_line(cursor, &line);
    palate__split(line, SPACES, &words);
    if (words.count != 5 || !palate__same_word(words.fields[0], BANNER) ||
        !palate__same_word(words.fields[1], "matrix"))
        return fail_at_line(input, sink, 1,
                            "a MatrixMarket file begins with %%MatrixMarket matrix coordinate real "
                            "general");
    if (!palate__same_word(words.fields[2], "coordinate"))
        return fail_at_line(input, sink, 1,
                            "only coordinate matrices hold ratings; an array has no unknown cells");
    about->pattern = palate__same_word(words.fields[3], "pattern");
    if (!about->pattern && !palate__same_word(words.fields[3], "real") &&
        !palate__same_word(words.fields[3], "integer"))
        return fail_at_line(input, sink, 1, "entries must be real, integer or pattern");
    if (!palate__same_word(words.fields[4], "general"))
        return fail_at_line(input, sink, 1,
                            "the matrix must be general: users and items are different things");
    return PALATE_OK;
}

/* The next line that is neither blank nor a comment. */
static bool next_words(palate__cursor *cursor, palate__fields *words)
{
    palate__span line;
    while (palate__next_line(cursor, &line)) {
        line = palate__trim(line);
        if (line.bytes == 0 || line.text[0] == '%')
            continue;
        palate__split(line, SPACES, words);
        return true;
    }
    return false;
}

static palate_status read_sizes(const palate__input *input, palate__cursor *cursor, head *about,
                                palate__sink *sink)
{
    palate__fields words;
    bool valid = next_words(cursor, &words) && words.count == 3 &&
                 palate__parse_integer(words.fields[0], &about->rows) &&
                 palate__parse_integer(words.fields[1], &about->columns) &&
                 palate__parse_integer(words.fields[2], &about->entries) && about->rows > 0 &&
                 about->columns > 0 && about->entries >= 0;
    return valid ? PALATE_OK
                 : fail_at_line(input, sink, cursor->line,
                                "the sizes must be three whole numbers: rows, columns, entries");
}

static bool is_index(palate__span text, int64_t size)
{
    int64_t index = 0;
    return palate__parse_integer(text, &index) && index >= 1 && index <= size;
}

static palate_status read_entry(const palate__fields *words, int64_t line, const head *about,
                                palate__sink *sink)
{
    static const palate__columns columns = {1, 2, 3, 0};
    size_t wanted = about->pattern ? 2 : 3;
    double rating = 1.0;
    if (words->count != wanted)
        return palate__sink_problem(sink, line, 0, "%zu numbers where an entry has %zu",
                                    words->count, wanted);
    for (int c = 0; c < 2; c++)
        if (!is_index(words->fields[c], c == 0 ? about->rows : about->columns))
            return palate__sink_problem(
                sink, line, c + 1, "the %s \"%.*s\" is not a whole number from 1 to %lld",
                c == 0 ? "row" : "column", (int)(words->fields[c].bytes % 60),
                words->fields[c].text, (long long)(c == 0 ? about->rows : about->columns));
    if (!about->pattern && !palate__parse_real(words->fields[2], &rating))
        return palate__sink_problem(sink, line, 3, "the rating \"%.*s\" is not a number",
                                    (int)(words->fields[2].bytes % 60), words->fields[2].text);
    palate__record record = {words->fields[0], words->fields[1], rating, PALATE_NO_TIME, line};
    return palate__sink_rating(sink, &record, &columns);
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    (void)options;
    palate_status status = PALATE_OK;
    palate__cursor cursor = palate__cursor_of(input);
    palate__fields words;
    head about = {0};
    int64_t entries = 0;
    PALATE_TRY(read_banner(input, &cursor, &about, sink));
    PALATE_TRY(read_sizes(input, &cursor, &about, sink));
    while (next_words(&cursor, &words)) {
        PALATE_TRY(read_entry(&words, cursor.line, &about, sink));
        entries++;
    }
    if (entries != about.entries)
        PALATE_TRY(palate__sink_problem(
            sink, cursor.line, 0, "%lld entries where the head declares %lld; is the file whole?",
            (long long)entries, (long long)about.entries));
    palate__sink_describe(sink, "user=row item=column rating=%s", about.pattern ? "1" : "value");
    palate__sink_count_lines(sink, cursor.line);
done:
    return status;
}

const palate__reader palate__reader_matrixmarket = {
    .name = "matrixmarket",
    .help = "MatrixMarket coordinate files, real, integer or pattern",
    .sniff = sniff,
    .read = read_all,
};
