/* SPDX-License-Identifier: Apache-2.0 */
/* Most of reading ratings is looking for the ends of fields of 1 to 9 bytes. Looked for are eight
 * bytes at a time (Mycroft's test for a zero byte): a loop over bytes costs a wrong branch guess at
 * the end of every field, a call of memchr more than the field itself.
 */
#include "ratings/lines.h"

#include "base/compiler.h"

#include <string.h>

static const uint64_t ONES = 0x0101010101010101U;
static const uint64_t TOPS = 0x8080808080808080U;

/* The top bit of the first byte of `word` that is zero; bits of later bytes may be wrong. */
PALATE__ALWAYS_INLINE uint64_t zero_bytes(uint64_t word)
{
    return (word - ONES) & ~word & TOPS;
}

/* The first of the bytes a, b, c at or after `at`; `end` where there is none. Inlined, so that a byte
 * given twice is looked for once. */
PALATE__ALWAYS_INLINE const char *find(const char *at, const char *end, char a, char b, char c)
{
    const uint64_t all_a = ONES * (unsigned char)a;
    const uint64_t all_b = ONES * (unsigned char)b;
    const uint64_t all_c = ONES * (unsigned char)c;
    for (; end - at >= 8; at += 8) {
        uint64_t word = palate__load_word(at);
        uint64_t found = zero_bytes(word ^ all_a) | zero_bytes(word ^ all_b);
        if (c != b)
            found |= zero_bytes(word ^ all_c);
        if (found != 0)
            return at + __builtin_ctzll(found) / 8;
    }
    while (at < end && *at != a && *at != b && *at != c)
        at++;
    return at;
}

