/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/reading.h"

#include <sqlite3.h>
#include <sys/stat.h>

/* The scratch file is a database made by these statements. */
static void make_database(const char *sql)
{
    sqlite3 *database = NULL;
    char *why = NULL;
    (void)remove(scratch_path());
    assert_int_equal(sqlite3_open(scratch_path(), &database), SQLITE_OK);
    if (sqlite3_exec(database, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static const char *source(const char *query)
{
    static char text[600];
    snprintf(text, sizeof text, "sqlite:%s?%s", scratch_path(), query);
    return text;
}

static const char SHOP[] =
    "CREATE TABLE reviews(stars REAL, product TEXT, customer INTEGER, at);"
    "INSERT INTO reviews VALUES (4.5, 'tea', 7, 100), (1, 'caf\xc3\xa9', 7, 90),"
    "(' 3 ', 'tea', 9007199254740993, NULL), (-2, 12, 8, '77');";

static void assert_shop(palate_ratings *ratings)
{
    assert_format(ratings, "sqlite");
    assert_sizes(ratings, 3, 3, 4);
    assert_rating(ratings, "7", "tea", 4.5);
    assert_rating(ratings, "7", "caf\xc3\xa9", 1);
    assert_rating(ratings, "9007199254740993", "tea", 3);
    assert_rating(ratings, "8", "12", -2);
    assert_int_equal(palate_ratings_report(ratings)->line_count, 4);
    palate_ratings_free(ratings);
}

/* By order, by name in any order, and by option. */
static void test_columns(void **state)
{
    (void)state;
    make_database(SHOP);
    assert_shop(read_path(source("SELECT customer c, product p, stars s FROM reviews"), NULL));
    assert_shop(read_path(source("SELECT stars, product, customer FROM reviews"), NULL));
    assert_shop(read_path(source(" -- all\nSELECT stars AS rating, customer AS USERID, product AS "
                                 "Item FROM reviews ;; -- done\n ; "),
                          NULL));
    assert_shop(read_path(source("WITH r AS (SELECT * FROM reviews) SELECT customer, product, "
                                 "stars, at FROM r ORDER BY stars"),
                          NULL));
    palate_read_options options;
    palate_read_options_init(&options);
    options.user_column = "customer";
    options.item_column = "2";
    options.rating_column = "STARS";
    assert_shop(read_path(source("SELECT * FROM reviews"), &options));
    options.rating_column = "points";
    refuse_path(source("SELECT * FROM reviews"), &options, PALATE_E_INVALID, 0, 0, "points");
}

/* A fourth column is the time, even without a telling name. */
static void test_times(void **state)
{
    (void)state;
    make_database(SHOP);
    static const char *const queries[] = {
        "SELECT customer, product, stars, at FROM reviews",
        "SELECT at AS time, customer AS user, product AS item, stars AS rating FROM reviews",
    };
    for (size_t q = 0; q < 2; q++) {
        palate_ratings *ratings = read_path(source(queries[q]), NULL);
        assert_true(palate_ratings_report(ratings)->has_times);
        uint32_t user = palate_ratings_find_user(ratings, "7", 1);
        palate_rated rated = palate_ratings_of_user(ratings, user);
        assert_int_equal(rated.count, 2);
        assert_int_equal(rated.times[0] + rated.times[1], 190);
        palate_ratings_free(ratings);
    }
    palate_read_options options;
    palate_read_options_init(&options);
    options.time_column = "none";
    palate_ratings *ratings = read_path(source(queries[0]), &options);
    assert_false(palate_ratings_report(ratings)->has_times);
    palate_ratings_free(ratings);
}

static void test_sources_that_are_none(void **state)
{
    (void)state;
    make_database(SHOP);
    char text[200];
    snprintf(text, sizeof text, "sqlite:%s", scratch_path());
    refuse_path(text, NULL, PALATE_E_INVALID, 0, 0, "query is missing");
    refuse_path("sqlite:", NULL, PALATE_E_INVALID, 0, 0, "query is missing");
    refuse_path("sqlite:?SELECT 1, 2, 3", NULL, PALATE_E_INVALID, 0, 0, "file is missing");
    refuse_path(source(""), NULL, PALATE_E_INVALID, 0, 0, "query is empty");
    refuse_path(source(" ; -- nothing"), NULL, PALATE_E_INVALID, 0, 0, "query is empty");
    refuse_path(scratch_path(), NULL, PALATE_E_INVALID, 0, 0, "sqlite:FILE?SELECT");
    refuse_path("sqlite:no/such/file.db?SELECT 1, 2, 3", NULL, PALATE_E_IO, 0, 0,
                "no/such/file.db");
    assert_int_not_equal(access("no/such/file.db", F_OK), 0);
    refuse_path("sqlite:missing.db?SELECT 1, 2, 3", NULL, PALATE_E_IO, 0, 0, "No such file");
    assert_int_not_equal(access("missing.db", F_OK), 0);
    refuse_path("sqlite:.?SELECT 1, 2, 3 FROM sqlite_master", NULL, PALATE_E_IO, 0, 0, ".");
    write_text("user,item,rating\na,b,3\nthis is text, not a database, of more than 100 bytes, and "
               "so on, and so on, and so on\n");
    refuse_path(source("SELECT a, b, c FROM t"), NULL, PALATE_E_FORMAT, 0, 0, "not a database");
}

/* Nothing but reading, and the file stays as it is. */
static void test_other_statements(void **state)
{
    (void)state;
    make_database(SHOP);
    static const struct {
        const char *query, *words;
    } cases[] = {
        {"DELETE FROM reviews", "SELECT"},
        {"DELETE FROM reviews RETURNING customer, product, stars", "SELECT"},
        {"INSERT INTO reviews VALUES (1, 2, 3, 4)", "SELECT"},
        {"DROP TABLE reviews", "SELECT"},
        {"ATTACH 'other.db' AS other", "SELECT"},
        {"PRAGMA journal_mode = WAL", "SELECT"},
        {"VACUUM INTO 'copy.db'", "SELECT"},
        {"BEGIN", "SELECT"},
        {"EXPLAIN SELECT customer, product, stars FROM reviews", "SELECT"},
        {"SELECT customer, product, stars FROM reviews; DELETE FROM reviews", "more than one"},
        {"SELECT customer, product, stars FROM reviews; garbage", "more than one"},
        {"SELECT customer, product, stars FROM reviews garbage here", "syntax error"},
        {"SELECT customer, product, stars FROM nowhere", "no such table: nowhere"},
        {"SELECT customer, product, points FROM reviews", "points"},
        {"SELECT customer, product FROM reviews", "user, item and rating"},
        {"SELECT load_extension('x'), 1, 2", ""},
        {"SELECT customer, product, abs(-9223372036854775807 - 1) FROM reviews", "overflow"},
        {"garbage", "syntax error"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        refuse_path(source(cases[c].query), NULL, PALATE_E_INVALID, 0, 0, cases[c].words);
    assert_int_not_equal(access("other.db", F_OK), 0);
    assert_int_not_equal(access("copy.db", F_OK), 0);
    assert_shop(read_path(source("SELECT customer, product, stars FROM reviews"), NULL));
}

static void test_values(void **state)
{
    (void)state;
    make_database("CREATE TABLE t(u, i, r, t);");
    static const struct {
        const char *query;
        int column;
        const char *words;
    } cases[] = {
        {"SELECT 1, 2, 3 UNION ALL SELECT NULL, 2, 3", 1, "NULL"},
        {"SELECT 1, 2, 3 UNION ALL SELECT 1, NULL, 3", 2, "NULL"},
        {"SELECT 1, 2, 3 UNION ALL SELECT 1, 2, NULL", 3, "NULL"},
        {"SELECT 1, 2, 3 UNION ALL SELECT x'00', 2, 3", 1, "blob"},
        {"SELECT 1, 2, 3 UNION ALL SELECT 1, 2, x'33'", 3, "blob"},
        {"SELECT 1, 2, 3 UNION ALL SELECT 1, 2, 'good'", 3, "\"good\""},
        {"SELECT 1, 2, 3 UNION ALL SELECT 1, 2, ''", 3, "not a number"},
        {"SELECT 1, 2, 3 UNION ALL SELECT 1, 2, 9e999", 3, "infinite"},
        {"SELECT 1, 2, 3 UNION ALL SELECT '', 2, 3", 1, "empty"},
        {"SELECT 1, 2, 3 UNION ALL SELECT 'a' || char(0) || 'b', 2, 3", 1, "zero byte"},
        {"SELECT 1, 2, 3 UNION ALL SELECT CAST(x'ff' AS TEXT), 2, 3", 1, "UTF-8"},
        {"SELECT 1, 2, 3, 4 UNION ALL SELECT 1, 2, 3, 'noon'", 4, "noon"},
        {"SELECT 1, 2, 3, 4 UNION ALL SELECT 1, 2, 3, 1e30", 4, "1e+30"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        refuse_path(source(cases[c].query), NULL, PALATE_E_FORMAT, 2, cases[c].column,
                    cases[c].words);
    refuse_path(source("SELECT u, i, r FROM t"), NULL, PALATE_E_FORMAT, 0, 0, "");
    palate_read_options options;
    palate_read_options_init(&options);
    options.lenient = true;
    palate_ratings *ratings = read_path(
        source("SELECT 1, 2, 3 UNION ALL SELECT NULL, 2, 3 UNION ALL SELECT 4, 5, 'x'"), &options);
    assert_sizes(ratings, 1, 1, 1);
    assert_int_equal(palate_ratings_report(ratings)->skipped_count, 2);
    palate_ratings_free(ratings);
}

static bool take_pair(const palate_pair *pair, void *user)
{
    int *unrated = user;
    assert_int_equal(pair->user_bytes, 1);
    *unrated += isnan(pair->rating);
    return true;
}

/* Pairs may lack the rating, as a column or as a value. */
static void test_pairs(void **state)
{
    (void)state;
    make_database("CREATE TABLE t(u, i, r); INSERT INTO t VALUES (1, 2, NULL), (2, 3, 4);");
    int unrated = 0;
    palate_error err = {0};
    assert_int_equal(palate_pairs_read(NULL, source("SELECT u, i FROM t"), NULL, take_pair,
                                       &unrated, NULL, &err),
                     PALATE_OK);
    assert_int_equal(unrated, 2);
    assert_int_equal(palate_pairs_read(NULL, source("SELECT u, i, r FROM t"), NULL, take_pair,
                                       &unrated, NULL, &err),
                     PALATE_OK);
    assert_int_equal(unrated, 3);
    assert_int_equal(
        palate_pairs_read(NULL, source("SELECT u FROM t"), NULL, take_pair, &unrated, NULL, &err),
        PALATE_E_INVALID);
}

/* A damaged database is refused or read, never worse. */
static void test_damaged(void **state)
{
    (void)state;
    make_database(SHOP);
    char bytes[16384];
    FILE *file = fopen(scratch_path(), "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    assert_in_range(length, 1000, sizeof bytes - 1);
    for (size_t cut = 0; cut < length; cut += 397) {
        palate_ratings *ratings = NULL;
        palate_error err = {0};
        char kept = bytes[length - 1 - cut];
        bytes[length - 1 - cut] = (char)~kept;
        write_bytes(bytes, cut % 2 == 0 ? length : length - cut);
        palate_status status = palate_ratings_read(
            NULL, source("SELECT customer, product, stars FROM reviews"), NULL, &ratings, &err);
        assert_true((status == PALATE_OK) == (ratings != NULL));
        palate_ratings_free(ratings);
        bytes[length - 1 - cut] = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_sources_that_are_none),
        cmocka_unit_test(test_other_statements),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
