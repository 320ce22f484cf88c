/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of items or users: what an id is called, and what else is known of it.
 *
 *     movieId,title,genres                                    movies.csv
 *     1,Toy Story (1995),Adventure|Animation
 *
 *     1::Toy Story (1995)::Animation|Children's|Comedy        movies.dat
 *     1|Toy Story (1995)|01-Jan-1995||http://...              u.item
 *
 * The first column is the id. An id holds no separator, so the separator is the first that occurs.
 */
#include "ratings/catalogue.h"

#include "ratings/input.h"
#include "ratings/layouts.h"
#include "ratings/table.h"

#include <stdio.h>
#include <string.h>

/* A table while it is read. */
typedef struct table {
    const char *path;
    palate__rows rows;
    palate__separator separator;
    const palate__layout *layout; /* NULL: none that is known. */
    bool whole;                   /* All columns are kept, not titles alone. */
    bool adds_year;               /* A column "year", out of titles. */
    size_t title_field;           /* Counted from 0, where the id is. */
    size_t field_count;           /* Of the first row. */
    size_t bytes;                 /* Of all texts so far. */
    size_t year_count;            /* Years found in titles. */
    palate_error *err;
} table;

/* ---- Text ---- */

/* A text is one line of a terminal or a list. */
static void replace_controls(char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
            text[i] = ' ';
}

/* ---- The first row ---- */

/* The name of a column without the type some formats add, as in "movie_title:token_seq". */
static palate__span without_type(palate__span name)
{
    const char *colon = name.bytes > 0 ? memchr(name.text, ':', name.bytes) : NULL;
    return colon == NULL ? name : (palate__span){name.text, (size_t)(colon - name.text)};
}

static bool is_title_word(palate__span name)
{
    static const char *const words[] = {"title",     "name",       "movie_title", "item_title",
                                        "item_name", "movietitle", "user_name",   "username"};
    name = without_type(name);
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        if (palate__same_word(name, words[w]))
            return true;
    return false;
}

static bool is_id_word(palate__span name)
{
    name = without_type(name);
    return palate__same_word(name, "id") || palate__names_role(name, PALATE__ROLE_USER) ||
           palate__names_role(name, PALATE__ROLE_ITEM);
}

/* Looks at the first row: a header if it names the column of ids, or that of titles above something
 * that is no number. */
static bool take_header(table *reading, palate__span row)
{
    palate__cells cells = palate__cells_of(row, reading->separator);
    palate__cell cell;
    double number = 0.0;
    bool names_id = false;
    bool is_number = false;
    bool found = false;
    reading->title_field = 1;
    for (size_t c = 0; palate__next_cell(&cells, &cell); c++) {
        if (c == 0) {
            names_id = is_id_word(cell.text);
            is_number = palate__parse_real(cell.text, &number);
        } else if (!found && is_title_word(cell.text) && !is_number) {
            found = true;
            reading->title_field = c;
        }
    }
    return names_id || found;
}

/* ---- Columns ---- */

static palate_status add_column(palate_catalogue *to, palate__span name, palate_error *err)
{
    char number[24];
    if (name.bytes == 0) { /* As it is counted from 1. */
        snprintf(number, sizeof number, "%zu", to->column_count + 2);
        name = palate__text_span(number);
    }
    to->names[to->column_count] = palate__copy_text(to->context, name.text, name.bytes);
    if (to->names[to->column_count] == NULL)
        return palate__fail_memory(err, "reading a table");
    to->column_count++;
    return PALATE_OK;
}

static palate_status name_by_header(table *reading, palate_catalogue *to, palate__span row)
{
    palate_status status = PALATE_OK;
    palate__cells cells = palate__cells_of(row, reading->separator);
    palate__cell cell;
    (void)palate__next_cell(&cells, &cell); /* The id. */
    while (palate__next_cell(&cells, &cell))
        PALATE_TRY(add_column(to, palate__trim(without_type(cell.text)), reading->err));
done:
    return status;
}

