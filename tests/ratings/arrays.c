/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings out of columns: whatever the columns are made of, the same ratings; what is wrong with them is
 * said. */
#include "ratings/arrays.h"
#include "ratings/matrix.h"
#include "ratings/reading.h"

enum { COUNT = 100 };

/* The same ratings in all of the ways they can be given. Every 7th pair of a user and an item. */
typedef struct table {
    int64_t users[COUNT];
    int64_t items[COUNT];
    double ratings[COUNT];
    int64_t times[COUNT];
    char texts[2][COUNT][32];
    const char *pointers[2][COUNT];
} table;

static void make(table *to)
{
    for (int e = 0; e < COUNT; e++) {
        const int64_t cell = e * 7;
        to->users[e] = cell % 13;
        to->items[e] = cell % 2 == 0 ? cell % 97 : cell % 97 + 1000000;
        to->ratings[e] = (double)(cell % 9) / 2.0;
        to->times[e] = 1000 + e;
        snprintf(to->texts[0][e], 32, "%lld", (long long)to->users[e]);
        snprintf(to->texts[1][e], 32, "%lld", (long long)to->items[e]);
        to->pointers[0][e] = to->texts[0][e];
        to->pointers[1][e] = to->texts[1][e];
    }
}

static palate_column column(int type, const void *values)
{
    return (palate_column){.count = COUNT, .type = type, .values = values};
}

static palate_rating_columns plain(const table *from)
{
    return (palate_rating_columns){
        .users = column(PALATE_COLUMN_INT64, from->users),
        .items = column(PALATE_COLUMN_INT64, from->items),
        .ratings = column(PALATE_COLUMN_FLOAT64, from->ratings),
        .times = column(PALATE_COLUMN_INT64, from->times),
    };
}

