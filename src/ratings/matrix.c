/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/matrix.h"

void palate__matrix_free(palate_context *context, palate__matrix *matrix)
{
    palate__release(context, matrix->begins);
    palate__release(context, matrix->columns);
    palate__release(context, matrix->values);
    *matrix = (palate__matrix){0};
}

palate_status palate__matrix_allocate(palate_context *context, uint32_t row_count,
                                      uint32_t column_count, int64_t entry_count,
                                      palate__matrix *out, palate_error *err)
{
    *out = (palate__matrix){
        .row_count = row_count,
        .column_count = column_count,
        .begins = palate__allocate_zeroed(context, (size_t)row_count + 1, sizeof *out->begins),
        .columns = palate__allocate_array(context, (size_t)entry_count, sizeof *out->columns),
        .values = palate__allocate_array(context, (size_t)entry_count, sizeof *out->values),
    };
    if (out->begins != NULL && out->columns != NULL && out->values != NULL) {
        palate__use_huge_pages(out->columns, (size_t)entry_count * sizeof *out->columns);
        palate__use_huge_pages(out->values, (size_t)entry_count * sizeof *out->values);
        return PALATE_OK;
    }
    palate__matrix_free(context, out);
    return palate__fail_memory(err, "storing ratings");
}

void palate__matrix_place_rows(palate__matrix *matrix)
{
    int64_t sum = 0;
    for (uint32_t row = 0; row <= matrix->row_count; row++) {
        int64_t count = matrix->begins[row];
        matrix->begins[row] = sum;
        sum += count;
    }
}

void palate__matrix_rewind_rows(palate__matrix *matrix)
{
    for (uint32_t row = matrix->row_count; row > 0; row--)
        matrix->begins[row] = matrix->begins[row - 1];
    matrix->begins[0] = 0;
}

/* Entries of each row of the transpose, counted in `begins`. */
static void count_columns(const palate__matrix *matrix, const palate__renumbering *to,
                          int64_t *begins)
{
    const int64_t entries = palate__matrix_count(matrix);
    if (to->column_counts != NULL) {
        for (uint32_t column = 0; column < matrix->column_count; column++)
            begins[to->column_of == NULL ? column : to->column_of[column]] =
                to->column_counts[column];
    } else {
        for (int64_t e = 0; e < entries; e++)
            begins[to->column_of == NULL ? matrix->columns[e]
                                         : to->column_of[matrix->columns[e]]]++;
    }
}

/* Row `row` of the transposed matrix as column `as`. */
static void scatter_row(const palate__matrix *matrix, uint32_t row, uint32_t as,
                        const uint32_t *column_of, palate__matrix *out)
{
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
        const uint32_t column = matrix->columns[e];
        const int64_t place = out->begins[column_of == NULL ? column : column_of[column]]++;
        out->columns[place] = as;
        out->values[place] = matrix->values[e];
    }
}

palate_status palate__matrix_transpose_as(palate_context *context, const palate__matrix *matrix,
                                          const palate__renumbering *to, palate__matrix *out,
                                          palate_error *err)
{
    palate_status status = palate__matrix_allocate(context, matrix->column_count, matrix->row_count,
                                                   palate__matrix_count(matrix), out, err);
    if (status != PALATE_OK)
        return status;
    count_columns(matrix, to, out->begins);
    palate__matrix_place_rows(out);
    /* In the order of new numbers, so that the rows of the transpose come out sorted. */
    for (uint32_t row = 0; row < matrix->row_count; row++)
        scatter_row(matrix, to->row_at == NULL ? row : to->row_at[row], row, to->column_of, out);
    palate__matrix_rewind_rows(out);
    return PALATE_OK;
}

palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err)
{
    return palate__matrix_transpose_as(context, matrix, &(palate__renumbering){0}, out, err);
}
