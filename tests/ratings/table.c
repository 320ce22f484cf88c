/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/table.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const palate__separator COMMA = {.character = ',', .quotes = true};
static const palate__separator TAB = {.character = '\t', .quotes = true};
static const palate__separator BAR = {.character = '|'};
static const palate__separator COLONS = {.character = ':', .doubled = true};
static const palate__separator SPACES = {.spaces = true, .quotes = true};

/* All rows and cells as one line: cells in brackets, rows by their line numbers. */
static void assert_cells(const char *text, palate__separator separator, const char *expected)
{
    char found[1000] = "";
    palate__rows rows = palate__rows_of(palate__text_span(text), separator);
    palate__span row;
    while (palate__next_row(&rows, &row)) {
        size_t length = strlen(found);
        snprintf(found + length, sizeof found - length, "%lld:", (long long)rows.line);
        palate__cells cells = palate__cells_of(row, separator);
        palate__cell cell;
        while (palate__next_cell(&cells, &cell)) {
            char copy[200];
            size_t bytes = palate__cell_copy(&cell, copy);
            length = strlen(found);
            snprintf(found + length, sizeof found - length, "%s[%.*s]", cell.open ? "!" : "",
                     (int)bytes, copy);
        }
    }
    assert_string_equal(found, expected);
}

static void test_plain_cells(void **state)
{
    (void)state;
    assert_cells("", COMMA, "");
    assert_cells("\n\r\n  \n", COMMA, "");
    assert_cells("a", COMMA, "1:[a]");
    assert_cells("a,b\nc,d", COMMA, "1:[a][b]2:[c][d]");
    assert_cells("\n a , b \r\n\r\nc,\td\r\n", COMMA, "2:[a][b]4:[c][d]");
    assert_cells(",\n,a,,", COMMA, "1:[][]2:[][a][][]");
    assert_cells("a\t\tb c\t", TAB, "1:[a][][b c][]");
    assert_cells("a|\"b|c\"|", BAR, "1:[a][\"b][c\"][]");
    assert_cells("a::b:c:::d::\n::", COLONS, "1:[a][b:c][:d][]2:[][]");
    assert_cells("  a \t b  \nc", SPACES, "1:[a][b]2:[c]");
}

static void test_quoted_cells(void **state)
{
    (void)state;
    assert_cells("\"a,b\",\"\",\"c\"\"d\"\"\"", COMMA, "1:[a,b][][c\"d\"]");
    assert_cells(" \"a\" , \" b \" ,c", COMMA, "1:[a][ b ][c]");
    assert_cells("\"a\nb\r\nc\",d\ne", COMMA, "1:[a\nb\r\nc][d]4:[e]");
    assert_cells("x,\"a\n\"\ny", COMMA, "1:[x][a\n]3:[y]");
    assert_cells("\"a\tb\"\t\"c\"", TAB, "1:[a\tb][c]");
    assert_cells("\"a b\" \"c\"\t\"\"", SPACES, "1:[a b][c][]");
    assert_cells("a\"b\",c\"", COMMA, "1:[a\"b\"][c\"]");
}

/* A quote that encloses no whole cell is a character like others, and swallows no lines. */
static void test_other_quotes(void **state)
{
    (void)state;
    assert_cells("\"a,b\nc,d", COMMA, "1:![\"a][b]2:[c][d]");
    assert_cells("\"a\"b,c\nd", COMMA, "1:![\"a\"b][c]2:[d]");
    assert_cells("\"a\"\"\nb", COMMA, "1:![\"a\"\"]2:[b]");
    assert_cells("\"a\tb\n\"c", TAB, "1:![\"a][b]2:![\"c]");
    assert_cells("\"", COMMA, "1:![\"]");
}

/* Whatever the bytes: rows and cells lie within the text in order, cells are counted the same way
 * twice, and lines add up. */
static void test_any_bytes(void **state)
{
    (void)state;
    static const palate__separator separators[] = {
        {.character = ',', .quotes = true},
        {.character = '\t', .quotes = true},
        {.character = '|'},
        {.character = ':', .doubled = true},
        {.spaces = true, .quotes = true},
    };
    static const char letters[] = "a,\"\n\r\t |::\"\"";
    for (uint32_t round = 0; round < 40000; round++) {
        const palate__separator separator = separators[round % 5];
        size_t bytes = palate__random(1, PALATE__RANDOM_SYNTH, 0, round, 0).word[0] % 24;
        char *text = malloc(bytes + 1); /* Of just this size, for sanitizers. */
        assert_non_null(text);
        int64_t line_ends = 0;
        for (size_t i = 0; i < bytes; i++) {
            uint32_t draw = palate__random(2, PALATE__RANDOM_SYNTH, 0, round, (uint32_t)i).word[0];
            text[i] = letters[draw % (sizeof letters - 1)];
            line_ends += text[i] == '\n';
        }
        palate__rows rows = palate__rows_of((palate__span){text, bytes}, separator);
        palate__span row;
        const char *last = text;
        while (palate__next_row(&rows, &row)) {
            assert_true(row.text >= last && row.text + row.bytes <= text + bytes);
            last = row.text + row.bytes;
            palate__cells cells = palate__cells_of(row, separator);
            palate__cell cell;
            size_t count = 0;
            for (; palate__next_cell(&cells, &cell); count++)
                assert_true(cell.text.text >= row.text &&
                            cell.text.text + cell.text.bytes <= row.text + row.bytes);
            assert_int_equal(count, palate__cell_count(row, separator));
        }
        assert_int_equal(rows.line_count,
                         line_ends + (bytes > 0 && text[bytes - 1] != '\n' ? 1 : 0));
        free(text);
    }
}

static void test_shown_bytes(void **state)
{
    (void)state;
    char text[100];
    memset(text, 'a', sizeof text);
    assert_int_equal(palate__shown_bytes((palate__span){text, 60}), 60);
    assert_int_equal(palate__shown_bytes((palate__span){text, 100}), 60);
    memcpy(text + 58, "\xe2\x82\xac", 3);
    assert_int_equal(palate__shown_bytes((palate__span){text, 100}), 58);
    memset(text, '\x80', sizeof text);
    assert_in_range(palate__shown_bytes((palate__span){text, 100}), 0, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_cells),  cmocka_unit_test(test_quoted_cells),
        cmocka_unit_test(test_other_quotes), cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_shown_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