bool palate__next_line(palate__cursor *cursor, palate__span *line)
{
    if (cursor->at == cursor->end)
        return false;
    const char *newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
    const char *stop = newline == NULL ? cursor->end : newline;
    *line = (palate__span){cursor->at, (size_t)(stop - cursor->at)};
    if (line->bytes > 0 && line->text[line->bytes - 1] == '\r')
        line->bytes--;
    cursor->at = newline == NULL ? cursor->end : newline + 1;
    cursor->line = ++cursor->passed;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

palate__span palate__trim(palate__span text)
{
    while (text.bytes > 0 && is_space(text.text[0])) {
        text.text++;
        text.bytes--;
    }
    while (text.bytes > 0 && is_space(text.text[text.bytes - 1]))
        text.bytes--;
    return text;
}

/* ---- Fields of one line ----
 *
 * Each of these cuts from `at` to the end of the line and returns where that is: at its LF, or at
 * `end`.
 */

PALATE__ALWAYS_INLINE void add_field(palate__fields *to, const char *begin, const char *end)
{
    if (PALATE__LIKELY(to->count < PALATE__FIELDS_MAX))
        to->fields[to->count] = (palate__span){begin, (size_t)(end - begin)};
    to->count++;
}

/* The CR of CR LF belongs to the end of the line. */
PALATE__ALWAYS_INLINE void add_last_field(palate__fields *to, const char *begin, const char *end)
{
    add_field(to, begin, end > begin && end[-1] == '\r' ? end - 1 : end);
}

static const char *cut_at_spaces(const char *at, const char *end, palate__fields *out)
{
    for (;;) {
        while (at < end && *at != '\n' && is_space(*at))
            at++;
        if (at == end || *at == '\n')
            return at;
        const char *begin = at;
        at = find(at, end, ' ', '\t', '\n');
        if (at == end || *at == '\n')
            add_last_field(out, begin, at);
        else
            add_field(out, begin, at);
    }
}

static const char *cut_at_doubled(const char *at, const char *end, char separator,
                                  palate__fields *out)
{
    const char *begin = at;
    for (;;) {
        at = find(at, end, separator, '\n', '\n');
        if (at == end || *at == '\n')
            break;
        if (at + 1 < end && at[1] == separator) {
            add_field(out, begin, at);
            begin = at + 2;
            at++;
        }
        at++;
    }
    add_last_field(out, begin, at);
    return at;
}

/* From after an opening quote to after its closing one; NULL where there is none. Counts the lines
 * begun within. */
static const char *cut_quoted(const char *at, const char *end, int64_t *lines, palate__fields *out)
{
    const char *begin = at;
    uint64_t doubled = 0;
    for (; (at = find(at, end, '"', '\n', '\n')) < end; at++) {
        if (*at == '\n') {
            ++*lines;
        } else if (at + 1 < end && at[1] == '"') {
            doubled = 1;
            at++;
        } else {
            if (out->count < PALATE__FIELDS_MAX)
                out->doubled |= doubled << out->count;
            add_field(out, begin, at);
            return at + 1;
        }
    }
    return NULL;
}

static bool ends_line(const char *at, const char *end)
{
    return at == end || *at == '\n' || (*at == '\r' && (at + 1 == end || at[1] == '\n'));
}

/* A quoted field and what follows it. NULL where something is wrong. */
static const char *cut_quoted_field(const char *at, const char *end, char separator, int64_t *lines,
                                    palate__fields *out)
{
    at = cut_quoted(at + 1, end, lines, out);
    if (at == NULL) {
        out->problem = "the quote at the start of a field is never closed; close it, or double "
                       "quotes that belong to the text";
        return NULL;
    }
    if (at < end && *at != separator && !ends_line(at, end)) {
        out->problem = "text follows the closing quote of a field; quotes that belong to the text "
                       "are doubled";
        return NULL;
    }
    return at < end && *at == '\r' ? at + 1 : at;
}

/* One character between fields. `lines` counts the lines begun within quotes; NULL: quotes have no
 * meaning. Returns NULL where something is wrong with them. */
PALATE__ALWAYS_INLINE const char *cut_at_character(const char *at, const char *end, char separator,
                                                   int64_t *lines, palate__fields *out)
{
    for (;;) {
        if (PALATE__UNLIKELY(lines != NULL && at < end && *at == '"')) {
            at = cut_quoted_field(at, end, separator, lines, out);
            if (at == NULL || at == end || *at == '\n')
                return at;
        } else {
            const char *begin = at;
            at = find(at, end, separator, '\n', '\n');
            if (at == end || *at == '\n') {
                add_last_field(out, begin, at);
                return at;
            }
            add_field(out, begin, at);
        }
        at++;
    }
}

/* ---- Lines of fields ---- */

static const char *cut(const char *at, const char *end, palate__separator separator, int64_t *lines,
                       palate__fields *out)
{
    out->count = 0;
    out->doubled = 0;
    out->problem = NULL;
    if (separator.spaces)
        return cut_at_spaces(at, end, out);
    if (separator.doubled)
        return cut_at_doubled(at, end, separator.character, out);
    if (separator.quotes)
        return cut_at_character(at, end, separator.character, lines, out);
    return cut_at_character(at, end, separator.character, NULL, out);
}

void palate__split(palate__span line, palate__separator separator, palate__fields *out)
{
    separator.quotes = false;
    cut(line.text, line.text + line.bytes, separator, NULL, out);
}

static bool is_blank(const palate__fields *fields)
{
    return fields->problem == NULL &&
           (fields->count == 0 || (fields->count == 1 && fields->fields[0].bytes == 0));
}

bool palate__next_fields(palate__cursor *cursor, palate__separator separator, palate__fields *out)
{
    do {
        int64_t lines = 0;
        const char *begin = cursor->at;
        if (begin == cursor->end)
            return false;
        const char *stop = cut(begin, cursor->end, separator, &lines, out);
        if (stop == NULL) {
            lines = 0;
            stop = find(begin, cursor->end, '\n', '\n', '\n');
        }
        cursor->at = stop < cursor->end ? stop + 1 : stop;
        cursor->line = cursor->passed + 1;
        cursor->passed += 1 + lines;
    } while (is_blank(out));
    return true;
}

/* ---- Quotes ---- */

static palate_status grow_scratch(palate__scratch *scratch, size_t wanted, palate_error *err)
{
    if (wanted <= scratch->capacity)
        return PALATE_OK;
    size_t capacity = wanted < SIZE_MAX / 2 ? wanted * 2 : wanted;
    char *text = palate__allocate(scratch->context, capacity);
    if (text == NULL)
        return palate__fail_memory(err, "reading quoted fields");
    palate__release(scratch->context, scratch->text);
    scratch->text = text;
    scratch->capacity = capacity;
    return PALATE_OK;
}

static size_t copy_unescaped(palate__span from, char *to)
{
    size_t length = 0;
    for (size_t i = 0; i < from.bytes; i++) {
        to[length++] = from.text[i];
        i += from.text[i] == '"';
    }
    return length;
}

palate_status palate__unescape(palate__scratch *scratch, palate__fields *fields, palate_error *err)
{
    size_t wanted = 0;
    for (size_t f = 0; f < palate__fields_kept(fields); f++)
        if (fields->doubled >> f & 1)
            wanted += fields->fields[f].bytes;
    palate_status status = grow_scratch(scratch, wanted, err);
    char *to = scratch->text;
    for (size_t f = 0; status == PALATE_OK && f < palate__fields_kept(fields); f++) {
        if ((fields->doubled >> f & 1) == 0)
            continue;
        size_t length = copy_unescaped(fields->fields[f], to);
        fields->fields[f] = (palate__span){to, length};
        to += length;
    }
    fields->doubled = 0;
    return status;
}
