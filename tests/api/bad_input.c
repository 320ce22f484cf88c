/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments that no program should give: every function that can fail says PALATE_E_INVALID and
 * why, leaves its outputs empty and goes no further; the others give what their headers say.
 */
#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOWHERE "no/such/folder/file"
#define WRITTEN "bad_input.out"

enum { OPTION_BYTES = 512 };

/* A struct of options, its table and the function that fills it. */
typedef struct kind {
    const palate_option_table *(*table)(void);
    void (*init)(void *options);
} kind;

static void init_read(void *options)
{
    palate_read_options_init(options);
}

static void init_train(void *options)
{
    palate_train_options_init(options);
}

static void init_recommend(void *options)
{
    palate_recommend_options_init(options);
}

static void init_synth(void *options)
{
    palate_synth_options_init(options);
}

static void init_evaluate(void *options)
{
    palate_evaluate_options_init(options);
}

static void init_split(void *options)
{
    palate_split_options_init(options);
}

static const kind KINDS[] = {
    {palate_read_options_table, init_read},           {palate_train_options_table, init_train},
    {palate_recommend_options_table, init_recommend}, {palate_synth_options_table, init_synth},
    {palate_evaluate_options_table, init_evaluate},   {palate_split_options_table, init_split},
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static palate_ratings *ratings;
static palate_model *model;

static int set_up(void **state)
{
    (void)state;
    static const char *const users[] = {"a", "a", "b", "c"};
    static const char *const items[] = {"x", "y", "y", "z"};
    static const float values[] = {1, 2, 5, 3};
    palate_rating_arrays arrays = {4, users, items, values, NULL};
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 2;
    options.epochs = 2;
    if (palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, NULL) != PALATE_OK)
        return 1;
    return palate_model_train(ratings, &options, &model, NULL) != PALATE_OK;
}

static int tear_down(void **state)
{
    (void)state;
    palate_model_free(model);
    palate_ratings_free(ratings);
    return 0;
}

/* A call that must be refused with a reason, written to `err`. */
#define REFUSE(call)                                                                               \
    do {                                                                                           \
        palate_error err = {.message = ""};                                                        \
        assert_int_equal((call), PALATE_E_INVALID);                                                \
        assert_int_equal(err.status, PALATE_E_INVALID);                                            \
        assert_true(err.message[0] != '\0');                                                       \
    } while (0)

#define REFUSE_NAMING(call, name)                                                                  \
    do {                                                                                           \
        palate_error err = {.message = ""};                                                        \
        assert_int_equal((call), PALATE_E_INVALID);                                                \
        if (strstr(err.message, (name)) == NULL)                                                   \
            fail_msg("\"%s\" does not name %s", err.message, (name));                              \
    } while (0)

/* ---- Options ---- */

static void fill(void *memory, uint32_t word, size_t bytes)
{
    for (size_t b = 0; b < bytes; b++)
        ((unsigned char *)memory)[b] = (unsigned char)(word >> 8 * (b % 4));
}

/* A byte that the defaults leave out would differ between the two. */
static void test_no_field_lacks_a_default(void **state)
{
    (void)state;
    for (size_t s = 0; s < KIND_COUNT; s++) {
        _Alignas(max_align_t) unsigned char one[OPTION_BYTES];
        _Alignas(max_align_t) unsigned char other[OPTION_BYTES];
        const palate_option_table *table = KINDS[s].table();
        assert_in_range(table->struct_bytes, 1, OPTION_BYTES);
        fill(one, 0xDEADBEEFU, sizeof one);
        fill(other, 0x01020304U, sizeof other);
        KINDS[s].init(one);
        KINDS[s].init(other);
        assert_memory_equal(one, other, table->struct_bytes);
        assert_int_equal(palate_options_check(table, one, NULL), PALATE_OK);
    }
}

