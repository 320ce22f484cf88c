/* SPDX-License-Identifier: Apache-2.0 */
/* The public calls around reading: check, pairs, arrays, options, and running out of memory. */
#include "ratings/reading.h"

/* ---- check ---- */

typedef struct problems {
    int count;
    int64_t last_line;
    char last_message[PALATE_MESSAGE_BYTES];
} problems;

static void note(const palate_problem *problem, void *user)
{
    problems *seen = user;
    seen->count++;
    assert_string_equal(problem->file, scratch_path());
    assert_true(problem->line > seen->last_line);
    seen->last_line = problem->line;
    snprintf(seen->last_message, sizeof seen->last_message, "%s", problem->message);
}

static void check_reports_every_problem(void **state)
{
    (void)state;
    problems seen = {0};
    palate_read_report report;
    const char *path = write_text("user,item,rating\na,x,1\na,y,?\n,x,1\nb,x,2\nb,y\nb,x,3\n");
    assert_int_equal(palate_ratings_check(NULL, path, NULL, note, &seen, &report, NULL), PALATE_OK);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.last_line, 6);
    assert_int_equal(report.skipped_count, 3);
    assert_int_equal(report.rating_count, 2);
    assert_int_equal(report.duplicate_count, 1);
    assert_int_equal(report.line_count, 7);
    assert_string_equal(report.format, "csv");
    /* The message is the one strict reading gives. */
    palate_ratings *ratings = NULL;
    palate_error err;
    const char *one = write_text("user,item,rating\na,x,1\nb,y\n");
    assert_int_equal(palate_ratings_read(NULL, one, NULL, &ratings, &err), PALATE_E_FORMAT);
    seen = (problems){0};
    assert_int_equal(palate_ratings_check(NULL, one, NULL, note, &seen, &report, NULL), PALATE_OK);
    assert_string_equal(seen.last_message, err.message);
}

static void check_fails_only_where_nothing_can_be_read(void **state)
{
    (void)state;
    problems seen = {0};
    palate_read_report report;
    palate_error err;
    const char *path = write_text("user,item,rating\na,x,?\n");
    assert_int_equal(palate_ratings_check(NULL, path, NULL, note, &seen, &report, &err), PALATE_OK);
    assert_int_equal(report.skipped_count, 1);
    assert_int_equal(report.rating_count, 0);
    assert_int_equal(palate_ratings_check(NULL, write_text(""), NULL, note, &seen, &report, &err),
                     PALATE_E_FORMAT);
    assert_int_equal(palate_ratings_check(NULL, "no such file", NULL, NULL, NULL, &report, &err),
                     PALATE_E_IO);
}

/* ---- pairs ---- */

typedef struct pairs {
    char text[500];
    int stop_after;
} pairs;

static bool write_pair(const palate_pair *pair, void *user)
{
    pairs *seen = user;
    const size_t length = strlen(seen->text);
    snprintf(seen->text + length, sizeof seen->text - length, "%d:%.*s/%.*s/%g ", (int)pair->line,
             (int)pair->user_bytes, pair->user, (int)pair->item_bytes, pair->item,
             isnan(pair->rating) ? -1.0 : pair->rating);
    return --seen->stop_after != 0;
}

static void assert_pairs(const char *text, const char *expected)
{
    pairs seen = {0};
    palate_read_report report;
    palate_error err = {0};
    if (palate_pairs_read(NULL, write_text(text), NULL, write_pair, &seen, &report, &err) !=
        PALATE_OK)
        fail_msg("%s", err.message);
    assert_string_equal(seen.text, expected);
}

static void pairs_come_as_they_are(void **state)
{
    (void)state;
    assert_pairs("user,item\na,x\nb,y\na,x\n", "2:a/x/-1 3:b/y/-1 4:a/x/-1 ");
    assert_pairs("a,x\nb,y\n", "1:a/x/-1 2:b/y/-1 ");
    assert_pairs("user,item,rating\na,x,2\nb,y,\n", "2:a/x/2 3:b/y/-1 ");
    assert_pairs("item,user\n\"x \"\"1\"\"\",a\n", "2:a/x \"1\"/-1 ");
    assert_pairs("1::2::3::4\n", "1:1/2/3 ");
}

