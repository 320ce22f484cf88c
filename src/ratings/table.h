/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as text: rows, and cells of any number and length, of tables with names and titles.
 *
 * Spaces around a cell do not count. A cell in double quotes, a quote within written twice (RFC
 * 4180), may hold separators and, where the separator is a comma or a semicolon, ends of lines. A
 * quote that does not enclose a whole cell is an ordinary character: titles are full of them.
 */
#ifndef PALATE_RATINGS_TABLE_H
#define PALATE_RATINGS_TABLE_H

#include "ratings/delimited.h"

/* The text of a file as UTF-8: Latin-1 is converted, and `converted`, NULL else, released by the caller. */
palate_status palate__table_text(const palate__input *input, palate__span *text, char **converted,
                                 palate_error *err);

/* What stands between the cells: of what may, the first that occurs in the first row. */
palate__separator palate__table_separator(palate__span row);

/* A walk over the rows of a text. */
typedef struct palate__rows {
    const char *at, *end;
    palate__separator separator;
    int64_t line;       /* 1-based, where the row last returned begins. */
    int64_t line_count; /* Lines passed so far. */
} palate__rows;

palate__rows palate__rows_of(palate__span text, palate__separator separator);

/* The next row, without its LF or CR LF; blank lines are passed over. False at the end. */
bool palate__next_row(palate__rows *rows, palate__span *row);

typedef struct palate__cell {
    palate__span text; /* Without the quotes around it. */
    bool doubled;      /* Has "" that stands for one quote: see palate__cell_copy(). */
    bool open;         /* Begins with a quote that does not enclose the cell. */
} palate__cell;

/* A walk over the cells of a row. */
typedef struct palate__cells {
    const char *at, *end;
    palate__separator separator;
    bool more;
} palate__cells;

palate__cells palate__cells_of(palate__span row, palate__separator separator);
bool palate__next_cell(palate__cells *cells, palate__cell *cell);
size_t palate__cell_count(palate__span row, palate__separator separator);

/* Writes the text of a cell, each "" as one quote, and returns its length; at most text.bytes. */
size_t palate__cell_copy(const palate__cell *cell, char *to);

/* Bytes of a text that a message shows: at most 60, cut at a character. For "%.*s". */
int palate__shown_bytes(palate__span text);

#endif