static void test_tables_are_sound(void **state)
{
    (void)state;
    for (size_t s = 0; s < KIND_COUNT; s++) {
        _Alignas(max_align_t) unsigned char options[OPTION_BYTES];
        const palate_option_table *table = KINDS[s].table();
        assert_non_null(table->title);
        KINDS[s].init(options);
        for (size_t row = 0; row < table->count; row++) {
            const palate_option *option = &table->options[row];
            char text[100];
            assert_true(option->offset < table->struct_bytes);
            assert_true(option->help[0] != '\0' && option->help[strlen(option->help) - 1] != '.');
            assert_true((option->type == PALATE_OPTION_BOOL) == (option->placeholder == NULL));
            assert_ptr_equal(palate_options_find(table, option->name), option);
            size_t bytes = palate_options_format(option, options, text, sizeof text);
            assert_int_equal(bytes, strlen(text));
            if (bytes > 0)
                assert_int_equal(palate_options_set(table, options, option->name, text, NULL),
                                 PALATE_OK);
        }
    }
}

/* Values of an option that are out of its range, one after the other; false when there are no more. */
static bool set_absurd(const palate_option *option, void *options, int which)
{
    void *field = (char *)options + option->offset;
    const int64_t counts[] = {(int64_t)option->min - 7, (int64_t)option->max + 1, INT64_MIN};
    const double reals[] = {option->min - 7, option->max * 2 + 1, NAN, INFINITY, -INFINITY};
    const int choices[] = {-1, 1000};
    const palate_scale scales[] = {{5, 1}, {NAN, 1}, {0, INFINITY}};
    switch (option->type) {
    case PALATE_OPTION_COUNT:
    case PALATE_OPTION_COUNT_AUTO:
        return which < 3 && memcpy(field, &counts[which], sizeof counts[0]) != NULL;
    case PALATE_OPTION_REAL:
    case PALATE_OPTION_REAL_AUTO:
        return which < 5 && memcpy(field, &reals[which], sizeof reals[0]) != NULL;
    case PALATE_OPTION_CHOICE:
        return which < 2 && memcpy(field, &choices[which], sizeof choices[0]) != NULL;
    case PALATE_OPTION_SCALE:
        return which < 3 && memcpy(field, &scales[which], sizeof scales[0]) != NULL;
    default:
        return false;
    }
}

static palate_status use_options(const palate_option_table *table, const void *options,
                                 palate_error *err)
{
    uint32_t user = 0;
    uint32_t items[4];
    float scores[4];
    uint32_t counts[1];
    palate_model *trained = NULL;
    palate_ratings *read = NULL;
    palate_evaluation *evaluation = NULL;
    palate_split *split = NULL;
    palate_rating_arrays nothing = {0};
    if (table == palate_train_options_table())
        return palate_model_train(ratings, options, &trained, err);
    if (table == palate_recommend_options_table())
        return palate_model_recommend(model, &user, 1, options, items, scores, counts, err);
    if (table == palate_synth_options_table())
        return palate_synth_write(NULL, options, WRITTEN, NULL, err);
    if (table == palate_evaluate_options_table())
        return palate_evaluation_run(model, ratings, options, &evaluation, err);
    if (table == palate_split_options_table())
        return palate_split_create(ratings, options, &split, err);
    palate_status status = palate_ratings_read(NULL, NOWHERE, options, &read, err);
    if (status == PALATE_E_INVALID)
        status = palate_pairs_read(NULL, NOWHERE, options, NULL, NULL, NULL, NULL);
    if (status == PALATE_E_INVALID)
        status = palate_ratings_check(NULL, NOWHERE, options, NULL, NULL, NULL, NULL);
    return status == PALATE_E_INVALID
               ? palate_ratings_from_arrays(NULL, &nothing, options, &read, err)
               : status;
}

static void test_options_out_of_range_are_named(void **state)
{
    (void)state;
    for (size_t s = 0; s < KIND_COUNT; s++) {
        _Alignas(max_align_t) unsigned char options[OPTION_BYTES];
        const palate_option_table *table = KINDS[s].table();
        for (size_t row = 0; row < table->count; row++) {
            const palate_option *option = &table->options[row];
            KINDS[s].init(options);
            for (int which = 0; set_absurd(option, options, which); which++) {
                REFUSE_NAMING(palate_options_check(table, options, &err), option->name);
                REFUSE_NAMING(use_options(table, options, &err), option->name);
            }
        }
    }
    assert_int_equal(access(WRITTEN, F_OK), -1);
}

