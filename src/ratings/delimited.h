/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and fields: what all readers of delimited text share. */
#ifndef PALATE_RATINGS_DELIMITED_H
#define PALATE_RATINGS_DELIMITED_H

#include "ratings/reader.h"

enum { PALATE__FIELDS_MAX = 64 };

/* What stands between fields. */
typedef struct palate__separator {
    char character;
    bool doubled; /* Twice, as "::". */
    bool spaces;  /* Any run of spaces and tabs; those around a line do not count. */
    bool quotes;  /* Fields may be quoted, as RFC 4180 has it. */
} palate__separator;

/* The separator that option separator asks for. */
palate_status palate__given_separator(const char *given, palate__sink *sink,
                                      palate__separator *out);

/* A place in the text. */
typedef struct palate__cursor {
    const char *at, *end;
    int64_t line; /* Of the last line read; 0 before the first. */
} palate__cursor;

/* The fields of a line. Quoted fields are unescaped into `room`. */
typedef struct palate__fields {
    palate__span fields[PALATE__FIELDS_MAX];
    size_t count;    /* May exceed FIELDS_MAX: the fields beyond are counted, not kept. */
    bool open_quote; /* The text ended within a quoted field. */
} palate__fields;

palate__cursor palate__cursor_of(const palate__input *input);

/* The next line without its end (LF or CR LF). False at the end of the text. */
bool palate__next_line(palate__cursor *cursor, palate__span *line);

/* The next line cut into fields; a quoted field may span lines. `room` has as many bytes as the text
 * left. Blank lines are passed over. False at the end of the text. */
bool palate__next_fields(palate__cursor *cursor, palate__separator separator, char *room,
                         palate__fields *out);

/* Cuts one line. Quotes have no meaning. */
void palate__split(palate__span line, palate__separator separator, palate__fields *out);

palate__span palate__trim(palate__span text);

/* Same text but for the case of ASCII letters. */
bool palate__same_word(palate__span text, const char *word);

/* A word that people use for a column, such as "userId" for users. `role` is one of the four. */
typedef enum palate__role {
    PALATE__ROLE_USER,
    PALATE__ROLE_ITEM,
    PALATE__ROLE_RATING,
    PALATE__ROLE_TIME,
    PALATE__ROLE_COUNT
} palate__role;
bool palate__names_role(palate__span text, palate__role role);

/* Which column is what, from the options, the names in the header (NULL: there is none) and, where
 * both are silent, the order user, item, rating, time. */
palate_status palate__choose_columns(const palate_read_options *options,
                                     const palate__fields *header, size_t field_count,
                                     palate__sink *sink, palate__columns *out);

/* Reads all lines from the cursor on. Every line must have as many fields as the first. */
palate_status palate__read_lines(const palate__input *input, palate__cursor *cursor,
                                 palate__separator separator, const palate__columns *columns,
                                 size_t field_count, palate__sink *sink);

#endif
