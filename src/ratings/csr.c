/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and columns of a sparse matrix are numbered as they are: no id is looked for, and two transpositions sort.
 *
 *     matrix   --rows and columns put in order, by their counts-->   sheet
 *     sheet    --transposed-->   by_item   --transposed-->   by_user
 *
 * A matrix of which some rating is wrong or stands in a cell twice, or whose order is to be kept, goes the way of
 * columns (arrays.h), rating by rating: what comes of those is decided in one place.
 */
#include "ratings/csr.h"

#include "ratings/arrays.h"
#include "ratings/draft.h"

#include <string.h>

static size_t row_count_of(const palate_csr *matrix)
{
    return matrix->begins.count - 1;
}

static int64_t begin_of(const palate_csr *matrix, size_t row)
{
    return palate__integer_entry(&matrix->begins, row);
}

/* ---- Checks ---- */

static palate_status check_sizes(const palate_csr *matrix, palate_error *err)
{
    if (matrix->begins.count == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "the matrix has no begins: there is one more of them than rows");
    if (matrix->columns.count != matrix->ratings.count)
        return palate__fail(err, PALATE_E_INVALID,
                            "the matrix must have equally many columns and ratings, but has %zu "
                            "and %zu",
                            matrix->columns.count, matrix->ratings.count);
    if (row_count_of(matrix) > PALATE__IDS_MAX || matrix->column_count > PALATE__IDS_MAX)
        return palate__fail(err, PALATE_E_UNSUPPORTED,
                            "the matrix is %zu x %zu; at most %u rows and columns can be taken",
                            row_count_of(matrix), matrix->column_count, PALATE__IDS_MAX);
    return PALATE_OK;
}

static palate_status check_begins(const palate_csr *matrix, palate_error *err)
{
    const size_t rows = row_count_of(matrix);
    int64_t before = 0;
    for (size_t row = 0; row <= rows; row++) {
        const int64_t begin = begin_of(matrix, row);
        if (begin < before)
            return palate__fail(err, PALATE_E_INVALID,
                                "begins[%zu] is %lld: begins are 0 or more, and must not fall", row,
                                (long long)begin);
        before = begin;
    }
    if ((uint64_t)before > matrix->columns.count)
        return palate__fail(err, PALATE_E_INVALID,
                            "begins[%zu] is %lld, but the matrix has %zu ratings", rows,
                            (long long)before, matrix->columns.count);
    return PALATE_OK;
}

palate_status palate__csr_check(const palate_csr *matrix, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(palate__check_wholes(&matrix->begins, "begins", err));
    PALATE_TRY(palate__check_wholes(&matrix->columns, "columns", err));
    PALATE_TRY(palate__check_reals(&matrix->ratings, "ratings", err));
    PALATE_TRY(check_sizes(matrix, err));
    PALATE_TRY(check_begins(matrix, err));
done:
    return status;
}

/* ---- Numbers ---- */

typedef struct work {
    const palate_csr *matrix;
    palate__draft *draft;
    palate__matrix sheet;     /* Rows are users', columns at first the matrix's own. */
    int64_t *counts;          /* Ratings of each column. */
    uint32_t *last;           /* Of each column: 1 + the row that was seen last. */
    uint32_t *row_of_matrix;  /* Of rows and of columns of the matrix: those of the ratings, */
    uint32_t *row_of_columns; /* where they have any. */
} work;

static palate_status fail_memory(palate_error *err)
{
    return palate__fail_memory(err, "storing ratings");
}

/* Numbers, in order, what has ratings of `count` rows or columns: `counts` of each. Orders them, and says in `rows`
 * where each went. */
static palate_status number(palate_context *context, const int64_t *counts, size_t count,
                            palate__numbers *numbers, uint32_t **row_of, uint32_t *rows,
                            palate_error *err)
{
    palate_status status = PALATE_OK;
    numbers->counts = palate__allocate_array(context, count, sizeof *numbers->counts);
    *row_of = palate__allocate_array(context, count, sizeof **row_of);
    if (numbers->counts == NULL || *row_of == NULL)
        return palate__fail_memory(err, "numbering users and items");
    for (size_t i = 0; i < count; i++) {
        char room[PALATE__WHOLE_BYTES];
        if (counts[i] == 0)
            continue;
        const palate__span id = palate__write_whole(i, false, room);
        PALATE_TRY(palate__id_builder_add(&numbers->ids, id.text, id.bytes, &rows[i], err));
        numbers->counts[rows[i]] = counts[i];
    }
    PALATE_TRY(palate__id_builder_order(&numbers->ids, numbers->counts, *row_of, err));
    for (size_t i = 0; i < count; i++)
        if (counts[i] > 0)
            rows[i] = (*row_of)[rows[i]];
done:
    return status;
}

/* ---- The sheet ---- */