static void test_option_functions(void **state)
{
    (void)state;
    const palate_option_table *table = palate_train_options_table();
    palate_train_options options;
    palate_train_options_init(&options);
    assert_null(palate_options_find(table, "no such option"));
    assert_null(palate_options_find(table, ""));
    assert_null(palate_options_find(NULL, "seed"));
    assert_null(palate_options_find(table, NULL));
    REFUSE(palate_options_check(NULL, &options, &err));
    REFUSE(palate_options_check(table, NULL, &err));
    REFUSE(palate_options_set(NULL, &options, "seed", "1", &err));
    REFUSE(palate_options_set(table, NULL, "seed", "1", &err));
    REFUSE(palate_options_set(table, &options, NULL, "1", &err));
    REFUSE(palate_options_set(table, &options, "seed", NULL, &err));
    REFUSE_NAMING(palate_options_set(table, &options, "sead", "1", &err), "seed");
    static const char *const counts[] = {"", "x", "1x", "0", "1001", "-3", "1e3", "nan", " 1"};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        REFUSE_NAMING(palate_options_set(table, &options, "factors", counts[c], &err), "factors");
}

/* ---- Everything else ---- */

static void test_status_and_context(void **state)
{
    (void)state;
    assert_string_equal(palate_status_name(PALATE_OK), "PALATE_OK");
    assert_string_equal(palate_status_name((palate_status)99), "PALATE_E_?");
    assert_string_equal(palate_status_name((palate_status)-1), "PALATE_E_?");
    assert_string_equal(palate_version(), PALATE_VERSION);
    assert_non_null(palate_kernels_name());
    palate_context *context = NULL;
    palate_allocator half = {NULL, NULL, NULL};
    REFUSE(palate_context_create(NULL, NULL, NULL, NULL, &err));
    REFUSE(palate_context_create(&half, NULL, NULL, &context, &err));
    assert_null(context);
    palate_context_free(NULL);
    palate_ratings_free(NULL);
    palate_catalogue_free(NULL);
    palate_features_free(NULL);
    palate_model_free(NULL);
}

static void test_reading(void **state)
{
    (void)state;
    palate_ratings *read = NULL;
    palate_catalogue *titles = NULL;
    palate_features *features = NULL;
    palate_rating_arrays arrays = {0};
    REFUSE(palate_ratings_read(NULL, NULL, NULL, &read, &err));
    REFUSE(palate_ratings_read(NULL, NOWHERE, NULL, NULL, &err));
    REFUSE(palate_ratings_check(NULL, NULL, NULL, NULL, NULL, NULL, &err));
    REFUSE(palate_pairs_read(NULL, NULL, NULL, NULL, NULL, NULL, &err));
    REFUSE(palate_catalogue_read(NULL, NULL, &titles, &err));
    REFUSE(palate_catalogue_read(NULL, NOWHERE, NULL, &err));
    REFUSE(palate_catalogue_read_columns(NULL, NULL, &titles, &err));
    REFUSE(palate_catalogue_read_columns(NULL, NOWHERE, NULL, &err));
    REFUSE(palate_features_create(NULL, "genres", &features, &err));
    REFUSE(palate_features_compare(NULL, NULL, PALATE_ITEMS, NULL, &err));
    REFUSE(palate_ratings_from_arrays(NULL, NULL, NULL, &read, &err));
    REFUSE(palate_ratings_from_arrays(NULL, &arrays, NULL, NULL, &err));
    arrays.count = 3;
    REFUSE(palate_ratings_from_arrays(NULL, &arrays, NULL, &read, &err));
    assert_null(read);
    assert_int_equal(palate_ratings_read(NULL, NOWHERE, NULL, &read, NULL), PALATE_E_IO);
    assert_int_equal(palate_catalogue_read(NULL, NOWHERE, &titles, NULL), PALATE_E_IO);
}

