/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/text.h"

#include "base/compiler.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Numbers ---- */

/* Powers of ten that a double holds exactly. */
static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define TENTHS_OF(ones)                                                                            \
    ones##.0, ones##.1, ones##.2, ones##.3, ones##.4, ones##.5, ones##.6, ones##.7, ones##.8,      \
        ones##.9

/* Looked up, as a division takes longer than all the rest of a line's number. */
const double palate__tenths[100] = {TENTHS_OF(0), TENTHS_OF(1), TENTHS_OF(2), TENTHS_OF(3),
                                    TENTHS_OF(4), TENTHS_OF(5), TENTHS_OF(6), TENTHS_OF(7),
                                    TENTHS_OF(8), TENTHS_OF(9)};

enum { EXACT_DIGITS = 15, NUMBER_BYTES_MAX = 400, NUMBER_BYTES = 40 };

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* Any number, by the C library. Hexadecimal and leading space, which it takes, are not numbers here. */
static bool parse_slowly(palate__span text, double *out)
{
    char copy[NUMBER_BYTES_MAX];
    if (text.bytes == 0 || text.bytes >= sizeof copy)
        return false;
    for (size_t i = 0; i < text.bytes; i++)
        if (text.text[i] == 'x' || text.text[i] == 'X' || text.text[i] == '(' ||
            (unsigned char)text.text[i] <= ' ')
            return false;
    memcpy(copy, text.text, text.bytes);
    copy[text.bytes] = '\0';
    pthread_once(&c_locale_once, make_c_locale);
    char *end = NULL;
    double value = c_locale != (locale_t)0 ? strtod_l(copy, &end, c_locale) : strtod(copy, &end);
    if (end != copy + text.bytes)
        return false;
    *out = value;
    return true;
}

/* Up to 15 digits and one point: digits / 10^decimals, both exact, so the quotient is rounded once (Clinger 1990). */
bool palate__parse_any_real(palate__span text, double *out)
{
    const char *at = text.text;
    const char *end = at + text.bytes;
    const bool negative = at < end && *at == '-';
    if (negative || (at < end && *at == '+'))
        at++;
    const size_t length = (size_t)(end - at);
    const char *point = NULL;
    uint64_t digits = 0;
    if (length > EXACT_DIGITS + 1)
        return parse_slowly(text, out);
    for (; at < end; at++) {
        const unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit <= 9)
            digits = digits * 10 + digit;
        else if (*at == '.' && point == NULL)
            point = at;
        else
            return parse_slowly(text, out);
    }
    const size_t digit_count = length - (point != NULL);
    if (digit_count == 0 || digit_count > EXACT_DIGITS)
        return digit_count > 0 && parse_slowly(text, out);
    double value = (double)digits;
    if (point != NULL)
        value /= POWERS[end - point - 1];
    *out = negative ? -value : value;
    return true;
}

/* Eight digits as a number: neighbours are joined to numbers of two, four, eight digits. False where
 * one is no digit. */
static bool parse_eight(const char *at, uint64_t *out)
{
    uint64_t word = palate__load_word(at);
    const uint64_t over = word + 0x4646464646464646U;  /* The top bit: above '9'. */
    const uint64_t under = word - 0x3030303030303030U; /* The same: below '0'. */
    if (((word | over | under) & 0x8080808080808080U) != 0)
        return false;
    word = under * 10 + (under >> 8);
    word = ((word & 0x000000FF000000FFU) * 0x000F424000000064U +
            (word >> 16 & 0x000000FF000000FFU) * 0x0000271000000001U) >>
           32;
    *out = word;
    return true;
}

bool palate__parse_integer(palate__span text, int64_t *out)
{
    const char *at = text.text;
    const char *end = at + text.bytes;
    const bool negative = at < end && *at == '-';
    at += negative || (at < end && *at == '+');
    if (at == end)
        return false;
    uint64_t first = 0;
    if (end - at >= 8) {
        if (!parse_eight(at, &first))
            return false;
        at += 8;
    }
    /* Below zero, where there is room for one more. */
    int64_t value = -(int64_t)first;
    for (; at < end; at++) {
        const int64_t digit = *at - '0';
        if (!palate__is_digit(*at) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

/* "%.*g" with a point, whatever the locale has. */
static size_t write_digits(double value, int digits, char out[NUMBER_BYTES])
{
    int length = snprintf(out, NUMBER_BYTES, "%.*g", digits, value);
    for (char *c = out; *c != '\0'; c++)
        if (*c == ',')
            *c = '.';
    return (size_t)length;
}

size_t palate__format_real(double value, char *text, size_t size)
{
    char written[NUMBER_BYTES];
    double back = 0.0;
    size_t length = 0;
    for (int digits = EXACT_DIGITS; digits <= 17; digits++) {
        length = write_digits(value, digits, written);
        if (palate__parse_real((palate__span){written, length}, &back) &&
            (back == value || isnan(value)))
            break;
    }
    snprintf(text, size, "%s", written);
    return length;
}

size_t palate__format_float(float value, char *text, size_t size)
{
    /* What a person wrote has 6 digits at most, what was computed mostly needs 8 or 9. */
    static const int digits[] = {6, 8, 9};
    char written[NUMBER_BYTES];
    double back = 0.0;
    size_t length = 0;
    for (size_t d = 0; d < sizeof digits / sizeof digits[0]; d++) {
        length = write_digits((double)value, digits[d], written);
        if (palate__parse_real((palate__span){written, length}, &back) &&
            ((float)back == value || isnan(value)))
            break;
    }
    snprintf(text, size, "%s", written);
    return length;
}

/* ---- UTF-8 ---- */

/* Length of the character that starts here, 0 where there is none (RFC 3629: no overlong forms, no surrogates). */
static size_t character_bytes(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0x80)
        return 1;
    size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || bytes > left)
        return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((at[i] & 0xC0U) != 0x80U)
            return 0;
    bool bad = (lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] > 0x9F) ||
               (lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] > 0x8F);
    return bad ? 0 : bytes;
}

size_t palate__utf8_valid(palate__span text)
{
    const unsigned char *bytes = (const unsigned char *)text.text;
    size_t at = 0;
    while (at < text.bytes) {
        size_t step = character_bytes(bytes + at, text.bytes - at);
        if (step == 0)
            return at;
        at += step;
    }
    return at;
}

/* ---- Words ---- */

static char folded(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (char)(letter - 'A' + 'a');
    return letter == '_' ? '-' : letter;
}

bool palate__text_alike(palate__span a, palate__span b)
{
    if (a.bytes != b.bytes)
        return false;
    for (size_t at = 0; at < a.bytes; at++)
        if (folded(a.text[at]) != folded(b.text[at]))
            return false;
    return true;
}

palate__span palate__text_span(const char *text)
{
    return (palate__span){text, strlen(text)};
}

void palate__text_for_message(palate__span text, char *out, size_t size)
{
    size_t length = 0;
    for (size_t at = 0; at < text.bytes;) {
        const unsigned char *from = (const unsigned char *)text.text + at;
        size_t step = character_bytes(from, text.bytes - at);
        size_t written = step == 0 ? 1 : step;
        if (length + written >= size)
            break;
        if (step == 0 || *from < ' ' || *from == 0x7F)
            out[length] = '?';
        else
            memcpy(out + length, from, step);
        length += written;
        at += written;
    }
    out[length] = '\0';
}
