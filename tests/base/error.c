/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_fills_what_it_returns(void **state)
{
    (void)state;
    palate_error err;
    memset(&err, 0xEF, sizeof err);
    assert_int_equal(palate__fail(&err, PALATE_E_INVALID, "%s: %d", "seed", 7), PALATE_E_INVALID);
    assert_int_equal(err.status, PALATE_E_INVALID);
    assert_int_equal(err.line, 0);
    assert_int_equal(err.column, 0);
    assert_string_equal(err.message, "seed: 7");
    assert_int_equal(palate__fail_at(&err, PALATE_E_FORMAT, 12, 3, "x"), PALATE_E_FORMAT);
    assert_int_equal(err.line, 12);
    assert_int_equal(err.column, 3);
    assert_int_equal(palate__fail_memory(&err, "reading"), PALATE_E_NOMEM);
    assert_non_null(strstr(err.message, "reading"));
    assert_int_equal(err.line, 0);
    assert_int_equal(palate__fail_io(&err, "a/b", "open", ENOENT), PALATE_E_IO);
    assert_string_equal(err.message, "a/b: cannot open: No such file or directory");
}

/* Who wants no message passes NULL. */
static void test_null_error(void **state)
{
    (void)state;
    assert_int_equal(palate__fail(NULL, PALATE_E_IO, "%s", "x"), PALATE_E_IO);
    assert_int_equal(palate__fail_at(NULL, PALATE_E_FORMAT, 1, 1, "x"), PALATE_E_FORMAT);
    assert_int_equal(palate__fail_memory(NULL, "x"), PALATE_E_NOMEM);
    assert_int_equal(palate__fail_io(NULL, "x", "read", EIO), PALATE_E_IO);
}

/* Whatever the length and the place of the last character, a message is whole characters of UTF-8
 * and loses no more than the one that did not fit. */
static void test_long_messages_are_cut_at_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8e\xac"};
    for (size_t c = 0; c < 4; c++) {
        for (size_t before = PALATE_MESSAGE_BYTES - 12; before < PALATE_MESSAGE_BYTES + 4;
             before++) {
            char text[PALATE_MESSAGE_BYTES + 40];
            memset(text, '.', before);
            text[before] = '\0';
            for (int i = 0; i < 4; i++)
                strcat(text, characters[c]);
            palate_error err;
            palate__fail(&err, PALATE_E_INVALID, "%s", text);
            size_t length = strlen(err.message);
            palate__span shown = {err.message, length};
            assert_int_equal(palate__utf8_valid(shown), length);
            assert_memory_equal(err.message, text, length);
            size_t fits = PALATE_MESSAGE_BYTES - 1;
            assert_true(length == strlen(text) || length + strlen(characters[c]) > fits);
        }
    }
}

/* Input that a message quotes can neither steer a terminal nor break the encoding. */
static void test_unreadable_bytes_become_question_marks(void **state)
{
    (void)state;
    palate_error err;
    palate__fail(&err, PALATE_E_FORMAT, "\"%s\"",
                 "a\x1b[31m\r\nb\x7f\t\xc3\xa9\xff\xc3(\xed\xa0\x80");
    assert_string_equal(err.message, "\"a?[31m?\?b?\?\xc3\xa9?\?(?\?\?\"");
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(palate_status_name(PALATE_OK), "PALATE_OK");
    assert_string_equal(palate_status_name(PALATE_E_UNKNOWN_ID), "PALATE_E_UNKNOWN_ID");
    assert_string_equal(palate_status_name(PALATE_E_INTERNAL), "PALATE_E_INTERNAL");
    assert_string_equal(palate_status_name((palate_status)(PALATE_E_INTERNAL + 1)), "PALATE_E_?");
    assert_string_equal(palate_status_name((palate_status)-1), "PALATE_E_?");
    assert_string_equal(palate_version(), PALATE_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills_what_it_returns),
        cmocka_unit_test(test_null_error),
        cmocka_unit_test(test_long_messages_are_cut_at_a_character),
        cmocka_unit_test(test_unreadable_bytes_become_question_marks),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
