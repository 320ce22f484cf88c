/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in, tables out: what is exported can be imported, with the same scores; every mistake in a
 * table is named with its line and field. */
#define _GNU_SOURCE
#include "model/support.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char USERS[] = "model_export_users.csv";
static const char ITEMS[] = "model_export_items.csv";
static const palate_scale NO_SCALE = {0.0, 0.0};

static void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

static palate_model *imported(const char *users, const char *items)
{
    palate_error err;
    palate_model *model = NULL;
    assert_ok(palate_model_import(NULL, users, items, NO_SCALE, &model, &err), &err);
    return model;
}

/* ---- Import ---- */

static void tables_of_the_blackboard_are_read(void **state)
{
    (void)state;
    write_text(USERS, "user,Action,Romance\nUser 1,.8,.2\nUser 2,.4,.6\nUser 3,1,.1\n");
    write_text(ITEMS,
               "\xef\xbb\xbfwhatever;Action;Romance\r\nA;.9;.2\r\n\r\n\"B\";.1; .8\r\nC;.6;.3");
    palate_model *model = imported(USERS, ITEMS);
    palate_model *expected = blackboard_model();
    assert_same_model(model, expected);
    assert_true(fabs((double)palate_model_predict_one(model, "User 1", "A") - .76) < 1e-6);
    palate_model_free(expected);
    palate_model_free(model);
}

static void offsets_may_stand_anywhere(void **state)
{
    (void)state;
    write_text(USERS, "u,OFFSET,a\nx,-1.5,2\n");
    write_text(ITEMS, "i,a,Offset\n\"y, \"\"z\"\"\n2\",3,.25\n");
    palate_model *model = imported(USERS, ITEMS);
    assert_true(palate_model_predict_one(model, "x", "y, \"z\"\n2") == -1.5F + .25F + 6.F);
    assert_string_equal(palate_model_factor_name(model, 0), "a");
    palate_model_free(model);
}

static void assert_not_imported(const char *users, const char *items, int64_t line, int64_t column,
                                const char *because)
{
    palate_error err = {0};
    palate_model *model = NULL;
    write_text(USERS, users);
    write_text(ITEMS, items);
    assert_int_equal(palate_model_import(NULL, USERS, ITEMS, NO_SCALE, &model, &err),
                     PALATE_E_FORMAT);
    assert_null(model);
    if (strstr(err.message, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, because);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
}

static void mistakes_in_tables_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *users, *items;
        int64_t line, column;
        const char *because;
    } mistakes[] = {
        {"", "i,a\ny,1\n", 0, 0, "users.csv: the table is empty"},
        {"u,a\n", "i,a\ny,1\n", 1, 0, "no row for any user"},
        {"u\nx\n", "i,a\ny,1\n", 1, 0, "names 0 factors"},
        {"u,offset\nx,1\n", "i,a\ny,1\n", 1, 0, "names 0 factors"},
        {"u,a,a\nx,1,1\n", "i,a\ny,1\n", 1, 3, "the factor \"a\" is there twice"},
        {"u,a,\nx,1,1\n", "i,a\ny,1\n", 1, 3, "name of the factor is empty"},
        {"u,a,\xff\nx,1,1\n", "i,a\ny,1\n", 1, 3, "name of the factor is not UTF-8"},
        {"u,offset,a,offset\nx,1,1,1\n", "i,a\ny,1\n", 1, 4, "\"offset\" is there twice"},
        {"u,a\nx,1\nx,2\n", "i,a\ny,1\n", 3, 1, "the user \"x\" is there twice"},
        {"u,a\n,1\n", "i,a\ny,1\n", 2, 1, "the id of the user is empty"},
        {"u,a\n\xc3,1\n", "i,a\ny,1\n", 2, 1, "the id of the user is not UTF-8"},
        {"u,a\nx,1\ny\n", "i,a\ny,1\n", 3, 0, "1 field where the header has 2"},
        {"u,a\nx,1\ny,1,2\n", "i,a\ny,1\n", 3, 0, "3 fields where the header has 2"},
        {"u,a\nx,1\n", "i,a\ny,1\n\nz,-2\n", 4, 2, "items.csv:4: field 2: the factor \"-2\" is n"},
        {"u,a\nx,1\n", "i,a\ny,\n", 2, 2, "the factor is missing"},
        {"u,a\nx,1\n", "i,a\ny,one\n", 2, 2, "\"one\" is not a number"},
        {"u,a\nx,1\n", "i,a\ny,nan\n", 2, 2, "\"nan\" is not finite"},
        {"u,a\nx,1\n", "i,a\ny,1e39\n", 2, 2, "\"1e39\" is not finite, or too large"},
        {"u,a\nx,1\n", "i,a,offset\ny,1,-inf\n", 2, 3, "the offset \"-inf\" is not finite"},
        {"u,a\nx,1\n", "i,b\ny,1\n", 0, 0, "factor 1 is \"a\" in model_export_users.csv but \"b\""},
        {"u,a,b\nx,1,1\n", "i,a\ny,1\n", 0, 0, "factor 2 is \"b\""},
        {"u,a,b\nx,1,1\n", "i,b,a\ny,1,1\n", 0, 0, "the same factors in the same order"},
    };
    for (size_t m = 0; m < sizeof mistakes / sizeof mistakes[0]; m++)
        assert_not_imported(mistakes[m].users, mistakes[m].items, mistakes[m].line,
                            mistakes[m].column, mistakes[m].because);
}

