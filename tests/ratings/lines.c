/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/lines.h"

#include "palate/ratings.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COMMA ((palate__separator){.character = ','})
#define QUOTED ((palate__separator){.character = ',', .quotes = true})
#define COLONS ((palate__separator){.character = ':', .doubled = true})
#define SPACES ((palate__separator){.spaces = true})

/* All lines of a text, written as their number and fields: "1[a][b] 2[c]"; "!" marks a problem. A
 * copy of exactly the text's size is read, so that sanitizers see every byte too far. */
static void write_lines(const char *text, palate__separator separator, char *out, size_t size)
{
    const size_t bytes = strlen(text);
    char *copy = malloc(bytes > 0 ? bytes : 1);
    assert_non_null(copy);
    memcpy(copy, text, bytes);
    palate__cursor cursor;
    palate__cursor_set(&cursor, (palate__span){copy, bytes});
    palate__scratch scratch = {0};
    palate__fields fields;
    size_t length = 0;
    out[0] = '\0';
    while (palate__next_fields(&cursor, separator, &fields)) {
        assert_int_equal(palate__unescape(&scratch, &fields, NULL), PALATE_OK);
        length += (size_t)snprintf(out + length, size - length, "%s%d", length == 0 ? "" : " ",
                                   (int)cursor.line);
        for (size_t f = 0; f < palate__fields_kept(&fields); f++)
            length += (size_t)snprintf(out + length, size - length, "[%.*s]",
                                       (int)fields.fields[f].bytes, fields.fields[f].text);
        if (fields.problem != NULL)
            length += (size_t)snprintf(out + length, size - length, "!");
    }
    palate__release(NULL, scratch.text);
    free(copy);
}

static void assert_lines(const char *text, palate__separator separator, const char *expected)
{
    char found[4096];
    write_lines(text, separator, found, sizeof found);
    assert_string_equal(found, expected);
}

static void lines_and_fields(void **state)
{
    (void)state;
    assert_lines("", COMMA, "");
    assert_lines("\n\r\n\n", COMMA, "");
    assert_lines("a", COMMA, "1[a]");
    assert_lines("a,b\nc,d", COMMA, "1[a][b] 2[c][d]");
    assert_lines("a,b\r\n\r\nc,d\r\n", COMMA, "1[a][b] 3[c][d]");
    assert_lines(",\n,,", COMMA, "1[][] 2[][][]");
    assert_lines("a,\"b", COMMA, "1[a][\"b]");
    assert_lines("a longer field than eight bytes,b\n", COMMA,
                 "1[a longer field than eight bytes][b]");
    assert_lines("a::b:c::\nd:::e", COLONS, "1[a][b:c][] 2[d][:e]");
    assert_lines("::\n:\n", COLONS, "1[][] 2[:]");
    assert_lines("  1 \t 2  3 \r\n\n \n4 5\n", SPACES, "1[1][2][3] 4[4][5]");
}

static void quoted_fields(void **state)
{
    (void)state;
    assert_lines("\"a\",\"b\"\n", QUOTED, "1[a][b]");
    assert_lines("\"a,b\",c\r\n\"d\"\r\n", QUOTED, "1[a,b][c] 2[d]");
    assert_lines("\"a\nb\",c\nd,e", QUOTED, "1[a\nb][c] 3[d][e]");
    assert_lines("\"a \"\"b\"\"\",\"\"\"\",c", QUOTED, "1[a \"b\"][\"][c]");
    assert_lines("\"\",x\n", QUOTED, "1[][x]");
    assert_lines("5\" disc,x\n", QUOTED, "1[5\" disc][x]");
}

/* After a problem, reading goes on with the next line. */
static void quotes_gone_wrong(void **state)
{
    (void)state;
    assert_lines("\"a\"b,c\nd,e\n", QUOTED, "1[a]! 2[d][e]");
    assert_lines("x,\"a\nb,c\n", QUOTED, "1[x]! 2[b][c]");
    assert_lines("\"", QUOTED, "1!");
    assert_lines("\"\"\"", QUOTED, "1!");
}

/* Every length and alignment of fields, against a plain loop. */
static void all_lengths(void **state)
{
    (void)state;
    for (size_t first = 0; first < 40; first++) {
        for (size_t second = 0; second < 20; second++) {
            char text[256], expected[256];
            char a[64] = "", b[64] = "";
            memset(a, '0' + (int)(first % 10), first);
            memset(b, '\xc3', second);
            a[first] = b[second] = '\0';
            snprintf(text, sizeof text, "%s,%s\n%s", a, b, b);
            snprintf(expected, sizeof expected, "1[%s][%s]%s%s%s", a, b, second > 0 ? " 2[" : "", b,
                     second > 0 ? "]" : "");
            assert_lines(text, COMMA, expected);
            assert_lines(text, QUOTED, expected);
        }
    }
}

/* ---- Plain lines ---- */

