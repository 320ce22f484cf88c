/* SPDX-License-Identifier: Apache-2.0 */
#include "palate/options.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct sample {
    bool biases;
    int64_t factors;
    int64_t any_count;
    uint64_t seed;
    double tolerance;
    double any_real;
    double regularization;
    int64_t epochs;
    int mode;
    const char *column;
    palate_scale scale;
    void (*callback)(void);
} sample;

#define FIELD(name) offsetof(sample, name)

static const palate_option OPTIONS[] = {
    {"biases", "biased", PALATE_OPTION_BOOL, FIELD(biases), "true", 0, 0, NULL, NULL, ""},
    {"factors", "k n-factors rank", PALATE_OPTION_COUNT, FIELD(factors), "10", 1, 1000, NULL, "K",
     ""},
    {"any-count", "", PALATE_OPTION_COUNT, FIELD(any_count), "-5", -INFINITY, INFINITY, NULL, "N",
     ""},
    {"seed", "random-state", PALATE_OPTION_SEED, FIELD(seed), "42", 0, 0, NULL, "SEED", ""},
    {"tolerance", "tol", PALATE_OPTION_REAL, FIELD(tolerance), "0.001", 0, 1, NULL, "X", ""},
    {"any-real", "", PALATE_OPTION_REAL, FIELD(any_real), "0.1", -DBL_MAX, DBL_MAX, NULL, "X", ""},
    {"regularization", "reg lambda", PALATE_OPTION_REAL_AUTO, FIELD(regularization), "auto", 0,
     DBL_MAX, NULL, "X", ""},
    {"epochs", "", PALATE_OPTION_COUNT_AUTO, FIELD(epochs), "auto", 0, 1e5, NULL, "E", ""},
    {"mode", "", PALATE_OPTION_CHOICE, FIELD(mode), "strict", 0, 0, "default|strict|top-n", "WORD",
     ""},
    {"user-column", "", PALATE_OPTION_TEXT, FIELD(column), NULL, 0, 0, NULL, "NAME", ""},
    {"scale", "", PALATE_OPTION_SCALE, FIELD(scale), NULL, 0, 0, NULL, "LOW:HIGH", ""},
};

enum { OPTION_COUNT = sizeof OPTIONS / sizeof OPTIONS[0] };

static const palate_option_table TABLE = {"Sample options", OPTIONS, OPTION_COUNT, sizeof(sample)};

static sample defaults(void)
{
    sample options;
    memset(&options, 0xA5, sizeof options);
    palate_options_init(&TABLE, &options);
    return options;
}

static void assert_takes(sample *options, const char *name, const char *text)
{
    palate_error err = {0};
    if (palate_options_set(&TABLE, options, name, text, &err) != PALATE_OK)
        fail_msg("%s=%s: %s", name, text, err.message);
}

/* Refused, the message names option and value, and the struct is as it was. */
static void assert_refuses(const char *name, const char *text, const char *mention)
{
    sample options = defaults();
    sample before;
    memcpy(&before, &options, sizeof before);
    palate_error err = {0};
    assert_int_equal(palate_options_set(&TABLE, &options, name, text, &err), PALATE_E_INVALID);
    assert_int_equal(err.status, PALATE_E_INVALID);
    assert_non_null(strstr(err.message, name));
    assert_non_null(strstr(err.message, text));
    if (strstr(err.message, mention) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, mention);
    assert_memory_equal(&options, &before, sizeof options);
}

static void test_init_sets_every_field(void **state)
{
    (void)state;
    sample options = defaults();
    assert_true(options.biases);
    assert_int_equal(options.factors, 10);
    assert_int_equal(options.any_count, -5);
    assert_int_equal(options.seed, 42);
    assert_true(options.tolerance == 0.001 && options.any_real == 0.1);
    assert_true(options.regularization == PALATE_AUTO);
    assert_int_equal(options.mode, 1);
    assert_null(options.column);
    assert_true(options.scale.low == 0 && options.scale.high == 0);
    assert_null((void *)(uintptr_t)options.callback);
    assert_int_equal(palate_options_check(&TABLE, &options, NULL), PALATE_OK);
}