static palate_status allocate(work *of, palate_error *err)
{
    palate_context *context = of->draft->context;
    const size_t columns = of->matrix->column_count;
    of->counts = palate__allocate_zeroed(context, columns, sizeof *of->counts);
    of->last = palate__allocate_zeroed(context, columns, sizeof *of->last);
    of->row_of_columns = palate__allocate_array(context, columns, sizeof *of->row_of_columns);
    of->row_of_matrix = palate__allocate_array(context, row_count_of(of->matrix),
                                               sizeof *of->row_of_matrix);
    return of->counts != NULL && of->last != NULL && of->row_of_columns != NULL &&
                   of->row_of_matrix != NULL
               ? PALATE_OK
               : fail_memory(err);
}

static palate_status number_rows(work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__draft *draft = of->draft;
    const size_t rows = row_count_of(of->matrix);
    int64_t *counts = palate__allocate_array(draft->context, rows, sizeof *counts);
    if (counts == NULL)
        return fail_memory(err);
    for (size_t row = 0; row < rows; row++)
        counts[row] = begin_of(of->matrix, row + 1) - begin_of(of->matrix, row);
    PALATE_TRY(number(draft->context, counts, rows, &draft->users, &draft->user_row,
                      of->row_of_matrix, err));
    PALATE_TRY(palate__matrix_allocate(
        draft->context, draft->users.ids.count, (uint32_t)of->matrix->column_count,
        begin_of(of->matrix, rows) - begin_of(of->matrix, 0), &of->sheet, err));
    for (size_t row = 0; row < rows; row++)
        if (counts[row] > 0)
            of->sheet.begins[of->row_of_matrix[row]] = counts[row];
    palate__matrix_place_rows(&of->sheet);
done:
    palate__release(draft->context, counts);
    return status;
}

/* Numbers of this type and size that lie side by side. */
static bool is_plain(const palate_column *column, int type, size_t bytes)
{
    return column->type == type && column->valid == NULL &&
           (column->stride == 0 || column->stride == (int64_t)bytes);
}

/* Some of a column of whole numbers; what is less than 0 or very large becomes very large. */
static void load_columns(const palate_column *from, size_t first, size_t count, uint32_t *to)
{
    const palate_column part = palate__column_part(from, first, count);
    if (is_plain(&part, PALATE_COLUMN_INT32, sizeof *to))
        memcpy(to, part.values, count * sizeof *to);
    else
        for (size_t e = 0; e < count; e++) {
            const int64_t column = palate__integer_entry(&part, e);
            to[e] = column < 0 || column > UINT32_MAX ? UINT32_MAX : (uint32_t)column;
        }
}

static void load_doubles(const void *from, size_t count, float *to, bool *right, palate_scale range)
{
    for (size_t e = 0; e < count; e++) {
        double value = 0.0;
        memcpy(&value, (const char *)from + e * sizeof value, sizeof value);
        to[e] = (float)value;
        *right &= value >= range.low && value <= range.high;
    }
}

/* Some of a column of ratings. They are not right where one is not within the range, as what is no number never
 * is. */
static void load_ratings(const palate_column *from, size_t first, size_t count, float *to,
                         bool *right, palate_scale range)
{
    const palate_column part = palate__column_part(from, first, count);
    if (is_plain(&part, PALATE_COLUMN_FLOAT64, sizeof(double))) {
        load_doubles(part.values, count, to, right, range);
        return;
    }
    for (size_t e = 0; e < count; e++) {
        const double value = palate__real_entry(&part, e);
        to[e] = (float)value;
        *right &= value >= range.low && value <= range.high;
    }
}

/* False: there is no such column, or one is there twice. */
static bool count_columns(const work *of, uint32_t row, const uint32_t *columns, size_t count)
{
    bool right = true;
    for (size_t e = 0; e < count; e++) {
        if (columns[e] >= of->matrix->column_count)
            return false;
        right &= of->last[columns[e]] != 1 + row;
        of->last[columns[e]] = 1 + row;
        of->counts[columns[e]]++;
    }
    return right;
}

/* False: a rating or a column is wrong. */
static bool fill_sheet(const work *of)
{
    const palate_scale range = palate__sink_bounds(of->draft->sink);
    bool right = true;
    for (size_t row = 0; right && row < row_count_of(of->matrix); row++) {
        const size_t first = (size_t)begin_of(of->matrix, row);
        const size_t count = (size_t)begin_of(of->matrix, row + 1) - first;
        if (count == 0)
            continue;
        const int64_t to = of->sheet.begins[of->row_of_matrix[row]];
        uint32_t *columns = of->sheet.columns + to;
        load_columns(&of->matrix->columns, first, count, columns);
        load_ratings(&of->matrix->ratings, first, count, of->sheet.values + to, &right, range);
        right &= count_columns(of, (uint32_t)row, columns, count);
    }
    return right;
}

/* ---- The matrices ---- */

