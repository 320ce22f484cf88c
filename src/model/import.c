/* SPDX-License-Identifier: Apache-2.0 */
/* Models from two tables of factors, as people write them:
 *
 *     user,Action,Romance          item,Action,Romance,offset
 *     User 1,.8,.2                 A,.9,.2,.1
 */
#include "model/given.h"
#include "ratings/input.h"
#include "ratings/table.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { FIRST_ROWS = 64 };

/* One table while it is read. */
typedef struct table {
    palate_context *context;
    palate_error *err;
    const char *what; /* "user" or "item". */
    palate__source source;
    palate__separator separator;
    palate__rows rows;
    size_t column_count;
    size_t offset_column;     /* Counted from 0; 0: there is none. */
    char *room;               /* For the text of a cell. */
    palate__id_builder names; /* Of factors, in the order of their columns. */
    palate__id_builder ids;
    size_t capacity; /* Rows there is memory for. */
    float *factors;
    float *offsets;
} table;

static palate_status wrong(const table *t, size_t column, const char *format, ...)
    PALATE__PRINTF(3, 4);

/* "FILE:LINE: field COLUMN: what"; column 0: the line as a whole. */
static palate_status wrong(const table *t, size_t column, const char *format, ...)
{
    char what[400];
    char field[32] = "";
    const long long line = t->rows.line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (column > 0)
        snprintf(field, sizeof field, " field %zu:", column);
    return palate__fail_at(t->err, PALATE_E_FORMAT, line, (int64_t)column, "%s:%lld:%s %s",
                           t->source.input.path, line, field, what);
}

/* ---- The header ---- */

/* The first character of the text, outside quotes, that can stand between fields. */
static palate__separator find_separator(palate__span text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.bytes && (quoted || text.text[i] != '\n'); i++) {
        const char c = text.text[i];
        quoted ^= c == '"';
        if (!quoted && (c == ',' || c == ';' || c == '\t' || c == '|'))
            return (palate__separator){.character = c, .quotes = true};
    }
    return (palate__separator){.character = ',', .quotes = true};
}

static palate__span cell_text(table *t, const palate__cell *cell)
{
    return (palate__span){t->room, palate__cell_copy(cell, t->room)};
}

static palate_status read_name(table *t, palate__span name, size_t column)
{
    uint32_t number = 0;
    if (palate__text_alike(name, palate__text_span("offset"))) {
        if (t->offset_column != 0)
            return wrong(t, column + 1, "the column \"offset\" is there twice");
        t->offset_column = column;
        return PALATE_OK;
    }
    const uint32_t expected = t->names.count;
    const char *problem = palate__factor_name_problem(name);
    if (problem != NULL)
        return wrong(t, column + 1, "the name of the factor %s", problem);
    palate_status status = palate__id_builder_add(&t->names, name.text, name.bytes, &number,
                                                  t->err);
    if (status == PALATE_OK && number != expected)
        return wrong(t, column + 1, "the factor \"%.*s\" is there twice", palate__shown_bytes(name),
                     name.text);
    return status;
}

/* The first column is the ids, whatever it is called. */
static palate_status read_header(table *t)
{
    palate__span row;
    palate__cell cell;
    if (!palate__next_row(&t->rows, &row))
        return palate__fail(t->err, PALATE_E_FORMAT,
                            "%s: the table is empty; it needs a header such as \"%s,Action,"
                            "Romance\" and a row for each %s",
                            t->source.input.path, t->what, t->what);
    palate__cells cells = palate__cells_of(row, t->separator);
    for (size_t column = 0; palate__next_cell(&cells, &cell); column++) {
        if (column > 0) {
            palate_status status = read_name(t, cell_text(t, &cell), column);
            if (status != PALATE_OK)
                return status;
        }
        t->column_count++;
    }
    if (t->names.count < 1 || t->names.count > PALATE__FACTORS_MAX)
        return wrong(t, 0,
                     "the header names %lu factors, 1 to %lu are possible; it looks like "
                     "\"%s,Action,Romance\"",
                     (unsigned long)t->names.count, (unsigned long)PALATE__FACTORS_MAX, t->what);
    return PALATE_OK;
}

