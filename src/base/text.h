/* SPDX-License-Identifier: Apache-2.0 */
/* Text that is not zero-terminated, and numbers in it. Nothing here depends on the locale. */
#ifndef PALATE_BASE_TEXT_H
#define PALATE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct palate__span {
    const char *text;
    size_t bytes;
} palate__span;

/* A decimal number without spaces around it, rounded as strtod does. "inf" and "nan" are read as
 * such, so that a message can say what is wrong. False: not a number. */
bool palate__parse_any_real(palate__span text, double *out);

static inline bool palate__is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* The numbers with two digits, one of them after the point. */
extern const double palate__tenths[100];

/* The same: what most ratings are, as 4 or 3.5, is read at once. */
static inline bool palate__parse_real(palate__span text, double *out)
{
    const char *at = text.text;
    if (text.bytes == 1 && palate__is_digit(at[0])) {
        *out = (double)(at[0] - '0');
        return true;
    }
    if (text.bytes == 3 && palate__is_digit(at[0]) && at[1] == '.' && palate__is_digit(at[2])) {
        *out = palate__tenths[(at[0] - '0') * 10 + (at[2] - '0')];
        return true;
    }
    return palate__parse_any_real(text, out);
}

/* A whole decimal number that int64_t holds. */
bool palate__parse_integer(palate__span text, int64_t *out);

/* The first of 15, 16 or 17 digits that palate__parse_real() turns into the same number: 15 always
 * keep a number of up to 15 digits as a person wrote it. Returns its length as snprintf does; size
 * 32 is always enough. */
size_t palate__format_real(double value, char *text, size_t size);

/* The same for a float: 6, 8 or 9 digits. */
size_t palate__format_float(float value, char *text, size_t size);

/* Bytes of `text` before the first that is not UTF-8; text.bytes when all is. */
size_t palate__utf8_valid(palate__span text);

/* Text in which '_' and '-' are the same and the case of ASCII letters does not count. */
bool palate__text_alike(palate__span a, palate__span b);

/* A zero-terminated text as a span. */
palate__span palate__text_span(const char *text);

/* Room for text in a message: enough to recognise it. */
enum { PALATE__SHOWN_BYTES = 64 };

/* Copies text for a message: at most `size` - 1 bytes, cut at a character, control characters and
 * what is not UTF-8 as '?'. */
void palate__text_for_message(palate__span text, char *out, size_t size);

#endif