static void test_names_match_by_alias_case_and_dash(void **state)
{
    (void)state;
    const palate_option *factors = &OPTIONS[1];
    const char *const names[] = {"factors", "FACTORS", "n_factors", "N-Factors", "k", "rank"};
    for (size_t place = 0; place < sizeof names / sizeof names[0]; place++)
        assert_ptr_equal(palate_options_find(&TABLE, names[place]), factors);
    const char *const others[] = {"", " ", "factor", "n", "k n-factors", "factors ", "-factors"};
    for (size_t place = 0; place < sizeof others / sizeof others[0]; place++)
        assert_null(palate_options_find(&TABLE, others[place]));
}

static void test_every_type_takes_its_texts(void **state)
{
    (void)state;
    sample options = defaults();
    const char *const yes[] = {"true", "yes", "1", "on", "TRUE"};
    const char *const no[] = {"false", "no", "0", "off", "Off"};
    for (size_t place = 0; place < sizeof yes / sizeof yes[0]; place++) {
        assert_takes(&options, "biases", yes[place]);
        assert_true(options.biases);
        assert_takes(&options, "biases", no[place]);
        assert_false(options.biases);
    }
    assert_takes(&options, "factors", "1000");
    assert_int_equal(options.factors, 1000);
    assert_takes(&options, "any-count", "9223372036854775807");
    assert_true(options.any_count == INT64_MAX);
    assert_takes(&options, "seed", "18446744073709551615");
    assert_true(options.seed == UINT64_MAX);
    assert_takes(&options, "tolerance", "1e-3");
    assert_true(options.tolerance == 1e-3);
    assert_takes(&options, "regularization", "AUTO");
    assert_true(options.regularization == PALATE_AUTO);
    assert_takes(&options, "regularization", ".06");
    assert_true(options.regularization == .06);
    assert_takes(&options, "mode", "Top_N");
    assert_int_equal(options.mode, 2);
    assert_takes(&options, "user-column", "userId");
    assert_string_equal(options.column, "userId");
    assert_takes(&options, "scale", "-10:10.5");
    assert_true(options.scale.low == -10 && options.scale.high == 10.5);
}

static void test_hostile_texts_are_refused(void **state)
{
    (void)state;
    const char *const no_number[] = {"",     " ",   " 1", "1 ", "1x",  "x",   "nan",
                                     "-nan", "inf", "+",  "-",  "0x1", "1,5", "--1",
                                     "e",    ".",   "1e", "١",  "1\n", "1e5x"};
    for (size_t place = 0; place < sizeof no_number / sizeof no_number[0]; place++) {
        sample options = defaults();
        const char *const numbers[] = {"factors",  "any-count",      "seed", "tolerance",
                                       "any-real", "regularization", "mode", "biases"};
        for (size_t name = 0; name < sizeof numbers / sizeof numbers[0]; name++)
            if (palate_options_set(&TABLE, &options, numbers[name], no_number[place], NULL) !=
                PALATE_E_INVALID)
                fail_msg("%s takes \"%s\"", numbers[name], no_number[place]);
    }
    assert_refuses("factors", "0", "a whole number from 1 to 1000");
    assert_refuses("factors", "1001", "from 1 to 1000");
    assert_refuses("factors", "-9223372036854775808", "from 1 to 1000");
    assert_refuses("factors", "99999999999999999999", "from 1 to 1000");
    assert_refuses("factors", "1.5", "a whole number");
    assert_refuses("seed", "-1", "from 0 to 18446744073709551615");
    assert_refuses("seed", "18446744073709551616", "a whole number");
    assert_refuses("tolerance", "-1e-9", "a number from 0 to 1");
    assert_refuses("any-real", "1e999", "a number");
    assert_refuses("regularization", "-1", "auto or a number, at least 0");
    assert_refuses("regularization", "automatic", "auto or a number");
    assert_refuses("mode", "default|strict", "one of default, strict, top-n");
    assert_refuses("epochs", "-1", "auto or a whole number from 0 to 100000");
    assert_refuses("epochs", "1.5", "auto or a whole number");
    assert_refuses("mode", "1", "one of default, strict, top-n");
    assert_refuses("biases", "2", "true or false");
}