static palate_status make_ratings(const char *user, const char *item, float value,
                                  palate_error *err)
{
    palate_ratings *made = NULL;
    palate_rating_arrays arrays = {1, &user, &item, &value, NULL};
    palate_status status = palate_ratings_from_arrays(NULL, &arrays, NULL, &made, err);
    assert_true((made != NULL) == (status == PALATE_OK));
    palate_ratings_free(made);
    return status;
}

static void test_entries_of_arrays(void **state)
{
    (void)state;
    palate_error err;
    assert_int_equal(make_ratings("u", "i", 3, &err), PALATE_OK);
    assert_int_not_equal(make_ratings(NULL, "i", 3, &err), PALATE_OK);
    assert_int_not_equal(make_ratings("u", NULL, 3, &err), PALATE_OK);
    assert_int_not_equal(make_ratings("", "i", 3, &err), PALATE_OK);
    assert_int_not_equal(make_ratings("u", "", 3, &err), PALATE_OK);
    assert_int_not_equal(make_ratings("\xff", "i", 3, &err), PALATE_OK);
    assert_int_not_equal(make_ratings("u", "i", NAN, &err), PALATE_OK);
    assert_int_not_equal(make_ratings("u", "i", INFINITY, &err), PALATE_OK);
    assert_int_equal(err.line, 1);
}

static void test_looking_at_ratings(void **state)
{
    (void)state;
    static const uint32_t absurd[] = {3, 1000, PALATE_NO_ROW};
    for (int r = 0; r < 3; r++) {
        assert_null(palate_ratings_user_id(ratings, absurd[r]));
        assert_null(palate_ratings_item_id(ratings, absurd[r]));
        assert_int_equal(palate_ratings_user_at(ratings, absurd[r]), PALATE_NO_ROW);
        assert_int_equal(palate_ratings_item_at(ratings, absurd[r]), PALATE_NO_ROW);
        assert_int_equal(palate_ratings_of_user(ratings, absurd[r]).count, 0);
        assert_int_equal(palate_ratings_of_item(ratings, absurd[r]).count, 0);
    }
    assert_int_equal(palate_ratings_find_user(ratings, "nobody", PALATE_TEXT), PALATE_NO_ROW);
    assert_int_equal(palate_ratings_find_item(ratings, "", 0), PALATE_NO_ROW);
    assert_int_equal(palate_ratings_find_user(ratings, NULL, PALATE_TEXT), PALATE_NO_ROW);
}

static void test_looking_at_a_model(void **state)
{
    (void)state;
    static const uint32_t absurd[] = {3, 1000, PALATE_NO_ROW};
    int64_t count = 7;
    for (int r = 0; r < 3; r++) {
        assert_null(palate_model_user_id(model, absurd[r]));
        assert_null(palate_model_item_id(model, absurd[r]));
        assert_int_equal(palate_model_user_at(model, absurd[r]), PALATE_NO_ROW);
        assert_int_equal(palate_model_item_at(model, absurd[r]), PALATE_NO_ROW);
        assert_null(palate_model_factor_name(model, absurd[r]));
        palate_model_seen(model, absurd[r], &count);
        assert_int_equal(count, 0);
    }
    assert_int_equal(palate_model_find_user(model, "nobody", PALATE_TEXT), PALATE_NO_ROW);
    assert_int_equal(palate_model_find_item(model, NULL, PALATE_TEXT), PALATE_NO_ROW);
    assert_true(isfinite(palate_model_predict_one(model, "nobody", NULL)));
    assert_true(isfinite(palate_model_predict_one(model, NULL, "x")));
}

