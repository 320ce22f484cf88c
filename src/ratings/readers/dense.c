/* SPDX-License-Identifier: Apache-2.0 */
/* A table of users and items, the form in which people draw R on a blackboard:
 *
 *     ,Movie 1,Movie 2,Movie 3          the header names the items
 *     User 1,5,3,0                      a row is a user; empty or 0: no rating
 *     User 2,4,0,0
 *
 * A row or column without any rating is named all the same. The header may lack its first cell, as
 * R's write.table() has it. Where a row is wrong, none of it is taken.
 */
#include "ratings/readers/readers.h"
#include "ratings/table.h"

#include <math.h>
#include <string.h>

/* ---- Recognition ---- */

/* Words for users in the corner of a table, beyond those for a column of users. */
static const char *const CORNER_WORDS[] = {
    "name",     "user name", "username",    "people",    "viewer",     "rater",
    "reviewer", "reader",    "users/items", "user/item", "user\\item", "customers",
};

#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])

static bool names_users(palate__span text)
{
    for (size_t i = 0; i < COUNT_OF(CORNER_WORDS); i++)
        if (palate__same_word(text, CORNER_WORDS[i]))
            return true;
    return palate__names_role(text, PALATE__ROLE_USER);
}

/* A word for a column of an ordinary list of ratings. */
static bool names_column(palate__span text)
{
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        if (palate__names_role(text, (palate__role)role))
            return true;
    return false;
}

static bool is_number(palate__span text)
{
    double value = 0.0;
    return palate__parse_real(text, &value);
}

/* The header begins with a cell above the users. */
static bool begins_with_corner(palate__span header, palate__separator separator)
{
    palate__cells cells = palate__cells_of(header, separator);
    palate__cell first = {0};
    (void)palate__next_cell(&cells, &first);
    return first.text.bytes == 0 || names_users(first.text);
}

/* What a header of items must not have: column words, or (where the corner is missing too) numbers
 * only, which is how a list of ratings looks. */
static bool names_items(palate__span header, palate__separator separator, bool corner)
{
    palate__cells cells = palate__cells_of(header, separator);
    palate__cell cell;
    bool all_numbers = true;
    for (size_t c = 0; palate__next_cell(&cells, &cell); c++) {
        if (c == 0 && corner)
            continue;
        if (names_column(cell.text))
            return false;
        all_numbers = all_numbers && is_number(cell.text);
    }
    return corner || !all_numbers;
}

/* So many cells, all but the first numbers or empty. Counts the numbers. */
static bool holds_ratings(palate__span row, palate__separator separator, size_t width,
                          size_t *numbers)
{
    palate__cells cells = palate__cells_of(row, separator);
    palate__cell cell;
    size_t count = 0;
    for (; palate__next_cell(&cells, &cell); count++) {
        if (count == 0 || cell.text.bytes == 0)
            continue;
        if (!is_number(cell.text))
            return false;
        ++*numbers;
    }
    return count == width;
}

/* Some wrong rows do not make a table of something else: the reader will say what is wrong. */
static int sniff_separated(palate__span head, bool whole, palate__separator separator)
{
    enum { SURE = 90, LIKELY = 80, UNLIKE_A_LIST = 60, WIDE = 8 };
    palate__rows rows = palate__rows_of(head, separator);
    palate__span header;
    palate__span row;
    if (!palate__next_row(&rows, &header))
        return 0;
    bool corner = begins_with_corner(header, separator);
    size_t width = palate__cell_count(header, separator) + (corner ? 0 : 1);
    if (width < 2 || !names_items(header, separator, corner))
        return 0;
    size_t row_count = 0;
    size_t right = 0;
    size_t numbers = 0;
    while (palate__next_row(&rows, &row) && (whole || rows.at < rows.end)) {
        row_count++;
        right += holds_ratings(row, separator, width, &numbers);
    }
    if (row_count == 0 && !whole)
        return corner && width > WIDE ? UNLIKE_A_LIST : 0;
    if (numbers == 0 || 2 * right <= row_count)
        return 0;
    return right < row_count ? (corner ? UNLIKE_A_LIST : 0) : corner ? SURE : LIKELY;
}

static const palate__separator SEPARATORS[] = {
    {.character = ',', .quotes = true},  {.character = ';', .quotes = true},
    {.character = '\t', .quotes = true}, {.character = '|', .quotes = true},
    {.spaces = true, .quotes = true},
};

static palate__separator find_separator(palate__span head, bool whole, int *sure)
{
    palate__separator best = SEPARATORS[0];
    *sure = 0;
    for (size_t s = 0; s < COUNT_OF(SEPARATORS); s++) {
        int found = sniff_separated(head, whole, SEPARATORS[s]);
        if (found > *sure) {
            *sure = found;
            best = SEPARATORS[s];
        }
    }
    return best;
}

