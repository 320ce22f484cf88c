/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching where libcurl is not installed: this program's own dlopen() finds nothing. What there is with it, is
 * tested with the command, against a server with every fault (tests/cli/data.bats). */
#include "datasets/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void *dlopen(const char *name, int flags);

void *dlopen(const char *name, int flags)
{
    (void)name;
    (void)flags;
    return NULL;
}

static void nothing_is_fetched_and_it_is_said_what_can_be_done(void **state)
{
    (void)state;
    palate_error err;
    char text[64] = "before";
    const palate__request request = {
        .url = "https://localhost/x.zip", .bytes_most = 100, .timeout = 1.0};
    assert_int_equal(palate__fetch_file(NULL, &request, "fetched", &err), PALATE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "libcurl4"));
    assert_non_null(strstr(err.message, "https://localhost/x.zip"));
    assert_non_null(strstr(err.message, "option archive"));
    assert_int_equal(access("fetched", F_OK), -1);
    assert_int_equal(palate__fetch_text(NULL, &request, text, sizeof text, &err),
                     PALATE_E_UNSUPPORTED);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_fetched_and_it_is_said_what_can_be_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
