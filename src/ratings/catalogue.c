/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of items or users: what an id is called.
 *
 *     movieId,title,genres                                    movies.csv
 *     1,Toy Story (1995),Adventure|Animation
 *
 *     1::Toy Story (1995)::Animation|Children's|Comedy        movies.dat
 *     1|Toy Story (1995)|01-Jan-1995||http://...              u.item
 *
 * The first column is the id. An id holds no separator, so the separator is the first that occurs.
 */
#include "ratings/ids.h"
#include "ratings/input.h"
#include "ratings/table.h"

#include <string.h>

struct palate_catalogue {
    palate_context *context;
    palate__id_builder ids; /* Numbered in the order of rows. */
    size_t *begins;         /* Where the title of an id begins in `titles`. */
    char *titles;           /* All of them, each with its zero. */
};

/* A table while it is read. */
typedef struct table {
    const char *path;
    palate__rows rows;
    palate__separator separator;
    size_t title_column; /* Counted from 0. */
    size_t field_count;  /* Of the first row. */
    size_t title_bytes;  /* Of all titles so far. */
    palate_error *err;
} table;

/* ---- Text ---- */

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

/* The text of a file as UTF-8; `converted` is NULL where it was already. */
static palate_status as_utf8(const palate__input *input, palate__span *text, char **converted,
                             palate_error *err)
{
    *text = (palate__span){input->data, input->bytes};
    *converted = NULL;
    if (input->bytes > 0 && memchr(input->data, '\0', input->bytes) != NULL)
        return palate__fail(
            err, PALATE_E_FORMAT,
            "%s: there are zero bytes in it; a table of titles is text, in UTF-8 or "
            "Latin-1",
            input->path);
    if (palate__utf8_valid(*text) == text->bytes)
        return PALATE_OK;
    *converted = palate__allocate_array(input->context, input->bytes, 2);
    if (*converted == NULL)
        return palate__fail_memory(err, "converting a table of titles");
    *text = (palate__span){*converted, convert_latin1(*text, *converted)};
    return PALATE_OK;
}

/* A title is one line of a terminal or a list. */
static void replace_controls(char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
            text[i] = ' ';
}

/* ---- The first row ---- */

static palate__separator find_separator(palate__span row)
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
    reading->title_column = 1;
    for (size_t c = 0; palate__next_cell(&cells, &cell); c++) {
        if (c == 0) {
            names_id = is_id_word(cell.text);
            is_number = palate__parse_real(cell.text, &number);
        } else if (!found && is_title_word(cell.text) && !is_number) {
            found = true;
            reading->title_column = c;
        }
    }
    return names_id || found;
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

/* The id is unescaped where the title will go: there is room, for both are parts of the text. */
static palate_status read_row(table *reading, palate_catalogue *to, palate__span row)
{
    palate__cells cells = palate__cells_of(row, reading->separator);
    palate__cell id = {0};
    palate__cell title = {0};
    char *room = to->titles + reading->title_bytes;
    uint32_t number = 0;
    palate_status status = check_width(reading, row);
    if (status != PALATE_OK)
        return status;
    (void)palate__next_cell(&cells, &id);
    for (size_t c = 1; c <= reading->title_column; c++)
        (void)palate__next_cell(&cells, &title);
    if (id.text.bytes == 0)
        return fail_row(reading, 1, "the id is empty; give every row one, or remove the row");
    size_t bytes = palate__cell_copy(&id, room);
    if (palate__id_builder_find(&to->ids, room, bytes) != PALATE__NO_ID)
        return PALATE_OK; /* The first row of an id counts. */
    status = palate__id_builder_add(&to->ids, room, bytes, &number, reading->err);
    if (status != PALATE_OK)
        return status;
    bytes = palate__cell_copy(&title, room);
    replace_controls(room, bytes);
    room[bytes] = '\0';
    to->begins[number] = reading->title_bytes;
    reading->title_bytes += bytes + 1;
    return PALATE_OK;
}

static size_t count_lines(palate__span text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.bytes; i++)
        count += text.text[i] == '\n';
    return count;
}

