/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings of a sparse matrix are those of its cells taken one by one; what is wrong with it is said. */
#include "ratings/matrix.h"
#include "ratings/reading.h"

/* 6 x 8 with an empty row, an empty column and rows that are not sorted. */
enum { ROWS = 6, COLUMNS = 8, COUNT = 12 };
static const int64_t BEGINS[ROWS + 1] = {0, 3, 3, 5, 9, 10, 12};
static const int32_t PLACES[COUNT] = {5, 0, 2, 2, 7, 1, 2, 0, 5, 2, 6, 4};
static const double VALUES[COUNT] = {1.5, 2, 3, 4.25, 5, -1, 0, 2, 3, 0.1, 5, 4};

static palate_column column(int type, const void *values, size_t count)
{
    return (palate_column){.count = count, .type = type, .values = values};
}

static palate_csr good(void)
{
    return (palate_csr){
        .column_count = COLUMNS,
        .begins = column(PALATE_COLUMN_INT64, BEGINS, ROWS + 1),
        .columns = column(PALATE_COLUMN_INT32, PLACES, COUNT),
        .ratings = column(PALATE_COLUMN_FLOAT64, VALUES, COUNT),
    };
}

static palate_ratings *take(const palate_csr *matrix, const palate_read_options *options)
{
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    if (palate_ratings_from_csr(NULL, matrix, NULL, options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

static int64_t entry(const palate_column *from, size_t e)
{
    return from->type == PALATE_COLUMN_INT32 ? ((const int32_t *)from->values)[e]
                                             : ((const int64_t *)from->values)[e];
}

/* The same, cell by cell: of a matrix that is not strided. */
static palate_ratings *take_cells(const palate_csr *matrix, const palate_read_options *options)
{
    const size_t rows = matrix->begins.count - 1;
    const int64_t first = entry(&matrix->begins, 0);
    const size_t count = (size_t)(entry(&matrix->begins, rows) - first);
    int64_t *users = calloc(count, sizeof *users);
    int64_t *items = calloc(count, sizeof *items);
    double *values = calloc(count, sizeof *values);
    if (users == NULL || items == NULL || values == NULL)
        abort();
    for (size_t row = 0; row < rows; row++) {
        for (int64_t e = entry(&matrix->begins, row); e < entry(&matrix->begins, row + 1); e++) {
            users[e - first] = (int64_t)row;
            items[e - first] = entry(&matrix->columns, (size_t)e);
            values[e - first] = ((const double *)matrix->ratings.values)[e];
        }
    }
    const palate_rating_columns columns = {
        .users = column(PALATE_COLUMN_INT64, users, count),
        .items = column(PALATE_COLUMN_INT64, items, count),
        .ratings = column(PALATE_COLUMN_FLOAT64, values, count),
    };
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    if (palate_ratings_from_columns(NULL, &columns, 1, NULL, options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    free(users);
    free(items);
    free(values);
    return ratings;
}

static void assert_same_matrix(const palate__matrix *a, const palate__matrix *b)
{
    const size_t count = (size_t)palate__matrix_count(b);
    assert_int_equal(a->row_count, b->row_count);
    assert_int_equal(a->column_count, b->column_count);
    assert_memory_equal(a->begins, b->begins, ((size_t)b->row_count + 1) * sizeof *b->begins);
    assert_memory_equal(a->columns, b->columns, count * sizeof *b->columns);
    assert_memory_equal(a->values, b->values, count * sizeof *b->values);
}

static void assert_same_ids(const palate__ids *a, const palate__ids *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->slot_count, b->slot_count);
    assert_memory_equal(a->ends, b->ends, ((size_t)b->count + 1) * sizeof *b->ends);
    assert_memory_equal(a->bytes, b->bytes, (size_t)b->ends[b->count]);
    assert_memory_equal(a->slots, b->slots, b->slot_count * sizeof *b->slots);
}

/* All but the order of first appearance of items. */
static void assert_same(const palate_ratings *a, const palate_ratings *b)
{
    assert_same_ids(&a->users, &b->users);
    assert_same_ids(&a->items, &b->items);
    assert_memory_equal(a->users.order, b->users.order, b->users.count * sizeof *b->users.order);
    assert_same_matrix(&a->by_user, &b->by_user);
    assert_same_matrix(&a->by_item, &b->by_item);
    assert_true(a->fingerprint == b->fingerprint);
    assert_true(a->report.mean == b->report.mean);
    assert_true(a->report.scale.low == b->report.scale.low);
    assert_true(a->report.scale.high == b->report.scale.high);
    assert_int_equal(a->report.line_count, b->report.line_count);
    assert_int_equal(a->report.duplicate_count, b->report.duplicate_count);
    assert_int_equal(a->report.skipped_count, b->report.skipped_count);
}

static void assert_like_cells(const palate_csr *matrix, const palate_read_options *options)
{
    palate_ratings *made = take(matrix, options);
    palate_ratings *expected = take_cells(matrix, options);
    assert_same(made, expected);
    palate_ratings_free(made);
    palate_ratings_free(expected);
}

static void as_cell_by_cell(void **state)
{
    (void)state;
    palate_csr matrix = good();
    assert_like_cells(&matrix, NULL);
    palate_read_options options = options_for(NULL);
    options.scale = (palate_scale){-1.0, 5.0};
    assert_like_cells(&matrix, &options);
    options.keep_order = true;
    assert_like_cells(&matrix, &options);

    static const int64_t some[] = {4, 5, 5, 9};
    matrix.begins = column(PALATE_COLUMN_INT64, some, 4);
    assert_like_cells(&matrix, NULL);
}

/* Counts that are equal, and columns by the thousand. */
static void as_cell_by_cell_where_there_are_many(void **state)
{
    (void)state;
    enum { MANY_ROWS = 3000, MANY_COLUMNS = 2000, EACH = 60 };
    static int32_t begins[MANY_ROWS + 1];
    static int32_t places[MANY_ROWS * EACH];
    static double values[MANY_ROWS * EACH];
    int32_t count = 0;
    for (int32_t row = 0; row < MANY_ROWS; row++) {
        begins[row] = count;
        for (int32_t e = 0; e < row * 7 % EACH; e++, count++) {
            places[count] = (row * 31 + e * e) % MANY_COLUMNS;
            values[count] = (row * e % 10) / 2.0;
            for (int32_t other = begins[row]; other < count; other++)
                if (places[other] == places[count]) {
                    count--;
                    break;
                }
        }
    }
    begins[MANY_ROWS] = count;
    const palate_csr matrix = {
        .column_count = MANY_COLUMNS,
        .begins = column(PALATE_COLUMN_INT32, begins, MANY_ROWS + 1),
        .columns = column(PALATE_COLUMN_INT32, places, (size_t)count),
        .ratings = column(PALATE_COLUMN_FLOAT64, values, (size_t)count),
    };
    palate_read_options options = options_for(NULL);
    palate_ratings *first = take(&matrix, &options);
    assert_int_equal(first->report.duplicate_count, 0);
    for (options.threads = 1; options.threads < 6; options.threads++) {
        palate_ratings *made = take(&matrix, &options);
        assert_same(made, first);
        palate_ratings_free(made);
        assert_like_cells(&matrix, &options);
    }
    palate_ratings_free(first);
}

static void first_appearance_is_the_order_of_the_matrix(void **state)
{
    (void)state;
    const palate_csr matrix = good();
    palate_ratings *made = take(&matrix, NULL);
    static const char *const users[] = {"0", "2", "3", "4", "5"};
    static const char *const items[] = {"0", "1", "2", "4", "5", "6", "7"};
    assert_int_equal(made->users.count, 5);
    assert_int_equal(made->items.count, 7);
    for (size_t at = 0; at < 5; at++)
        assert_string_equal(palate__ids_text(&made->users, made->users.order[at]), users[at]);
    for (size_t at = 0; at < 7; at++)
        assert_string_equal(palate__ids_text(&made->items, made->items.order[at]), items[at]);
    palate_ratings_free(made);
}

static void numbers_of_any_kind(void **state)
{
    (void)state;
    const palate_csr plain = good();
    palate_ratings *expected = take(&plain, NULL);
    enum { STRIDE = 11 };
    static char spaced[COUNT * STRIDE + 8];
    int64_t wide[COUNT];
    uint8_t narrow[COUNT];
    uint64_t begins[ROWS + 1];
    float floats[COUNT];
    for (size_t e = 0; e < COUNT; e++) {
        wide[e] = PLACES[e];
        narrow[e] = (uint8_t)PLACES[e];
        floats[e] = (float)VALUES[e];
        memcpy(spaced + 1 + e * STRIDE, &VALUES[e], sizeof VALUES[e]);
    }
    for (size_t row = 0; row <= ROWS; row++)
        begins[row] = (uint64_t)BEGINS[row];
    palate_csr matrix = plain;
    matrix.columns = column(PALATE_COLUMN_INT64, wide, COUNT);
    matrix.begins = column(PALATE_COLUMN_UINT64, begins, ROWS + 1);
    matrix.ratings = column(PALATE_COLUMN_FLOAT64, spaced + 1, COUNT);
    matrix.ratings.stride = STRIDE;
    palate_ratings *made = take(&matrix, NULL);
    assert_same(made, expected);
    palate_ratings_free(made);
    matrix.columns = column(PALATE_COLUMN_UINT8, narrow, COUNT);
    matrix.ratings = column(PALATE_COLUMN_FLOAT32, floats, COUNT);
    made = take(&matrix, NULL);
    assert_same_matrix(&made->by_item, &expected->by_item);
    palate_ratings_free(made);
    palate_ratings_free(expected);
}

static void cells_that_are_there_twice(void **state)
{
    (void)state;
    palate_csr matrix = good();
    static const int32_t twice[COUNT] = {5, 0, 5, 2, 7, 1, 2, 1, 5, 2, 6, 6};
    palate_read_options options = options_for(NULL);
    matrix.columns.values = twice;
    assert_like_cells(&matrix, &options);
    options.duplicates = PALATE_DUPLICATES_MEAN;
    assert_like_cells(&matrix, &options);
    options.duplicates = PALATE_DUPLICATES_ERROR;
    palate_ratings *made = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_csr(NULL, &matrix, "X", &options, &made, &err),
                     PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, "X:3: user \"0\" rates item \"5\" again, first in line 1"));
}

/* ---- What is wrong ---- */

static void refused(const palate_csr *matrix, palate_status expected, const char *words)
{
    palate_ratings *made = NULL;
    palate_error err = {0};
    assert_int_equal(palate_ratings_from_csr(NULL, matrix, NULL, NULL, &made, &err), expected);
    assert_null(made);
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void ratings_that_are_wrong(void **state)
{
    (void)state;
    static const double wrong[] = {NAN, INFINITY, -INFINITY, 1.5e9};
    static const char *const said[] = {"matrix:5: field 3 (rating): the rating is not a number",
                                       "infinite", "infinite", "too large"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        palate_csr matrix = good();
        double values[COUNT];
        memcpy(values, VALUES, sizeof values);
        values[4] = wrong[i];
        matrix.ratings.values = values;
        refused(&matrix, PALATE_E_FORMAT, said[i]);
        palate_read_options options = options_for(NULL);
        options.lenient = true;
        assert_like_cells(&matrix, &options);
        palate_ratings *made = take(&matrix, &options);
        assert_int_equal(made->report.skipped_count, 1);
        assert_int_equal(made->items.count, 6);
        palate_ratings_free(made);
    }
    palate_csr matrix = good();
    palate_read_options options = options_for(NULL);
    options.scale = (palate_scale){0.0, 5.0};
    palate_ratings *made = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_csr(NULL, &matrix, NULL, &options, &made, &err),
                     PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, "-1 lies outside the scale 0:5"));
    static const uint8_t valid[] = {0xFF, 0xFB};
    matrix.ratings.valid = valid;
    refused(&matrix, PALATE_E_FORMAT, "matrix:11: field 3 (rating): the rating is not a number");
}

static void columns_that_are_not_there(void **state)
{
    (void)state;
    static const int64_t wrong[] = {-1, COLUMNS, INT64_MAX, INT64_MIN, (int64_t)1 << 32};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        palate_csr matrix = good();
        int64_t places[COUNT];
        char words[64];
        for (size_t e = 0; e < COUNT; e++)
            places[e] = PLACES[e];
        places[10] = wrong[i];
        matrix.columns = column(PALATE_COLUMN_INT64, places, COUNT);
        snprintf(words, sizeof words, "columns[10] is %lld, but the matrix has 8 columns",
                 (long long)wrong[i]);
        refused(&matrix, PALATE_E_INVALID, words);
    }
    palate_csr matrix = good();
    int32_t places[COUNT];
    memcpy(places, PLACES, sizeof places);
    places[0] = -1;
    matrix.columns.values = places;
    refused(&matrix, PALATE_E_INVALID, "columns[0] is -1");
    matrix = good();
    matrix.column_count = 7;
    refused(&matrix, PALATE_E_INVALID, "columns[4] is 7, but the matrix has 7 columns");
}