static void test_scales_out_of_order_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {"5:1", "1:1",   ":",     "1:",   ":5",   "1",          "1:5:6",
                                 "1-5", "nan:1", "1:inf", " 1:5", "1: 5", "1e999:2e999"};
    for (size_t place = 0; place < sizeof texts / sizeof texts[0]; place++)
        assert_refuses("scale", texts[place], "LOW below HIGH, such as 1:5");
    char long_text[300];
    memset(long_text, '9', sizeof long_text);
    memcpy(long_text + sizeof long_text - 3, ":5", 3);
    sample options = defaults();
    assert_int_equal(palate_options_set(&TABLE, &options, "scale", long_text, NULL),
                     PALATE_E_INVALID);
}

static void test_messages_stay_readable(void **state)
{
    (void)state;
    sample options = defaults();
    palate_error err = {0};
    char text[3000];
    memset(text, '9', sizeof text);
    memcpy(text, "a\x1B[31m\n", 7);
    text[sizeof text - 1] = '\0';
    assert_int_equal(palate_options_set(&TABLE, &options, "mode", text, &err), PALATE_E_INVALID);
    assert_true(strlen(err.message) < 200);
    for (const char *letter = err.message; *letter != '\0'; letter++)
        assert_true((unsigned char)*letter >= ' ');
    assert_int_equal(palate_options_set(&TABLE, &options, "mode", NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "mode"));
}

static void assert_suggests(const char *name, const char *suggestion)
{
    sample options = defaults();
    palate_error err = {0};
    assert_int_equal(palate_options_set(&TABLE, &options, name, "1", &err), PALATE_E_INVALID);
    char wanted[100];
    snprintf(wanted, sizeof wanted, "did you mean \"%s\"?", suggestion);
    if (suggestion[0] == '\0')
        assert_null(strstr(err.message, "did you mean"));
    else if (strstr(err.message, wanted) == NULL)
        fail_msg("%s: \"%s\"", name, err.message);
}

static void test_unknown_names_suggest_the_nearest(void **state)
{
    (void)state;
    assert_suggests("factor", "factors");
    assert_suggests("fatcors", "factors");
    assert_suggests("n_factor", "factors");
    assert_suggests("regularisation", "regularization");
    assert_suggests("regu", "regularization");
    assert_suggests("lamda", "regularization");
    assert_suggests("SEEDS", "seed");
    assert_suggests("usercolumn", "user-column");
    assert_suggests("zzz", "");
    assert_suggests("", "");
}

static void test_distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(palate_text_distance("factors", "factors"), 0);
    assert_int_equal(palate_text_distance("Factors", "factors"), 0);
    assert_int_equal(palate_text_distance("fctors", "factors"), 1);
    assert_int_equal(palate_text_distance("faxtors", "factors"), 1);
    assert_int_equal(palate_text_distance("facctors", "factors"), 1);
    assert_int_equal(palate_text_distance("afctors", "factors"), 1);
    assert_int_equal(palate_text_distance("afctosr", "factors"), 2);
    assert_int_equal(palate_text_distance("fac", "factors"), 1);
    assert_true(palate_text_distance("ab", "xy") == SIZE_MAX);
    assert_true(palate_text_distance("epochs", "seed") == SIZE_MAX);
    char long_name[1000];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_true(palate_text_distance(long_name, "a") == SIZE_MAX);
    assert_true(palate_text_distance("a", long_name) == SIZE_MAX);
}

static const char *const ROUND_TRIPS[][2] = {
    {"biases", "false"},
    {"factors", "17"},
    {"any-count", "-9223372036854775807"},
    {"seed", "18446744073709551615"},
    {"tolerance", "0.30000000000000004"},
    {"any-real", "0.1"},
    {"any-real", "1.7976931348623157e+308"},
    {"any-real", "4.94065645841247e-324"},
    {"any-real", "-0"},
    {"any-real", "123456.789"},
    {"regularization", "auto"},
    {"regularization", "0.02"},
    {"epochs", "auto"},
    {"epochs", "100000"},
    {"any-real", "100"},
    {"mode", "top-n"},
    {"user-column", "Größe, \"x\""},
    {"user-column", ""},
    {"scale", "0.5:5"},
    {"scale", ""},
};

