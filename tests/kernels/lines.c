/* SPDX-License-Identifier: Apache-2.0 */
/* Lines cut into fields, of every set of kernels this machine can run, against the plain one and against the numbers
 * as they are read anywhere else.
 */
#include "base/text.h"
#include "kernels/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_BYTES = 3000, AFTER_BYTES = 8 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

/* ---- Lines ---- */

/* A text whose lines have `width` fields, one character or two between them. */
typedef struct lines {
    char *text; /* Of just this size and AFTER_BYTES, so that sanitizers see every byte too far. */
    uint16_t marks[1 + TEXT_BYTES];
    size_t count;
    palate__line_shape shape;
} lines;

static const char *pick(const char *const *from, size_t count, uint32_t *seed)
{
    return from[next_random(seed) % count];
}

static const char *make_field(size_t field, bool odd, uint32_t *seed)
{
    static const char *const ids[] = {"1",       "42",       "777",       "1234",
                                      "user-12", "user-123", "a long id", "\xc3\xa9t\xc3\xa9",
                                      "0000012"};
    static const char *const reals[] = {"5",        "4.5",        "3.75",  "10",
                                        "0.333333", "12345678",   "1.5e0", "-2",
                                        "123456.7", "1234567890", ".5",    "5."};
    static const char *const times[] = {"978300760", "1",  "1234567890",       "1234567890123456",
                                        "12345678",  "-5", "12345678901234567"};
    static const char *const strange[] = {"", "\r", "a\r", "\rb", ".", "1.2.3", "x", "4 ", "\xff"};
    if (odd)
        return pick(strange, sizeof strange / sizeof strange[0], seed);
    return field == 2   ? pick(reals, sizeof reals / sizeof reals[0], seed)
           : field == 3 ? pick(times, sizeof times / sizeof times[0], seed)
                        : pick(ids, sizeof ids / sizeof ids[0], seed);
}

/* Of fields 0..3, by chance or all: user, item, rating, time; then others. */
static palate__place *place_of(palate__line_shape *shape, size_t field)
{
    return field == 0                   ? &shape->user
           : field == 1                 ? &shape->item
           : field == 2 && shape->rated ? &shape->rating
           : field == 3 && shape->timed ? &shape->time
                                        : &shape->others[shape->other_count++];
}

static palate__line_shape make_shape(size_t width, bool doubled, bool returns, uint32_t *seed)
{
    palate__line_shape shape = {
        .marks = doubled ? 2 * width - 1 : width,
        .rated = next_random(seed) % 2 == 0,
        .timed = next_random(seed) % 2 == 0,
        .solid = next_random(seed) % 2 == 0,
    };
    for (size_t f = 0; f < width; f++) {
        const bool last = f + 1 == width;
        const size_t others = shape.other_count;
        palate__place *place = place_of(&shape, f);
        const bool ended = last && returns && shape.other_count == others;
        const uint64_t between = doubled ? ':' << 8 | ':' : ',';
        place->mark = (uint32_t)(doubled ? 2 * f : f);
        place->back = ended ? 2 : 1;
        place->after = (!last ? between : ended ? '\r' | '\n' << 8 : '\n') << 8;
        place->bits = (last ? ended : doubled) ? 0xFFFF00 : 0xFF00;
        place->bare = last && !returns;
    }
    return shape;
}

static lines make_lines(uint32_t *seed)
{
    lines out;
    char text[TEXT_BYTES + 100];
    size_t bytes = 0;
    const bool doubled = next_random(seed) % 2 == 0;
    const bool returns = next_random(seed) % 2 == 0;
    const size_t width = 2 + next_random(seed) % 5;
    const uint32_t odd = next_random(seed) % 3 == 0 ? 40 : 400;
    out.shape = make_shape(width, doubled, returns, seed);
    for (size_t field = 0; bytes < TEXT_BYTES - 200; field = (field + 1) % width) {
        const char *word = make_field(field, next_random(seed) % odd == 0, seed);
        const bool other_end = next_random(seed) % odd == 0;
        const char *end = field + 1 == width     ? (returns != other_end ? "\r\n" : "\n")
                          : doubled == other_end ? ","
                                                 : "::";
        memcpy(text + bytes, word, strlen(word));
        bytes += strlen(word);
        memcpy(text + bytes, end, strlen(end));
        bytes += strlen(end);
    }
    size_t marks = 0;
    out.marks[0] = 0;
    for (size_t i = 0; i < bytes; i++)
        if (text[i] == '\n' || text[i] == (doubled ? ':' : ','))
            out.marks[++marks] = (uint16_t)(i + 1);
    out.count = marks / out.shape.marks;
    const size_t end = out.marks[out.count * out.shape.marks];
    out.text = malloc(end + AFTER_BYTES);
    assert_non_null(out.text);
    memcpy(out.text, text, end);
    memset(out.text + end, '7', AFTER_BYTES);
    return out;
}

