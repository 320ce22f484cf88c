/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/reading.h"

static const char BLACKBOARD[] = ",Movie 1,Movie 2,Movie 3\n"
                                 "User 1,5,3,0\n"
                                 "User 2,4,0,0\n"
                                 "User 3,1,1,0\n";

static void assert_blackboard(palate_ratings *ratings)
{
    static const char *const users[] = {"User 1", "User 2", "User 3"};
    static const char *const items[] = {"Movie 1", "Movie 2", "Movie 3"};
    assert_format(ratings, "dense");
    assert_sizes(ratings, 3, 3, 5);
    assert_rating(ratings, "User 1", "Movie 1", 5);
    assert_rating(ratings, "User 1", "Movie 2", 3);
    assert_rating(ratings, "User 2", "Movie 1", 4);
    assert_rating(ratings, "User 3", "Movie 1", 1);
    assert_rating(ratings, "User 3", "Movie 2", 1);
    for (uint32_t place = 0; place < 3; place++) {
        uint32_t user = palate_ratings_user_at(ratings, place);
        uint32_t item = palate_ratings_item_at(ratings, place);
        assert_string_equal(palate_ratings_user_id(ratings, user), users[place]);
        assert_string_equal(palate_ratings_item_id(ratings, item), items[place]);
    }
    palate_ratings_free(ratings);
}

/* The item nobody rated stays in, and the order of rows and columns is kept. */
static void test_blackboard(void **state)
{
    (void)state;
    assert_blackboard(read_text(BLACKBOARD, NULL));
}

/* The same table in every way people write it. */
static void test_ways_to_write_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "user;Movie 1;Movie 2;Movie 3\nUser 1;5;3;\nUser 2;4;;\nUser 3;1;1;\n",
        "User\tMovie 1\tMovie 2\tMovie 3\nUser 1\t5\t3\t\nUser 2\t4\t\t0.0\nUser 3\t1\t1\t0\n",
        "\"\" \"Movie 1\" \"Movie 2\" \"Movie 3\"\n\"User 1\" 5  3 0\n\"User 2\" 4 0 \t0\n"
        "  \"User 3\" 1 1 0  ",
        "\"Movie 1\",\"Movie 2\",\"Movie 3\"\n\"User 1\",5,3,0\n\"User 2\",4,0,0\n\"User "
        "3\",1,1,0\n",
        "\xef\xbb\xbf,Movie 1,Movie 2,Movie 3\r\nUser 1,5,3,0\r\n\r\nUser 2,4,0,0\r\nUser "
        "3,1,1,0\r\n\r\n",
        " userId , Movie 1 , \"Movie 2\" ,Movie 3\n\n\nUser 1 , 5.0 ,3e0, +0\nUser 2,4,-0,\nUser "
        "3,1,1,0",
        "|Movie 1|Movie 2|Movie 3\nUser 1|5|3|0\nUser 2|4|0|0\nUser 3|1|1|0\n",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        assert_blackboard(read_text(texts[t], NULL));
}

static void test_quoted_names(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text(
        ",\"Good, Bad\",\"say \"\"hi\"\"\",\"two\nlines\",7\" reel\n"
        "\"O\"\"Neil, J.\",1,2,3,4\n",
        NULL);
    assert_sizes(ratings, 1, 4, 4);
    assert_rating(ratings, "O\"Neil, J.", "Good, Bad", 1);
    assert_rating(ratings, "O\"Neil, J.", "say \"hi\"", 2);
    assert_rating(ratings, "O\"Neil, J.", "two\nlines", 3);
    assert_rating(ratings, "O\"Neil, J.", "7\" reel", 4);
    palate_ratings_free(ratings);
}

/* Users without a rating stay, too; negative ratings are ratings. */
static void test_user_without_rating(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text(",a,b\nx,-2.5,\ny,,\nz,0,7\n", NULL);
    assert_sizes(ratings, 3, 2, 2);
    assert_rating(ratings, "x", "a", -2.5);
    assert_rating(ratings, "z", "b", 7);
    assert_int_equal(
        palate_ratings_of_user(ratings, palate_ratings_find_user(ratings, "y", 1)).count, 0);
    palate_ratings_free(ratings);
}

static void test_wide_table(void **state)
{
    (void)state;
    enum { WIDTH = 5000 };
    char *text = malloc(WIDTH * 24);
    assert_non_null(text);
    size_t length = 0;
    for (int c = 0; c < WIDTH; c++)
        length += (size_t)sprintf(text + length, ",item%d", c);
    length += (size_t)sprintf(text + length, "\nuser");
    for (int c = 0; c < WIDTH; c++)
        length += (size_t)sprintf(text + length, ",%d", c % 7);
    palate_ratings *ratings = read_text(text, NULL);
    assert_format(ratings, "dense");
    assert_sizes(ratings, 1, WIDTH, WIDTH - (WIDTH + 6) / 7);
    assert_rating(ratings, "user", "item4999", 4999 % 7);
    palate_ratings_free(ratings);
    free(text);
}

/* A wrong cell does not make another format of it, which would find something else wrong. */
static void test_recognised_with_a_mistake(void **state)
{
    (void)state;
    refuse(",a,b\nw,1,2\nx,2,\ny,1,good\n", NULL, 4, 3, "\"good\" is not a number");
    refuse("user;a;b\nw;1;2\nx;2;\ny;1\n", NULL, 4, 0, "2 fields");
}