/* ---- The rows ---- */

static palate_status grow(table *t)
{
    const size_t capacity = t->capacity == 0 ? FIRST_ROWS : t->capacity * 2;
    const size_t row_bytes = t->names.count * sizeof *t->factors;
    float *factors = palate__resize_array(t->context, t->factors, t->capacity, capacity, row_bytes);
    if (factors == NULL)
        return palate__fail_memory(t->err, "reading factors");
    t->factors = factors;
    float *offsets = palate__resize_array(t->context, t->offsets, t->capacity, capacity,
                                          sizeof *t->offsets);
    if (offsets == NULL)
        return palate__fail_memory(t->err, "reading factors");
    t->offsets = offsets;
    t->capacity = capacity;
    return PALATE_OK;
}

static palate_status read_id(table *t, palate__span id)
{
    uint32_t number = 0;
    const uint32_t expected = t->ids.count;
    const char *problem = palate__id_problem(id);
    if (problem != NULL)
        return wrong(t, 1, "the id of the %s %s", t->what, problem);
    palate_status status = palate__id_builder_add(&t->ids, id.text, id.bytes, &number, t->err);
    if (status == PALATE_OK && number != expected)
        return wrong(t, 1, "the %s \"%.*s\" is there twice (first as row %lu of the table)",
                     t->what, palate__shown_bytes(id), id.text, (unsigned long)number + 1);
    return status;
}

static palate_status read_number(const table *t, palate__span text, size_t column, float *out)
{
    double value = 0.0;
    const bool is_offset = column == t->offset_column;
    const char *what = is_offset ? "offset" : "factor";
    const int shown = palate__shown_bytes(text);
    if (text.bytes == 0)
        return wrong(t, column + 1, "the %s is missing", what);
    if (!palate__parse_real(palate__trim(text), &value))
        return wrong(t, column + 1, "the %s \"%.*s\" is not a number", what, shown, text.text);
    if (!(fabs(value) <= (double)FLT_MAX))
        return wrong(t, column + 1, "the %s \"%.*s\" is not finite, or too large", what, shown,
                     text.text);
    if (!is_offset && value < 0.0)
        return wrong(t, column + 1, "the factor \"%.*s\" is negative; factors are 0 or more", shown,
                     text.text);
    *out = (float)value + 0.0F; /* -0 is 0. */
    return PALATE_OK;
}

static palate_status read_row(table *t, palate__span row)
{
    palate_status status = PALATE_OK;
    palate__cell cell;
    const size_t cell_count = palate__cell_count(row, t->separator);
    const size_t place = t->ids.count;
    if (cell_count != t->column_count)
        return wrong(t, 0, "%zu field%s where the header has %zu", cell_count,
                     cell_count == 1 ? "" : "s", t->column_count);
    if (place == t->capacity)
        PALATE_TRY(grow(t));
    float *factor = t->factors + place * t->names.count;
    t->offsets[place] = 0.0F;
    palate__cells cells = palate__cells_of(row, t->separator);
    for (size_t column = 0; palate__next_cell(&cells, &cell); column++) {
        const palate__span text = cell_text(t, &cell);
        if (column == 0)
            PALATE_TRY(read_id(t, text));
        else if (column == t->offset_column)
            PALATE_TRY(read_number(t, text, column, &t->offsets[place]));
        else
            PALATE_TRY(read_number(t, text, column, factor++));
    }
done:
    return status;
}

static palate_status read_table(table *t, const char *path)
{
    palate_status status = PALATE_OK;
    palate__span row;
    PALATE_TRY(palate__source_open(t->context, path, &t->source, t->err));
    const palate__span text = {t->source.input.data, t->source.input.bytes};
    t->separator = find_separator(text);
    t->rows = palate__rows_of(text, t->separator);
    t->room = palate__allocate(t->context, text.bytes);
    if (t->room == NULL)
        PALATE_TRY(palate__fail_memory(t->err, "reading factors"));
    PALATE_TRY(read_header(t));
    while (palate__next_row(&t->rows, &row))
        PALATE_TRY(read_row(t, row));
    if (t->ids.count == 0)
        PALATE_TRY(wrong(t, 0, "the table has no row for any %s", t->what));
done:
    return status;
}