static palate_status name_by_layout(table *reading, palate_catalogue *to)
{
    palate_status status = PALATE_OK;
    const char *at = reading->layout == NULL ? "" : reading->layout->names;
    for (; *at != '\0'; at += strspn(at, " ")) {
        PALATE_TRY(add_column(to, (palate__span){at, strcspn(at, " ")}, reading->err));
        at += strcspn(at, " ");
    }
    for (size_t field = 1; reading->layout == NULL && field < reading->field_count; field++)
        PALATE_TRY(add_column(to, (palate__span){"", 0}, reading->err));
done:
    return status;
}

/* `header` is NULL where there is none. */
static palate_status name_columns(table *reading, palate_catalogue *to, const palate__span *header)
{
    to->title = reading->whole ? reading->title_field - 1 : 0;
    if (!reading->whole)
        return PALATE_OK;
    to->names = palate__allocate_zeroed(to->context, reading->field_count + 1, sizeof(char *));
    if (to->names == NULL)
        return palate__fail_memory(reading->err, "reading a table");
    palate_status status = header != NULL ? name_by_header(reading, to, *header)
                                          : name_by_layout(reading, to);
    if (status != PALATE_OK)
        return status;
    reading->adds_year = palate_catalogue_find_column(to, "year") == PALATE_NO_COLUMN;
    return reading->adds_year ? add_column(to, palate__text_span("year"), reading->err) : PALATE_OK;
}

/* ---- Rows ---- */

static palate_status fail_row(const table *reading, size_t column, const char *why)
{
    return palate__fail_at(reading->err, PALATE_E_FORMAT, reading->rows.line, (int64_t)column,
                           "%s:%lld: %s", reading->path, (long long)reading->rows.line, why);
}

static palate_status check_width(const table *reading, palate__span row)
{
    size_t count = palate__cell_count(row, reading->separator);
    if (count == reading->field_count)
        return PALATE_OK;
    return palate__fail_at(reading->err, PALATE_E_FORMAT, reading->rows.line, 0,
                           "%s:%lld: %zu field%s where the first row has %zu; a title with the "
                           "separator in it must stand in double quotes",
                           reading->path, (long long)reading->rows.line, count,
                           count == 1 ? "" : "s", reading->field_count);
}

static palate_status check_flag(const table *reading, size_t field, palate__span text)
{
    if (text.bytes == 1 && (text.text[0] == '0' || text.text[0] == '1'))
        return PALATE_OK;
    return palate__fail_at(reading->err, PALATE_E_FORMAT, reading->rows.line, (int64_t)field + 1,
                           "%s:%lld: field %zu: \"%.*s\" is neither 0 nor 1, which tell whether a "
                           "film is of a genre",
                           reading->path, (long long)reading->rows.line, field + 1,
                           palate__shown_bytes(text), text.text);
}

/* Adds a genre to those of the row, `bytes` so far; returns how many there are then. */
static size_t add_genre(const table *reading, size_t field, palate__span flag, char *text,
                        size_t bytes)
{
    const palate__span genre = palate__text_span(palate__genre(reading->layout, field));
    if (flag.text[0] == '0' || genre.bytes == 0)
        return bytes;
    if (bytes > 0)
        text[bytes++] = '|';
    memcpy(text + bytes, genre.text, genre.bytes);
    return bytes + genre.bytes;
}

static size_t copy_value(const table *reading, size_t field, const palate__cell *cell, char *to)
{
    if (palate__layout_kind(reading->layout, field) == PALATE__FIELD_OCCUPATION) {
        const palate__span name = palate__occupation(cell->text);
        memmove(to, name.text, name.bytes);
        return name.bytes;
    }
    const size_t bytes = palate__cell_copy(cell, to);
    replace_controls(to, bytes);
    return bytes;
}

/* The last "(1995)", or "(1995-1997)", of a title. */
static palate__span year_of(const char *title)
{
    palate__span found = {"", 0};
    for (const char *at = strchr(title, '('); at != NULL; at = strchr(at + 1, '('))
        if (strspn(at + 1, "0123456789") == 4)
            found = (palate__span){at + 1, 4};
    return found;
}