static int sniff(palate__span head, bool whole)
{
    int sure = 0;
    (void)find_separator(head, whole, &sure);
    return sure;
}

/* ---- Reading ---- */

typedef struct table {
    const palate__input *input;
    palate__sink *sink;
    palate__rows rows;
    size_t corner; /* 1: the header has a cell above the users, 0: it lacks it. */
    size_t item_count;
    palate__span *items; /* No bytes where the name is wrong, which lenient reading passes over. */
    char *item_text;     /* What `items` point into. */
    double *values;      /* Of one row; NaN where there is no rating. */
    char *user_text;     /* The name of one user. */
    size_t user_capacity;
} table;

static void destroy(table *reading)
{
    palate_context *context = reading->input->context;
    palate__release(context, reading->items);
    palate__release(context, reading->item_text);
    palate__release(context, reading->values);
    palate__release(context, reading->user_text);
}

static palate_status fail_reading_memory(const table *reading)
{
    return palate__fail_memory(palate__sink_error(reading->sink), "reading a dense table");
}

/* The separator of a table that none fits as it stands: one that occurs in its header. */
static palate__separator guess_separator(palate__span head)
{
    palate__rows rows = palate__rows_of(head, (palate__separator){.character = '|'});
    palate__span header = {"", 0};
    (void)palate__next_row(&rows, &header);
    for (size_t s = 0; s < COUNT_OF(SEPARATORS); s++)
        if (palate__cell_count(header, SEPARATORS[s]) > 1)
            return SEPARATORS[s];
    return SEPARATORS[0];
}

static palate_status choose_separator(const table *reading, const palate_read_options *options,
                                      palate__separator *out)
{
    enum { HEAD_BYTES = 1 << 16 };
    if (options->separator != NULL) {
        palate_status status = palate__given_separator(options->separator, reading->sink, out);
        out->quotes = !out->doubled;
        return status;
    }
    bool whole = reading->input->bytes <= HEAD_BYTES;
    palate__span head = {reading->input->data, whole ? reading->input->bytes : HEAD_BYTES};
    int sure = 0;
    *out = find_separator(head, whole, &sure);
    if (sure == 0)
        *out = guess_separator(head);
    return PALATE_OK;
}

/* What is wrong with a name, or NULL. */
static const char *fault_of_name(const palate__cell *cell)
{
    if (cell->open)
        return "a quote is not closed, or text follows it; write a quote within a name twice";
    if (cell->text.bytes == 0)
        return "the name is empty; name every user and item, or remove what has no name";
    if (memchr(cell->text.text, '\0', cell->text.bytes) != NULL)
        return "the name has a zero byte; is this file text?";
    if (palate__utf8_valid(cell->text) < cell->text.bytes)
        return "the name is not UTF-8; convert the file, for example with iconv -f latin1 -t utf-8";
    return NULL;
}

static palate_status check_name(const table *reading, const palate__cell *cell, size_t field,
                                bool *valid)
{
    const char *fault = fault_of_name(cell);
    *valid = fault == NULL;
    if (*valid)
        return PALATE_OK;
    /* Bytes that are not UTF-8 would spoil the message. */
    palate__span shown = {cell->text.text, palate__utf8_valid(cell->text)};
    return palate__sink_problem(reading->sink, reading->rows.line, (int64_t)field, "\"%.*s\": %s",
                                palate__shown_bytes(shown), shown.text, fault);
}

/* Does the header lack the cell above the users? The first row tells. */
static bool has_corner(palate__rows rows, palate__span header)
{
    palate__span row;
    return begins_with_corner(header, rows.separator) || !palate__next_row(&rows, &row) ||
           palate__cell_count(header, rows.separator) + 1 !=
               palate__cell_count(row, rows.separator);
}

static palate_status allocate_columns(table *reading, palate__span header)
{
    palate_context *context = reading->input->context;
    reading->corner = has_corner(reading->rows, header) ? 1 : 0;
    reading->item_count = palate__cell_count(header, reading->rows.separator) - reading->corner;
    reading->items = palate__allocate_zeroed(context, reading->item_count, sizeof(palate__span));
    reading->item_text = palate__allocate(context, header.bytes);
    reading->values = palate__allocate_array(context, reading->item_count, sizeof(double));
    bool whole = reading->items != NULL && reading->item_text != NULL && reading->values != NULL;
    return whole ? PALATE_OK : fail_reading_memory(reading);
}

