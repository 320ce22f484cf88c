/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/random.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static palate__span span(const char *text)
{
    return palate__text_span(text);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void assert_real(const char *text)
{
    double value = 0.0;
    if (!palate__parse_real(span(text), &value))
        fail_msg("%s is not read", text);
    if (bits_of(value) != bits_of(strtod(text, NULL)))
        fail_msg("%s is read as %.17g", text, value);
}

static void test_reals(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "+0",
        "5",
        "5.",
        ".5",
        "-.5",
        "+3.75",
        "1e3",
        "1E-3",
        "1.5e+2",
        "0.1",
        "0.3",
        "123456789012345",
        "1234567890123456789012345",
        "0.000000000000001",
        "9007199254740993",
        "0.1000000000000000055511151231257827",
        "1e308",
        "1e309",
        "-1e309",
        "4.9e-324",
        "1e-400",
        "2.2250738585072011e-308",
        "00012.500",
        "inf",
        "-inf",
        "infinity",
        "INF",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        assert_real(texts[t]);
    double value = 0.0;
    assert_true(palate__parse_real(span("nan"), &value) && isnan(value));
}

/* Any decimal text gives what the C library gives, to the last bit. */
static void test_reals_as_strtod(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < 20000; row++) {
        const palate__random4 drawn = palate__random(5, PALATE__RANDOM_SYNTH, 0, row, 0);
        const int decimals = (int)(drawn.word[2] % 20);
        char text[64];
        snprintf(text, sizeof text, "%s%u.%0*u", drawn.word[3] % 2 == 0 ? "-" : "",
                 drawn.word[0] >> drawn.word[3] % 32, decimals, drawn.word[1]);
        assert_real(text);
    }
}

static void test_what_is_no_real(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",    " ",   "-",      "+",     ".",     "-.",       "e5",    "1e",    "1e+",
        "--1", "+-1", "1.2.3",  "1,5",   "1 ",    " 1",       "1\n",   "0x10",  "0x1p3",
        "5a",  "a5",  "nan(1)", "1_000", "1'000", "\xd9\xa3", "1e5.5", "++inf",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        double value = 7.0;
        if (palate__parse_real(span(texts[t]), &value))
            fail_msg("\"%s\" is read as %g", texts[t], value);
    }
    double value = 0.0;
    assert_false(palate__parse_real((palate__span){"1\0", 2}, &value));
    assert_true(palate__parse_real((palate__span){"123", 2}, &value) && value == 12.0);
}

static void test_long_numbers(void **state)
{
    (void)state;
    char text[1000];
    double value = 0.0;
    memset(text, '0', sizeof text);
    text[300] = '7';
    assert_true(palate__parse_real((palate__span){text, 301}, &value) && value == 7.0);
    text[1] = '.';
    assert_true(palate__parse_real((palate__span){text, 301}, &value));
    assert_true(value == strtod("7e-299", NULL));
    (void)palate__parse_real((palate__span){text, sizeof text}, &value);
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"007", 7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    for (size_t g = 0; g < sizeof good / sizeof good[0]; g++) {
        int64_t value = 99;
        assert_true(palate__parse_integer(span(good[g].text), &value));
        assert_true(value == good[g].value);
    }
    static const char *const bad[] = {
        "",
        "-",
        "+",
        "1.0",
        "1e3",
        " 1",
        "1 ",
        "0x1",
        "--1",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999",
        "a",
    };
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
        int64_t value = 99;
        assert_false(palate__parse_integer(span(bad[b]), &value));
        assert_true(value == 99);
    }
}