/* Text, set, format gives the text; format, set gives the bytes. */
static void assert_round_trips(void)
{
    for (size_t place = 0; place < sizeof ROUND_TRIPS / sizeof ROUND_TRIPS[0]; place++) {
        const char *name = ROUND_TRIPS[place][0];
        sample options = defaults();
        assert_takes(&options, name, ROUND_TRIPS[place][1]);
        char text[100];
        size_t bytes = palate_options_format(palate_options_find(&TABLE, name), &options, text,
                                             sizeof text);
        assert_string_equal(text, ROUND_TRIPS[place][1]);
        assert_int_equal(bytes, strlen(text));
    }
}

static void test_format_round_trips(void **state)
{
    (void)state;
    assert_round_trips();
    sample options;
    sample again;
    palate_options_init(&TABLE, &options);
    memset(&again, 0, sizeof again);
    for (size_t place = 0; place < OPTION_COUNT; place++) {
        char text[100];
        palate_options_format(&OPTIONS[place], &options, text, sizeof text);
        assert_takes(&again, OPTIONS[place].name, text);
    }
    assert_memory_equal(&options, &again, sizeof options);
}

static void test_format_cuts_like_snprintf(void **state)
{
    (void)state;
    sample options = defaults();
    char text[3] = "zz";
    assert_int_equal(
        palate_options_format(palate_options_find(&TABLE, "mode"), &options, text, sizeof text), 6);
    assert_string_equal(text, "st");
    assert_int_equal(palate_options_format(palate_options_find(&TABLE, "mode"), &options, NULL, 0),
                     6);
}

static void test_check_finds_what_set_would_refuse(void **state)
{
    (void)state;
    sample good = defaults();
    sample bad[10];
    for (size_t place = 0; place < sizeof bad / sizeof bad[0]; place++)
        bad[place] = good;
    bad[0].factors = 0;
    bad[1].factors = 1001;
    bad[2].tolerance = NAN;
    bad[3].any_real = INFINITY;
    bad[4].regularization = -2;
    bad[5].mode = 3;
    bad[6].mode = -1;
    bad[7].scale = (palate_scale){5, 1};
    bad[8].scale = (palate_scale){NAN, 1};
    bad[9].epochs = -2;
    const char *const names[] = {"factors", "factors", "tolerance", "any-real", "regularization",
                                 "mode",    "mode",    "scale",     "scale",    "epochs"};
    for (size_t place = 0; place < sizeof bad / sizeof bad[0]; place++) {
        palate_error err = {0};
        assert_int_equal(palate_options_check(&TABLE, &bad[place], &err), PALATE_E_INVALID);
        assert_non_null(strstr(err.message, names[place]));
    }
    memset(&good.biases, 7, 1);
    assert_int_equal(palate_options_check(&TABLE, &good, NULL), PALATE_E_INVALID);
}

static void test_allowed_is_what_messages_say(void **state)
{
    (void)state;
    for (size_t place = 0; place < OPTION_COUNT; place++) {
        sample options = defaults();
        char allowed[200];
        palate_error err = {0};
        size_t bytes = palate_options_allowed(&OPTIONS[place], allowed, sizeof allowed);
        assert_int_equal(bytes, strlen(allowed));
        if (palate_options_set(&TABLE, &options, OPTIONS[place].name, "?", &err) != PALATE_OK)
            assert_non_null(strstr(err.message, allowed));
    }
}

static void test_locale_plays_no_part(void **state)
{
    (void)state;
    const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"};
    const char *set = NULL;
    for (size_t place = 0; set == NULL && place < sizeof names / sizeof names[0]; place++)
        set = setlocale(LC_ALL, names[place]);
    if (set == NULL) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    assert_round_trips();
    assert_refuses("tolerance", "0,5", "a number from 0 to 1");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_sets_every_field),
        cmocka_unit_test(test_names_match_by_alias_case_and_dash),
        cmocka_unit_test(test_every_type_takes_its_texts),
        cmocka_unit_test(test_hostile_texts_are_refused),
        cmocka_unit_test(test_scales_out_of_order_are_refused),
        cmocka_unit_test(test_messages_stay_readable),
        cmocka_unit_test(test_unknown_names_suggest_the_nearest),
        cmocka_unit_test(test_distance_counts_edits),
        cmocka_unit_test(test_format_round_trips),
        cmocka_unit_test(test_format_cuts_like_snprintf),
        cmocka_unit_test(test_check_finds_what_set_would_refuse),
        cmocka_unit_test(test_allowed_is_what_messages_say),
        cmocka_unit_test(test_locale_plays_no_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
