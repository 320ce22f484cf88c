/* SPDX-License-Identifier: Apache-2.0 */
/* Text cut into lines, and lines into fields. Nothing is copied: fields are pieces of the text. */
#ifndef PALATE_RATINGS_LINES_H
#define PALATE_RATINGS_LINES_H

#include "base/context.h"
#include "base/text.h"
#include "kernels/kernels.h"

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
 * first line does. Where a field of it begins, at least 8 bytes of text follow. What is not plain, or has something wrong
 * in it, is read by palate__next_fields().
 */

/* How plain lines of a text look. */
typedef struct palate__plain {
    size_t width;
    size_t step;  /* Marks for each separator. */
    size_t marks; /* Of a line. */
    palate__separator separator;
    char between; /* The character of the separator. */
    bool returns; /* Lines end in CR LF. */
} palate__plain;

/* As `line` is, which has been cut into fields; the next begins at `after`. */
palate__plain palate__plain_of(palate__separator separator, const palate__fields *line,
                               const char *after);

/* Where a field is in such lines. */
typedef struct palate__place {
    ptrdiff_t mark; /* That ends it. */
    ptrdiff_t less; /* Of what ends before that. */
    char end;       /* What follows. */
    bool solid;     /* Neither empty nor begun by a CR. */
} palate__place;

palate__place palate__plain_place(const palate__plain *plain, size_t field);

/* Lines that may be plain: the next begins at marks[-1], from base. */
typedef struct palate__plain_line {
    const char *base;
    const uint16_t *marks, *last; /* Of a line that has all its marks listed. */
    ptrdiff_t stop;               /* The line begins before that, from base; */
    ptrdiff_t readable;           /* the one after it not after that. */
} palate__plain_line;

/* The next line; false where it is known not to be plain. */
bool palate__plain_first(palate__cursor *cursor, const palate__plain *plain,
                         palate__plain_line *out);

/* Two separators that touch between fields. */
static inline bool palate__has_doubled(const palate__plain_line *line, const palate__plain *plain)
{
    for (size_t m = 0; m + 1 < plain->marks; m += 2)
        if (line->base[line->marks[m]] != plain->between)
            return false;
    return true;
}

/* Does the line end where it should? If so, and all of its fields do, it is plain. */
static inline bool palate__ends_plain(const palate__plain_line *line, const palate__plain *plain)
{
    if (line->marks > line->last || line->marks[-1] >= line->stop)
        return false;
    const ptrdiff_t after = line->marks[plain->marks - 1];
    return after <= line->readable && line->base[after - 1] == '\n' &&
           (line->base[after - 2] == '\r') == plain->returns &&
           (plain->step == 1 || palate__has_doubled(line, plain));
}

/* A field of the line; false where it does not end as it should. */
static inline bool palate__plain_field(const palate__plain_line *line, const palate__place *place,
                                       palate__span *out)
{
    const uint16_t *mark = line->marks + place->mark;
    const char *begin = line->base + mark[-1];
    const ptrdiff_t bytes = mark[0] - mark[-1] - 1 - place->less;
    *out = (palate__span){begin, (size_t)bytes};
    return begin[bytes] == place->end && !(place->solid && (bytes == 0 || *begin == '\r'));
}

/* On to the next. */
static inline void palate__plain_next(palate__plain_line *line, const palate__plain *plain)
{
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