/* Lists of ratings belong to other readers. */
static void test_takes_no_lists(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "userId,movieId,rating\n1,2,3\n",
        "user,item,rating\na,b,3\n",
        "user,movie,stars,date\n1,2,3,4\n",
        "1,2,3\n4,5,1\n",
        "1::2::3::978300760\n1::3::4::978300760\n",
        "1\t2\t3\t881250949\n2\t3\t4\t881250949\n",
        "1 2 3\n4 5 1\n",
        ",user,item,rating\n0,1,2,3\n1,2,2,4\n",
        "user_id:token\titem_id:token\trating:float\n1\t2\t3\n",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        palate_ratings *ratings = read_text(texts[t], NULL);
        assert_string_not_equal(palate_ratings_report(ratings)->format, "dense");
        palate_ratings_free(ratings);
    }
}

static void test_cell_errors_name_their_place(void **state)
{
    (void)state;
    const palate_read_options dense = options_for("dense");
    refuse(",a,b\nx,1,2\ny,1,good\n", &dense, 3, 3, "\"good\" is not a number");
    refuse(",a,b\nx,1,0x10\n", &dense, 2, 3, "\"0x10\"");
    refuse(",a,b\nx,1,nan\n", &dense, 2, 3, "nan");
    refuse(",a,b\nx,inf,1\n", &dense, 2, 2, "infinite");
    refuse(",a,b\nx,1,2\ny,1\n", &dense, 3, 0, "2 fields");
    refuse(",a,b\nx,1,2,3\ny,1,2\n", &dense, 2, 0, "4 fields");
    refuse(",a,\nx,1,2\n", &dense, 1, 3, "name is empty");
    refuse(",a,b\n,1,2\n", &dense, 2, 1, "name is empty");
    refuse(",a,b\n\"x,1,2\n", &dense, 2, 1, "quote");
    refuse(",a,\"b\"c\nx,1,2\n", &dense, 1, 3, "quote");
    refuse(",a,b\xff\nx,1,2\n", &dense, 1, 3, "UTF-8");
    refuse(",a,b\nx\xc3,1,2\n", &dense, 2, 1, "UTF-8");
    refuse_path(write_bytes(",a,b\nx\0y,1,2\n", 13), &dense, PALATE_E_FORMAT, 2, 1, "zero byte");
}

static void test_scale_and_options(void **state)
{
    (void)state;
    palate_read_options dense = options_for("dense");
    dense.scale = (palate_scale){1, 5};
    refuse(",a,b\nx,1,2\ny,0,6\n", &dense, 3, 3, "6");
    dense = options_for("dense");
    dense.header = PALATE_HEADER_NO;
    refuse_path(write_text(BLACKBOARD), &dense, PALATE_E_INVALID, 0, 0, "header");
    dense = options_for("dense");
    dense.separator = "::";
    palate_ratings *ratings = read_text("::a::b:c\nx::1::2\n", &dense);
    assert_rating(ratings, "x", "b:c", 2);
    palate_ratings_free(ratings);
    dense.separator = "abc";
    refuse_path(write_text(BLACKBOARD), &dense, PALATE_E_INVALID, 0, 0, "separator");
}

/* A wrong row is left out whole, a right one is not. */
static void test_lenient(void **state)
{
    (void)state;
    palate_ratings *ratings = read_leniently(",a,,b\nv,1,2,3\nw,1,2,bad\nx,1,2\ny,4,0,5\n",
                                             options_for("dense"), 3);
    assert_sizes(ratings, 2, 2, 4);
    assert_rating(ratings, "v", "b", 3);
    assert_rating(ratings, "y", "a", 4);
    assert_rating(ratings, "y", "b", 5);
    palate_ratings_free(ratings);
}

static void test_nothing_to_read(void **state)
{
    (void)state;
    const palate_read_options dense = options_for("dense");
    static const char *const texts[] = {"", "\n\n", ",a,b\n", ",a,b\nx,0,0\n", "x", ","};
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        palate_ratings *ratings = NULL;
        palate_error err = {0};
        palate_status status = palate_ratings_read(NULL, write_text(texts[t]), &dense, &ratings,
                                                   &err);
        assert_int_equal(status, PALATE_E_FORMAT);
        assert_non_null(strstr(err.message, scratch_path()));
        assert_null(ratings);
    }
}

static bool sum_pair(const palate_pair *pair, void *user)
{
    double *sum = user;
    *sum += pair->rating * (double)pair->line;
    return true;
}

static void test_pairs(void **state)
{
    (void)state;
    double sum = 0;
    palate_error err = {0};
    assert_int_equal(
        palate_pairs_read(NULL, write_text(BLACKBOARD), NULL, sum_pair, &sum, NULL, &err),
        PALATE_OK);
    assert_true(sum == 2 * 8 + 3 * 4 + 4 * 2);
}

static void test_damaged(void **state)
{
    (void)state;
    survive(BLACKBOARD, "dense");
    survive(",\"a\"\"\",\"b,\nc\"\r\n\"u 1\",1,2\r\nv,,0.5\n", "dense");
    survive("user \"a b\" c\n\"u 1\" 1 2\n", "auto");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blackboard),
        cmocka_unit_test(test_ways_to_write_it),
        cmocka_unit_test(test_quoted_names),
        cmocka_unit_test(test_user_without_rating),
        cmocka_unit_test(test_wide_table),
        cmocka_unit_test(test_recognised_with_a_mistake),
        cmocka_unit_test(test_takes_no_lists),
        cmocka_unit_test(test_cell_errors_name_their_place),
        cmocka_unit_test(test_scale_and_options),
        cmocka_unit_test(test_lenient),
        cmocka_unit_test(test_nothing_to_read),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