/* ---- What is cut ---- */

static void compare_ids(const palate__group_ids *found, const palate__group_ids *expected,
                        size_t count)
{
    for (size_t r = 0; r < count; r++) {
        assert_ptr_equal(found->texts[r], expected->texts[r]);
        assert_int_equal(found->bytes[r], expected->bytes[r]);
        assert_int_equal(found->longer >> r & 1, found->bytes[r] > PALATE__SHORT_BYTES);
        if (found->bytes[r] > PALATE__SHORT_BYTES)
            continue;
        assert_int_equal(found->keys[r], expected->keys[r]);
        assert_int_equal(found->mixed[r], palate__mix(found->keys[r]));
    }
}

static palate__span field_of(const lines *of, size_t line, const palate__place *place)
{
    const uint16_t *mark = of->marks + 1 + line * of->shape.marks + place->mark;
    return (palate__span){of->text + mark[-1], (size_t)(mark[0] - mark[-1]) - place->back};
}

/* How many numbers were read; they are what they are anywhere else. */
static size_t check_numbers(const lines *of, size_t line, const palate__group *group, size_t r,
                            uint32_t odd_ratings, uint32_t odd_times)
{
    double rating = 0.0;
    int64_t time = 0;
    size_t count = 0;
    if (of->shape.rated && (odd_ratings >> r & 1) == 0) {
        assert_true(palate__parse_real(field_of(of, line, &of->shape.rating), &rating));
        assert_memory_equal(&group->ratings[r], &rating, sizeof rating);
        count++;
    }
    if (of->shape.timed && (odd_times >> r & 1) == 0) {
        assert_true(palate__parse_integer(field_of(of, line, &of->shape.time), &time));
        assert_true(group->times[r] == time);
        count++;
    }
    return count;
}

/* From `first` on; returns how many lines are plain. */
static size_t cut_as_plainly(const lines *of, size_t first, size_t count,
                             const palate__kernels *kernels, size_t *numbers)
{
    palate__group expected;
    palate__group found;
    uint32_t odd[2] = {0, 0};
    const uint16_t *marks = of->marks + 1 + first * of->shape.marks;
    const size_t plain = palate__kernels_all()[0]->cut_lines(of->text, marks, count, &of->shape,
                                                             &expected, &odd[0], &odd[1]);
    assert_int_equal(
        kernels->cut_lines(of->text, marks, count, &of->shape, &found, &odd[0], &odd[1]), plain);
    compare_ids(&found.users, &expected.users, plain);
    compare_ids(&found.items, &expected.items, plain);
    for (size_t r = 0; r < plain; r++)
        *numbers += check_numbers(of, first + r, &found, r, odd[0], odd[1]);
    return plain;
}

static void lines_are_cut_as_plainly(void **state)
{
    (void)state;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        size_t numbers = 0;
        size_t plain = 0;
        if (!palate__kernels_usable(kernels))
            continue;
        for (uint32_t seed = 1; seed <= 300; seed++) {
            uint32_t random = seed;
            lines of = make_lines(&random);
            for (size_t first = 0; first < of.count;) {
                const size_t left = of.count - first;
                const size_t most = 1 + next_random(&random) % PALATE__GROUP;
                const size_t cut = cut_as_plainly(&of, first, left < most ? left : most, kernels,
                                                  &numbers);
                plain += cut;
                first += cut > 0 ? cut : 1;
            }
            free(of.text);
        }
        assert_true(plain > 10000);
        assert_true(numbers > 1000);
    }
}

