/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried is what the text says; what it must not say is told. */
#include "tune/space.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static palate__space made(const char *const *tries, size_t count)
{
    palate__space space;
    palate_error err = {.message = ""};
    if (palate__space_make(NULL, tries, count, &space, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return space;
}

static palate__space made_of(const char *text)
{
    return made(&text, 1);
}

static void check_values(const char *text, const char *wanted)
{
    char found[1000] = "";
    palate__space space = made_of(text);
    for (size_t v = 0; v < space.axes[0].count; v++) {
        const size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%s", v > 0 ? " " : "",
                 space.axes[0].values[v]);
    }
    assert_string_equal(found, wanted);
    palate__space_free(&space);
}

static void test_values(void **state)
{
    (void)state;
    check_values("factors=8,16,auto", "8 16 auto");
    check_values("rank= 8 ,16", "8 16");
    check_values("Reg_Param=0.5,1e1", "0.5 10");
    check_values("mode=PURE,default", "pure default");
    check_values("biases=on,off", "true false");
    check_values("seed=1,18446744073709551615", "1 18446744073709551615");
    check_values("factors=10..20", "10 12 15 18 20");
    check_values("factors=10..50:5", "10 20 30 40 50");
    check_values("regularization=.01..1:log:3", "0.01 0.1 1");
    check_values("regularization=.01..1:3:LOG", "0.01 0.1 1");
    check_values("anchor=0..0.1:3", "0 0.05 0.1");
    /* Points that fall together are one. */
    check_values("factors=1..3:10", "1 2 3");
    check_values("regularization=1..1000:log:4", "1 10 100 1000");
}

static void check_refused(const char *text, const char *says)
{
    palate__space space;
    palate_error err = {.message = ""};
    assert_int_equal(palate__space_make(NULL, &text, 1, &space, &err), PALATE_E_INVALID);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\": %s", text == NULL ? "NULL" : text, says, err.message);
    palate__space_free(&space);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const TEXTS[][2] = {
        {"", "write NAME=VALUE"},
        {"factors", "write NAME=VALUE"},
        {"=8", "write NAME=VALUE"},
        {"factors=", "write NAME=VALUE"},
        {"factor=8", "did you mean \"factors\"?"},
        {"\xff\xfe=8", "unknown option"},
        {"factors=8,,16", "option factors: \"\" is not allowed"},
        {"factors=8,", "option factors: \"\" is not allowed"},
        {"factors=0", "option factors: \"0\" is not allowed; give auto or a whole number from 1"},
        {"factors=8,16,8", "twice"},
        {"factors=8,008", "twice"},
        {"factors=1e2", "option factors: \"1e2\""},
        {"factors=99999999999999999999", "option factors"},
        {"regularization=nan", "option regularization: \"nan\""},
        {"regularization=inf", "option regularization: \"inf\""},
        {"regularization=-1", "option regularization: \"-1\""},
        {"mode=bold", "one of default, strict, pure"},
        {"mode=a..b", "list its values"},
        {"seed=1..5", "list its values"},
        {"factors=..", "option factors: \"\""},
        {"factors=8..", "option factors: \"\""},
        {"factors=..8", "option factors: \"\""},
        {"factors=8..8", "from low to high"},
        {"factors=16..8", "from low to high"},
        {"factors=8...16", "option factors: \".16\""},
        {"factors=auto..8", "ends of a range are numbers"},
        {"factors=1..2000", "option factors: \"2000\""},
        {"factors=8..16:", ":log and a number of points"},
        {"factors=8..16:log:log", ":log and a number of points"},
        {"factors=8..16:1", ":log and a number of points"},
        {"factors=8..16:3:4", ":log and a number of points"},
        {"factors=8..16:1001", ":log and a number of points"},
        {"factors=8..16:99999999999999999999", ":log and a number of points"},
        {"factors=8..16,32", "option factors: \"16,32\""},
        {"regularization=0..1:log", "no logarithm of 0"},
        {"threads=1,2", "decides nothing"},
        {"time-limit=1,2", "decides nothing"},
        {"keep-ratings=true,false", "decides nothing"},
        {"missing=unknown,zero", "decides nothing"},
    };
    for (size_t t = 0; t < sizeof TEXTS / sizeof TEXTS[0]; t++)
        check_refused(TEXTS[t][0], TEXTS[t][1]);
    check_refused(NULL, "write NAME=VALUE");
}

