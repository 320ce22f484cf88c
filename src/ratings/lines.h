/* SPDX-License-Identifier: Apache-2.0 */
/* Text cut into lines, and lines into fields. Nothing is copied: fields are pieces of the text. */
#ifndef PALATE_RATINGS_LINES_H
#define PALATE_RATINGS_LINES_H

#include "base/context.h"
#include "base/text.h"
#include "kernels/kernels.h"

/* Fields of a line that are kept; those beyond are counted. At most 64: see `doubled`. */
enum { PALATE__FIELDS_MAX = PALATE__SHAPE_FIELDS };

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
    /* Where fields begin, from base: the first there, the others after a mark. Those before `mark` have been passed. */
    uint16_t marks[1 + PALATE__MARKS_ROOM];
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
 * A plain line has just `width` fields, with one separator between two, no quote at the start of a field, and ends as the
 * first line does. Of what is read nothing is empty, and numbers are numbers without anything around them. Where a field of
 * it begins, at least 8 bytes of text follow. What is not plain, or has something wrong in it, is read by palate__next_fields().
 */

/* How plain lines of a text look. */
typedef struct palate__plain {
    palate__separator separator;
    size_t width;
    size_t step;              /* Marks for each separator. */
    uint64_t between;         /* The characters of a separator, the first lowest. */
    bool returns;             /* Lines end in CR LF. */
    palate__line_shape shape; /* Without fields, which palate__plain_of() does not know. */
} palate__plain;

/* As `line` is, which has been cut into fields; the next begins at `after`. */
palate__plain palate__plain_of(palate__separator separator, const palate__fields *line,
                               const char *after);

/* Where a field is in such lines. */
palate__place palate__plain_place(const palate__plain *plain, size_t field, bool is_read);

/* Cuts plain lines that come next, as many as go together: returns how many. */
size_t palate__cut_plain_lines(palate__cursor *cursor, const palate__plain *plain,
                               palate__group *out);

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
