/* SPDX-License-Identifier: Apache-2.0 */
/* Splits as objects: options, folds by a column of the file, what cannot be. */
#include "evaluate/splits/support.h"

#include <unistd.h>

#define FILE_NAME "split.csv"

static palate_ratings *ratings;

static int set_up(void **state)
{
    (void)state;
    ratings = timed_ratings(false, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_ratings_free(ratings);
    unlink(FILE_NAME);
    return 0;
}

static void check_refused(palate_split_options options, const char *says)
{
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_split_create(ratings, &options, &split, &err), PALATE_E_INVALID);
    assert_null(split);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
}

static void test_bad_options(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_K_FOLD);
    options.folds = 1;
    check_refused(options, "option folds");
    options.folds = 1001;
    check_refused(options, "option folds");
    options.folds = 1000;
    check_refused(options, "option folds: 1000 folds of ");
    options.folds = 500;
    options.repeats = 3;
    check_refused(options, "folds and repeats");
    options = split_options(PALATE_SPLIT_SHUFFLE);
    options.repeats = 2;
    check_refused(options, "repeats is of method k-fold");
    options = split_options(17);
    check_refused(options, "option method");
    options = split_options(PALATE_SPLIT_SHUFFLE);
    options.test_share = 1;
    check_refused(options, "option test-share");
}

static void test_defaults(void **state)
{
    (void)state;
    static const int64_t counts[] = {5, 5, 1, 1, 1};
    for (int method = 0; method < 5; method++) {
        palate_split *split = split_of(ratings, split_options(method));
        assert_int_equal(palate_split_fold_count(split), counts[method]);
        assert_string_equal(palate_split_fold_name(split, 0), "fold 1");
        palate_split_free(split);
    }
    palate_split *split = NULL;
    assert_int_equal(palate_split_create(ratings, NULL, &split, NULL), PALATE_OK);
    assert_int_equal(palate_split_fold_count(split), 5);
    palate_split_free(split);
}

static void test_null_arguments(void **state)
{
    (void)state;
    palate_split *split = NULL;
    fold of = {0};
    palate_error err;
    assert_int_equal(palate_split_create(NULL, NULL, &split, &err), PALATE_E_INVALID);
    assert_int_equal(palate_split_create(ratings, NULL, NULL, &err), PALATE_E_INVALID);
    split = split_of(ratings, split_options(PALATE_SPLIT_K_FOLD));
    assert_int_equal(palate_split_take(NULL, 0, &of.train, &of.test, &err), PALATE_E_INVALID);
    assert_int_equal(palate_split_take(split, 0, NULL, &of.test, &err), PALATE_E_INVALID);
    assert_int_equal(palate_split_take(split, 0, &of.train, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_split_take(split, 5, &of.train, &of.test, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "there are 5"));
    assert_int_equal(palate_split_take(split, -1, &of.train, &of.test, &err), PALATE_E_INVALID);
    palate_split_free(split);
    palate_split_free(NULL);
}

/* ---- Scales ---- */

static void test_scale_of_all_ratings(void **state)
{
    (void)state;
    palate_split *split = split_of(ratings, split_options(PALATE_SPLIT_TIME));
    fold of = take(split, 0);
    assert_true(of.train->report.scale.low == ratings->report.scale.low);
    assert_true(of.train->report.scale.high == ratings->report.scale.high);
    assert_true(of.test->report.scale.high == ratings->report.scale.high);
    assert_true(of.train->report.scale_inferred);
    give_back(&of);
    palate_split_free(split);
}

/* ---- Folds by a column ---- */

static palate_ratings *read_text(const char *text)
{
    FILE *stream = fopen(FILE_NAME, "wb");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
    palate_ratings *read = NULL;
    palate_error err = {.message = ""};
    if (palate_ratings_read(NULL, FILE_NAME, NULL, &read, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return read;
}

static void check_fold(const palate_split *split, int64_t number, const char *name,
                       int64_t train_count, int64_t test_count)
{
    fold of = take(split, number);
    assert_string_equal(palate_split_fold_name(split, number), name);
    assert_int_equal(palate_ratings_count(of.train), train_count);
    assert_int_equal(palate_ratings_count(of.test), test_count);
    give_back(&of);
}

static void test_folds_by_column(void **state)
{
    (void)state;
    palate_ratings *read = read_text("user,item,rating,part\n"
                                     "a,x,1,1\n"
                                     "a,y,2,7\n"
                                     "b,x,3,\n"
                                     "b,y,4,7\n"
                                     "b,z,5,0\n"
                                     "c,z,5,1\n"
                                     "c,z,4,7\n");
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    if (palate_split_from_column(read, FILE_NAME, NULL, "part", &split, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    assert_int_equal(palate_split_fold_count(split), 2);
    check_fold(split, 0, "fold 1", 5, 1);
    check_fold(split, 1, "fold 7", 3, 3);
    palate_split_free(split);
    palate_ratings_free(read);
}

static void check_column_refused(const char *text, const char *column, palate_status wanted,
                                 const char *says)
{
    palate_ratings *read = read_text(text);
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_split_from_column(read, FILE_NAME, NULL, column, &split, &err), wanted);
    assert_null(split);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
    palate_ratings_free(read);
}

static void test_columns_that_are_none(void **state)
{
    (void)state;
    check_column_refused("user,item,rating,part\na,x,1,1\na,y,2,1.5\n", "part", PALATE_E_FORMAT,
                         "split.csv:3: 1.5 in column part is no fold");
    check_column_refused("user,item,rating,part\na,x,1,1\na,y,2,-1\n", "part", PALATE_E_FORMAT,
                         "split.csv:3: -1");
    check_column_refused("user,item,rating,part\na,x,1,1001\na,y,2,1\n", "part", PALATE_E_FORMAT,
                         "split.csv:2: 1001");
    check_column_refused("user,item,rating,part\na,x,1,0\na,y,2,0\n", "part", PALATE_E_FORMAT,
                         "no rating has a fold");
    check_column_refused("user,item,rating,part\na,x,1,one\n", "part", PALATE_E_FORMAT,
                         "\"one\" is not a number");
    check_column_refused("user,item,rating\na,x,1\n", "part", PALATE_E_INVALID,
                         "there is no column \"part\"");
    palate_split *split = NULL;
    palate_error err;
    assert_int_equal(palate_split_from_column(ratings, "-", NULL, "part", &split, &err),
                     PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "standard input"));
    assert_int_equal(palate_split_from_column(ratings, NULL, NULL, "part", &split, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_split_from_column(ratings, "nowhere.csv", NULL, "part", &split, &err),
                     PALATE_E_IO);
}

/* All of one fold: nothing is left to learn from. */
static void test_a_fold_of_everything(void **state)
{
    (void)state;
    palate_ratings *read = read_text("user,item,rating,part\na,x,1,3\na,y,2,3\n");
    palate_split *split = NULL;
    fold of = {0};
    palate_error err = {.message = ""};
    assert_int_equal(palate_split_from_column(read, FILE_NAME, NULL, "part", &split, &err),
                     PALATE_OK);
    assert_int_equal(palate_split_take(split, 0, &of.train, &of.test, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "fold 3 has no rating to learn from"));
    palate_split_free(split);
    palate_ratings_free(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_options),          cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_null_arguments),       cmocka_unit_test(test_scale_of_all_ratings),
        cmocka_unit_test(test_folds_by_column),      cmocka_unit_test(test_columns_that_are_none),
        cmocka_unit_test(test_a_fold_of_everything),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