static void test_files_of_models(void **state)
{
    (void)state;
    palate_model *loaded = NULL;
    palate_scale scale = {1, 5};
    REFUSE(palate_model_load(NULL, NULL, &loaded, &err));
    REFUSE(palate_model_load(NULL, NOWHERE, NULL, &err));
    REFUSE(palate_model_save(NULL, WRITTEN, &err));
    REFUSE(palate_model_save(model, NULL, &err));
    REFUSE(palate_model_export(NULL, PALATE_EXPORT_CSV, WRITTEN, &err));
    REFUSE(palate_model_export(model, PALATE_EXPORT_CSV, NULL, &err));
    REFUSE(palate_model_export(model, (palate_export_format)99, WRITTEN, &err));
    REFUSE(palate_model_import(NULL, NULL, NOWHERE, scale, &loaded, &err));
    REFUSE(palate_model_import(NULL, NOWHERE, NULL, scale, &loaded, &err));
    REFUSE(palate_model_import(NULL, NOWHERE, NOWHERE, scale, NULL, &err));
    assert_null(loaded);
    assert_int_equal(access(WRITTEN, F_OK), -1);
    assert_int_equal(palate_model_load(NULL, NOWHERE, &loaded, NULL), PALATE_E_IO);
    assert_int_equal(palate_model_save(model, NOWHERE, NULL), PALATE_E_IO);
    assert_int_equal(palate_model_export(model, PALATE_EXPORT_NPZ, NOWHERE, NULL), PALATE_E_IO);
}

static void test_import_with_a_scale_that_is_none(void **state)
{
    (void)state;
    palate_model *imported = NULL;
    palate_scale upside_down = {5, 1};
    assert_int_equal(palate_model_export(model, PALATE_EXPORT_CSV, WRITTEN, NULL), PALATE_OK);
    REFUSE_NAMING(palate_model_import(NULL, WRITTEN "/users.csv", WRITTEN "/items.csv", upside_down,
                                      &imported, &err),
                  "scale");
    assert_null(imported);
    unlink(WRITTEN "/users.csv");
    unlink(WRITTEN "/items.csv");
    unlink(WRITTEN "/model.json");
    assert_int_equal(rmdir(WRITTEN), 0);
}

static void test_using_a_model(void **state)
{
    (void)state;
    static const uint32_t rows[] = {0, 3};
    float predictions[2];
    uint32_t items[20];
    float scores[20];
    uint32_t counts[2];
    palate_model *trained = NULL;
    palate_metrics metrics;
    REFUSE(palate_model_train(NULL, NULL, &trained, &err));
    REFUSE(palate_model_train(ratings, NULL, NULL, &err));
    const palate_cells cells = {1, rows, rows, NULL};
    const palate_cells no_users = {1, NULL, rows, NULL};
    const palate_cells no_items = {1, rows, NULL, NULL};
    const palate_cells beyond = {2, rows, rows, NULL};
    const palate_cells nothing = {0, NULL, NULL, NULL};
    REFUSE(palate_model_predict(NULL, &cells, predictions, NULL, NULL, &err));
    REFUSE(palate_model_predict(model, NULL, predictions, NULL, NULL, &err));
    REFUSE(palate_model_predict(model, &no_users, predictions, NULL, NULL, &err));
    REFUSE(palate_model_predict(model, &no_items, predictions, NULL, NULL, &err));
    REFUSE(palate_model_predict(model, &cells, NULL, NULL, NULL, &err));
    REFUSE(palate_model_predict(model, &beyond, predictions, NULL, NULL, &err));
    assert_int_equal(palate_model_predict(model, &nothing, NULL, NULL, NULL, NULL), PALATE_OK);
    REFUSE(palate_model_recommend(NULL, rows, 1, NULL, items, scores, counts, &err));
    REFUSE(palate_model_recommend(model, NULL, 1, NULL, items, scores, counts, &err));
    REFUSE(palate_model_recommend(model, rows, 1, NULL, NULL, scores, counts, &err));
    REFUSE(palate_model_recommend(model, rows, 1, NULL, items, NULL, counts, &err));
    REFUSE(palate_model_recommend(model, rows, 1, NULL, items, scores, NULL, &err));
    REFUSE(palate_model_recommend(model, rows, 2, NULL, items, scores, counts, &err));
    REFUSE(palate_model_evaluate(NULL, ratings, 0, &metrics, &err));
    REFUSE(palate_model_evaluate(model, NULL, 0, &metrics, &err));
    REFUSE(palate_model_evaluate(model, ratings, 0, NULL, &err));
    REFUSE(palate_model_evaluate(model, ratings, -5, &metrics, &err));
    REFUSE(palate_synth_write(NULL, NULL, NULL, NULL, &err));
}