static void begins_that_lead_nowhere(void **state)
{
    (void)state;
    static const int64_t wrong[][ROWS + 1] = {
        {-1, 3, 3, 5, 9, 10, 12},        {0, 3, 2, 5, 9, 10, 12}, {0, 3, 3, 5, 9, 10, 13},
        {0, INT64_MAX, 3, 5, 9, 10, 12}, {5, 3, 3, 5, 9, 10, 12}, {0, 3, 3, 5, 9, 10, INT64_MIN},
    };
    static const char *const said[] = {
        "begins[0] is -1", "begins[2] is 2", "begins[6] is 13, but the matrix has 12 ratings",
        "begins[2] is 3",  "begins[1] is 3", "begins[6] is -9"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        palate_csr matrix = good();
        matrix.begins.values = wrong[i];
        refused(&matrix, PALATE_E_INVALID, said[i]);
    }
}

static void matrices_that_are_none(void **state)
{
    (void)state;
    palate_csr matrix = good();
    matrix.begins.count = 0;
    refused(&matrix, PALATE_E_INVALID, "no begins");
    matrix = good();
    matrix.columns.count = 11;
    refused(&matrix, PALATE_E_INVALID, "has 11 and 12");
    matrix = good();
    matrix.columns.type = PALATE_COLUMN_FLOAT64;
    refused(&matrix, PALATE_E_INVALID, "columns must hold whole numbers");
    matrix = good();
    matrix.begins.type = PALATE_COLUMN_TEXT;
    refused(&matrix, PALATE_E_INVALID, "begins must hold whole numbers");
    matrix = good();
    matrix.ratings.type = PALATE_COLUMN_NONE;
    refused(&matrix, PALATE_E_INVALID, "ratings must hold numbers");
    matrix = good();
    matrix.columns.values = NULL;
    refused(&matrix, PALATE_E_INVALID, "columns has no values");
    matrix = good();
    matrix.column_count = (size_t)1 << 31;
    refused(&matrix, PALATE_E_UNSUPPORTED, "at most");

    static const int64_t empty[] = {3, 3, 3};
    matrix = good();
    matrix.begins = column(PALATE_COLUMN_INT64, empty, 3);
    refused(&matrix, PALATE_E_FORMAT, "no ratings");
    matrix.begins.count = 1;
    refused(&matrix, PALATE_E_FORMAT, "no ratings");
    palate_ratings *made = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_csr(NULL, NULL, NULL, NULL, &made, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_ratings_from_csr(NULL, &matrix, NULL, NULL, NULL, &err),
                     PALATE_E_INVALID);
}