static palate_ratings *take(const palate_rating_columns *parts, size_t count)
{
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    if (palate_ratings_from_columns(NULL, parts, count, NULL, NULL, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

/* Takes them in and compares them with the plain ones. */
static void assert_same(const table *from, const palate_rating_columns *parts, size_t count)
{
    const palate_rating_columns reference = plain(from);
    palate_ratings *expected = take(&reference, 1);
    palate_ratings *made = take(parts, count);
    assert_int_equal(made->fingerprint, expected->fingerprint);
    assert_int_equal(made->report.line_count, COUNT);
    assert_non_null(made->times);
    assert_memory_equal(made->times, expected->times,
                        (size_t)palate_ratings_count(expected) * sizeof *made->times);
    palate_ratings_free(made);
    palate_ratings_free(expected);
}

static void columns_of_any_number(void **state)
{
    (void)state;
    table from;
    make(&from);
    palate_rating_columns columns = plain(&from);
    uint8_t bytes[COUNT];
    int32_t words[COUNT];
    float floats[COUNT];
    for (int e = 0; e < COUNT; e++) {
        bytes[e] = (uint8_t)from.users[e];
        words[e] = (int32_t)from.items[e];
        floats[e] = (float)from.ratings[e];
    }
    columns.users = column(PALATE_COLUMN_UINT8, bytes);
    columns.items = column(PALATE_COLUMN_INT32, words);
    columns.ratings = column(PALATE_COLUMN_FLOAT32, floats);
    assert_same(&from, &columns, 1);
    columns.users.type = PALATE_COLUMN_INT8;
    columns.items.type = PALATE_COLUMN_UINT32;
    assert_same(&from, &columns, 1);
}

static void columns_with_strides_backwards_and_unaligned(void **state)
{
    (void)state;
    table from;
    make(&from);
    palate_rating_columns columns = plain(&from);
    enum { STRIDE = 13 };
    static char spaced[COUNT * STRIDE + 8];
    for (int e = 0; e < COUNT; e++)
        memcpy(spaced + 1 + (size_t)e * STRIDE, &from.users[e], sizeof from.users[e]);
    columns.users.values = spaced + 1;
    columns.users.stride = STRIDE;
    assert_same(&from, &columns, 1);

    int64_t reversed[COUNT];
    for (int e = 0; e < COUNT; e++)
        reversed[COUNT - 1 - e] = from.items[e];
    columns.items.values = &reversed[COUNT - 1];
    columns.items.stride = -(int64_t)sizeof reversed[0];
    assert_same(&from, &columns, 1);
}

/* Arrow's three ways of holding texts, and pointers to them. */
static void columns_of_texts(void **state)
{
    (void)state;
    table from;
    make(&from);
    palate_rating_columns columns = plain(&from);
    columns.users = column(PALATE_COLUMN_TEXT, from.pointers[0]);
    columns.items = column(PALATE_COLUMN_TEXT, from.pointers[1]);
    assert_same(&from, &columns, 1);

    char *joined = malloc((size_t)COUNT * 8);
    assert_non_null(joined);
    int32_t offsets[COUNT + 1] = {0};
    int64_t wide[COUNT + 1] = {0};
    for (int e = 0; e < COUNT; e++) {
        const size_t bytes = strlen(from.texts[1][e]);
        memcpy(joined + offsets[e], from.texts[1][e], bytes);
        offsets[e + 1] = offsets[e] + (int32_t)bytes;
        wide[e + 1] = offsets[e + 1];
    }
    /* No byte more than the texts have: nothing is read behind them. */
    joined = realloc(joined, (size_t)offsets[COUNT]);
    assert_non_null(joined);
    columns.items = column(PALATE_COLUMN_TEXT32, joined);
    columns.items.offsets = offsets;
    columns.items.bytes = (size_t)offsets[COUNT];
    assert_same(&from, &columns, 1);
    columns.items.type = PALATE_COLUMN_TEXT64;
    columns.items.offsets = wide;
    assert_same(&from, &columns, 1);
    free(joined);
}

typedef struct view {
    int32_t bytes;
    char rest[12];
} view;

static view view_of(const char *text, int32_t buffer, int32_t offset)
{
    view made = {.bytes = (int32_t)strlen(text)};
    if (made.bytes <= 12) {
        memcpy(made.rest, text, (size_t)made.bytes);
    } else {
        memcpy(made.rest, text, 4);
        memcpy(made.rest + 4, &buffer, sizeof buffer);
        memcpy(made.rest + 8, &offset, sizeof offset);
    }
    return made;
}

static void columns_of_views(void **state)
{
    (void)state;
    static const char *const ids[] = {"x", "twelve bytes", "thirteen byte",
                                      "a much longer identifier"};
    static const char *const items[] = {"a", "b", "c", "d"};
    static const float ratings[] = {1, 2, 3, 4};
    const char *buffers[2];
    buffers[0] = "....thirteen byte";
    buffers[1] = "a much longer identifier";
    view views[4] = {view_of(ids[0], 0, 0), view_of(ids[1], 0, 0), view_of(ids[2], 0, 4),
                     view_of(ids[3], 1, 0)};
    palate_rating_columns columns = {
        .users = {.count = 4,
                  .type = PALATE_COLUMN_TEXT_VIEW,
                  .values = views,
                  .buffers = (const void *const *)buffers,
                  .buffer_count = 2},
        .items = {.count = 4, .type = PALATE_COLUMN_TEXT, .values = items},
        .ratings = {.count = 4, .type = PALATE_COLUMN_FLOAT32, .values = ratings},
    };
    palate_ratings *made = take(&columns, 1);
    for (size_t e = 0; e < 4; e++)
        assert_string_equal(palate_ratings_user_id(made, palate_ratings_user_at(made, (uint32_t)e)),
                            ids[e]);
    palate_ratings_free(made);
    /* A view that points outside is no text. */
    views[3] = view_of(ids[3], 2, 0);
    palate_error err;
    assert_int_equal(palate_ratings_from_columns(NULL, &columns, 1, "frame", NULL, &made, &err),
                     PALATE_E_FORMAT);
    assert_int_equal(err.line, 4);
    assert_int_equal(err.column, 1);
    assert_non_null(strstr(err.message, "frame:4: field 1 (user): "));
}

static void columns_of_places_in_words(void **state)
{
    (void)state;
    table from;
    make(&from);
    palate_rating_columns columns = plain(&from);
    /* The words in an order of their own, one of them never used. */
    const char *words[COUNT + 1];
    int16_t places[COUNT];
    words[0] = "never";
    for (int e = 0; e < COUNT; e++) {
        words[COUNT - e] = from.pointers[1][e];
        places[e] = (int16_t)(COUNT - e);
    }
    const palate_column texts = {.count = COUNT + 1, .type = PALATE_COLUMN_TEXT, .values = words};
    columns.items = column(PALATE_COLUMN_INT16, places);
    columns.items.words = &texts;
    assert_same(&from, &columns, 1);
    for (int wrong = -1; wrong < COUNT + 2; wrong += COUNT + 2) {
        palate_ratings *made = NULL;
        palate_error err;
        places[7] = (int16_t)wrong;
        assert_int_equal(palate_ratings_from_columns(NULL, &columns, 1, NULL, NULL, &made, &err),
                         PALATE_E_FORMAT);
        assert_int_equal(err.line, 8);
        assert_int_equal(err.column, 2);
    }
}

static void parts_follow_each_other(void **state)
{
    (void)state;
    table from;
    make(&from);
    const palate_rating_columns whole = plain(&from);
    palate_rating_columns parts[3] = {whole, whole, whole};
    static const size_t begins[] = {0, 1, 57, COUNT};
    for (size_t p = 0; p < 3; p++) {
        palate_column *columns[] = {&parts[p].users, &parts[p].items, &parts[p].ratings,
                                    &parts[p].times};
        for (size_t c = 0; c < 4; c++) {
            columns[c]->count = begins[p + 1] - begins[p];
            columns[c]->values = (const char *)columns[c]->values + 8 * begins[p];
        }
    }
    assert_same(&from, parts, 3);
    from.ratings[70] = NAN;
    palate_ratings *made = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_columns(NULL, parts, 3, NULL, NULL, &made, &err),
                     PALATE_E_FORMAT);
    assert_int_equal(err.line, 71);
    assert_int_equal(err.column, 3);
}

static void what_is_missing_is_an_error_or_skipped(void **state)
{
    (void)state;
    table from;
    make(&from);
    palate_rating_columns columns = plain(&from);
    uint8_t valid[COUNT / 8 + 2];
    memset(valid, 0xFF, sizeof valid);
    valid[1] = 0xFE; /* Bit 8: with the first bit 3, entry 5. */
    palate_column *each[] = {&columns.users, &columns.items, &columns.ratings};
    for (int c = 0; c < 3; c++) {
        palate_ratings *made = NULL;
        palate_error err;
        each[c]->valid = valid;
        each[c]->valid_first = 3;
        assert_int_equal(palate_ratings_from_columns(NULL, &columns, 1, NULL, NULL, &made, &err),
                         PALATE_E_FORMAT);
        assert_int_equal(err.line, 6);
        assert_int_equal(err.column, c + 1);
        palate_read_options options = options_for(NULL);
        options.lenient = true;
        assert_int_equal(
            palate_ratings_from_columns(NULL, &columns, 1, NULL, &options, &made, &err), PALATE_OK);
        assert_int_equal(palate_ratings_report(made)->skipped_count, 1);
        palate_ratings_free(made);
        each[c]->valid = NULL;
    }
    columns.times.valid = valid;
    columns.times.valid_first = 3;
    palate_ratings *made = take(&columns, 1);
    const palate_rated rated = palate_ratings_of_user(
        made, palate_ratings_find_user(made, from.texts[0][5], PALATE_TEXT));
    bool found = false;
    for (int64_t e = 0; e < rated.count; e++)
        found = found || rated.times[e] == PALATE_NO_TIME;
    assert_true(found);
    palate_ratings_free(made);
}

static void numbers_of_any_size_are_ids(void **state)
{
    (void)state;
    static const int64_t users[] = {INT64_MIN, -1, 0, INT64_MAX};
    static const uint64_t items[] = {0, 1, UINT64_MAX, 10};
    static const int8_t ratings[] = {1, 2, 3, 4};
    const palate_rating_columns columns = {
        .users = {.count = 4, .type = PALATE_COLUMN_INT64, .values = users},
        .items = {.count = 4, .type = PALATE_COLUMN_UINT64, .values = items},
        .ratings = {.count = 4, .type = PALATE_COLUMN_INT8, .values = ratings},
    };
    palate_ratings *made = take(&columns, 1);
    static const char *const expected[] = {"-9223372036854775808", "-1", "0",
                                           "9223372036854775807"};
    for (uint32_t e = 0; e < 4; e++)
        assert_string_equal(palate_ratings_user_id(made, palate_ratings_user_at(made, e)),
                            expected[e]);
    assert_int_not_equal(palate_ratings_find_item(made, "18446744073709551615", PALATE_TEXT),
                         PALATE_NO_ROW);
    palate_ratings_free(made);
}

static void refused(palate_rating_columns columns, const char *says)
{
    palate_ratings *made = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_columns(NULL, &columns, 1, NULL, NULL, &made, &err),
                     PALATE_E_INVALID);
    assert_null(made);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, says);
}

