/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of text, of every set of kernels this machine can run. */
#include "kernels/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The definition. */
static size_t list_plainly(const char *text, size_t bytes, char a, char b, char c, uint16_t *places)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        if (text[i] == a || text[i] == b || text[i] == c)
            places[count++] = (uint16_t)(i + 1);
    return count;
}

/* On a copy of just this size, so that sanitizers see every byte too far. */
static void compare(const char *text, size_t bytes, char a, char b, char c)
{
    uint16_t found[PALATE__MARKS_ROOM];
    uint16_t expected[PALATE__MARKED_BYTES];
    char *copy = malloc(bytes > 0 ? bytes : 1);
    assert_non_null(copy);
    memcpy(copy, text, bytes);
    const size_t wanted = list_plainly(text, bytes, a, b, c, expected);
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        assert_int_equal(kernels->list_marks(copy, bytes, a, b, c, found), wanted);
        assert_memory_equal(found, expected, wanted * sizeof *found);
    }
    free(copy);
}

static void every_length(void **state)
{
    (void)state;
    char text[PALATE__MARKED_BYTES];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof text; i++) {
        random = random * 1664525U + 1013904223U;
        text[i] = "12345,\n\"67"[random >> 16 & 7];
    }
    for (size_t bytes = 0; bytes < 300; bytes++)
        compare(text + bytes, bytes, ',', '\n', '"');
    for (size_t less = 0; less < 70; less++)
        compare(text, sizeof text - less, ',', '\n', '\n');
}

static void every_byte_is_told_from_every_other(void **state)
{
    (void)state;
    char text[256];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    for (int a = 0; a < 256; a++)
        compare(text, sizeof text, (char)a, (char)(a ^ 0x80), (char)(a ^ 1));
}

static void all_and_none(void **state)
{
    (void)state;
    char text[PALATE__MARKED_BYTES];
    memset(text, ',', sizeof text);
    compare(text, sizeof text, ',', '\n', '"');
    compare(text, sizeof text, '\n', ',', ',');
    compare(text, sizeof text, '\n', '"', ';');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length),
        cmocka_unit_test(every_byte_is_told_from_every_other),
        cmocka_unit_test(all_and_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