static void close_table(table *t)
{
    palate__id_builder_free(&t->names);
    palate__id_builder_free(&t->ids);
    palate__release(t->context, t->factors);
    palate__release(t->context, t->offsets);
    palate__release(t->context, t->room);
    palate__source_close(&t->source);
}

/* ---- Both tables ---- */

static palate_status freeze_names(table *t, palate__ids *out)
{
    uint32_t *row_of = palate__allocate_array(t->context, t->names.count, sizeof *row_of);
    if (row_of == NULL)
        return palate__fail_memory(t->err, "reading factors");
    palate_status status = palate__id_builder_freeze(&t->names, NULL, true, row_of, out, t->err);
    palate__release(t->context, row_of);
    return status;
}

/* The same factors in the same order. */
static palate_status compare_names(const table *users, const table *items,
                                   const palate__ids *user_names, const palate__ids *item_names)
{
    const uint32_t most = user_names->count > item_names->count ? user_names->count
                                                                : item_names->count;
    for (uint32_t f = 0; f < most; f++) {
        const char *of_users = palate__ids_text(user_names, f);
        const char *of_items = palate__ids_text(item_names, f);
        if (of_users != NULL && of_items != NULL && strcmp(of_users, of_items) == 0)
            continue;
        return palate__fail(items->err, PALATE_E_FORMAT,
                            "factor %lu is \"%.100s\" in %s but \"%.100s\" in %s; both tables need "
                            "the same factors in the same order",
                            (unsigned long)f + 1, of_users == NULL ? "" : of_users,
                            users->source.input.path, of_items == NULL ? "" : of_items,
                            items->source.input.path);
    }
    return PALATE_OK;
}

static palate_status make_model(table *users, table *items, palate_scale scale, palate_model **out)
{
    palate_status status = PALATE_OK;
    palate_model *model = NULL;
    palate__ids user_names = {0};
    palate__ids item_names = {0};
    palate_error *err = users->err;
    PALATE_TRY(freeze_names(users, &user_names));
    PALATE_TRY(freeze_names(items, &item_names));
    PALATE_TRY(compare_names(users, items, &user_names, &item_names));
    const palate__given given = {
        .users = {&users->ids, users->factors, users->offsets},
        .items = {&items->ids, items->factors, items->offsets},
        .factor_count = user_names.count,
        .scale = scale,
        .where = "palate_model_import",
    };
    PALATE_TRY(palate__model_from_given(users->context, &given, &model, err));
    for (uint32_t f = 0; f < user_names.count; f++)
        PALATE_TRY(palate__model_set_text(model, &model->factor_names[f],
                                          palate__ids_text(&user_names, f), err));
    *out = model;
    model = NULL;
done:
    palate_model_free(model);
    palate__ids_free(users->context, &user_names);
    palate__ids_free(users->context, &item_names);
    return status;
}

palate_status palate_model_import(palate_context *context, const char *users_path,
                                  const char *items_path, palate_scale scale, palate_model **out,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    table users = {.context = context, .err = err, .what = "user"};
    table items = {.context = context, .err = err, .what = "item"};
    users.names.context = users.ids.context = context;
    items.names.context = items.ids.context = context;
    if (out != NULL)
        *out = NULL;
    if (users_path == NULL || items_path == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_import: %s is NULL",
                            out == NULL          ? "out"
                            : users_path == NULL ? "users_path"
                                                 : "items_path");
    PALATE_TRY(read_table(&users, users_path));
    PALATE_TRY(read_table(&items, items_path));
    PALATE_TRY(make_model(&users, &items, scale, out));
done:
    close_table(&users);
    close_table(&items);
    return status;
}