/* What is written reads back as the same number, and as a person wrote it. */
static void test_format(void **state)
{
    (void)state;
    static const char *const kept[] = {"0", "0.1", "4.5", "-3", "1e+30", "0.3", "123456.789"};
    char text[32];
    double back = 0.0;
    for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
        palate__format_real(strtod(kept[k], NULL), text, sizeof text);
        assert_string_equal(text, kept[k]);
    }
    for (uint32_t row = 0; row < 20000; row++) {
        const palate__random4 drawn = palate__random(6, PALATE__RANDOM_SYNTH, 0, row, 0);
        uint64_t bits = (uint64_t)drawn.word[0] << 32 | drawn.word[1];
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        size_t length = palate__format_real(value, text, sizeof text);
        assert_int_equal(length, strlen(text));
        assert_true(palate__parse_real(span(text), &back) && bits_of(back) == bits);
    }
    assert_in_range(palate__format_real(0.1, text, 2), 3, 3);
    assert_string_equal(text, "0");
}

/* Where the decimal point is a comma, numbers of files keep their point. */
static void test_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    const char *found = NULL;
    for (size_t n = 0; n < 4 && found == NULL; n++)
        found = setlocale(LC_ALL, names[n]);
    if (found == NULL)
        print_message("no locale with a decimal comma is installed: tested with the default one\n");
    double value = 0.0;
    char text[32];
    assert_true(palate__parse_real(span("1.5e0"), &value) && value == 1.5);
    assert_false(palate__parse_real(span("1,5e0"), &value));
    palate__format_real(1.5, text, sizeof text);
    assert_string_equal(text, "1.5");
    setlocale(LC_ALL, "C");
}

/* ---- UTF-8 ---- */

static size_t encode(uint32_t c, unsigned char out[4])
{
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        return 1;
    }
    size_t bytes = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = bytes; i-- > 1; c >>= 6)
        out[i] = (unsigned char)(0x80U | (c & 0x3FU));
    out[0] = (unsigned char)(0xF0U << (4 - bytes) | c);
    return bytes;
}

/* Every character passes, and no piece of it does; surrogates do not. */
static void test_every_character(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        unsigned char text[5] = {'a'};
        size_t bytes = 1 + encode(c, text + 1);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        palate__span whole = {(const char *)text, bytes};
        assert_int_equal(palate__utf8_valid(whole), surrogate ? 1 : bytes);
        if (bytes > 2)
            assert_int_equal(palate__utf8_valid((palate__span){whole.text, bytes - 1}), 1);
    }
}

static void test_what_is_no_utf8(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc3",
        "\xc3(",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe2\x82",
        "\xe2(\xa1",
        "\xed\xa0\x80",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        assert_int_equal(palate__utf8_valid(span(texts[t])), 0);
    assert_int_equal(palate__utf8_valid((palate__span){NULL, 0}), 0);
    assert_int_equal(palate__utf8_valid((palate__span){"a\0b", 3}), 3);
}

/* ---- Words ---- */

static void test_alike(void **state)
{
    (void)state;
    assert_true(palate__text_alike(span("User_Id"), span("user-ID")));
    assert_true(palate__text_alike(span(""), span("")));
    assert_false(palate__text_alike(span("user"), span("users")));
    assert_false(palate__text_alike(span("@"), span("`")));
    assert_false(palate__text_alike(span("["), span("{")));
}

static void test_text_for_message(void **state)
{
    (void)state;
    char out[8];
    palate__text_for_message(span("a\x1b\n"), out, sizeof out);
    assert_string_equal(out, "a??");
    palate__text_for_message(span("abcdef\xc3\xa9"), out, sizeof out);
    assert_string_equal(out, "abcdef");
    palate__text_for_message(span("abcde\xc3\xa9"), out, sizeof out);
    assert_string_equal(out, "abcde\xc3\xa9");
    palate__text_for_message(span("abcdefg"), out, sizeof out);
    assert_string_equal(out, "abcdefg");
    palate__text_for_message(span("\x80\x80\x80\x80\x80\x80\x80\x80\x80"), out, sizeof out);
    assert_int_equal(palate__utf8_valid(span(out)), strlen(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_reals_as_strtod),
        cmocka_unit_test(test_what_is_no_real),
        cmocka_unit_test(test_long_numbers),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_every_character),
        cmocka_unit_test(test_what_is_no_utf8),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_text_for_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