/* How lines look that are as this one, which has three fields: user, something else, item. */
static palate__plain shape_of(const char *line, palate__separator separator)
{
    palate__cursor cursor;
    palate__fields fields;
    palate__cursor_set(&cursor, (palate__span){line, strlen(line)});
    assert_true(palate__next_fields(&cursor, separator, &fields));
    palate__plain plain = palate__plain_of(separator, &fields, cursor.at);
    assert_int_equal(plain.width, 3);
    plain.shape.user = palate__plain_place(&plain, 0, true);
    plain.shape.others[plain.shape.other_count++] = palate__plain_place(&plain, 1, false);
    plain.shape.item = palate__plain_place(&plain, 2, true);
    return plain;
}

/* Users and items of the plain lines that come next. */
static size_t take_plain(palate__cursor *cursor, const palate__plain *plain, palate__span *out)
{
    palate__group group;
    const size_t lines = palate__cut_plain_lines(cursor, plain, &group);
    for (size_t r = 0; r < lines; r++) {
        out[2 * r] = (palate__span){group.users.texts[r], group.users.bytes[r]};
        out[2 * r + 1] = (palate__span){group.items.texts[r], group.items.bytes[r]};
        assert_true(isnan(group.ratings[r]));
        assert_true(group.times[r] == PALATE_NO_TIME);
    }
    palate__pass_plain_lines(cursor, plain, lines);
    return 2 * lines;
}

/* Users and items of all lines with so many fields, read the long way or, where lines are plain, the short one. */
static size_t list_ids(palate__span text, const palate__plain *plain, bool short_way,
                       palate__span *out, int64_t *lines, size_t *plain_count)
{
    palate__cursor cursor;
    palate__cursor_set(&cursor, text);
    palate__fields fields;
    size_t count = 0;
    for (;;) {
        const size_t taken = short_way ? take_plain(&cursor, plain, out + count) : 0;
        count += taken;
        *plain_count += taken / 2;
        if (taken > 0)
            continue;
        if (!palate__next_fields(&cursor, plain->separator, &fields))
            break;
        if (fields.count != plain->width || fields.problem != NULL)
            continue;
        out[count++] = fields.fields[0];
        out[count++] = fields.fields[2];
    }
    *lines = cursor.passed;
    return count;
}

/* Text of short fields, some of them odd. */
static void make_text(char *text, size_t bytes, const char *between, uint32_t seed)
{
    static const char *const odd[] = {"", "\"a\"", "\"", "\r", "\"\n\"", " ", ":", "\n", "\r\n"};
    size_t length = 0;
    for (size_t field = 1; length + 40 < bytes; field++) {
        seed = seed * 1664525U + 1013904223U;
        const bool is_odd = (seed >> 10) % 40 == 0;
        const char *end = field % 3 != 0 ? between : (seed >> 8) % 9 == 0 ? "\r\n" : "\n";
        length += (size_t)snprintf(text + length, bytes - length, "%.*s%s", (int)(seed >> 28) % 10,
                                   is_odd ? odd[(seed >> 16) % 9] : "x23456789", end);
    }
}

static void plain_lines_are_read_as_all_others(void **state)
{
    (void)state;
    enum { BYTES = 20000 };
    static const char *const between[] = {",", ",", "::", " "};
    const palate__separator separators[] = {COMMA, QUOTED, COLONS, SPACES};
    static char text[BYTES];
    static palate__span expected[BYTES], found[BYTES];
    for (uint32_t seed = 1; seed <= 80; seed++) {
        char model[40];
        int64_t lines[2] = {0};
        size_t plain = 0;
        const char *apart = between[seed % 4];
        snprintf(model, sizeof model, "a%sb%sc%s\n", apart, apart, seed % 3 == 0 ? "\r" : "");
        const palate__plain shape = shape_of(model, separators[seed % 4]);
        make_text(text, sizeof text - (size_t)seed * 7, apart, seed);
        const palate__span all = {text, strlen(text)};
        const size_t count = list_ids(all, &shape, false, expected, &lines[0], &plain);
        assert_int_equal(plain, 0);
        assert_int_equal(list_ids(all, &shape, true, found, &lines[1], &plain), count);
        assert_int_equal(lines[1], lines[0]);
        assert_true(plain > 50);
        for (size_t f = 0; f < count; f++) {
            assert_ptr_equal(found[f].text, expected[f].text);
            assert_int_equal(found[f].bytes, expected[f].bytes);
        }
    }
}

static void more_fields_than_are_kept(void **state)
{
    (void)state;
    enum { FIELDS = 3 * PALATE__FIELDS_MAX };
    char text[2 * FIELDS + 1];
    for (int f = 0; f < FIELDS; f++)
        memcpy(text + 2 * f, "x,", 2);
    text[2 * FIELDS - 1] = '\0';
    palate__cursor cursor;
    palate__cursor_set(&cursor, (palate__span){text, strlen(text)});
    palate__fields fields;
    assert_true(palate__next_fields(&cursor, QUOTED, &fields));
    assert_int_equal(fields.count, FIELDS);
    assert_int_equal(palate__fields_kept(&fields), PALATE__FIELDS_MAX);
    assert_false(palate__next_fields(&cursor, QUOTED, &fields));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_fields),
        cmocka_unit_test(quoted_fields),
        cmocka_unit_test(quotes_gone_wrong),
        cmocka_unit_test(all_lengths),
        cmocka_unit_test(plain_lines_are_read_as_all_others),
        cmocka_unit_test(more_fields_than_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
