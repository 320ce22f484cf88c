/* SPDX-License-Identifier: Apache-2.0 */
/* Folds in files: what is saved is what is taken, to the byte; published folds are found. */
#define _GNU_SOURCE
#include "evaluate/splits/support.h"

#include <sys/stat.h>
#include <unistd.h>

#define ROOT "splits.files"
#define FOLDER ROOT "/folds"

static palate_ratings *ratings;

static void clean_up(void)
{
    assert_int_equal(system("rm -rf " ROOT), 0); /* NOLINT: a fixed text. */
}

static int set_up(void **state)
{
    (void)state;
    clean_up();
    mkdir(ROOT, 0777);
    ratings = timed_ratings(false, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_ratings_free(ratings);
    clean_up();
    return 0;
}

static void write_text(const char *path, const char *text)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static size_t read_text(const char *path, char *text, size_t size)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        fail_msg("%s is not there", path);
    size_t bytes = fread(text, 1, size - 1, stream);
    fclose(stream);
    text[bytes] = '\0';
    return bytes;
}

static void save(const palate_split *split, const char *folder)
{
    palate_error err = {.message = ""};
    if (palate_split_save(split, folder, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static palate_split *open_split(const char *path)
{
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    if (palate_split_open(NULL, path, NULL, &split, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return split;
}

/* ---- Saved and read again ---- */

static void check_same(const palate_ratings *one, const palate_ratings *other)
{
    assert_true(fingerprint(one) == fingerprint(other));
    size_t bytes = (size_t)palate_ratings_count(one) * sizeof(int64_t);
    assert_memory_equal(one->times, other->times, bytes);
    assert_true(one->report.scale.low == other->report.scale.low);
    assert_true(one->report.scale.high == other->report.scale.high);
}

static void check_method(int method, int64_t folds)
{
    palate_split_options options = split_options(method);
    options.folds = folds;
    options.test_share = 0.05;
    palate_split *split = split_of(ratings, options);
    save(split, FOLDER);
    palate_split *again = open_split(FOLDER);
    assert_int_equal(palate_split_fold_count(again), palate_split_fold_count(split));
    for (int64_t f = 0; f < palate_split_fold_count(split); f++) {
        fold one = take(split, f);
        fold other = take(again, f);
        check_same(one.train, other.train);
        check_same(one.test, other.test);
        give_back(&one);
        give_back(&other);
    }
    palate_split_free(split);
    palate_split_free(again);
}

static void test_what_is_saved_is_taken(void **state)
{
    (void)state;
    check_method(PALATE_SPLIT_K_FOLD, 5);
    clean_up();
    mkdir(ROOT, 0777);
    check_method(PALATE_SPLIT_TIME, 12);
    clean_up();
    mkdir(ROOT, 0777);
    check_method(PALATE_SPLIT_LEAVE_ONE_OUT, 1);
}

static void test_same_bytes_for_any_order(void **state)
{
    (void)state;
    static char one[1 << 16], other[1 << 16];
    palate_ratings *backwards = timed_ratings(true, false);
    palate_split *split = split_of(ratings, split_options(PALATE_SPLIT_K_FOLD));
    palate_split *turned = split_of(backwards, split_options(PALATE_SPLIT_K_FOLD));
    save(split, FOLDER);
    save(turned, FOLDER "2");
    static const char *const names[] = {"fold-1.train.csv", "fold-5.test.csv", "split.json"};
    for (size_t n = 0; n < 3; n++) {
        char path[100];
        snprintf(path, sizeof path, FOLDER "/%s", names[n]);
        size_t bytes = read_text(path, one, sizeof one);
        snprintf(path, sizeof path, FOLDER "2/%s", names[n]);
        assert_int_equal(read_text(path, other, sizeof other), bytes);
        assert_memory_equal(one, other, bytes);
    }
    palate_split_free(split);
    palate_split_free(turned);
    palate_ratings_free(backwards);
}

static void test_order_of_lines_is_kept_where_asked(void **state)
{
    (void)state;
    static char text[1 << 16];
    palate_ratings *ordered = timed_ratings(true, true);
    palate_split *split = split_of(ordered, split_options(PALATE_SPLIT_K_FOLD));
    save(split, FOLDER);
    read_text(FOLDER "/fold-1.train.csv", text, sizeof text);
    int before = CELLS;
    int lines = 0;
    for (char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        int i = atoi(line + strlen("\"user, \"\""));
        int j = atoi(strstr(line, ",item ") + strlen(",item "));
        assert_true(i * ITEMS + j < before);
        before = i * ITEMS + j;
        lines++;
    }
    assert_true(lines > 100);
    palate_split_free(split);
    palate_ratings_free(ordered);
}

/* ---- Published folds ---- */

static void test_pairs_are_found(void **state)
{
    (void)state;
    static const char *const files[] = {"u1.base", "u1.test", "u10.base", "u10.test", "u2.base",
                                        "u2.test", "README",  "ua.base",  "ua.test",  "u.data"};
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char path[100];
        snprintf(path, sizeof path, ROOT "/%s", files[f]);
        write_text(path, "1\t2\t3\t4\n1\t3\t4\t4\n");
    }
    palate_split *split = open_split(ROOT);
    static const char *const names[] = {"u1", "u2", "u10", "ua"};
    assert_int_equal(palate_split_fold_count(split), 4);
    for (int64_t f = 0; f < 4; f++)
        assert_string_equal(palate_split_fold_name(split, f), names[f]);
    assert_null(palate_split_fold_name(split, 4));
    assert_null(palate_split_fold_name(split, -1));
    palate_split_free(split);
    split = open_split(ROOT "/u[0-9]*.base");
    assert_int_equal(palate_split_fold_count(split), 3);
    palate_split_free(split);
}

static void test_extensions_go_along(void **state)
{
    (void)state;
    write_text(ROOT "/my.train.data.train.csv", "a,b,1\nc,d,2\n");
    write_text(ROOT "/my.train.data.test.csv", "a,d,5\nc,b,0\n");
    palate_split *split = open_split(ROOT);
    assert_int_equal(palate_split_fold_count(split), 1);
    assert_string_equal(palate_split_fold_name(split, 0), "my.train.data");
    fold of = take(split, 0);
    /* The scale is the range of both. */
    assert_true(of.train->report.scale.low == 0 && of.train->report.scale.high == 5);
    assert_true(of.test->report.scale.low == 0 && of.test->report.scale.high == 5);
    give_back(&of);
    palate_split_free(split);
}

/* ---- What goes wrong ---- */

static void check_not_opened(const char *path, palate_status wanted, const char *says)
{
    palate_split *split = NULL;
    palate_error err = {.message = ""};
    assert_int_equal(palate_split_open(NULL, path, NULL, &split, &err), wanted);
    assert_null(split);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
}

static void test_what_cannot_be_opened(void **state)
{
    (void)state;
    check_not_opened(ROOT "/nowhere", PALATE_E_IO, "no folds there");
    check_not_opened(ROOT, PALATE_E_IO, "no folds there");
    write_text(ROOT "/u.data", "1\t2\t3\t4\n");
    check_not_opened(ROOT "/u.data", PALATE_E_INVALID, "which file is its test?");
    write_text(ROOT "/u1.base", "1\t2\t3\t4\n");
    check_not_opened(ROOT, PALATE_E_IO, "u1.test: cannot read the test of a fold");
    check_not_opened(NULL, PALATE_E_INVALID, "path is NULL");
    write_text(ROOT "/u1.test", "nonsense\n");
    palate_split *split = open_split(ROOT);
    fold of = {0};
    palate_error err = {.message = ""};
    assert_int_not_equal(palate_split_take(split, 0, &of.train, &of.test, &err), PALATE_OK);
    assert_true(of.train == NULL && of.test == NULL);
    assert_non_null(strstr(err.message, "u1.test"));
    palate_split_free(split);
}

static void check_not_saved(const palate_split *split, const char *folder, const char *says)
{
    palate_error err = {.message = ""};
    assert_int_equal(palate_split_save(split, folder, &err), PALATE_E_IO);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" does not say %s", err.message, says);
}

static void test_what_cannot_be_saved(void **state)
{
    (void)state;
    palate_split *split = split_of(ratings, split_options(PALATE_SPLIT_K_FOLD));
    mkdir(FOLDER, 0777);
    write_text(FOLDER "/mine", "precious");
    check_not_saved(split, FOLDER, "it exists already");
    check_not_saved(split, ROOT "/no/such/folder", "cannot make the folder");
    check_not_saved(split, FOLDER "/mine", "it exists already");
    char text[20];
    assert_int_equal(read_text(FOLDER "/mine", text, sizeof text), 8);
    unlink(FOLDER "/mine");
    rmdir(FOLDER);
    save(split, FOLDER "/");
    palate_split_free(split);
    assert_int_equal(access(FOLDER "/fold-5.test.csv", F_OK), 0);
    palate_error err;
    assert_int_equal(palate_split_save(NULL, FOLDER, &err), PALATE_E_INVALID);
}

/* A fold that cannot be made leaves nothing behind. */
static void test_failure_leaves_nothing(void **state)
{
    (void)state;
    palate_split_options options = split_options(PALATE_SPLIT_TIME);
    options.test_share = 0.3;
    options.folds = 4;
    palate_split *split = split_of(ratings, options);
    palate_error err = {.message = ""};
    assert_int_equal(palate_split_save(split, FOLDER, &err), PALATE_E_INVALID);
    assert_int_equal(rmdir(ROOT), 0);
    palate_split_free(split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_saved_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_bytes_for_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order_of_lines_is_kept_where_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pairs_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_extensions_go_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_saved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failure_leaves_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