static void what_cannot_be_imported_is_named(void **state)
{
    (void)state;
    palate_error err = {0};
    palate_model *model = NULL;
    write_text(USERS, "u,a\nx,1\n");
    write_text(ITEMS, "i,a\ny,1\n");
    assert_int_equal(palate_model_import(NULL, "no-such.csv", ITEMS, NO_SCALE, &model, &err),
                     PALATE_E_IO);
    assert_non_null(strstr(err.message, "no-such.csv"));
    assert_int_equal(
        palate_model_import(NULL, USERS, ITEMS, (palate_scale){5.0, 1.0}, &model, &err),
        PALATE_E_INVALID);
    assert_int_equal(palate_model_import(NULL, NULL, ITEMS, NO_SCALE, &model, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_import(NULL, USERS, ITEMS, NO_SCALE, NULL, &err),
                     PALATE_E_INVALID);
}

static void tables_may_be_wide_and_long(void **state)
{
    (void)state;
    enum { FACTORS = 300, ROWS = 200 };
    FILE *files[] = {fopen(USERS, "w"), fopen(ITEMS, "w")};
    for (size_t s = 0; s < 2; s++) {
        fputs("id", files[s]);
        for (int f = 0; f < FACTORS; f++)
            fprintf(files[s], ",f%d", f);
        for (int row = 0; row < ROWS; row++) {
            fprintf(files[s], "\nr%d", row);
            for (int f = 0; f < FACTORS; f++)
                fprintf(files[s], ",%d", f == row ? 1 : 0);
        }
        fclose(files[s]);
    }
    palate_model *model = imported(USERS, ITEMS);
    assert_int_equal(model->factor_count, FACTORS);
    assert_true(palate_model_predict_one(model, "r7", "r7") == 1.F);
    assert_true(palate_model_predict_one(model, "r7", "r8") == 0.F);
    palate_model_free(model);
}

/* ---- Export ---- */

static const char FOLDER[] = "model_export_folder";

static void remove_folder(void)
{
    unlink("model_export_folder/users.csv");
    unlink("model_export_folder/items.csv");
    unlink("model_export_folder/model.json");
    rmdir(FOLDER);
}

static void export_csv(const palate_model *model)
{
    palate_error err;
    assert_ok(palate_model_export(model, PALATE_EXPORT_CSV, FOLDER, &err), &err);
}

static void the_blackboard_is_exported_as_given(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    remove_folder();
    export_csv(model);
    bytes users = read_file("model_export_folder/users.csv");
    bytes items = read_file("model_export_folder/items.csv");
    bytes about = read_file("model_export_folder/model.json");
    assert_string_equal(users.data,
                        "user,Action,Romance\nUser 1,0.8,0.2\nUser 2,0.4,0.6\nUser 3,1,0.1\n");
    assert_string_equal(items.data, "item,Action,Romance\nA,0.9,0.2\nB,0.1,0.8\nC,0.6,0.3\n");
    assert_non_null(strstr(about.data, "\"factor_names\":[\"Action\",\"Romance\"]"));
    assert_non_null(strstr(about.data, "\"mode\":\"imported\""));
    free(users.data);
    free(items.data);
    free(about.data);
    palate_model *back = imported("model_export_folder/users.csv", "model_export_folder/items.csv");
    assert_same_model(model, back);
    palate_model_free(back);
    palate_model_free(model);
}

/* Rows of a trained model are by popularity, rows of an imported one as in the table. */
static void exported_scores_come_back_bit_for_bit(void **state)
{
    (void)state;
    palate_model *model = trained_model();
    export_csv(model);
    palate_model *back = imported("model_export_folder/users.csv", "model_export_folder/items.csv");
    for (uint32_t i = 0; i < model->users.ids.count; i++)
        for (uint32_t j = 0; j < model->items.ids.count; j++) {
            const uint32_t user = palate_model_find_user(back, palate_model_user_id(model, i),
                                                         PALATE_TEXT);
            const uint32_t item = palate_model_find_item(back, palate_model_item_id(model, j),
                                                         PALATE_TEXT);
            assert_true(palate__model_score(model, i, j) == palate__model_score(back, user, item));
        }
    assert_string_equal(palate_model_user_id(back, 0), "ann");
    assert_string_equal(palate_model_user_id(back, 2), "c\"d, e");
    assert_string_equal(palate_model_item_id(back, 1), "Brazil");
    palate_model_free(back);
    palate_model_free(model);
    remove_folder();
}

static void ids_of_every_kind_come_back(void **state)
{
    (void)state;
    static const char *const ids[] = {" spaces ", "\"", "a\nb\r\nc", ";|\t", "\xe2\x82\xac", ",,"};
    palate_factors factors = blackboard_factors();
    factors.factor_count = 1;
    factors.user_count = 6;
    factors.item_count = 6;
    factors.user_ids = ids;
    factors.item_ids = ids;
    factors.factor_names = ids;
    palate_model *model = from_factors(&factors);
    export_csv(model);
    palate_model *back = imported("model_export_folder/users.csv", "model_export_folder/items.csv");
    assert_same_model(model, back);
    palate_model_free(back);
    palate_model_free(model);
    remove_folder();
}

static void with_file_limit(rlim_t most, const palate_model *model, palate_export_format format,
                            const char *path)
{
    struct rlimit limit;
    palate_error err = {0};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit tight = {most, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_int_equal(palate_model_export(model, format, path, &err), PALATE_E_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_non_null(strstr(err.message, path));
}

static void nothing_half_written_is_left(void **state)
{
    (void)state;
    palate_model *model = trained_model();
    remove_folder();
    with_file_limit(70, model, PALATE_EXPORT_CSV, FOLDER);
    assert_int_equal(access(FOLDER, F_OK), -1);
    with_file_limit(500, model, PALATE_EXPORT_NPZ, "model_export.full.npz");
    assert_int_equal(access("model_export.full.npz", F_OK), -1);
    write_text(USERS, "old");
    with_file_limit(500, model, PALATE_EXPORT_NPZ, USERS);
    bytes old = read_file(USERS);
    assert_string_equal(old.data, "old");
    free(old.data);
    palate_model_free(model);
}

static void what_cannot_be_exported_is_named(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    palate_error err = {0};
    write_text(USERS, "a file");
    assert_int_equal(palate_model_export(model, PALATE_EXPORT_CSV, USERS, &err), PALATE_E_IO);
    assert_int_equal(palate_model_export(model, PALATE_EXPORT_CSV, "no/such/folder", &err),
                     PALATE_E_IO);
    assert_non_null(strstr(err.message, "no/such/folder"));
    assert_int_equal(palate_model_export(model, PALATE_EXPORT_NPZ, "no/such/m.npz", &err),
                     PALATE_E_IO);
    assert_int_equal(palate_model_export(model, (palate_export_format)7, FOLDER, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_export(NULL, PALATE_EXPORT_CSV, FOLDER, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_export(model, PALATE_EXPORT_CSV, NULL, &err), PALATE_E_INVALID);
    palate_model_free(model);
}

/* tests/python/model_file.py looks into the archive; here: the same model, the same bytes. */
static void equal_models_give_equal_archives(void **state)
{
    (void)state;
    palate_error err;
    bytes files[2];
    for (size_t f = 0; f < 2; f++) {
        palate_model *model = trained_model();
        assert_ok(palate_model_export(model, PALATE_EXPORT_NPZ, "model_export.npz", &err), &err);
        files[f] = read_file("model_export.npz");
        palate_model_free(model);
    }
    assert_int_equal(files[0].count, files[1].count);
    assert_memory_equal(files[0].data, files[1].data, files[0].count);
    assert_memory_equal(files[0].data, "PK\x03\x04", 4);
    free(files[0].data);
    free(files[1].data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_the_blackboard_are_read),
        cmocka_unit_test(offsets_may_stand_anywhere),
        cmocka_unit_test(mistakes_in_tables_are_named),
        cmocka_unit_test(what_cannot_be_imported_is_named),
        cmocka_unit_test(tables_may_be_wide_and_long),
        cmocka_unit_test(the_blackboard_is_exported_as_given),
        cmocka_unit_test(exported_scores_come_back_bit_for_bit),
        cmocka_unit_test(ids_of_every_kind_come_back),
        cmocka_unit_test(nothing_half_written_is_left),
        cmocka_unit_test(what_cannot_be_exported_is_named),
        cmocka_unit_test(equal_models_give_equal_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