/* What is followed by what it should be, and what is not; nothing of it is longer than a word. */
static void what_a_plain_line_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool returns;
        size_t plain;
    } rows[] = {
        {"1,2\n3,4\n5,6\n", false, 3},
        {"1,2\n3,4\r\n5,6\n", false, 1},
        {"1,2\r\n3,4\r\n", true, 2},
        {"1,2\r\n3,4\n5,6\r\n", true, 1},
        {"1,2\n,4\n", false, 1},
        {"1,2\n3,\n", false, 1},
        {"1,2\r\n3,\n", true, 1},
        {"1,2\n3\n4\n,", false, 1},
        {",\n1,2\n", false, 0},
        {",\n1,2\r\n", true, 0},
        {"user-1,item-1\n,\n", false, 1},
        {"1,2\n3,4,5\n", false, 1},
        {"longer than 8,as long\n", false, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool returns = rows[i].returns;
        const palate__line_shape shape = {
            .marks = 2,
            .user = {.mark = 0, .back = 1, .after = ',' << 8, .bits = 0xFF00},
            .item = {.mark = 1,
                     .back = returns ? 2 : 1,
                     .after = returns ? ('\r' | '\n' << 8) << 8 : '\n' << 8,
                     .bits = returns ? 0xFFFF00 : 0xFF00,
                     .bare = !returns},
        };
        lines of = {.text = malloc(strlen(rows[i].text) + AFTER_BYTES), .shape = shape};
        assert_non_null(of.text);
        memset(of.text, 0, strlen(rows[i].text) + AFTER_BYTES);
        memcpy(of.text, rows[i].text, strlen(rows[i].text));
        size_t marks = 0;
        for (size_t at = 0; rows[i].text[at] != '\0'; at++)
            if (rows[i].text[at] == ',' || rows[i].text[at] == '\n')
                of.marks[++marks] = (uint16_t)(at + 1);
        for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
            size_t numbers = 0;
            if (palate__kernels_usable(palate__kernels_all()[set]))
                assert_int_equal(
                    cut_as_plainly(&of, 0, marks / 2, palate__kernels_all()[set], &numbers),
                    rows[i].plain);
        }
        free(of.text);
    }
}

/* Every number of up to five digits with a point anywhere, and the largest ones. */
static void ratings_are_rounded_once(void **state)
{
    (void)state;
    enum { LINE_BYTES = 13 };
    const palate__line_shape shape = {
        .marks = 3,
        .rated = 1,
        .user = {.mark = 0, .back = 1, .after = ',' << 8, .bits = 0xFF00},
        .item = {.mark = 1, .back = 1, .after = ',' << 8, .bits = 0xFF00},
        .rating = {.mark = 2,
                   .back = 1,
                   .after = '\n'
                            << 8,
                   .bits = 0xFF00},
    };
    lines of = {.text = malloc(PALATE__GROUP * LINE_BYTES + AFTER_BYTES), .shape = shape};
    assert_non_null(of.text);
    size_t numbers = 0;
    size_t line = 0;
    size_t bytes = 0;
    for (uint32_t number = 0; number < 400000; number++) {
        const uint32_t digits = number % 2 == 0 ? number / 2 % 100000
                                                : 9999999 - number * 7 % 99999;
        char text[16];
        const size_t length = (size_t)snprintf(text, sizeof text, "%u", digits);
        const size_t point = number / 3 % (length + 1);
        bytes += (size_t)sprintf(of.text + bytes, "1,2,%.*s.%s\n", (int)point, text, text + point);
        of.marks[3 * line + 1] = (uint16_t)(bytes - length - 4);
        of.marks[3 * line + 2] = (uint16_t)(bytes - length - 2);
        of.marks[3 * line + 3] = (uint16_t)bytes;
        if (++line < PALATE__GROUP)
            continue;
        for (size_t set = 0; palate__kernels_all()[set] != NULL; set++)
            if (palate__kernels_usable(palate__kernels_all()[set]))
                assert_int_equal(cut_as_plainly(&of, 0, line, palate__kernels_all()[set], &numbers),
                                 line);
        line = bytes = 0;
    }
    free(of.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_cut_as_plainly),
        cmocka_unit_test(what_a_plain_line_is),
        cmocka_unit_test(ratings_are_rounded_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
