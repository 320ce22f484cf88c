/* SPDX-License-Identifier: Apache-2.0 */
/* A study gives back what it was given, under keys that tell all options apart. */
#include "tune/study.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Keys ---- */

/* Whether a value is allowed, and another than before. */
static bool sets(const palate_option *option, palate_train_options *options, const char *value)
{
    char before[100];
    char after[100];
    palate_options_format(option, options, before, sizeof before);
    const bool set = palate_options_set(palate_train_options_table(), options, option->name, value,
                                        NULL) == PALATE_OK;
    palate_options_format(option, options, after, sizeof after);
    return set && strcmp(before, after) != 0;
}

/* A value that is not the default. */
static void change(const palate_option *option, palate_train_options *options)
{
    const char *last = option->choices == NULL ? NULL : strrchr(option->choices, '|');
    const char *values[] = {"true", "false", "3", "0.25", "auto", last == NULL ? "" : last + 1};
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
        if (sets(option, options, values[v]))
            return;
    fail_msg("no other value for %s", option->name);
}

static bool decides(const char *name)
{
    return strcmp(name, "threads") != 0 && strcmp(name, "time-limit") != 0 &&
           strcmp(name, "keep-ratings") != 0;
}

static void test_every_option_that_decides_is_in_the_key(void **state)
{
    (void)state;
    const palate_option_table *table = palate_train_options_table();
    char by_default[PALATE__KEY_BYTES];
    char key[PALATE__KEY_BYTES];
    palate_train_options options;
    palate_train_options_init(&options);
    palate__study_key(&options, by_default);
    assert_string_equal(by_default, "");
    for (size_t row = 0; row < table->count; row++) {
        palate_train_options_init(&options);
        change(&table->options[row], &options);
        palate__study_key(&options, key);
        assert_int_equal(strcmp(key, by_default) != 0, decides(table->options[row].name));
        assert_int_equal(strstr(key, table->options[row].name) == key,
                         decides(table->options[row].name));
    }
}

/* Even with all of them there is room. */
static void test_a_key_has_room_for_all(void **state)
{
    (void)state;
    const palate_option_table *table = palate_train_options_table();
    char key[PALATE__KEY_BYTES];
    palate_train_options options;
    palate_train_options_init(&options);
    for (size_t row = 0; row < table->count; row++)
        change(&table->options[row], &options);
    options.regularization = 0.1234567890123457;
    options.seed = UINT64_MAX;
    palate__study_key(&options, key);
    assert_non_null(strstr(key, "seed=18446744073709551615"));
    assert_non_null(strstr(key, "regularization=0.1234567890123457"));
    assert_true(strlen(key) < PALATE__KEY_BYTES / 2);
}

/* ---- Results ---- */

static const palate__identity IDENTITY = {
    .ratings = 1, .split = 2, .fold_count = 3, .metric = "rmse"};

static palate__study *opened(const char *path)
{
    palate__study *study = NULL;
    palate_error err = {.message = ""};
    if (palate__study_open(NULL, path, &IDENTITY, &study, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return study;
}

static void keep(palate__study *study, const char *key, int64_t fold, const palate__result *result)
{
    assert_int_equal(palate__study_keep(study, key, fold, result, NULL), PALATE_OK);
}

static palate__result found(palate__study *study, const char *key, int64_t fold)
{
    palate__result result;
    assert_int_equal(palate__study_find(study, key, fold, &result, NULL), PALATE_OK);
    return result;
}

static void test_results_come_back_to_the_bit(void **state)
{
    (void)state;
    static const char PATH[] = "study-test.sqlite";
    const palate__result one = {
        .known = true, .value = 0.1 + 0.2, .factors = 63, .epochs = 40, .seconds = 1.0 / 3.0};
    const palate__result other = {
        .known = true, .value = -5e-324, .has_error = true, .error = 1e-300, .factors = 1};
    char why[] = "it's \"so\"; DROP TABLE result";
    const palate__result failed = {.known = true, .failed = why, .seconds = 0.5};
    (void)remove(PATH);
    palate__study *study = opened(PATH);
    keep(study, "factors=63", 0, &one);
    keep(study, "factors=63", 1, &other);
    keep(study, "", 0, &failed);
    keep(study, "factors=63", 0, &other); /* The first that was kept stays. */
    palate__study_close(study);
    study = opened(PATH);
    palate__result back = found(study, "factors=63", 0);
    assert_true(back.known && back.value == one.value && !back.has_error &&
                back.seconds == one.seconds);
    assert_true(back.factors == 63 && back.epochs == 40 && back.failed == NULL);
    back = found(study, "factors=63", 1);
    assert_true(back.value == other.value && back.has_error && back.error == other.error);
    back = found(study, "", 0);
    assert_string_equal(back.failed, why);
    palate__results_clear(NULL, &back, 1);
    assert_false(found(study, "factors=63", 2).known);
    assert_false(found(study, "factors=64", 0).known);
    palate__study_close(study);
    palate__study_close(NULL);
    (void)remove(PATH);
}

/* Of two at work on one file each result is one's, until it is given up or its owner is gone. */
static void test_claims(void **state)
{
    (void)state;
    static const char PATH[] = "claims-test.sqlite";
    (void)remove(PATH);
    palate__study *one = opened(PATH);
    palate__study *other = opened(PATH);
    assert_true(palate__study_claim(one, "factors=8", 0));
    assert_false(palate__study_claim(other, "factors=8", 0));
    assert_true(palate__study_claim(other, "factors=8", 1));
    assert_true(palate__study_claim(other, "factors=16", 0));
    palate__study_unclaim(one, "factors=8", 0);
    assert_true(palate__study_claim(other, "factors=8", 0));
    assert_false(palate__study_claim(one, "factors=16", 0));
    palate__study_close(other);
    assert_true(palate__study_claim(one, "factors=16", 0));
    const palate__result result = {.known = true, .value = 1.0};
    keep(one, "factors=16", 0, &result); /* The file is still to be written to. */
    palate__study_close(one);
    (void)remove(PATH);
}

static void test_in_memory_there_are_no_others(void **state)
{
    (void)state;
    palate__study *one = opened(":memory:");
    palate__study *other = opened(":memory:");
    assert_true(palate__study_claim(one, "", 0) && palate__study_claim(other, "", 0));
    palate__study_close(one);
    palate__study_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_option_that_decides_is_in_the_key),
        cmocka_unit_test(test_a_key_has_room_for_all),
        cmocka_unit_test(test_results_come_back_to_the_bit),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_in_memory_there_are_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
