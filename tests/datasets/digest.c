/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums, against the published ones of known texts (FIPS 180-4, RFC 1321). */
#include "datasets/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PATH "digest.txt"

static void write_text(const char *text, size_t times)
{
    FILE *file = fopen(PATH, "wb");
    assert_non_null(file);
    for (size_t t = 0; t < times; t++)
        assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static palate__digests digests_of(const char *text, size_t times)
{
    palate__digests out;
    write_text(text, times);
    assert_int_equal(palate__digest_file(NULL, PATH, &out, NULL), PALATE_OK);
    assert_int_equal(out.bytes, strlen(text) * times);
    return out;
}

static void known_texts(void **state)
{
    (void)state;
    palate__digests of = digests_of("", 1);
    assert_string_equal(of.sha256,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(of.md5, "d41d8cd98f00b204e9800998ecf8427e");
    of = digests_of("abc", 1);
    assert_string_equal(of.sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(of.md5, "900150983cd24fb0d6963f7d28e17f72");
    of = digests_of("a", 1000000);
    assert_string_equal(of.sha256,
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void a_file_that_is_not_there(void **state)
{
    (void)state;
    palate_error err;
    palate__digests out;
    assert_int_equal(palate__digest_file(NULL, "nowhere", &out, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "nowhere"));
    assert_int_equal(palate__digest_file(NULL, ".", &out, &err), PALATE_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(a_file_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