static void add_year(table *reading, palate_catalogue *to, uint32_t number)
{
    const palate__span year = year_of(palate__catalogue_text(to, number, to->title));
    char *room = to->text + reading->bytes;
    memcpy(room, year.text, year.bytes);
    room[year.bytes] = '\0';
    reading->bytes += year.bytes + 1;
    reading->year_count += year.bytes > 0;
}

/* The texts of a row, from its first field after the id on. */
static palate_status keep_texts(table *reading, palate_catalogue *to, palate__cells *cells)
{
    palate__cell cell;
    size_t bytes = 0;
    for (size_t field = 1; palate__next_cell(cells, &cell); field++) {
        char *room = to->text + reading->bytes;
        bool is_genre = palate__layout_kind(reading->layout, field) == PALATE__FIELD_GENRE;
        if (!reading->whole && field != reading->title_field)
            continue;
        if (is_genre) {
            palate_status status = check_flag(reading, field, cell.text);
            if (status != PALATE_OK)
                return status;
            bytes = add_genre(reading, field, cell.text, room, bytes);
            if (field + 1 < reading->field_count)
                continue; /* Genres come last. */
        } else {
            bytes = copy_value(reading, field, &cell, room);
        }
        room[bytes] = '\0';
        reading->bytes += bytes + 1;
        bytes = 0;
    }
    return PALATE_OK;
}

/* The id is unescaped where the texts will go: there is room, for it is a part of the row. */
static palate_status read_row(table *reading, palate_catalogue *to, palate__span row)
{
    palate__cells cells = palate__cells_of(row, reading->separator);
    palate__cell id = {0};
    char *room = to->text + reading->bytes;
    uint32_t number = 0;
    palate_status status = check_width(reading, row);
    if (status != PALATE_OK)
        return status;
    (void)palate__next_cell(&cells, &id);
    if (id.text.bytes == 0)
        return fail_row(reading, 1, "the id is empty; give every row one, or remove the row");
    size_t bytes = palate__cell_copy(&id, room);
    if (palate__id_builder_find(&to->ids, room, bytes) != PALATE__NO_ID)
        return PALATE_OK; /* The first row of an id counts. */
    PALATE_TRY(palate__id_builder_add(&to->ids, room, bytes, &number, reading->err));
    to->begins[number] = reading->bytes;
    PALATE_TRY(keep_texts(reading, to, &cells));
    if (reading->adds_year)
        add_year(reading, to, number);
done:
    return status;
}

static size_t count_lines(palate__span text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.bytes; i++)
        count += text.text[i] == '\n';
    return count;
}

/* Texts are parts of the table's text, their zeros in place of separators or ends of lines; only years
 * and what a layout has words for come on top. */
static palate_status allocate_rows(const table *reading, palate_catalogue *to, palate__span text)
{
    enum { YEAR_BYTES = 5 };
    const size_t lines = count_lines(text);
    const size_t more = !reading->whole           ? 0
                        : reading->layout == NULL ? YEAR_BYTES
                                                  : YEAR_BYTES + PALATE__LAYOUT_BYTES;
    to->text = palate__allocate(to->context, text.bytes + 2 + lines * more);
    to->begins = palate__allocate_array(to->context, lines, sizeof *to->begins);
    return to->text != NULL && to->begins != NULL
               ? PALATE_OK
               : palate__fail_memory(reading->err, "reading a table");
}

/* Gives back what is not used: what columns other than the title took, where they were not asked for. */
static palate_status shrink_text(const table *reading, palate_catalogue *to)
{
    char *smaller = palate__resize_array(to->context, to->text, reading->bytes, reading->bytes, 1);
    if (smaller == NULL)
        return palate__fail_memory(reading->err, "reading a table");
    to->text = smaller;
    if (reading->adds_year && reading->year_count == 0) {
        palate__release(to->context, to->names[--to->column_count]);
        to->names[to->column_count] = NULL;
    }
    return PALATE_OK;
}