/* Names the items, in the order of columns. */
static palate_status read_header(table *reading)
{
    palate_status status = PALATE_OK;
    palate__span header;
    palate__cell cell;
    if (!palate__next_row(&reading->rows, &header))
        return palate__sink_problem(reading->sink, 0, 0,
                                    "there is no header line; the first line must name the items");
    PALATE_TRY(allocate_columns(reading, header));
    palate__cells cells = palate__cells_of(header, reading->rows.separator);
    char *to = reading->item_text;
    if (reading->corner > 0)
        (void)palate__next_cell(&cells, &cell);
    for (size_t c = 0; palate__next_cell(&cells, &cell); c++) {
        bool valid = false;
        PALATE_TRY(check_name(reading, &cell, c + 1 + reading->corner, &valid));
        if (!valid)
            continue;
        reading->items[c] = (palate__span){to, palate__cell_copy(&cell, to)};
        to += reading->items[c].bytes;
        PALATE_TRY(palate__sink_item(reading->sink, reading->items[c]));
    }
    palate__sink_describe(reading->sink, "user=row item=column (%zu items)", reading->item_count);
done:
    return status;
}

static palate_status copy_user(table *reading, const palate__cell *cell, palate__span *out)
{
    if (cell->text.bytes > reading->user_capacity) {
        size_t capacity = cell->text.bytes * 2;
        char *larger = palate__resize_array(reading->input->context, reading->user_text, 0,
                                            capacity, 1);
        if (larger == NULL)
            return fail_reading_memory(reading);
        reading->user_text = larger;
        reading->user_capacity = capacity;
    }
    *out = (palate__span){reading->user_text, palate__cell_copy(cell, reading->user_text)};
    return PALATE_OK;
}

static palate_status read_values(table *reading, palate__cells *cells, bool *valid)
{
    palate__cell cell;
    for (size_t c = 0; palate__next_cell(cells, &cell); c++) {
        *valid = cell.text.bytes == 0 || palate__parse_real(cell.text, &reading->values[c]);
        if (!*valid)
            return palate__sink_problem(reading->sink, reading->rows.line, (int64_t)c + 2,
                                        "\"%.*s\" is not a number; leave the cell empty or write 0 "
                                        "where there is no rating",
                                        palate__shown_bytes(cell.text), cell.text.text);
        if (cell.text.bytes == 0 || reading->values[c] == 0.0)
            reading->values[c] = NAN;
        else if (isnan(reading->values[c]))
            *valid = false;
        if (!*valid)
            return palate__sink_problem(
                reading->sink, reading->rows.line, (int64_t)c + 2,
                "the rating is nan; leave the cell empty or write 0 where there is no rating");
    }
    return PALATE_OK;
}

static palate_status hand_on(table *reading, palate__span user)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(palate__sink_user(reading->sink, user));
    for (size_t c = 0; c < reading->item_count; c++) {
        if (isnan(reading->values[c]) || reading->items[c].bytes == 0)
            continue;
        const int field = c < INT32_MAX - 2 ? (int)c + 2 : 0;
        const palate__columns columns = {.user = 1, .item = field, .rating = field};
        const palate__record record = {user, reading->items[c], reading->values[c], PALATE_NO_TIME,
                                       reading->rows.line};
        PALATE_TRY(palate__sink_rating(reading->sink, &record, &columns));
    }
done:
    return status;
}

static palate_status read_row(table *reading, palate__span row)
{
    palate_status status = PALATE_OK;
    size_t count = palate__cell_count(row, reading->rows.separator);
    if (count != reading->item_count + 1)
        return palate__sink_problem(reading->sink, reading->rows.line, 0,
                                    "%zu field%s, but the header names %zu items, which makes %zu",
                                    count, count == 1 ? "" : "s", reading->item_count,
                                    reading->item_count + 1);
    palate__cells cells = palate__cells_of(row, reading->rows.separator);
    palate__cell cell;
    palate__span user = {NULL, 0};
    bool valid = false;
    (void)palate__next_cell(&cells, &cell);
    PALATE_TRY(check_name(reading, &cell, 1, &valid));
    if (valid)
        PALATE_TRY(read_values(reading, &cells, &valid));
    if (!valid)
        goto done;
    PALATE_TRY(copy_user(reading, &cell, &user));
    PALATE_TRY(hand_on(reading, user));
done:
    return status;
}

static palate_status read_table(const palate__input *input, const palate_read_options *options,
                                palate__sink *sink)
{
    palate_status status = PALATE_OK;
    table reading = {.input = input, .sink = sink};
    palate__separator separator = {0};
    palate__span row;
    if (options->header == PALATE_HEADER_NO)
        return palate__fail(palate__sink_error(sink), PALATE_E_INVALID,
                            "option header: a dense table needs its header line, which names the "
                            "items");
    PALATE_TRY(choose_separator(&reading, options, &separator));
    reading.rows = palate__rows_of((palate__span){input->data, input->bytes}, separator);
    PALATE_TRY(read_header(&reading));
    while (palate__next_row(&reading.rows, &row))
        PALATE_TRY(read_row(&reading, row));
    palate__sink_count_lines(sink, reading.rows.line_count);
done:
    destroy(&reading);
    return status;
}

const palate__reader palate__reader_dense = {
    .name = "dense",
    .help = "a table of users (rows) and items (columns); empty or 0: no rating",
    .sniff = sniff,
    .read = read_table,
};
