/* SPDX-License-Identifier: Apache-2.0 */
#include "markup.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void markup_put(output *out, const char *format, ...)
{
    char text[1001];
    va_list arguments;
    va_start(arguments, format);
    const int bytes = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(bytes >= 0 && bytes < (int)sizeof text);
    (void)bytes;
    output_text(out, text);
}

/* ---- Letters ---- */

enum { NO_LETTER = 0xFFFD };

/* What follows a first byte, as UTF-8 has it; 0: the byte begins no letter. */
static int bytes_of(unsigned char first)
{
    return first < 0x80U                     ? 1
           : first >= 0xC2U && first < 0xE0U ? 2
           : first >= 0xE0U && first < 0xF0U ? 3
           : first >= 0xF0U && first < 0xF5U ? 4
                                             : 0;
}

/* Whether a document may hold it: neither XML nor HTML takes control characters and what Unicode
 * has set aside. */
static bool is_allowed(uint32_t letter)
{
    return (letter >= ' ' || letter == '\t' || letter == '\n') &&
           !(letter >= 0x7FU && letter < 0xA0U) && !(letter >= 0xD800U && letter < 0xE000U) &&
           !(letter >= 0xFDD0U && letter < 0xFDF0U) && (letter & 0xFFFEU) != 0xFFFEU;
}

/* The letter at `*at`, which moves on behind it, by one byte where there is none. */
static uint32_t next_letter(const char **at)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *text = (const unsigned char *)*at;
    const int bytes = bytes_of(text[0]);
    uint32_t letter = text[0] & masks[bytes];
    int read = 1;
    for (; read < bytes && (text[read] & 0xC0U) == 0x80U; read++)
        letter = letter << 6U | (text[read] & 0x3FU);
    const bool whole = bytes > 0 && read == bytes && letter >= least[bytes] && letter <= 0x10FFFF;
    *at += whole ? bytes : 1;
    return whole && is_allowed(letter) ? letter : NO_LETTER;
}

static int width_of(uint32_t letter)
{
    const bool mark = (letter >= 0x300U && letter < 0x370U) || letter == 0x200DU ||
                      (letter >= 0xFE00U && letter < 0xFE10U);
    const bool wide = (letter >= 0x1100U && letter < 0x1160U) ||
                      (letter >= 0x2E80U && letter < 0xA4D0U) ||
                      (letter >= 0xAC00U && letter < 0xD7B0U) ||
                      (letter >= 0xF900U && letter < 0xFB00U) ||
                      (letter >= 0xFF00U && letter < 0xFF61U) ||
                      (letter >= 0x1F300U && letter < 0x40000U);
    return mark ? 0 : wide ? 2 : 1;
}

int markup_width(const char *text)
{
    int width = 0;
    while (*text != '\0' && width < INT_MAX - 2)
        width += width_of(next_letter(&text));
    return width;
}

/* ---- Texts ---- */

static void put_letter(output *out, uint32_t letter, const char *bytes, size_t count)
{
    switch (letter) {
    case '&':
        output_text(out, "&amp;");
        break;
    case '<':
        output_text(out, "&lt;");
        break;
    case '>':
        output_text(out, "&gt;");
        break;
    case '"':
        output_text(out, "&quot;");
        break;
    case NO_LETTER:
        output_text(out, "\xEF\xBF\xBD");
        break;
    default:
        output_bytes(out, bytes, count);
    }
}

void markup_piece(output *out, const char *text, size_t bytes)
{
    const char *end = text + bytes;
    while (text < end) {
        const char *begin = text;
        const uint32_t letter = next_letter(&text);
        put_letter(out, letter, begin, (size_t)(text - begin));
    }
}

void markup_text(output *out, const char *text)
{
    markup_piece(out, text, strlen(text));
}

void markup_cut(output *out, const char *text, int letters)
{
    const bool cut = markup_width(text) > letters;
    int left = cut ? letters - 1 : letters;
    while (*text != '\0') {
        const char *begin = text;
        const uint32_t letter = next_letter(&text);
        left -= width_of(letter);
        if (left < 0)
            break;
        put_letter(out, letter, begin, (size_t)(text - begin));
    }
    if (cut)
        output_text(out, "…");
}