/* Looks at the first row; whether it is a header. */
static palate_status begin_table(table *reading, palate__span text, palate__span *row,
                                 bool *is_header)
{
    palate__rows lines = palate__rows_of(text, (palate__separator){.character = '|'});
    if (!palate__next_row(&lines, row))
        return palate__fail(reading->err, PALATE_E_FORMAT,
                            "%s: the file is empty; it needs rows of id, title", reading->path);
    reading->separator = palate__table_separator(*row);
    reading->rows = palate__rows_of(text, reading->separator);
    (void)palate__next_row(&reading->rows, row);
    reading->field_count = palate__cell_count(*row, reading->separator);
    if (reading->field_count < 2)
        return fail_row(
            reading, 0,
            "there is one column only; a row is an id and a title, separated by a comma, "
            "a semicolon, a tab, | or ::");
    *is_header = take_header(reading, *row);
    if (reading->whole && !*is_header)
        reading->layout = palate__layout_of(*row, reading->separator);
    return PALATE_OK;
}

static palate_status read_table(table *reading, palate__span text, palate_catalogue *to)
{
    palate_status status = PALATE_OK;
    palate__span row = {"", 0};
    bool is_header = false;
    PALATE_TRY(begin_table(reading, text, &row, &is_header));
    PALATE_TRY(name_columns(reading, to, is_header ? &row : NULL));
    PALATE_TRY(allocate_rows(reading, to, text));
    if (!is_header)
        PALATE_TRY(read_row(reading, to, row));
    while (palate__next_row(&reading->rows, &row))
        PALATE_TRY(read_row(reading, to, row));
    if (to->ids.count == 0)
        PALATE_TRY(palate__fail(reading->err, PALATE_E_FORMAT,
                                "%s: there are no rows below the header", reading->path));
    PALATE_TRY(shrink_text(reading, to));
done:
    return status;
}

/* ---- The public calls ---- */

static palate_status read_catalogue(palate_context *context, const char *path, bool whole,
                                    palate_catalogue **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__source source = {0};
    palate__span text = {"", 0};
    char *converted = NULL;
    if (out != NULL)
        *out = NULL;
    if (path == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "reading a table: %s is NULL",
                            path == NULL ? "path" : "out");
    palate_catalogue *made = palate__allocate_zeroed(context, 1, sizeof *made);
    if (made == NULL)
        return palate__fail_memory(err, "reading a table");
    made->context = context;
    made->ids.context = context;
    PALATE_TRY(palate__source_open(context, path, &source, err));
    PALATE_TRY(palate__table_text(&source.input, &text, &converted, err));
    made->path = palate__copy_text(context, source.input.path, strlen(source.input.path));
    if (made->path == NULL)
        PALATE_TRY(palate__fail_memory(err, "reading a table"));
    table reading = {.path = made->path, .whole = whole, .err = err};
    PALATE_TRY(read_table(&reading, text, made));
    *out = made;
    made = NULL;
done:
    palate_catalogue_free(made);
    palate__release(context, converted);
    palate__source_close(&source);
    return status;
}

palate_status palate_catalogue_read(palate_context *context, const char *path,
                                    palate_catalogue **out, palate_error *err)
{
    return read_catalogue(context, path, false, out, err);
}

palate_status palate_catalogue_read_columns(palate_context *context, const char *path,
                                            palate_catalogue **out, palate_error *err)
{
    return read_catalogue(context, path, true, out, err);
}

void palate_catalogue_free(palate_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    palate_context *context = catalogue->context;
    palate__id_builder_free(&catalogue->ids);
    for (size_t c = 0; c < catalogue->column_count; c++)
        palate__release(context, catalogue->names[c]);
    palate__release(context, catalogue->names);
    palate__release(context, catalogue->begins);
    palate__release(context, catalogue->text);
    palate__release(context, catalogue->path);
    palate__release(context, catalogue);
}

