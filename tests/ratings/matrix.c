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

/* ---- Many entries: lines that fill, ranges that share them, columns too many to wait ---- */

enum { MANY_ROWS = 3000, ROW_LENGTH = 100 };

/* Rows of different columns each, in order; the first columns are in nearly all of them. */
static void fill_many(palate__matrix *matrix, uint32_t columns)
{
    uint32_t random = 1;
    int64_t entry = 0;
    assert_int_equal(palate__matrix_allocate(NULL, MANY_ROWS, columns,
                                             (int64_t)MANY_ROWS * ROW_LENGTH, matrix, NULL),
                     PALATE_OK);
    for (uint32_t row = 0; row < MANY_ROWS; row++) {
        uint32_t column = 0;
        for (uint32_t left = 1 + row % ROW_LENGTH; left > 0 && column < columns; left--) {
            random = random * 1664525U + 1013904223U;
            matrix->columns[entry] = column;
            matrix->values[entry] = (float)entry;
            entry++;
            column += 1 + (random >> 16) % (1 + columns / left / 2);
        }
        matrix->begins[row + 1] = entry;
    }
}

/* Entry by entry. */
static void transpose_plainly(const palate__matrix *from, palate__matrix *to)
{
    const int64_t count = palate__matrix_count(from);
    assert_int_equal(
        palate__matrix_allocate(NULL, from->column_count, from->row_count, count, to, NULL),
        PALATE_OK);
    for (int64_t e = 0; e < count; e++)
        to->begins[from->columns[e]]++;
    palate__matrix_place_rows(to);
    int64_t *next = calloc(from->column_count, sizeof *next);
    assert_non_null(next);
    memcpy(next, to->begins, from->column_count * sizeof *next);
    for (uint32_t row = 0; row < from->row_count; row++) {
        for (int64_t e = from->begins[row]; e < from->begins[row + 1]; e++) {
            const int64_t place = next[from->columns[e]]++;
            to->columns[place] = row;
            to->values[place] = from->values[e];
        }
    }
    free(next);
}

static void any_number_of_threads_transposes_alike(void **state)
{
    (void)state;
    static const uint32_t columns[] = {1, 15, 300, 4000, 40000};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        palate__matrix matrix, expected;
        fill_many(&matrix, columns[c]);
        transpose_plainly(&matrix, &expected);
        const size_t count = (size_t)palate__matrix_count(&matrix);
        for (int threads = 1; threads <= 5; threads++) {
            palate__matrix found;
            assert_int_equal(
                palate__matrix_allocate(NULL, columns[c], MANY_ROWS, (int64_t)count, &found, NULL),
                PALATE_OK);
            assert_int_equal(
                palate__matrix_transpose_into(NULL, &matrix, NULL, threads, &found, NULL),
                PALATE_OK);
            assert_memory_equal(found.begins, expected.begins,
                                (columns[c] + 1) * sizeof *found.begins);
            assert_memory_equal(found.columns, expected.columns, count * sizeof *found.columns);
            assert_memory_equal(found.values, expected.values, count * sizeof *found.values);
            palate__matrix_free(NULL, &found);
        }
        palate__matrix_free(NULL, &matrix);
        palate__matrix_free(NULL, &expected);
    }
}

/* What is too small is released, and memory found elsewhere. */
static void memory_that_is_there_is_used(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    for (size_t bytes = 0; bytes < 2000; bytes += 40) {
        palate__matrix matrix;
        void *memory = bytes > 0 ? palate__allocate(NULL, bytes) : NULL;
        assert_int_equal(
            palate__matrix_allocate_in(NULL, memory, bytes, 3, 5, COUNT, &matrix, NULL), PALATE_OK);
        assert_int_equal(matrix.row_count, 3);
        assert_int_equal(matrix.column_count, 5);
        if (bytes > COUNT * 8 + 2 * PALATE__ALIGNMENT)
            assert_ptr_equal(matrix.columns, memory);
        for (uint32_t e = 0; e < COUNT; e++) {
            matrix.columns[e] = e;
            matrix.values[e] = (float)e;
        }
        for (uint32_t e = 0; e < COUNT; e++)
            assert_true(matrix.columns[e] == e && matrix.values[e] == (float)e);
        assert_int_equal(matrix.begins[3], 0);
        assert_int_equal((uintptr_t)matrix.values % PALATE__ALIGNMENT, 0);
        palate__matrix_free(NULL, &matrix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_transpose_holds_the_same_cells_sorted),
        cmocka_unit_test(transposing_twice_changes_nothing),
        cmocka_unit_test(an_empty_matrix_has_an_empty_transpose),
        cmocka_unit_test(any_number_of_threads_transposes_alike),
        cmocka_unit_test(memory_that_is_there_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
