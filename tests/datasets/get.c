/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a set from an archive that is here: what is checked, and that it appears whole or not at all.
 * Fetching is tested with the command, against a server with every fault (tests/cli/data.bats). */
#define _GNU_SOURCE
#include "datasets/digest.h"
#include "datasets/unpack.h"
#include "palate/data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#include <cmocka.h>

#define FOLDER "get.files"
#define ARCHIVE FOLDER ".zip"

static const palate_data_set *jester(void)
{
    return palate_data_find("jester", NULL);
}

static void make_archive(const char *name)
{
    int code = 0;
    static const char text[] = "1\t\t5\t\t0.219\n1\t\t7\t\t-9.281\n";
    zip_t *archive = zip_open(ARCHIVE, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(archive);
    zip_source_t *source = zip_source_buffer(archive, text, sizeof text - 1, 0);
    assert_true(zip_file_add(archive, name, source, 0) >= 0);
    assert_int_equal(zip_close(archive), 0);
}

static palate_data_options options_for(const char *name)
{
    palate_data_options options;
    palate__remove_folder(FOLDER);
    make_archive(name);
    palate_data_options_init(&options);
    options.folder = FOLDER;
    options.archive = ARCHIVE;
    return options;
}

/* Only the folder of all sets may be there. */
static void assert_nothing_left(void)
{
    assert_true(remove(FOLDER) == 0);
}

static void an_archive_that_is_here(void **state)
{
    (void)state;
    palate_data_report report;
    palate_data_options options = options_for("jester_ratings.dat");
    assert_false(palate_data_has(jester(), FOLDER));
    assert_int_equal(palate_data_get(NULL, jester(), &options, &report, NULL), PALATE_OK);
    assert_true(palate_data_has(jester(), FOLDER));
    assert_false(report.was_there);
    assert_false(report.verified);
    assert_int_equal(strlen(report.sha256), 64);
    assert_int_equal(palate_data_get(NULL, jester(), &options, &report, NULL), PALATE_OK);
    assert_true(report.was_there);
    palate__remove_folder(FOLDER "/jester");
    assert_nothing_left();
}

static void checksums(void **state)
{
    (void)state;
    palate_error err;
    palate__digests digests;
    palate_data_report report;
    palate_data_options options = options_for("jester_ratings.dat");
    assert_int_equal(palate__digest_file(NULL, ARCHIVE, &digests, NULL), PALATE_OK);
    const char digit = digests.sha256[5];
    digests.sha256[5] = digit == '0' ? '1' : '0';
    options.checksum = digests.sha256;
    assert_int_equal(palate_data_get(NULL, jester(), &options, NULL, &err), PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, digests.sha256));
    assert_nothing_left();
    digests.sha256[5] = digit;
    assert_int_equal(palate_data_get(NULL, jester(), &options, &report, NULL), PALATE_OK);
    assert_true(report.verified);
    const palate_data_set *ml = palate_data_find("ml-1m", NULL);
    options.checksum = NULL;
    assert_int_equal(palate_data_get(NULL, ml, &options, NULL, &err), PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, "not 5917549"));
}

static void the_wrong_archive(void **state)
{
    (void)state;
    palate_error err;
    palate_data_options options = options_for("joke_ratings.dat");
    assert_int_equal(palate_data_get(NULL, jester(), &options, NULL, &err), PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, "the archive has no jester_ratings.dat"));
    assert_nothing_left();
}

static void what_it_does_not_take(void **state)
{
    (void)state;
    palate_error err;
    palate_data_options options = options_for("jester_ratings.dat");
    options.folder = NULL;
    assert_int_equal(palate_data_get(NULL, jester(), &options, NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "folder"));
    options.folder = FOLDER;
    options.timeout = 0.0;
    assert_int_equal(palate_data_get(NULL, jester(), &options, NULL, &err), PALATE_E_INVALID);
    options.timeout = 30.0;
    options.checksum = "zz";
    assert_int_equal(palate_data_get(NULL, jester(), &options, NULL, &err), PALATE_E_INVALID);
    options.checksum = NULL;
    options.archive = NULL;
    assert_int_equal(palate_data_get(NULL, jester(), &options, NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "terms are not accepted"));
    assert_non_null(strstr(err.message, "https://eigentaste"));
}

/* ---- Without memory ---- */

typedef struct ration {
    long left, balance;
} ration;

static void *allocate(size_t bytes, void *user)
{
    ration *of = user;
    if (of->left-- == 0)
        return NULL;
    of->balance++;
    return malloc(bytes);
}

static void release(void *memory, void *user)
{
    ((ration *)user)->balance--;
    free(memory);
}

static void each_allocation_fails(void **state)
{
    (void)state;
    palate_status status = PALATE_E_NOMEM;
    for (long allowed = 1; status == PALATE_E_NOMEM; allowed++) {
        ration of = {allowed, 0};
        const palate_allocator allocator = {allocate, release, &of};
        palate_context *context = NULL;
        palate_data_options options = options_for("jester_ratings.dat");
        assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
        status = palate_data_get(context, jester(), &options, NULL, NULL);
        palate_context_free(context);
        assert_int_equal(of.balance, 0);
        assert_int_equal(status == PALATE_OK, palate_data_has(jester(), FOLDER));
        assert_true(allowed < 20);
    }
    assert_int_equal(status, PALATE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_that_is_here), cmocka_unit_test(checksums),
        cmocka_unit_test(the_wrong_archive),       cmocka_unit_test(what_it_does_not_take),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