const char *palate__catalogue_text(const palate_catalogue *catalogue, uint32_t row, size_t column)
{
    const char *text = catalogue->text + catalogue->begins[row];
    for (size_t c = 0; c < column; c++)
        text += strlen(text) + 1;
    return text;
}

static const char *text_of(const palate_catalogue *catalogue, const char *id, size_t column)
{
    if (id == NULL)
        return NULL;
    uint32_t number = palate__id_builder_find(&catalogue->ids, id, strlen(id));
    if (number == PALATE__NO_ID)
        return NULL;
    const char *text = palate__catalogue_text(catalogue, number, column);
    return text[0] != '\0' ? text : NULL;
}

const char *palate_catalogue_title(const palate_catalogue *catalogue, const char *id)
{
    return catalogue == NULL ? NULL : text_of(catalogue, id, catalogue->title);
}

size_t palate_catalogue_count(const palate_catalogue *catalogue)
{
    return catalogue == NULL ? 0 : catalogue->ids.count;
}

const char *palate_catalogue_id(const palate_catalogue *catalogue, size_t row)
{
    if (row >= palate_catalogue_count(catalogue))
        return NULL;
    return palate__id_builder_text(&catalogue->ids, (uint32_t)row);
}

size_t palate_catalogue_column_count(const palate_catalogue *catalogue)
{
    return catalogue == NULL ? 0 : catalogue->column_count;
}

const char *palate_catalogue_column_name(const palate_catalogue *catalogue, size_t column)
{
    return column < palate_catalogue_column_count(catalogue) ? catalogue->names[column] : NULL;
}

size_t palate_catalogue_find_column(const palate_catalogue *catalogue, const char *name)
{
    int64_t number = 0;
    const size_t count = palate_catalogue_column_count(catalogue);
    if (name == NULL)
        return PALATE_NO_COLUMN;
    const palate__span wanted = palate__text_span(name);
    for (size_t c = 0; c < count; c++)
        if (palate__text_alike(wanted, palate__text_span(catalogue->names[c])))
            return c;
    if (palate__parse_integer(wanted, &number) && number >= 2 && (uint64_t)number < count + 2)
        return (size_t)number - 2;
    return PALATE_NO_COLUMN;
}

const char *palate_catalogue_value(const palate_catalogue *catalogue, const char *id, size_t column)
{
    if (column >= palate_catalogue_column_count(catalogue))
        return NULL;
    return text_of(catalogue, id, column);
}

/* ---- Cells and columns ---- */

bool palate__cell_next_word(const char **at, palate__span *word)
{
    static const char none[] = "(no genres listed)";
    while (**at != '\0') {
        const size_t bytes = strcspn(*at, "|");
        *word = palate__trim((palate__span){*at, bytes});
        *at += bytes + ((*at)[bytes] == '|');
        if (word->bytes > 0 &&
            (word->bytes != sizeof none - 1 || memcmp(word->text, none, word->bytes) != 0))
            return true;
    }
    return false;
}

/* "title, genres, year" */
static void list_columns(const palate_catalogue *catalogue, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t c = 0; c < catalogue->column_count && length + 2 < size; c++) {
        int written = snprintf(text + length, size - length, "%s%s", c == 0 ? "" : ", ",
                               catalogue->names[c]);
        length += written > 0 ? (size_t)written : 0;
    }
}

palate_status palate__catalogue_no_column(const palate_catalogue *catalogue, const char *name,
                                          palate_error *err)
{
    char columns[600];
    char meant[120] = "";
    size_t least = SIZE_MAX;
    for (size_t c = 0; c < catalogue->column_count; c++) {
        const size_t distance = palate_text_distance(name, catalogue->names[c]);
        if (distance < least)
            snprintf(meant, sizeof meant, "; did you mean %.80s?", catalogue->names[c]);
        least = distance < least ? distance : least;
    }
    list_columns(catalogue, columns, sizeof columns);
    return palate__fail(err, PALATE_E_INVALID, "%s: there is no column \"%.80s\"%s%s has %s",
                        catalogue->path, name, meant,
                        meant[0] == '\0' ? "; the table" : " The table", columns);
}
