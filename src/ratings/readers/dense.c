/* SPDX-License-Identifier: Apache-2.0 */
/* A table as one draws it on a blackboard: users down, items across, 0 or empty where nothing is known.
 *
 *     ,Movie 1,Movie 2,Movie 3
 *     User 1,5,3,0
 *     User 2,4,0,0
 *
 * Rows and columns without any rating stay, under their names.
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

#include <string.h>

/* Cells of one line are cut one at a time: a table may be wider than the fields of other formats. */
typedef struct cells {
    const char *at, *end;
    char separator;
    bool ended;
} cells;

static cells cells_of(palate__span line, char separator)
{
    return (cells){line.text, line.text + line.bytes, separator, false};
}

/* The next cell, trimmed, without the quotes around it. False after the last. */
static bool next_cell(cells *from, palate__span *cell)
{
    if (from->ended)
        return false;
    const char *begin = from->at;
    bool quoted = begin < from->end && *begin == '"';
    const char *stop = begin;
    if (quoted) {
        stop = memchr(begin + 1, '"', (size_t)(from->end - begin - 1));
        stop = stop == NULL ? from->end : stop + 1;
    }
    while (stop < from->end && *stop != from->separator)
        stop++;
    from->ended = stop == from->end;
    from->at = from->ended ? stop : stop + 1;
    *cell = palate__trim((palate__span){begin, (size_t)(stop - begin)});
    if (quoted && cell->bytes >= 2 && cell->text[cell->bytes - 1] == '"')
        *cell = (palate__span){cell->text + 1, cell->bytes - 2};
    return true;
}

static bool next_full_line(palate__cursor *cursor, palate__span *line)
{
    while (palate__next_line(cursor, line))
        if (palate__trim(*line).bytes > 0)
            return true;
    return false;
}

static char separator_of(palate__span line)
{
    static const char candidates[] = ",;\t|";
    for (const char *c = candidates; *c != '\0'; c++)
        if (memchr(line.text, *c, line.bytes) != NULL)
            return *c;
    return ' ';
}

static size_t count_cells(palate__span line, char separator)
{
    cells at = cells_of(line, separator);
    palate__span cell;
    size_t count = 0;
    while (next_cell(&at, &cell))
        count++;
    return count;
}

static bool is_column_word(palate__span cell)
{
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        if (palate__names_role(cell, (palate__role)role))
            return true;
    return false;
}

/* The first cell is empty or names users; none of the others is a word for a column, or a number. */
static bool is_heading(palate__span line, char separator)
{
    cells at = cells_of(line, separator);
    palate__span cell;
    double number = 0.0;
    if (!next_cell(&at, &cell))
        return false;
    bool corner = cell.bytes == 0 || palate__names_role(cell, PALATE__ROLE_USER);
    bool empty_corner = cell.bytes == 0;
    size_t names = 0;
    while (next_cell(&at, &cell)) {
        if (cell.bytes == 0 || is_column_word(cell) ||
            (!empty_corner && palate__parse_real(cell, &number)))
            return false;
        names++;
    }
    return corner && names > 0;
}

static bool is_body(palate__span line, char separator, size_t cell_count)
{
    cells at = cells_of(line, separator);
    palate__span cell;
    double number = 0.0;
    size_t count = 0;
    while (next_cell(&at, &cell)) {
        if (count > 0 && cell.bytes > 0 && !palate__parse_real(cell, &number))
            return false;
        count++;
    }
    return count == cell_count;
}

static int sniff(palate__span head, bool whole)
{
    palate__cursor cursor = {head.text, head.text + head.bytes, 0};
    palate__span line;
    if (!next_full_line(&cursor, &line))
        return 0;
    char separator = separator_of(line);
    if (separator == ' ' || !is_heading(line, separator))
        return 0;
    size_t cell_count = count_cells(line, separator);
    size_t rows = 0;
    while (next_full_line(&cursor, &line)) {
        bool cut = !whole && cursor.at == cursor.end;
        if (!cut && !is_body(line, separator, cell_count))
            return 0;
        rows++;
    }
    return rows > 0 ? 80 : 0;
}

/* ---- Reading ---- */

typedef struct columns_of_items {
    palate_context *context;
    palate__span *names;
    size_t count;
} columns_of_items;

static palate_status read_heading(palate__span line, char separator, columns_of_items *items,
                                  palate__sink *sink)
{
    cells at = cells_of(line, separator);
    palate__span cell;
    items->count = count_cells(line, separator) - 1;
    items->names = palate__allocate_array(items->context, items->count + 1, sizeof *items->names);
    if (items->names == NULL)
        return palate__fail_memory(palate__sink_error(sink), "reading a table");
    next_cell(&at, &cell);
    for (size_t j = 0; next_cell(&at, &cell); j++) {
        items->names[j] = cell;
        palate_status status = palate__sink_item(sink, cell);
        if (status != PALATE_OK)
            return status;
    }
    return PALATE_OK;
}

static palate_status read_row(palate__span line, int64_t number, char separator,
                              const columns_of_items *items, palate__sink *sink)
{
    palate_status status = PALATE_OK;
    cells at = cells_of(line, separator);
    palate__span user, cell;
    size_t count = count_cells(line, separator);
    if (count != items->count + 1)
        return palate__sink_problem(sink, number, 0, "%zu cells where the heading has %zu", count,
                                    items->count + 1);
    next_cell(&at, &user);
    PALATE_TRY(palate__sink_user(sink, user));
    for (int j = 0; next_cell(&at, &cell); j++) {
        double rating = 0.0;
        if (cell.bytes > 0 && !palate__parse_real(cell, &rating)) {
            PALATE_TRY(palate__sink_problem(
                sink, number, j + 2,
                "the cell \"%.*s\" is not a number; leave it empty if the rating is unknown",
                (int)(cell.bytes < 60 ? cell.bytes : 60), cell.text));
            continue;
        }
        if (rating == 0.0)
            continue;
        palate__record record = {user, items->names[j], rating, PALATE_NO_TIME, number};
        PALATE_TRY(palate__sink_rating(sink, &record, &(palate__columns){1, j + 2, j + 2, 0}));
    }
done:
    return status;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate_status status = PALATE_OK;
    palate__cursor cursor = palate__cursor_of(input);
    palate__span line;
    columns_of_items items = {.context = input->context};
    if (!next_full_line(&cursor, &line))
        return PALATE_OK;
    char separator = separator_of(line);
    if (options->separator != NULL)
        separator = options->separator[0] == '\\' ? '\t' : options->separator[0];
    PALATE_TRY(read_heading(line, separator, &items, sink));
    while (next_full_line(&cursor, &line))
        PALATE_TRY(read_row(line, cursor.line, separator, &items, sink));
    palate__sink_describe(sink, "users down, items across");
    palate__sink_count_lines(sink, cursor.line);
done:
    palate__release(input->context, items.names);
    return status;
}

const palate__reader palate__reader_dense = {
    .name = "dense",
    .help = "a table with users down and items across, 0 or empty where unknown",
    .sniff = sniff,
    .read = read_all,
};