/* Titles are parts of the text, their zeros in place of separators or ends of lines. */
static palate_status allocate_rows(palate_catalogue *to, palate__span text, palate_error *err)
{
    to->titles = palate__allocate(to->context, text.bytes + 2);
    to->begins = palate__allocate_array(to->context, count_lines(text), sizeof *to->begins);
    return to->titles != NULL && to->begins != NULL
               ? PALATE_OK
               : palate__fail_memory(err, "reading a table of titles");
}

/* Gives back what columns other than the titles took. */
static palate_status shrink_titles(const table *reading, palate_catalogue *to)
{
    char *smaller = palate__resize_array(to->context, to->titles, reading->title_bytes,
                                         reading->title_bytes, 1);
    if (smaller == NULL)
        return palate__fail_memory(reading->err, "reading a table of titles");
    to->titles = smaller;
    return PALATE_OK;
}

static palate_status read_table(const char *path, palate__span text, palate_catalogue *to,
                                palate_error *err)
{
    palate_status status = PALATE_OK;
    table reading = {.path = path, .err = err};
    palate__span row = {"", 0};
    palate__rows lines = palate__rows_of(text, (palate__separator){.character = '|'});
    if (!palate__next_row(&lines, &row))
        return palate__fail(err, PALATE_E_FORMAT,
                            "%s: the file is empty; it needs rows of id, title", path);
    reading.separator = find_separator(row);
    reading.rows = palate__rows_of(text, reading.separator);
    (void)palate__next_row(&reading.rows, &row);
    reading.field_count = palate__cell_count(row, reading.separator);
    if (reading.field_count < 2)
        return fail_row(
            &reading, 0,
            "there is one column only; a row is an id and a title, separated by a comma, "
            "a semicolon, a tab, | or ::");
    PALATE_TRY(allocate_rows(to, text, err));
    if (!take_header(&reading, row))
        PALATE_TRY(read_row(&reading, to, row));
    while (palate__next_row(&reading.rows, &row))
        PALATE_TRY(read_row(&reading, to, row));
    if (to->ids.count == 0)
        PALATE_TRY(
            palate__fail(err, PALATE_E_FORMAT, "%s: there are no rows below the header", path));
    PALATE_TRY(shrink_titles(&reading, to));
done:
    return status;
}

/* ---- The public calls ---- */

palate_status palate_catalogue_read(palate_context *context, const char *path,
                                    palate_catalogue **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__source source = {0};
    palate__span text = {"", 0};
    char *converted = NULL;
    if (out != NULL)
        *out = NULL;
    if (path == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_catalogue_read: %s is NULL",
                            path == NULL ? "path" : "out");
    palate_catalogue *made = palate__allocate_zeroed(context, 1, sizeof *made);
    if (made == NULL)
        return palate__fail_memory(err, "reading a table of titles");
    made->context = context;
    made->ids.context = context;
    PALATE_TRY(palate__source_open(context, path, &source, err));
    PALATE_TRY(as_utf8(&source.input, &text, &converted, err));
    PALATE_TRY(read_table(source.input.path, text, made, err));
    *out = made;
    made = NULL;
done:
    palate_catalogue_free(made);
    palate__release(context, converted);
    palate__source_close(&source);
    return status;
}

void palate_catalogue_free(palate_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    palate_context *context = catalogue->context;
    palate__id_builder_free(&catalogue->ids);
    palate__release(context, catalogue->begins);
    palate__release(context, catalogue->titles);
    palate__release(context, catalogue);
}

const char *palate_catalogue_title(const palate_catalogue *catalogue, const char *id)
{
    if (catalogue == NULL || id == NULL)
        return NULL;
    uint32_t number = palate__id_builder_find(&catalogue->ids, id, strlen(id));
    if (number == PALATE__NO_ID)
        return NULL;
    const char *title = catalogue->titles + catalogue->begins[number];
    return title[0] != '\0' ? title : NULL;
}

size_t palate_catalogue_count(const palate_catalogue *catalogue)
{
    return catalogue == NULL ? 0 : catalogue->ids.count;
}
