/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/reading.h"

#define REAL "%%MatrixMarket matrix coordinate real general\n"
#define PATTERN "%%MatrixMarket matrix coordinate pattern general\n"

static void test_real(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text(REAL "% a comment\n\n%\n 4  5 3 \n1 1 5\n3\t5 -2.5\n"
                                             "% another\n2 1 1e-1\n",
                                        NULL);
    assert_format(ratings, "matrixmarket");
    assert_sizes(ratings, 3, 2, 3);
    assert_rating(ratings, "1", "1", 5);
    assert_rating(ratings, "3", "5", -2.5);
    assert_rating(ratings, "2", "1", (double)0.1F);
    palate_ratings_free(ratings);
}

static void test_ways_to_write_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "%%matrixmarket MATRIX Coordinate Integer GENERAL\r\n2 2 2\r\n1 1 3\r\n2 2 4\r\n",
        REAL "2 2 2\n1 1 3\n2 2 4",
        REAL "2 2 2\n\n01 +1 3.0\n\n2 002 4.0\n\n\n",
        "\xef\xbb\xbf" REAL "2 2 2\n2 2 4\n1 1 3\n",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        palate_ratings *ratings = read_text(texts[t], NULL);
        assert_sizes(ratings, 2, 2, 2);
        assert_rating(ratings, "1", "1", 3);
        assert_rating(ratings, "2", "2", 4);
        palate_ratings_free(ratings);
    }
}

/* The entries of a pattern are ratings of 1; rows and columns without one are not named. */
static void test_pattern(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text(PATTERN "1000 2147483647 2\n7 2147483647\n1000 1\n", NULL);
    assert_sizes(ratings, 2, 2, 2);
    assert_rating(ratings, "7", "2147483647", 1);
    assert_rating(ratings, "1000", "1", 1);
    palate_ratings_free(ratings);
}

static void test_other_matrices(void **state)
{
    (void)state;
    const palate_read_options format = options_for("matrixmarket");
    static const struct {
        const char *banner;
        palate_status status;
        int column;
        const char *words;
    } cases[] = {
        {"%%MatrixMarket matrix coordinate real symmetric", PALATE_E_UNSUPPORTED, 5, "symmetric"},
        {"%%MatrixMarket matrix coordinate real skew-symmetric", PALATE_E_UNSUPPORTED, 5, "skew"},
        {"%%MatrixMarket matrix coordinate complex general", PALATE_E_UNSUPPORTED, 4, "complex"},
        {"%%MatrixMarket matrix array real general", PALATE_E_UNSUPPORTED, 3, "array"},
        {"%%MatrixMarket matrix coordinate text general", PALATE_E_FORMAT, 4, "text"},
        {"%%MatrixMarket matrix sparse real general", PALATE_E_FORMAT, 3, "sparse"},
        {"%%MatrixMarket vector coordinate real general", PALATE_E_FORMAT, 0, "vector"},
        {"%%MatrixMarket matrix coordinate real", PALATE_E_FORMAT, 0, "first line"},
        {"%%MatrixMarket", PALATE_E_FORMAT, 0, "first line"},
        {"%%MatrixMarket matrix coordinate real \xff", PALATE_E_FORMAT, 5, "general"},
        {"", PALATE_E_FORMAT, 0, "first line"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        char text[200];
        snprintf(text, sizeof text, "%s\n1 1 1\n1 1 1\n", cases[c].banner);
        refuse_path(write_text(text), &format, cases[c].status, 1, cases[c].column, cases[c].words);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    refuse(REAL, NULL, 1, 0, "sizes");
    refuse(REAL "% only\n% comments\n", NULL, 3, 0, "sizes");
    refuse(REAL "3 3\n1 1 1\n", NULL, 2, 0, "sizes");
    refuse(REAL "3 3 1 1\n1 1 1\n", NULL, 2, 0, "sizes");
    refuse(REAL "0 3 1\n1 1 1\n", NULL, 2, 1, "\"0\"");
    refuse(REAL "3 -3 1\n1 1 1\n", NULL, 2, 2, "\"-3\"");
    refuse(REAL "3 3.5 1\n1 1 1\n", NULL, 2, 2, "\"3.5\"");
    refuse(REAL "3 3 x\n1 1 1\n", NULL, 2, 3, "\"x\"");
    refuse(REAL "2147483648 3 1\n1 1 1\n", NULL, 2, 1, "2147483648");
    refuse(REAL "3 99999999999999999999 1\n1 1 1\n", NULL, 2, 2, "99999999999999999999");
    refuse(REAL "2 2 5\n1 1 1\n", NULL, 2, 3, "rows times columns");
    refuse(REAL "3 3 9223372036854775807\n1 1 1\n", NULL, 2, 3, "9223372036854775807");
}

static void test_entries(void **state)
{
    (void)state;
    refuse(REAL "3 2 2\n1 1 1\n4 1 1\n", NULL, 4, 1, "row \"4\"");
    refuse(REAL "3 2 2\n1 1 1\n1 3 1\n", NULL, 4, 2, "column \"3\"");
    refuse(REAL "3 2 1\n0 1 1\n", NULL, 3, 1, "from 1");
    refuse(REAL "3 2 1\n1 -1 1\n", NULL, 3, 2, "from 1");
    refuse(REAL "3 2 1\n1.0 1 1\n", NULL, 3, 1, "\"1.0\"");
    refuse(REAL "3 2 1\n1 1 five\n", NULL, 3, 3, "five");
    refuse(REAL "3 2 1\n1 1 nan\n", NULL, 3, 3, "nan");
    refuse(REAL "3 2 1\n1 1\n", NULL, 3, 0, "2 fields");
    refuse(REAL "3 2 1\n1 1 1 1\n", NULL, 3, 0, "4 fields");
    refuse(PATTERN "3 2 1\n1 1 1\n", NULL, 3, 0, "3 fields");
    refuse(REAL "3 2 3\n1 1 1\n2 1 1\n", NULL, 4, 0, "ends after 2");
    refuse(REAL "3 2 1\n1 1 1\n\n2 1 1\n", NULL, 5, 0, "more entries than the 1 declared");
}

/* A wrong count is one problem, however many entries it concerns. */
static void test_lenient(void **state)
{
    (void)state;
    const palate_read_options format = options_for("matrixmarket");
    palate_ratings *ratings = read_leniently(REAL "3 2 1\n1 1 1\n2 1 1\n3 9 1\n3 2 4\n", format, 2);
    assert_sizes(ratings, 3, 2, 3);
    palate_ratings_free(ratings);
    ratings = read_leniently(REAL "3 2 4\n1 1 1\n2 1 x\n3 2 4\n", format, 2);
    assert_sizes(ratings, 2, 2, 2);
    palate_ratings_free(ratings);
}

static void test_damaged(void **state)
{
    (void)state;
    survive(REAL "% c\n3 2 2\n1 1 1.5\n3 2 4\n", "matrixmarket");
    survive(PATTERN "3 2 2\n1 1\n3 2\n", "auto");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real),    cmocka_unit_test(test_ways_to_write_it),
        cmocka_unit_test(test_pattern), cmocka_unit_test(test_other_matrices),
        cmocka_unit_test(test_sizes),   cmocka_unit_test(test_entries),
        cmocka_unit_test(test_lenient), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