static void pairs_stop_when_asked(void **state)
{
    (void)state;
    pairs seen = {.stop_after = 1};
    palate_error err;
    assert_int_equal(
        palate_pairs_read(NULL, write_text("a,x\nb,y\n"), NULL, write_pair, &seen, NULL, &err),
        PALATE_E_STOPPED);
    assert_string_equal(seen.text, "1:a/x/-1 ");
}

static void wrong_pairs_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t line, column;
    } rows[] = {
        {"user,item\na,\n", 2, 2},
        {"user,item\n,x\n", 2, 1},
        {"user,item\na,\xff\n", 2, 2},
        {"user,item,rating\na,x,abc\n", 2, 3},
        {"user,item,rating\na,x,inf\n", 2, 3},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        pairs seen = {0};
        palate_error err = {0};
        const char *path = write_text(rows[r].text);
        assert_int_equal(palate_pairs_read(NULL, path, NULL, write_pair, &seen, NULL, &err),
                         PALATE_E_FORMAT);
        assert_int_equal(err.line, rows[r].line);
        assert_int_equal(err.column, rows[r].column);
    }
}

/* The item of the second of four lines has `bytes` bytes, one of which is odd. Returns the status; `*err` is set. */
static palate_status read_odd_id(size_t bytes, size_t place, char odd, palate_error *err)
{
    char text[200] = "u,i,1\nu,";
    const size_t before = strlen(text);
    pairs seen = {0};
    memset(text + before, 'x', bytes);
    text[before + place] = odd;
    strcpy(text + before + bytes, ",2\nu,j,3\nu,a longer item,4\n");
    const char *path = write_bytes(text, before + bytes + strlen(text + before + bytes));
    *err = (palate_error){0};
    return palate_pairs_read(NULL, path, NULL, write_pair, &seen, NULL, err);
}

static void every_byte_of_an_id_is_looked_at(void **state)
{
    (void)state;
    static const char odd[] = {'\0', '\x80', '\xC3', '\xFF'};
    palate_error err;
    char words[40];
    for (size_t bytes = 1; bytes <= 20; bytes++) {
        for (size_t place = 0; place < bytes; place++) {
            assert_int_equal(read_odd_id(bytes, place, '\x7F', &err), PALATE_OK);
            for (size_t o = 0; o < sizeof odd; o++) {
                assert_int_equal(read_odd_id(bytes, place, odd[o], &err), PALATE_E_FORMAT);
                assert_int_equal(err.line, 2);
                assert_int_equal(err.column, 2);
                snprintf(words, sizeof words, "not UTF-8 at its byte %zu;", place + 1);
                assert_non_null(strstr(err.message, odd[o] == '\0' ? "zero byte" : words));
            }
        }
    }
}

/* ---- arrays ---- */

static void arrays_are_checked_entry_by_entry(void **state)
{
    (void)state;
    const char *users[] = {"a", "b", NULL};
    const char *items[] = {"x", "y", "z"};
    const float numbers[] = {1, NAN, 2};
    palate_rating_arrays arrays = {2, users, items, numbers, NULL};
    palate_ratings *ratings = NULL;
    palate_error err;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err),
                     PALATE_E_FORMAT);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 3);
    assert_null(ratings);
    palate_read_options options = options_for(NULL);
    options.lenient = true;
    arrays.count = 3;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, &options, &ratings, &err),
                     PALATE_OK);
    assert_sizes(ratings, 1, 1, 1);
    assert_int_equal(palate_ratings_report(ratings)->skipped_count, 2);
    palate_ratings_free(ratings);
    arrays.count = 0;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err),
                     PALATE_E_FORMAT);
    arrays = (palate_rating_arrays){.count = 1};
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err),
                     PALATE_E_INVALID);
}

/* ---- options ---- */

static void options_set_by_any_of_their_names(void **state)
{
    (void)state;
    palate_read_options options;
    memset(&options, 0xAB, sizeof options);
    palate_read_options_init(&options);
    assert_null(options.separator);
    assert_int_equal(options.header, PALATE_HEADER_AUTO);
    assert_int_equal(options.duplicates, PALATE_DUPLICATES_LAST);
    assert_false(options.lenient);
    assert_true(options.scale.low == options.scale.high);
    const palate_option_table *table = palate_read_options_table();
    assert_int_equal(palate_options_set(table, &options, "userCol", "who", NULL), PALATE_OK);
    assert_string_equal(options.user_column, "who");
    assert_int_equal(palate_options_set(table, &options, "rating_scale", "1:5", NULL), PALATE_OK);
    assert_true(options.scale.high == 5.0);
    const char *const *help = NULL;
    const char *const *names = palate_read_format_names(&help);
    size_t count = 0;
    for (; names[count] != NULL; count++)
        assert_true(help[count][0] != '\0');
    assert_int_equal(count, 8);
}