static void test_long_texts(void **state)
{
    (void)state;
    static char text[20000];
    size_t used = (size_t)snprintf(text, sizeof text, "seed=0");
    for (int v = 1; v <= 1000; v++)
        used += (size_t)snprintf(text + used, sizeof text - used, ",%d", v);
    check_refused(text, "more than 1000 values");
    memset(text, 'x', sizeof text - 1);
    check_refused(text, "write NAME=VALUE");
    text[10000] = '=';
    check_refused(text, "unknown option");
    memcpy(text, "mode=x", 6);
    text[10000] = 'x';
    check_refused(text, "option mode");
}

static void test_no_option_twice(void **state)
{
    (void)state;
    palate__space space;
    palate_error err = {.message = ""};
    const char *twice[] = {"factors=8", "k=16"};
    assert_int_equal(palate__space_make(NULL, twice, 2, &space, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "tried already"));
    palate__space_free(&space);
    const char *many[17];
    for (size_t t = 0; t < 17; t++)
        many[t] = "factors=8";
    assert_int_equal(palate__space_make(NULL, many, 17, &space, &err), PALATE_E_INVALID);
    palate__space_free(&space);
    assert_int_equal(palate__space_make(NULL, NULL, 0, &space, &err), PALATE_E_INVALID);
    palate__space_free(&space);
}

/* ---- Points ---- */

static void test_grid(void **state)
{
    (void)state;
    const char *tries[] = {"mode=default,pure", "factors=4,8,16"};
    palate__space space = made(tries, 2);
    palate__value values[2];
    assert_int_equal(palate__space_size(&space), 6);
    assert_false(palate__space_open(&space));
    palate__space_point(&space, 0, values);
    assert_string_equal(values[0], "default");
    assert_string_equal(values[1], "4");
    palate__space_point(&space, 2, values);
    assert_string_equal(values[1], "16");
    palate__space_point(&space, 4, values);
    assert_string_equal(values[0], "pure");
    assert_string_equal(values[1], "8");
    palate__space_free(&space);
}

static void test_size_may_overflow(void **state)
{
    (void)state;
    const char *tries[] = {"regularization=0..1:1000",
                           "user-bias-regularization=0..1:1000",
                           "item-bias-regularization=0..1:1000",
                           "link-regularization=0..1:1000",
                           "anchor=0..1:1000",
                           "init-low=0..1:1000",
                           "init-high=0..1:1000"};
    palate__space space = made(tries, 7);
    assert_int_equal(palate__space_size(&space), SIZE_MAX);
    palate__space_free(&space);
}

/* Drawn numbers lie in the range, are spread as it says, and depend on seed and number alone. */
static void test_draws(void **state)
{
    (void)state;
    enum { DRAWS = 4000 };
    const char *tries[] = {"regularization=0.01..100:log", "factors=1..10", "mode=default,pure",
                           "anchor=0..1:2"};
    palate__space space = made(tries, 4);
    palate__value values[4];
    palate__value again[4];
    int low = 0;
    int of_factor[11] = {0};
    int pure = 0;
    assert_true(palate__space_open(&space));
    for (uint32_t d = 0; d < DRAWS; d++) {
        palate__space_draw(&space, 7, d, values);
        palate__space_draw(&space, 7, d, again);
        for (int a = 0; a < 4; a++)
            assert_string_equal(values[a], again[a]);
        const double strength = strtod(values[0], NULL);
        const long factors = strtol(values[1], NULL, 10);
        assert_true(strength >= 0.01 && strength <= 100.0 && strlen(values[0]) <= 8);
        assert_true(factors >= 1 && factors <= 10);
        assert_true(strcmp(values[3], "0") == 0 || strcmp(values[3], "1") == 0);
        low += strength < 1.0;
        of_factor[factors]++;
        pure += strcmp(values[2], "pure") == 0;
    }
    /* Five standard deviations of a binomial distribution. */
    assert_true(abs(low - DRAWS / 2) < 160 && abs(pure - DRAWS / 2) < 160);
    for (int k = 1; k <= 10; k++)
        assert_true(abs(of_factor[k] - DRAWS / 10) < 95);
    palate__space_draw(&space, 7, 0, values);
    palate__space_draw(&space, 8, 0, again);
    assert_string_not_equal(values[0], again[0]);
    palate__space_free(&space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_texts), cmocka_unit_test(test_no_option_twice),
        cmocka_unit_test(test_grid),       cmocka_unit_test(test_size_may_overflow),
        cmocka_unit_test(test_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
