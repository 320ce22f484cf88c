/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/table.h"

#include "base/context.h"

#include <string.h>

/* ---- The file ---- */

/* Latin-1 as UTF-8: its characters have the numbers of Unicode. At most twice the bytes. */
static size_t convert_latin1(palate__span text, char *to)
{
    size_t length = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.text[i];
        if (c < 0x80) {
            to[length++] = (char)c;
        } else {
            to[length++] = (char)(0xC0U | c >> 6);
            to[length++] = (char)(0x80U | (c & 0x3FU));
        }
    }
    return length;
}

palate_status palate__table_text(const palate__input *input, palate__span *text, char **converted,
                                 palate_error *err)
{
    *text = (palate__span){input->data, input->bytes};
    *converted = NULL;
    if (input->bytes > 0 && memchr(input->data, '\0', input->bytes) != NULL)
        return palate__fail(err, PALATE_E_FORMAT,
                            "%s: there are zero bytes in it; a table is text, in UTF-8 or "
                            "Latin-1",
                            input->path);
    if (palate__utf8_valid(*text) == text->bytes)
        return PALATE_OK;
    *converted = palate__allocate_array(input->context, input->bytes, 2);
    if (*converted == NULL)
        return palate__fail_memory(err, "converting a table");
    *text = (palate__span){*converted, convert_latin1(*text, *converted)};
    return PALATE_OK;
}

palate__separator palate__table_separator(palate__span row)
{
    palate__separator separator = {.character = ',', .quotes = true};
    bool quoted = false;
    for (size_t i = 0; i < row.bytes; i++) {
        char c = row.text[i];
        if (c == '"')
            quoted = !quoted;
        if (quoted || (c != ',' && c != ';' && c != '\t' && c != '|' && c != ':'))
            continue;
        separator.character = c;
        separator.quotes = c != '|';
        separator.doubled = c == ':' && i + 1 < row.bytes && row.text[i + 1] == ':';
        if (separator.doubled)
            separator.quotes = false;
        if (c != ':' || separator.doubled)
            return separator;
    }
    return (palate__separator){.character = ',', .quotes = true};
}

static bool may_span_lines(palate__separator separator)
{
    return separator.quotes && (separator.character == ',' || separator.character == ';');
}

/* Spaces that do not count: around cells, where they are not the separator itself. */
static const char *skip_space(const char *at, const char *end, palate__separator separator)
{
    while (at < end && (*at == ' ' || (*at == '\t' && separator.character != '\t')))
        at++;
    return at;
}

/* Length of the separator that stands here, 0 where none does. */
static size_t separator_bytes(const char *at, const char *end, palate__separator separator)
{
    if (at == end)
        return 0;
    if (separator.spaces)
        return *at == ' ' || *at == '\t' ? 1 : 0;
    if (*at != separator.character)
        return 0;
    if (!separator.doubled)
        return 1;
    return at + 1 < end && at[1] == separator.character ? 2 : 0;
}

static bool at_line_end(const char *at, const char *end)
{
    return at == end || *at == '\n' || (*at == '\r' && (at + 1 == end || at[1] == '\n'));
}

/* The quote that closes the one at `open` and with it the cell; NULL where there is none. */
static const char *closing_quote(const char *open, const char *end, palate__separator separator)
{
    for (const char *at = open + 1; at < end; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (at == NULL)
            return NULL;
        if (at + 1 < end && at[1] == '"') {
            at++;
            continue;
        }
        const char *after = separator.spaces ? at + 1 : skip_space(at + 1, end, separator);
        bool closes = at_line_end(after, end) || separator_bytes(after, end, separator) > 0;
        return closes ? at : NULL;
    }
    return NULL;
}

/* ---- Rows ---- */

palate__rows palate__rows_of(palate__span text, palate__separator separator)
{
    const char *at = text.bytes > 0 ? text.text : "";
    return (palate__rows){at, at + text.bytes, separator, 0, 0};
}

static const char *line_end(const char *at, const char *end)
{
    const char *found = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return found != NULL ? found : end;
}