/* ---- Memory ---- */

static void *allocate_some(size_t bytes, void *left)
{
    return (*(int *)left)-- > 0 ? malloc(bytes) : NULL;
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

/* With 0, 1, 2, ... allocations allowed, until it succeeds. Leaks are for the sanitizer to find. */
static void running_out_of_memory_is_an_error(void **state)
{
    (void)state;
    int left = 1;
    const palate_allocator allocator = {allocate_some, release, &left};
    palate_context *context = NULL;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    const palate_csr matrix = good();
    palate_status status = PALATE_E_NOMEM;
    int allowed = 0;
    for (; status == PALATE_E_NOMEM; allowed++) {
        palate_ratings *ratings = NULL;
        left = allowed;
        status = palate_ratings_from_csr(context, &matrix, NULL, NULL, &ratings, NULL);
        assert_true((status == PALATE_OK) == (ratings != NULL));
        palate_ratings_free(ratings);
    }
    assert_int_equal(status, PALATE_OK);
    assert_true(allowed > 20);
    palate_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_cell_by_cell),
        cmocka_unit_test(as_cell_by_cell_where_there_are_many),
        cmocka_unit_test(first_appearance_is_the_order_of_the_matrix),
        cmocka_unit_test(numbers_of_any_kind),
        cmocka_unit_test(cells_that_are_there_twice),
        cmocka_unit_test(ratings_that_are_wrong),
        cmocka_unit_test(columns_that_are_not_there),
        cmocka_unit_test(begins_that_lead_nowhere),
        cmocka_unit_test(matrices_that_are_none),
        cmocka_unit_test(running_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