/* ---- Given factors ---- */

static const char *const IDS[] = {"a", "b"};
static const char *const SAME_IDS[] = {"a", "a"};
static const char *const EMPTY_IDS[] = {"a", ""};
static const char *const MISSING_IDS[] = {"a", NULL};
static const float GOOD[] = {1, 0};
static const float NEGATIVE[] = {1, -1};
static const float NOT_A_NUMBER[] = {1, NAN};
static const float ENDLESS[] = {1, INFINITY};

static palate_factors good_factors(void)
{
    return (palate_factors){.user_count = 2,
                            .item_count = 2,
                            .factor_count = 1,
                            .user_factors = GOOD,
                            .item_factors = GOOD,
                            .user_ids = IDS,
                            .item_ids = IDS};
}

static void refuse_factors(palate_factors factors)
{
    palate_model *made = NULL;
    REFUSE(palate_model_from_factors(NULL, &factors, &made, &err));
    assert_null(made);
}

/* Every way to put one wrong value in one field. */
#define REFUSE_FIELD(field, value)                                                                 \
    do {                                                                                           \
        palate_factors factors = good_factors();                                                   \
        factors.field = (value);                                                                   \
        refuse_factors(factors);                                                                   \
    } while (0)

static void test_given_factors(void **state)
{
    (void)state;
    palate_model *made = NULL;
    palate_factors good = good_factors();
    assert_int_equal(palate_model_from_factors(NULL, &good, &made, NULL), PALATE_OK);
    palate_model_free(made);
    made = NULL;
    REFUSE(palate_model_from_factors(NULL, NULL, &made, &err));
    REFUSE(palate_model_from_factors(NULL, &good, NULL, &err));
    REFUSE_FIELD(user_count, 0);
    REFUSE_FIELD(item_count, 0);
    REFUSE_FIELD(factor_count, 0);
    REFUSE_FIELD(factor_count, UINT32_MAX);
    REFUSE_FIELD(user_count, UINT32_MAX);
    REFUSE_FIELD(user_factors, NULL);
    REFUSE_FIELD(item_factors, NULL);
    REFUSE_FIELD(user_factors, NEGATIVE);
    REFUSE_FIELD(item_factors, NOT_A_NUMBER);
    REFUSE_FIELD(item_factors, ENDLESS);
    REFUSE_FIELD(user_offsets, NOT_A_NUMBER);
    REFUSE_FIELD(item_offsets, ENDLESS);
    REFUSE_FIELD(user_ids, NULL);
    REFUSE_FIELD(item_ids, NULL);
    REFUSE_FIELD(user_ids, SAME_IDS);
    REFUSE_FIELD(item_ids, EMPTY_IDS);
    REFUSE_FIELD(item_ids, MISSING_IDS);
    REFUSE_FIELD(base, (double)NAN);
    REFUSE_FIELD(scale, ((palate_scale){5, 1}));
    REFUSE_FIELD(scale, ((palate_scale){NAN, 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_field_lacks_a_default),
        cmocka_unit_test(test_tables_are_sound),
        cmocka_unit_test(test_options_out_of_range_are_named),
        cmocka_unit_test(test_option_functions),
        cmocka_unit_test(test_status_and_context),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_entries_of_arrays),
        cmocka_unit_test(test_looking_at_ratings),
        cmocka_unit_test(test_looking_at_a_model),
        cmocka_unit_test(test_files_of_models),
        cmocka_unit_test(test_import_with_a_scale_that_is_none),
        cmocka_unit_test(test_using_a_model),
        cmocka_unit_test(test_given_factors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