/* The end of a row some of whose cells may hold ends of lines. */
static const char *quoted_row_end(const char *at, const char *end, palate__separator separator)
{
    const char *line = line_end(at, end);
    while (at < line) {
        at = skip_space(at, end, separator);
        if (at < line && *at == '"') {
            const char *quote = closing_quote(at, end, separator);
            at = quote != NULL ? quote + 1 : at + 1;
            if (at > line)
                line = line_end(at, end);
        }
        const char *next = at < line ? memchr(at, separator.character, (size_t)(line - at)) : NULL;
        at = next != NULL ? next + 1 : line;
    }
    return line;
}

static int64_t count_lines(palate__span text)
{
    int64_t count = 0;
    const char *end = text.text + text.bytes;
    for (const char *at = text.text; at < end; at = line_end(at, end) + 1)
        count++;
    return count;
}

bool palate__next_row(palate__rows *rows, palate__span *row)
{
    while (rows->at < rows->end) {
        const char *start = rows->at;
        const char *end = may_span_lines(rows->separator)
                              ? quoted_row_end(start, rows->end, rows->separator)
                              : line_end(start, rows->end);
        rows->at = end < rows->end ? end + 1 : end;
        rows->line = rows->line_count + 1;
        rows->line_count += count_lines((palate__span){start, (size_t)(rows->at - start)});
        if (end > start && end[-1] == '\r')
            end--;
        *row = (palate__span){start, (size_t)(end - start)};
        if (palate__trim(*row).bytes > 0)
            return true;
    }
    return false;
}

/* ---- Cells ---- */

palate__cells palate__cells_of(palate__span row, palate__separator separator)
{
    const char *at = row.text;
    const char *end = at + row.bytes;
    if (separator.spaces) {
        palate__span trimmed = palate__trim(row);
        at = trimmed.text;
        end = at + trimmed.bytes;
    }
    return (palate__cells){at, end, separator, true};
}

static const char *find_separator(const char *at, const char *end, palate__separator separator)
{
    if (!separator.spaces && !separator.doubled) {
        const char *found = at < end ? memchr(at, separator.character, (size_t)(end - at)) : NULL;
        return found != NULL ? found : end;
    }
    while (at < end && separator_bytes(at, end, separator) == 0)
        at++;
    return at;
}

bool palate__next_cell(palate__cells *cells, palate__cell *cell)
{
    if (!cells->more)
        return false;
    const char *start = skip_space(cells->at, cells->end, cells->separator);
    bool quote = cells->separator.quotes && start < cells->end && *start == '"';
    const char *close = quote ? closing_quote(start, cells->end, cells->separator) : NULL;
    const char *stop = find_separator(close != NULL ? close + 1 : start, cells->end,
                                      cells->separator);
    if (close != NULL) {
        palate__span text = {start + 1, (size_t)(close - start) - 1};
        bool doubled = text.bytes > 0 && memchr(text.text, '"', text.bytes) != NULL;
        *cell = (palate__cell){text, doubled, false};
    } else {
        palate__span text = palate__trim((palate__span){start, (size_t)(stop - start)});
        *cell = (palate__cell){text, false, quote};
    }
    cells->more = stop < cells->end;
    cells->at = stop + separator_bytes(stop, cells->end, cells->separator);
    return true;
}

size_t palate__cell_count(palate__span row, palate__separator separator)
{
    palate__cells cells = palate__cells_of(row, separator);
    palate__cell cell;
    size_t count = 0;
    while (palate__next_cell(&cells, &cell))
        count++;
    return count;
}

size_t palate__cell_copy(const palate__cell *cell, char *to)
{
    if (!cell->doubled) {
        if (cell->text.bytes > 0)
            memcpy(to, cell->text.text, cell->text.bytes);
        return cell->text.bytes;
    }
    size_t length = 0;
    for (size_t i = 0; i < cell->text.bytes; i++) {
        to[length++] = cell->text.text[i];
        i += cell->text.text[i] == '"';
    }
    return length;
}

/* ---- Messages ---- */

int palate__shown_bytes(palate__span text)
{
    enum { SHOWN_BYTES = 60 };
    if (text.bytes <= SHOWN_BYTES)
        return (int)text.bytes;
    int bytes = SHOWN_BYTES;
    while (bytes > 0 && ((unsigned char)text.text[bytes] & 0xC0U) == 0x80U)
        bytes--;
    return bytes;
}
