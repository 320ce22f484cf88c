/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 37, COLUMNS = 53 };

/* A value for the cells that are there, 0 for the others: about a third is. */
static float cell(uint32_t row, uint32_t column)
{
    const uint32_t mixed = (row * 73U + column * 151U + row * column) % 1009U;
    return mixed % 3 == 0 ? 1.0F + (float)(mixed % 9) : 0.0F;
}

static void fill(palate__matrix *matrix)
{
    assert_int_equal(palate__matrix_allocate(NULL, ROWS, COLUMNS, ROWS * COLUMNS, matrix, NULL),
                     PALATE_OK);
    int64_t entry = 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        for (uint32_t column = 0; column < COLUMNS; column++) {
            if (cell(row, column) == 0.0F)
                continue;
            matrix->columns[entry] = column;
            matrix->values[entry++] = cell(row, column);
        }
        matrix->begins[row + 1] = entry;
    }
}

static void the_transpose_holds_the_same_cells_sorted(void **state)
{
    (void)state;
    palate__matrix matrix, transpose;
    fill(&matrix);
    assert_int_equal(palate__matrix_transpose(NULL, &matrix, &transpose, NULL), PALATE_OK);
    assert_int_equal(transpose.row_count, COLUMNS);
    assert_int_equal(transpose.column_count, ROWS);
    assert_int_equal(palate__matrix_count(&transpose), palate__matrix_count(&matrix));
    for (uint32_t row = 0; row < COLUMNS; row++) {
        for (int64_t e = transpose.begins[row]; e < transpose.begins[row + 1]; e++) {
            assert_true(transpose.values[e] == cell(transpose.columns[e], row));
            if (e > transpose.begins[row])
                assert_true(transpose.columns[e - 1] < transpose.columns[e]);
        }
    }
    palate__matrix_free(NULL, &matrix);
    palate__matrix_free(NULL, &transpose);
}

static void transposing_twice_changes_nothing(void **state)
{
    (void)state;
    palate__matrix matrix, once, twice;
    fill(&matrix);
    assert_int_equal(palate__matrix_transpose(NULL, &matrix, &once, NULL), PALATE_OK);
    assert_int_equal(palate__matrix_transpose(NULL, &once, &twice, NULL), PALATE_OK);
    const size_t count = (size_t)palate__matrix_count(&matrix);
    assert_memory_equal(matrix.begins, twice.begins, (ROWS + 1) * sizeof *matrix.begins);
    assert_memory_equal(matrix.columns, twice.columns, count * sizeof *matrix.columns);
    assert_memory_equal(matrix.values, twice.values, count * sizeof *matrix.values);
    palate__matrix_free(NULL, &matrix);
    palate__matrix_free(NULL, &once);
    palate__matrix_free(NULL, &twice);
}

static void an_empty_matrix_has_an_empty_transpose(void **state)
{
    (void)state;
    palate__matrix matrix, transpose;
    assert_int_equal(palate__matrix_allocate(NULL, 0, 5, 0, &matrix, NULL), PALATE_OK);
    assert_int_equal(palate__matrix_transpose(NULL, &matrix, &transpose, NULL), PALATE_OK);
    assert_int_equal(palate__matrix_count(&transpose), 0);
    assert_int_equal(transpose.row_count, 5);
    palate__matrix_free(NULL, &matrix);
    palate__matrix_free(NULL, &transpose);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_transpose_holds_the_same_cells_sorted),
        cmocka_unit_test(transposing_twice_changes_nothing),
        cmocka_unit_test(an_empty_matrix_has_an_empty_transpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
