/* SPDX-License-Identifier: Apache-2.0 */
/* Text cut into lines, and lines into fields. Nothing is copied: fields are pieces of the text. */
#ifndef PALATE_RATINGS_LINES_H
#define PALATE_RATINGS_LINES_H

#include "base/context.h"
#include "base/marks.h"
#include "base/text.h"

/* Fields of a line that are kept; those beyond are counted. At most 64: see `doubled`. */
enum { PALATE__FIELDS_MAX = 64 };

/* What stands between fields. */
typedef struct palate__separator {
    char character;
    bool doubled; /* Twice, as "::". */
    bool spaces;  /* Any run of spaces and tabs; those around a line do not count. */
    bool quotes;  /* Fields may be quoted, as RFC 4180 has it. */
} palate__separator;

/* A place in the text. */
typedef struct palate__cursor {
    const char *at, *end;
    const char *stop; /* No line that begins here or later is read. */
    int64_t line;     /* 1-based, where the line last read begins; 0 before the first. */
    int64_t passed;   /* Lines read, blank ones included. */
    const char *base; /* The text from here on has been looked at; NULL: none. */
    size_t mark, mark_count;
    uint16_t marks[PALATE__MARKS_ROOM]; /* From base; those before `mark` have been passed. */
} palate__cursor;

/* The fields of a line, without the quotes around them. */
typedef struct palate__fields {
    palate__span fields[PALATE__FIELDS_MAX];
    size_t count;        /* May exceed FIELDS_MAX. */
    uint64_t doubled;    /* Bit f: field f has "" that stands for one quote; see unescape. */
    const char *problem; /* What is wrong with the quotes, for a message; NULL: nothing. */
} palate__fields;

static inline void palate__cursor_set(palate__cursor *cursor, palate__span text)
{
    cursor->at = text.text;
    cursor->end = cursor->stop = text.text + text.bytes;
    cursor->line = cursor->passed = 0;
    cursor->base = NULL;
    cursor->mark = cursor->mark_count = 0;
}

/* The next line without its end (LF or CR LF). False at the end. */
bool palate__next_line(palate__cursor *cursor, palate__span *line);

/* The next line that is not blank, cut into fields; a quoted field may span lines. After a problem
 * the cursor stands at the next line. False at the end of the text. */
bool palate__next_fields(palate__cursor *cursor, palate__separator separator, palate__fields *out);

/* ---- Plain lines: as nearly all are, and so read by the short way ----
 *
 * A plain line has just `width` fields, with one separator between two and no quote at the start of a
 * field. Where a field of it begins, at least 8 bytes of text follow. What is not plain, or has
 * something wrong in it, is read by palate__next_fields().
 */

/* How plain lines of a text look. */
typedef struct palate__plain {
    size_t width;
    size_t step;  /* Marks for each separator. */
    size_t marks; /* Of a line. */
    char separator;
    palate__separator whole;
} palate__plain;

palate__plain palate__plain_of(palate__separator separator, size_t width);

/* Counts the plain lines that come next, up to `most`. */
size_t palate__plain_lines(palate__cursor *cursor, const palate__plain *plain, size_t most);

/* A plain line: where it begins, its marks, and what they count from. */
typedef struct palate__plain_line {
    const char *begin, *base;
    const uint16_t *marks;
} palate__plain_line;

/* The first of them. */
static inline palate__plain_line palate__plain_first(const palate__cursor *cursor)
{
    return (palate__plain_line){cursor->at, cursor->base, cursor->marks + cursor->mark};
}

static inline palate__span palate__plain_field(const palate__plain_line *line,
                                               const palate__plain *plain, size_t field)
{
    const uint16_t *mark = line->marks + field * plain->step;
    const char *begin = field == 0 ? line->begin : line->base + mark[-1] + 1;
    const char *end = line->base + *mark;
    if (field + 1 == plain->width)
        end -= end > begin && end[-1] == '\r';
    return (palate__span){begin, (size_t)(end - begin)};
}

/* On to the next. */
static inline void palate__plain_next(palate__plain_line *line, const palate__plain *plain)
{
    line->begin = line->base + line->marks[plain->marks - 1] + 1;
    line->marks += plain->marks;
}

/* Goes past so many of them. */
void palate__pass_plain_lines(palate__cursor *cursor, const palate__plain *plain, size_t count);

/* ---- Quotes within quotes ---- */

/* Room for unescaped fields. All zero but the context is empty. */
typedef struct palate__scratch {
    palate_context *context;
    char *text;
    size_t capacity;
} palate__scratch;

/* Rewrites the fields marked `doubled`, each "" as one quote; they then lie in the scratch, until
 * its next use. */
palate_status palate__unescape(palate__scratch *scratch, palate__fields *fields, palate_error *err);

/* Where the first line begins that begins at `boundary` or after it, in a text that begins with a
 * line; its end where none does. */
const char *palate__line_from(palate__span text, const char *boundary, palate__separator separator);

/* Cuts one line. Quotes have no meaning. */
void palate__split(palate__span line, palate__separator separator, palate__fields *out);

static inline size_t palate__fields_kept(const palate__fields *fields)
{
    return fields->count < PALATE__FIELDS_MAX ? fields->count : PALATE__FIELDS_MAX;
}

/* Without spaces, tabs and ends of lines at either end. */
palate__span palate__trim(palate__span text);

#endif