static void columns_that_are_none(void **state)
{
    (void)state;
    table from;
    make(&from);
    const palate_rating_columns good = plain(&from);
    palate_rating_columns columns = good;
    columns.users.type = PALATE_COLUMN_FLOAT64;
    refused(columns, "users must hold whole numbers or texts");
    columns.users.type = 99;
    refused(columns, "users must hold whole numbers or texts");
    columns = good;
    columns.items.type = PALATE_COLUMN_NONE;
    refused(columns, "items must hold");
    columns = good;
    columns.ratings.type = PALATE_COLUMN_TEXT;
    refused(columns, "ratings must hold numbers");
    columns = good;
    columns.times.type = PALATE_COLUMN_UINT64;
    refused(columns, "times must hold whole numbers");
    columns = good;
    columns.items.count = COUNT - 1;
    refused(columns, "equally many entries, but users has 100, items 99");
    columns = good;
    columns.times.count = 3;
    refused(columns, "times 3");
    columns = good;
    columns.users.values = NULL;
    refused(columns, "users has no values");
    columns = good;
    columns.users.type = PALATE_COLUMN_TEXT32;
    refused(columns, "users has no offsets");
    columns = good;
    columns.users.words = &good.ratings;
    refused(columns, "users must hold whole numbers or texts");
    columns.users.words = &good.users;
    columns.users.type = PALATE_COLUMN_FLOAT32;
    refused(columns, "places in its words");

    palate_ratings *made = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_columns(NULL, NULL, 1, NULL, NULL, &made, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_ratings_from_columns(NULL, &good, 1, NULL, NULL, NULL, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_ratings_from_columns(NULL, NULL, 0, NULL, NULL, &made, &err),
                     PALATE_E_FORMAT);
}

/* ---- Which column is which ---- */

static void columns_are_chosen_as_a_header_is_read(void **state)
{
    (void)state;
    static const char *const names[] = {"timestamp", "movieId", "userId", "rating", NULL};
    int places[4];
    palate_error err;
    palate_read_options options = options_for(NULL);
    assert_int_equal(palate_choose_columns(names, 5, NULL, places, &err), PALATE_OK);
    static const int by_word[] = {2, 1, 3, 0};
    assert_memory_equal(places, by_word, sizeof by_word);
    options.time_column = "none";
    options.item_column = "TIMESTAMP";
    assert_int_equal(palate_choose_columns(names, 5, &options, places, &err), PALATE_OK);
    static const int by_option[] = {2, 0, 3, -1};
    assert_memory_equal(places, by_option, sizeof by_option);
    options.user_column = "nobody";
    assert_int_equal(palate_choose_columns(names, 5, &options, places, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "there is no column \"nobody\""));

    static const char *const strange[] = {"A", "B", "C"};
    assert_int_equal(palate_choose_columns(strange, 3, NULL, places, &err), PALATE_E_FORMAT);
    options = options_for(NULL);
    options.header = PALATE_HEADER_YES;
    assert_int_equal(palate_choose_columns(strange, 3, &options, places, &err), PALATE_OK);
    static const int by_place[] = {0, 1, 2, -1};
    assert_memory_equal(places, by_place, sizeof by_place);
    assert_int_equal(palate_choose_columns(strange, 2, &options, places, &err), PALATE_E_FORMAT);
    assert_int_equal(palate_choose_columns(NULL, 0, &options, places, &err), PALATE_E_FORMAT);
    assert_int_equal(palate_choose_columns(NULL, 2, &options, places, &err), PALATE_E_INVALID);
    assert_int_equal(palate_choose_columns(names, 3, &options, NULL, &err), PALATE_E_INVALID);
}

/* ---- Back ---- */

static void ratings_are_seen_as_they_lie(void **state)
{
    (void)state;
    table from;
    make(&from);
    const palate_rating_columns columns = plain(&from);
    palate_ratings *made = take(&columns, 1);
    const palate_sparse_rows users = palate_ratings_by_user(made);
    const palate_sparse_rows items = palate_ratings_by_item(made);
    assert_int_equal(users.begins[users.row_count], palate_ratings_count(made));
    assert_int_equal(items.row_count, users.column_count);
    assert_null(items.times);
    for (uint32_t row = 0; row < users.row_count; row++) {
        const palate_rated rated = palate_ratings_of_user(made, row);
        assert_ptr_equal(rated.rows, users.columns + users.begins[row]);
        assert_ptr_equal(rated.times, users.times + users.begins[row]);
        assert_int_equal(rated.count, users.begins[row + 1] - users.begins[row]);
    }
    const palate_id_list ids = palate_ratings_item_ids(made);
    assert_int_equal(ids.count, palate_ratings_item_count(made));
    for (uint32_t row = 0; row < ids.count; row++) {
        assert_string_equal(ids.texts + ids.begins[row], palate_ratings_item_id(made, row));
        assert_int_equal(ids.order[row], palate_ratings_item_at(made, row));
    }
    palate_ratings_free(made);
}

static void ids_are_found_as_they_were_given(void **state)
{
    (void)state;
    table from;
    make(&from);
    const palate_rating_columns columns = plain(&from);
    palate_ratings *ratings = take(&columns, 1);
    palate_train_options options;
    palate_train_options_init(&options);
    options.epochs = 1;
    palate_model *model = NULL;
    palate_error err;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_OK);
    uint32_t rows[COUNT];
    uint32_t again[COUNT];
    from.users[3] = 12345; /* Nobody. */
    assert_int_equal(palate_model_find_users(model, &columns.users, rows, &err), PALATE_OK);
    assert_int_equal(rows[3], PALATE_NO_ROW);
    assert_int_equal(rows[4], palate_model_find_user(model, from.texts[0][4], PALATE_TEXT));
    assert_int_equal(palate_model_find_items(model, &columns.items, rows, &err), PALATE_OK);
    const palate_column texts = column(PALATE_COLUMN_TEXT, from.pointers[1]);
    assert_int_equal(palate_model_find_items(model, &texts, again, &err), PALATE_OK);
    assert_memory_equal(rows, again, sizeof rows);
    assert_int_equal(palate_model_find_items(model, &columns.ratings, rows, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_find_items(NULL, &texts, rows, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_find_users(model, NULL, rows, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_find_users(model, &texts, NULL, &err), PALATE_E_INVALID);
    const palate_id_list ids = palate_model_user_ids(model);
    assert_int_equal(ids.count, palate_ratings_user_count(ratings));
    assert_string_equal(ids.texts + ids.begins[1], palate_model_user_id(model, 1));
    assert_int_equal(palate_model_item_ids(NULL).count, 0);
    palate_model_free(model);
    palate_ratings_free(ratings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_any_number),
        cmocka_unit_test(columns_with_strides_backwards_and_unaligned),
        cmocka_unit_test(columns_of_texts),
        cmocka_unit_test(columns_of_views),
        cmocka_unit_test(columns_of_places_in_words),
        cmocka_unit_test(parts_follow_each_other),
        cmocka_unit_test(what_is_missing_is_an_error_or_skipped),
        cmocka_unit_test(numbers_of_any_size_are_ids),
        cmocka_unit_test(columns_that_are_none),
        cmocka_unit_test(columns_are_chosen_as_a_header_is_read),
        cmocka_unit_test(ratings_are_seen_as_they_lie),
        cmocka_unit_test(ids_are_found_as_they_were_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
