/* SPDX-License-Identifier: Apache-2.0 */
/* Most of reading ratings is looking for the ends of fields of 1 to 9 bytes: a kernel lists where
 * they may be, and cutting goes from one to the next.
 */
#include "ratings/lines.h"

#include "base/compiler.h"
#include "palate/ratings.h"

#include <math.h>
#include <string.h>

bool palate__next_line(palate__cursor *cursor, palate__span *line)
{
    if (cursor->at >= cursor->stop)
        return false;
    const char *newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
    const char *stop = newline == NULL ? cursor->end : newline;
    *line = (palate__span){cursor->at, (size_t)(stop - cursor->at)};
    if (line->bytes > 0 && line->text[line->bytes - 1] == '\r')
        line->bytes--;
    cursor->at = newline == NULL ? cursor->end : newline + 1;
    cursor->base = NULL;
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

/* ---- From mark to mark ---- */

/* The bytes that may end a field. */
typedef struct enders {
    char a, b, c;
} enders;

static enders enders_of(palate__separator separator)
{
    return (enders){
        .a = separator.spaces ? ' ' : separator.character,
        .b = '\n',
        .c = separator.spaces   ? '\t'
             : separator.quotes ? '"'
                                : '\n',
    };
}

/* Lists the marks of the text from `base` on. */
static void look(palate__cursor *cursor, const char *base, enders of)
{
    const size_t left = (size_t)(cursor->end - base);
    const size_t bytes = left < PALATE__MARKED_BYTES ? left : PALATE__MARKED_BYTES;
    cursor->base = base;
    cursor->mark = 1;
    cursor->marks[0] = 0;
    cursor->mark_count = 1 + palate__kernels_get()->list_marks(base, bytes, of.a, of.b, of.c,
                                                               cursor->marks + 1);
}

/* A walk over the marks of a cursor. It lies in registers, as long as nobody is given its address. */
typedef struct walk {
    palate__cursor *cursor;
    const char *base, *end;
    const uint16_t *next, *last;
    enders of;
} walk;

static walk go_on(palate__cursor *cursor, enders of)
{
    return (walk){
        .cursor = cursor,
        .base = cursor->base,
        .end = cursor->end,
        .next = cursor->marks + cursor->mark,
        .last = cursor->marks + cursor->mark_count,
        .of = of,
    };
}

/* Steps to the next mark; to the end of the text where there is none. */
PALATE__ALWAYS_INLINE const char *step(walk *over)
{
    while (PALATE__UNLIKELY(over->next == over->last)) {
        if (over->end - over->base <= PALATE__MARKED_BYTES)
            return over->end;
        look(over->cursor, over->base + PALATE__MARKED_BYTES, over->of);
        *over = go_on(over->cursor, over->of);
    }
    return over->base + *over->next++ - 1;
}

/* ---- Fields of one line ----
 *
 * Each of these cuts from `at` to the end of the line and returns where that is: at its LF, or at
 * the end of the text.
 */

PALATE__ALWAYS_INLINE void add_field(palate__fields *to, size_t count, const char *begin,
                                     const char *end)
{
    if (PALATE__LIKELY(count < PALATE__FIELDS_MAX))
        to->fields[count] = (palate__span){begin, (size_t)(end - begin)};
}

/* The CR of CR LF belongs to the end of the line. */
PALATE__ALWAYS_INLINE void add_last_field(palate__fields *to, size_t count, const char *begin,
                                          const char *end)
{
    add_field(to, count, begin, end > begin && end[-1] == '\r' ? end - 1 : end);
    to->count = count + 1;
}

PALATE__ALWAYS_INLINE bool ends_line(const walk *over, const char *at)
{
    return at == over->end || *at == '\n';
}

PALATE__ALWAYS_INLINE const char *cut_at_spaces(walk *over, const char *at, palate__fields *out)
{
    for (size_t count = 0;;) {
        const char *stop = step(over);
        while (at < stop && *at == '\r')
            at++;
        if (ends_line(over, stop)) {
            out->count = count;
            if (at < stop)
                add_last_field(out, count, at, stop);
            return stop;
        }
        if (at < stop)
            add_field(out, count++, at, stop);
        at = stop + 1;
    }
}

PALATE__ALWAYS_INLINE const char *cut_at_doubled(walk *over, const char *at, palate__fields *out)
{
    for (size_t count = 0;;) {
        const char *stop = step(over);
        if (ends_line(over, stop)) {
            add_last_field(out, count, at, stop);
            return stop;
        }
        if (stop + 1 < over->end && stop[1] == *stop) {
            (void)step(over);
            add_field(out, count++, at, stop);
            at = stop + 2;
        }
    }
}

/* One character between fields. */
PALATE__ALWAYS_INLINE const char *cut_at_character(walk *over, const char *at, palate__fields *out)
{
    for (size_t count = 0;;) {
        const char *stop = step(over);
        if (ends_line(over, stop)) {
            add_last_field(out, count, at, stop);
            return stop;
        }
        add_field(out, count++, at, stop);
        at = stop + 1;
    }
}

/* From an opening quote to after its closing one; NULL where there is none. Counts the lines begun
 * within. */
static const char *cut_quoted(walk *over, size_t count, int64_t *lines, palate__fields *out)
{
    const char *begin = step(over) + 1;
    uint64_t doubled = 0;
    for (;;) {
        const char *at = step(over);
        if (at == over->end)
            return NULL;
        if (*at == '\n') {
            ++*lines;
        } else if (*at == '"' && at + 1 < over->end && at[1] == '"') {
            doubled = 1;
            (void)step(over);
        } else if (*at == '"') {
            if (count < PALATE__FIELDS_MAX)
                out->doubled |= doubled << count;
            add_field(out, count, begin, at);
            return at + 1;
        }
    }
}

/* A quoted field and what ends it: returns the separator or the end of the line. NULL where something
 * is wrong. */
static const char *cut_quoted_field(walk *over, size_t count, int64_t *lines, palate__fields *out)
{
    walk copy = *over;
    const char *at = cut_quoted(&copy, count, lines, out);
    const char *stop = at == NULL ? NULL : step(&copy);
    *over = copy;
    if (at != NULL && (at == stop || (at + 1 == stop && *at == '\r' && ends_line(&copy, stop))))
        return stop;
    out->problem = at == NULL ? "the quote at the start of a field is never closed; close it, or "
                                "double quotes that belong to the text"
                              : "text follows the closing quote of a field; quotes that belong to "
                                "the text are doubled";
    out->count = at == NULL ? count : count + 1;
    return NULL;
}

/* The same where fields may be quoted; a quote within a field that does not begin with one is an
 * ordinary character. Counts the lines begun within quotes; NULL where something is wrong with them. */
PALATE__ALWAYS_INLINE const char *cut_with_quotes(walk *over, const char *at, int64_t *lines,
                                                  palate__fields *out)
{
    for (size_t count = 0;; count++) {
        const char *stop = NULL;
        if (PALATE__UNLIKELY(at < over->end && *at == '"')) {
            walk copy = *over;
            stop = cut_quoted_field(&copy, count, lines, out);
            *over = copy;
            if (stop == NULL)
                return stop;
            if (ends_line(over, stop)) {
                out->count = count + 1;
                return stop;
            }
        } else {
            do
                stop = step(over);
            while (PALATE__UNLIKELY(stop < over->end && *stop == '"'));
            if (ends_line(over, stop)) {
                add_last_field(out, count, at, stop);
                return stop;
            }
            add_field(out, count, at, stop);
        }
        at = stop + 1;
    }
}

/* ---- Lines of fields ---- */

PALATE__ALWAYS_INLINE walk begin_walk(palate__cursor *cursor, palate__separator separator)
{
    const enders of = enders_of(separator);
    if (PALATE__UNLIKELY(cursor->base == NULL))
        look(cursor, cursor->at, of);
    return go_on(cursor, of);
}

/* Returns where the line ends; NULL where its quotes are wrong. */
PALATE__ALWAYS_INLINE const char *cut(walk *over, const char *at, palate__separator separator,
                                      int64_t *lines, palate__fields *out)
{
    out->doubled = 0;
    out->problem = NULL;
    if (separator.spaces)
        return cut_at_spaces(over, at, out);
    if (separator.doubled)
        return cut_at_doubled(over, at, out);
    if (separator.quotes)
        return cut_with_quotes(over, at, lines, out);
    return cut_at_character(over, at, out);
}

void palate__split(palate__span line, palate__separator separator, palate__fields *out)
{
    palate__cursor cursor;
    palate__cursor_set(&cursor, line);
    separator.quotes = false;
    walk over = begin_walk(&cursor, separator);
    (void)cut(&over, cursor.at, separator, NULL, out);
}

static bool is_blank(const palate__fields *fields)
{
    return fields->problem == NULL &&
           (fields->count == 0 || (fields->count == 1 && fields->fields[0].bytes == 0));
}

/* Past the line, which ends at `stop`, or, where its quotes are wrong, past the first of its lines. */
static void pass_line(palate__cursor *cursor, const walk *over, const char *stop, int64_t lines)
{
    if (PALATE__UNLIKELY(stop == NULL)) {
        palate__span line;
        (void)palate__next_line(cursor, &line);
        return;
    }
    cursor->at = stop < cursor->end ? stop + 1 : stop;
    cursor->mark = (size_t)(over->next - cursor->marks);
    cursor->line = cursor->passed + 1;
    cursor->passed += 1 + lines;
}

bool palate__next_fields(palate__cursor *cursor, palate__separator separator, palate__fields *out)
{
    do {
        int64_t lines = 0;
        if (cursor->at >= cursor->stop)
            return false;
        walk over = begin_walk(cursor, separator);
        const char *stop = cut(&over, cursor->at, separator, &lines, out);
        pass_line(cursor, &over, stop, lines);
    } while (is_blank(out));
    return true;
}

/* Up to the first quote, lines begin after line ends; from there on they are read as ever. */
const char *palate__line_from(palate__span text, const char *boundary, palate__separator separator)
{
    palate__cursor cursor;
    palate__fields fields;
    const char *end = text.text + text.bytes;
    if (boundary <= text.text)
        return text.text;
    const char *quote = separator.quotes ? memchr(text.text, '"', (size_t)(boundary - text.text))
                                         : NULL;
    const char *line = quote != NULL ? quote : boundary;
    while (line > text.text && line[-1] != '\n')
        line--;
    palate__cursor_set(&cursor, (palate__span){line, (size_t)(end - line)});
    cursor.stop = boundary;
    while (palate__next_fields(&cursor, separator, &fields))
        ;
    return cursor.at;
}

/* ---- Plain lines ---- */

palate__plain palate__plain_of(palate__separator separator, const palate__fields *line,
                               const char *after)
{
    const size_t step = separator.doubled ? 2 : 1;
    const char *first_end = line->fields[0].text + line->fields[0].bytes;
    const bool as_there = separator.spaces && first_end < after;
    const uint64_t between = (unsigned char)(as_there ? *first_end : separator.character);
    return (palate__plain){
        .separator = separator,
        .width = line->count,
        .step = step,
        .between = separator.doubled ? between << 8 | between : between,
        .returns = line->count > 1 && after[-1] == '\n' && after[-2] == '\r',
        .shape = {.marks = (line->count - 1) * step + 1, .solid = separator.spaces},
    };
}

/* The CR of CR LF is part of a last field that is not read. */
palate__place palate__plain_place(const palate__plain *plain, size_t field, bool is_read)
{
    const bool last = field + 1 == plain->width;
    const bool returns = plain->returns && is_read;
    const uint64_t end = returns ? '\r' | '\n' << 8 : '\n';
    const bool two = last ? returns : plain->step == 2;
    return (palate__place){
        .mark = (uint32_t)(field * plain->step),
        .back = last && returns ? 2 : 1,
        .after = (last ? end : plain->between) << 8,
        .bits = two ? 0xFFFF00 : 0xFF00,
        .bare = last && is_read && !returns,
    };
}

/* Has the next line all its marks listed? Where the list ends within it, it is made anew from there. */
static bool is_listed(palate__cursor *cursor, const palate__plain *plain)
{
    const size_t marks = plain->shape.marks;
    const bool listed = cursor->base != NULL && cursor->mark + marks <= cursor->mark_count;
    if (listed || cursor->base == cursor->at || cursor->at == cursor->end)
        return listed;
    look(cursor, cursor->at, enders_of(plain->separator));
    return marks < cursor->mark_count;
}

/* How many lines there may be that have all their marks listed, begin before the stop and can be read. */
static size_t count_lines(const palate__cursor *cursor, size_t marks)
{
    enum { READABLE_BYTES = 8 };
    const uint16_t *first = cursor->marks + cursor->mark;
    const ptrdiff_t stop = cursor->stop - cursor->base;
    const ptrdiff_t readable = cursor->end - cursor->base - READABLE_BYTES;
    const size_t listed = (cursor->mark_count - cursor->mark) / marks;
    size_t count = listed < PALATE__GROUP ? listed : PALATE__GROUP;
    while (count > 0 && (first[count * marks - 1] > readable ||
                         first[(ptrdiff_t)((count - 1) * marks) - 1] >= stop))
        count--;
    return count;
}

static palate__span field_of(const palate__cursor *cursor, const uint16_t *marks,
                             const palate__place *place)
{
    const uint16_t *mark = marks + place->mark;
    return (palate__span){cursor->base + mark[-1], mark[0] - mark[-1] - place->back};
}

/* Numbers the kernel left. Returns the first line with something that is none, or `count`. */
static size_t read_odd(const palate__cursor *cursor, const palate__line_shape *shape, size_t count,
                       uint32_t odd_ratings, uint32_t odd_times, palate__group *out)
{
    for (uint32_t left = odd_ratings | odd_times; left != 0; left &= left - 1) {
        const size_t line = (size_t)__builtin_ctz(left);
        const uint16_t *marks = cursor->marks + cursor->mark + line * shape->marks;
        if (line >= count)
            break;
        if ((odd_ratings >> line & 1) != 0 &&
            !palate__parse_real(field_of(cursor, marks, &shape->rating), &out->ratings[line]))
            return line;
        if ((odd_times >> line & 1) != 0 &&
            !palate__parse_integer(field_of(cursor, marks, &shape->time), &out->times[line]))
            return line;
    }
    return count;
}

static void fill_in(const palate__line_shape *shape, palate__group *out)
{
    for (size_t r = 0; r < PALATE__GROUP && !shape->rated; r++)
        out->ratings[r] = NAN;
    for (size_t r = 0; r < PALATE__GROUP && !shape->timed; r++)
        out->times[r] = PALATE_NO_TIME;
}

size_t palate__cut_plain_lines(palate__cursor *cursor, const palate__plain *plain,
                               palate__group *out)
{
    const palate__line_shape *shape = &plain->shape;
    uint32_t odd_ratings = 0;
    uint32_t odd_times = 0;
    if (!is_listed(cursor, plain))
        return 0;
    const size_t most = count_lines(cursor, shape->marks);
    const size_t count = palate__kernels_get()->cut_lines(
        cursor->base, cursor->marks + cursor->mark, most, shape, out, &odd_ratings, &odd_times);
    fill_in(shape, out);
    return read_odd(cursor, shape, count, odd_ratings, odd_times, out);
}

void palate__pass_plain_lines(palate__cursor *cursor, const palate__plain *plain, size_t count)
{
    if (count == 0)
        return;
    cursor->mark += count * plain->shape.marks;
    cursor->at = cursor->base + cursor->marks[cursor->mark - 1];
    cursor->passed += (int64_t)count;
    cursor->line = cursor->passed;
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
