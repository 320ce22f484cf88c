/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the place of fetching with -DPALATE_DOWNLOAD=OFF; linked here in its place, too. */
#include "datasets/no_fetch.c"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void what_cannot_be_done_is_said(void **state)
{
    (void)state;
    palate_error err;
    char text[8] = "before";
    const palate__request request = {.url = "https://localhost/x.zip"};
    assert_false(palate_data_can_fetch());
    assert_int_equal(palate__fetch_file(NULL, &request, "fetched", &err), PALATE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "built without downloads"));
    assert_non_null(strstr(err.message, "https://localhost/x.zip"));
    assert_int_equal(palate__fetch_text(NULL, &request, text, sizeof text, &err),
                     PALATE_E_UNSUPPORTED);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_done_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
