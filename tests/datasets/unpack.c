/* SPDX-License-Identifier: Apache-2.0 */
/* Archives: paths that stay inside; a damaged archive writes nothing outside its folder. */
#define _GNU_SOURCE
#include "datasets/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

#define FOLDER "unpack.files"
#define ARCHIVE FOLDER ".zip"

static void paths(void **state)
{
    (void)state;
    static const char *const inside[] = {"u.data",   "ml-100k/u.data", "a/b/c/d",
                                         "ml-100k/", "..a/b..c",       "...",
                                         ".hidden",  "a/.b/Amélie.txt"};
    static const char *const outside[] = {"",       "/",        "/etc/passwd", "..",        "../x",
                                          "a/../x", "a/..",     "a/./x",       ".",         "a//x",
                                          "a\\b",   "C:x",      "a\nb",        "a/../../x", "./x",
                                          "a//",    "\xff\xfe", "a\x7f",       "a/\x1b[31m"};
    for (size_t p = 0; p < sizeof inside / sizeof inside[0]; p++)
        assert_true(palate__path_is_inside(inside[p]));
    for (size_t p = 0; p < sizeof outside / sizeof outside[0]; p++)
        assert_false(palate__path_is_inside(outside[p]));
}

static void add(zip_t *archive, const char *name, const char *text)
{
    zip_source_t *source = zip_source_buffer(archive, text, strlen(text), 0);
    assert_true(zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

static void make_archive(void)
{
    int code = 0;
    zip_t *archive = zip_open(ARCHIVE, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(archive);
    assert_true(zip_dir_add(archive, "set/empty", 0) >= 0);
    add(archive, "set/ratings.csv", "user,item,rating\nann,Up,4\n");
    add(archive, "set/deep/down/items.csv", "item,title\nUp,Up\n");
    add(archive, "__MACOSX/set/._ratings.csv", "litter");
    assert_int_equal(zip_close(archive), 0);
}

static void begin(void)
{
    palate__remove_folder(FOLDER);
    assert_int_equal(palate__make_folder(FOLDER, NULL), PALATE_OK);
}

static bool is_there(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

static void files_and_folders(void **state)
{
    (void)state;
    char text[64] = "";
    begin();
    make_archive();
    assert_int_equal(palate__unpack(NULL, ARCHIVE, FOLDER, NULL), PALATE_OK);
    FILE *file = fopen(FOLDER "/set/ratings.csv", "r");
    assert_non_null(file);
    const size_t bytes = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_int_equal(bytes, 26);
    assert_string_equal(text, "user,item,rating\nann,Up,4\n");
    assert_true(is_there(FOLDER "/set/deep/down/items.csv"));
    assert_true(is_there(FOLDER "/set/empty"));
    assert_false(is_there(FOLDER "/__MACOSX"));
}

/* No file is written over: a folder that is not empty is left as it is. */
static void what_is_there_stays(void **state)
{
    (void)state;
    palate_error err;
    begin();
    make_archive();
    assert_int_equal(palate__unpack(NULL, ARCHIVE, FOLDER, NULL), PALATE_OK);
    assert_int_equal(palate__unpack(NULL, ARCHIVE, FOLDER, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "ratings.csv"));
}

/* Bytes of the archive changed, and the archive cut off: it works or fails, and no more. */
static void damaged_archives(void **state)
{
    (void)state;
    static unsigned char whole[4096];
    make_archive();
    FILE *file = fopen(ARCHIVE, "rb");
    const size_t bytes = fread(whole, 1, sizeof whole, file);
    fclose(file);
    assert_true(bytes > 200 && bytes < sizeof whole);
    for (size_t at = 0; at < 2 * bytes; at += 3) {
        const bool cut = at >= bytes;
        const size_t length = cut ? at - bytes : bytes;
        whole[at % bytes] ^= cut ? 0 : 0xFF;
        file = fopen(ARCHIVE, "wb");
        assert_int_equal(fwrite(whole, 1, length, file), length);
        fclose(file);
        whole[at % bytes] ^= cut ? 0 : 0xFF;
        begin();
        const palate_status status = palate__unpack(NULL, ARCHIVE, FOLDER, NULL);
        assert_true(status == PALATE_OK || status == PALATE_E_FORMAT || status == PALATE_E_IO);
        assert_true(!cut || status == PALATE_E_FORMAT);
    }
}

static void folders(void **state)
{
    (void)state;
    palate_error err;
    palate__remove_folder(FOLDER);
    assert_int_equal(palate__make_folder(FOLDER "/a/b/c", NULL), PALATE_OK);
    assert_int_equal(palate__make_folder(FOLDER "/a/b/c/", NULL), PALATE_OK);
    FILE *file = fopen(FOLDER "/a/file", "w");
    fclose(file);
    assert_int_equal(palate__make_folder(FOLDER "/a/file", &err), PALATE_E_IO);
    assert_int_equal(palate__make_folder(FOLDER "/a/file/b", &err), PALATE_E_IO);
    assert_int_equal(symlink("/etc", FOLDER "/a/link"), 0);
    palate__remove_folder(FOLDER);
    assert_false(is_there(FOLDER));
    assert_true(is_there("/etc/passwd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(files_and_folders),
        cmocka_unit_test(what_is_there_stays),
        cmocka_unit_test(damaged_archives),
        cmocka_unit_test(folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