/* Ratings of each row. */
static palate_status count_rows(palate_context *context, const palate__numbers *numbers,
                                const uint32_t *row_of, int64_t **out, palate_error *err)
{
    *out = palate__allocate_array(context, numbers->ids.count, sizeof **out);
    if (*out == NULL)
        return fail_memory(err);
    for (uint32_t each = 0; each < numbers->ids.count; each++)
        (*out)[row_of[each]] = numbers->counts[each];
    return PALATE_OK;
}

static palate_status transpose(palate__draft *draft, const palate__numbers *columns,
                               const uint32_t *row_of, const palate__matrix *from,
                               palate__matrix *to, palate_error *err)
{
    int64_t *counts = NULL;
    palate_status status = count_rows(draft->context, columns, row_of, &counts, err);
    if (status == PALATE_OK)
        status = palate__matrix_transpose_sorted(draft->context, from, counts, draft->threads, to,
                                                 err);
    palate__release(draft->context, counts);
    return status;
}

static palate_status make_matrices(work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__draft *draft = of->draft;
    palate__matrix *sheet = &of->sheet;
    PALATE_TRY(number(draft->context, of->counts, of->matrix->column_count, &draft->items,
                      &draft->item_row, of->row_of_columns, err));
    const int64_t count = palate__matrix_count(sheet);
    for (int64_t e = 0; e < count; e++)
        sheet->columns[e] = of->row_of_columns[sheet->columns[e]];
    sheet->column_count = draft->items.ids.count;
    PALATE_TRY(transpose(draft, &draft->items, draft->item_row, sheet, &draft->by_item, err));
    palate__matrix_free(draft->context, sheet);
    PALATE_TRY(transpose(draft, &draft->users, draft->user_row, &draft->by_item,
                         &draft->rows.by_user, err));
done:
    return status;
}

static void release(work *of)
{
    palate_context *context = of->draft->context;
    palate__matrix_free(context, &of->sheet);
    palate__release(context, of->counts);
    palate__release(context, of->last);
    palate__release(context, of->row_of_matrix);
    palate__release(context, of->row_of_columns);
}

/* `*done`: false where the matrix has to go the other way. */
static palate_status take_matrix(const palate_csr *matrix, palate__draft *draft, bool *done,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    work of = {.matrix = matrix, .draft = draft};
    PALATE_TRY(allocate(&of, err));
    PALATE_TRY(number_rows(&of, err));
    *done = fill_sheet(&of);
    if (*done)
        PALATE_TRY(make_matrices(&of, err));
done:
    release(&of);
    return status;
}

/* ---- Rating by rating ---- */

static palate_status check_columns(const palate_csr *matrix, palate_error *err)
{
    const int64_t end = begin_of(matrix, row_count_of(matrix));
    for (int64_t e = begin_of(matrix, 0); e < end; e++) {
        const int64_t column = palate__integer_entry(&matrix->columns, (size_t)e);
        if (column < 0 || (uint64_t)column >= matrix->column_count)
            return palate__fail(err, PALATE_E_INVALID,
                                "columns[%lld] is %lld, but the matrix has %zu columns",
                                (long long)e, (long long)column, matrix->column_count);
    }
    return PALATE_OK;
}

static palate_status take_ratings(const palate_csr *matrix, palate__sink *sink, palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t rows = row_count_of(matrix);
    const size_t first = (size_t)begin_of(matrix, 0);
    const size_t count = (size_t)begin_of(matrix, rows) - first;
    uint32_t *users = NULL;
    PALATE_TRY(check_columns(matrix, err));
    users = palate__allocate_array(sink->context, count, sizeof *users);
    if (users == NULL)
        PALATE_TRY(fail_memory(err));
    for (size_t row = 0; row < rows; row++)
        for (size_t e = (size_t)begin_of(matrix, row); e < (size_t)begin_of(matrix, row + 1); e++)
            users[e - first] = (uint32_t)row;
    const palate_rating_columns columns = {
        .users = {.count = count, .type = PALATE_COLUMN_UINT32, .values = users},
        .items = palate__column_part(&matrix->columns, first, count),
        .ratings = palate__column_part(&matrix->ratings, first, count),
    };
    PALATE_TRY(palate__sink_begin(sink));
    PALATE_TRY(palate__take_columns(&columns, 1, sink, err));
done:
    palate__release(sink->context, users);
    return status;
}

palate_status palate__csr_build(const palate_csr *matrix, palate__sink *sink, palate_ratings **out,
                                palate_error *err)
{
    palate_status status = PALATE_OK;
    const int64_t count = begin_of(matrix, row_count_of(matrix)) - begin_of(matrix, 0);
    palate__draft draft = palate__draft_begin(sink, count);
    bool done = false;
    if (count > 0 && !sink->options->keep_order)
        PALATE_TRY(take_matrix(matrix, &draft, &done, err));
    if (done) {
        palate__sink_count_lines(sink, count);
        PALATE_TRY(palate__draft_finish(&draft, out, err));
    } else {
        PALATE_TRY(take_ratings(matrix, sink, err));
        PALATE_TRY(palate__build(sink, out, err));
    }
done:
    palate__draft_end(&draft);
    return status;
}
