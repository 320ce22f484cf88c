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
    if (out->begins != NULL && out->columns != NULL && out->values != NULL)
        return PALATE_OK;
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

/* Room for the transpose, with the place of each row in begins. */
static palate_status prepare_transpose(palate_context *context, const palate__matrix *matrix,
                                       const uint32_t *column_of, palate__matrix *out,
                                       palate_error *err)
{
    const int64_t entries = palate__matrix_count(matrix);
    palate_status status = palate__matrix_allocate(context, matrix->column_count, matrix->row_count,
                                                   entries, out, err);
    if (status != PALATE_OK)
        return status;
    for (int64_t e = 0; e < entries; e++)
        out->begins[column_of == NULL ? matrix->columns[e] : column_of[matrix->columns[e]]]++;
    palate__matrix_place_rows(out);
    return PALATE_OK;
}

palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err)
{
    palate_status status = prepare_transpose(context, matrix, NULL, out, err);
    if (status != PALATE_OK)
        return status;
    for (uint32_t row = 0; row < matrix->row_count; row++)
        scatter_row(matrix, row, row, NULL, out);
    palate__matrix_rewind_rows(out);
    return PALATE_OK;
}

palate_status palate__matrix_transpose_renumbered(palate_context *context,
                                                  const palate__matrix *matrix,
                                                  const uint32_t *row_of, const uint32_t *column_of,
                                                  palate__matrix *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    /* In the order of new numbers, so that the rows of the transpose come out sorted. */
    uint32_t *old_row = palate__allocate_array(context, matrix->row_count, sizeof *old_row);
    if (old_row == NULL)
        return palate__fail_memory(err, "storing ratings");
    for (uint32_t row = 0; row < matrix->row_count; row++)
        old_row[row_of[row]] = row;
    PALATE_TRY(prepare_transpose(context, matrix, column_of, out, err));
    for (uint32_t row = 0; row < matrix->row_count; row++)
        scatter_row(matrix, old_row[row], row, column_of, out);
    palate__matrix_rewind_rows(out);
done:
    palate__release(context, old_row);
    return status;
}