/* ---- memory ---- */

static void *allocate_some(size_t bytes, void *left)
{
    return (*(int *)left)-- > 0 ? malloc(bytes) : NULL;
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

/* With 0, 1, 2, ... allocations allowed, until it succeeds. Leaks are for the sanitizer to find. */
static void fail_every_allocation(const char *path, const palate_read_options *options)
{
    int left = 1;
    const palate_allocator allocator = {allocate_some, release, &left};
    palate_context *context = NULL;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    palate_status status = PALATE_E_NOMEM;
    int allowed = 0;
    for (; status == PALATE_E_NOMEM; allowed++) {
        palate_ratings *ratings = NULL;
        left = allowed;
        status = palate_ratings_read(context, path, options, &ratings, NULL);
        assert_true((status == PALATE_OK) == (ratings != NULL));
        palate_ratings_free(ratings);
    }
    assert_int_equal(status, PALATE_OK);
    assert_true(allowed > 10);
    palate_context_free(context);
}

static void running_out_of_memory_is_an_error(void **state)
{
    (void)state;
    palate_read_options options = options_for(NULL);
    options.keep_order = true;
    fail_every_allocation(write_text("user,item,rating,time\na,\"x\"\"\",1,5\na,y,2,6\na,y,3,7\n"),
                          &options);
    options.duplicates = PALATE_DUPLICATES_MEAN;
    fail_every_allocation(scratch_path(), &options);
    options.duplicates = PALATE_DUPLICATES_ERROR;
    options.lenient = true;
    fail_every_allocation(scratch_path(), &options);
}

/* ---- real data, where it is ---- */

static const struct known {
    const char *path, *format;
    uint32_t users, items;
    int64_t ratings;
    double low, high;
} KNOWN[] = {
    {"ml-100k/u.data", "movielens", 943, 1682, 100000, 1, 5},
    {"ml-100k/u1.base", "movielens", 943, 1650, 80000, 1, 5},
    {"ml-1m/ratings.csv", "csv", 6040, 3706, 1000209, 1, 5},
    {"ml-latest-small/ratings.csv", "csv", 610, 9724, 100836, 0.5, 5},
    {"jester5k/ratings.csv", "csv", 5000, 100, 363209, -9.95, 9.9},
    {"lastfm/user_artists.dat", "csv", 1892, 17632, 92834, 1, 352698},
};

static void published_data_sets(void **state)
{
    (void)state;
    if (access(PALATE_SHARED_DATA, R_OK) != 0) {
        print_message("no data sets in %s: skipped\n", PALATE_SHARED_DATA);
        skip();
    }
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        char path[500];
        snprintf(path, sizeof path, "%s/%s", PALATE_SHARED_DATA, KNOWN[i].path);
        palate_ratings *ratings = read_path(path, NULL);
        const palate_read_report *report = palate_ratings_report(ratings);
        assert_format(ratings, KNOWN[i].format);
        assert_sizes(ratings, KNOWN[i].users, KNOWN[i].items, KNOWN[i].ratings);
        assert_true(fabs(report->min - KNOWN[i].low) < 1e-6);
        assert_true(fabs(report->max - KNOWN[i].high) < 1e-6);
        assert_int_equal(report->duplicate_count, 0);
        palate_ratings_free(ratings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_reports_every_problem),
        cmocka_unit_test(check_fails_only_where_nothing_can_be_read),
        cmocka_unit_test(pairs_come_as_they_are),
        cmocka_unit_test(pairs_stop_when_asked),
        cmocka_unit_test(wrong_pairs_are_refused),
        cmocka_unit_test(every_byte_of_an_id_is_looked_at),
        cmocka_unit_test(arrays_are_checked_entry_by_entry),
        cmocka_unit_test(options_set_by_any_of_their_names),
        cmocka_unit_test(running_out_of_memory_is_an_error),
        cmocka_unit_test(published_data_sets),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
