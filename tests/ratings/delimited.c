/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of ratings in all their forms: csv, movielens, triples, recbole. */
#include "ratings/reading.h"

/* ---- What can be read ---- */

/* Every form of the same three ratings, and what it is recognised as. */
static const struct form {
    const char *text;
    const char *format;
    const char *columns;
} FORMS[] = {
    {"user,item,rating\n1,7,2.5\n2,7,4\n2,8,1\n", "csv", "user=user item=item rating=rating"},
    {"1,7,2.5\n2,7,4\n2,8,1\n", "csv", "user=1 item=2 rating=3"},
    {"1,7,2.5\n2,7,4\n2,8,1", "csv", "user=1 item=2 rating=3"},
    {"1,7,2.5\r\n2,7,4\r\n2,8,1\r\n", "csv", "user=1 item=2 rating=3"},
    {"\xef\xbb\xbfuserId,movieId,rating\n1,7,2.5\n2,7,4\n2,8,1\n", "csv",
     "user=userId item=movieId rating=rating"},
    {"\n\n1,7,2.5\n\n2,7,4\n2,8,1\n\n", "csv", "user=1 item=2 rating=3"},
    {"1;7;2.5\n2;7;4\n2;8;1\n", "csv", "user=1 item=2 rating=3"},
    {"1|7|2.5\n2|7|4\n2|8|1\n", "csv", "user=1 item=2 rating=3"},
    {"1\t7\t2.5\n2\t7\t4\n2\t8\t1\n", "csv", "user=1 item=2 rating=3"},
    {"\"user\",\"item\",\"rating\"\n\"1\",\"7\",\"2.5\"\n\"2\",\"7\",4\n2,8,1\n", "csv",
     "user=user item=item rating=rating"},
    {"Score;UID;Book-ID;note\n2.5;1;7;a\n4;2;7;b\n1;2;8;c\n", "csv",
     "user=UID item=Book-ID rating=Score"},
    {"reviewerID\tasin\toverall\n1\t7\t2.5\n2\t7\t4\n2\t8\t1\n", "csv",
     "user=reviewerID item=asin rating=overall"},
    {"userID\tartistID\tweight\r\n1\t7\t2.5\r\n2\t7\t4\r\n2\t8\t1\r\n", "csv",
     "user=userID item=artistID rating=weight"},
    {"user,item,rating\n1, 7x ,2.5\n2,7,\t4 \n2,7, 4\n1,7,2.5\n2,8,1\n", "csv",
     "user=user item=item rating=rating"},
    {"1,7,+2.5e0\n2,7,.4E1\n2,8,1.\n", "csv", "user=1 item=2 rating=3"},
    {"1\t7\t2.5\t100\n2\t7\t4\t101\n2\t8\t1\t99\n", "movielens", "user=1 item=2 rating=3 time=4"},
    {"1::7::2.5::100\n2::7::4::101\n2::8::1::99\n", "movielens", "user=1 item=2 rating=3 time=4"},
    {"1 7 2.5\n2 7 4\n2 8 1\n", "triples", "user=1 item=2 rating=3"},
    {"  1  7\t2.5 \r\n2 7 4\r\n\r\n2 8 1", "triples", "user=1 item=2 rating=3"},
    {"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
     "1\t7\t2.5\t100\n2\t7\t4\t101.5\n2\t8\t1\t99\n",
     "recbole", "user=user_id item=item_id rating=rating time=timestamp"},
    {"rating:float\tuser_id:token\ttags:token_seq\titem_id:token\n"
     "2.5\t1\ta b\t7\n4\t2\t\t7\n1\t2\tc\t8\n",
     "recbole", "user=user_id item=item_id rating=rating"},
};

static void every_form_gives_the_same_ratings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        palate_ratings *ratings = read_text(FORMS[i].text, NULL);
        assert_format(ratings, FORMS[i].format);
        assert_string_equal(palate_ratings_report(ratings)->columns, FORMS[i].columns);
        assert_rating(ratings, "1", "7", 2.5);
        assert_rating(ratings, "2", "7", 4);
        assert_rating(ratings, "2", "8", 1);
        assert_int_equal(palate_ratings_user_count(ratings), 2);
        palate_ratings_free(ratings);
    }
}

/* Named or by sniffing, the outcome is the same. */
static void formats_can_be_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        const palate_read_options options = options_for(FORMS[i].format);
        palate_ratings *ratings = read_text(FORMS[i].text, &options);
        assert_rating(ratings, "2", "8", 1);
        palate_ratings_free(ratings);
    }
}

static void ids_are_kept_as_they_are(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text("user,item,rating\n"
                                        "José,\"Amélie, \"\"le film\"\"\",5\n"
                                        "007,日本,4\n"
                                        " 7,\"two\nlines\",3\n"
                                        "a user whose id is longer than eight bytes,x,2\n",
                                        NULL);
    assert_sizes(ratings, 4, 4, 4);
    assert_rating(ratings, "José", "Amélie, \"le film\"", 5);
    assert_rating(ratings, "007", "日本", 4);
    assert_rating(ratings, " 7", "two\nlines", 3);
    assert_rating(ratings, "a user whose id is longer than eight bytes", "x", 2);
    assert_string_equal(palate_ratings_user_id(ratings, palate_ratings_user_at(ratings, 1)), "007");
    assert_int_equal(palate_ratings_report(ratings)->line_count, 6);
    palate_ratings_free(ratings);
}

static void columns_can_be_chosen(void **state)
{
    (void)state;
    const char *text = "when,who,user,what,stars\n5,a,x,i,1\n6,b,y,j,2\n";
    palate_read_options options = options_for(NULL);
    options.user_column = "WHO";
    options.item_column = "4";
    options.time_column = "when";
    palate_ratings *ratings = read_text(text, &options);
    assert_rating(ratings, "a", "i", 1);
    assert_int_equal(palate_ratings_of_user(ratings, 0).times[0] +
                         palate_ratings_of_user(ratings, 1).times[0],
                     11);
    palate_ratings_free(ratings);
    options = options_for(NULL);
    options.user_column = "2";
    ratings = read_text("i,a,1,100\nj,b,2,101\n", &options);
    assert_rating(ratings, "a", "i", 1);
    palate_ratings_free(ratings);
    options = options_for(NULL);
    options.time_column = "none";
    ratings = read_text("user,item,rating,date\na,i,1,2001-02-03\n", &options);
    assert_false(palate_ratings_report(ratings)->has_times);
    palate_ratings_free(ratings);
    options = options_for(NULL);
    options.header = PALATE_HEADER_NO;
    ratings = read_text("user,item,5\n", &options);
    assert_rating(ratings, "user", "item", 5);
    palate_ratings_free(ratings);
    options.header = PALATE_HEADER_YES;
    ratings = read_text("x,y,z\na,i,5\n", &options);
    assert_rating(ratings, "a", "i", 5);
    assert_sizes(ratings, 1, 1, 1);
    palate_ratings_free(ratings);
}

static void separators_can_be_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *separator, *text;
    } rows[] = {
        {",", "a,x,1\n"},     {"\\t", "a\tx\t1\n"}, {"\t", "a\tx\t1\n"}, {"::", "a::x::1\n"},
        {"space", "a x 1\n"}, {"#", "a#x#1\n"},     {"|", "a|x|1\n"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        palate_read_options options = options_for(NULL);
        options.separator = rows[r].separator;
        palate_ratings *ratings = read_text(rows[r].text, &options);
        assert_rating(ratings, "a", "x", 1);
        palate_ratings_free(ratings);
    }
}

static void times_lose_their_fractions(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text("user,item,rating,time\na,x,1,-2.75\na,y,1,1e3\na,z,1,\n",
                                        NULL);
    const palate_rated rated = palate_ratings_of_user(ratings, 0);
    int64_t found[3];
    for (int e = 0; e < 3; e++)
        found[palate_ratings_item_id(ratings, rated.rows[e])[0] - 'x'] = rated.times[e];
    assert_int_equal(found[0], -2);
    assert_int_equal(found[1], 1000);
    assert_int_equal(found[2], PALATE_NO_TIME);
    palate_ratings_free(ratings);
}

/* ---- What cannot ---- */

static const struct wrong {
    const char *format, *text;
    int64_t line, column;
    const char *words;
} WRONG[] = {
    {NULL, "", 0, 0, "empty"},
    {"csv", "", 0, 0, "no ratings"},
    {"csv", "\n\r\n", 0, 0, "no ratings"},
    {"csv", "user,item,rating\n", 0, 0, "no ratings"},
    {"csv", "user,item,rating\na,x,abc\n", 2, 3, "field 3 (rating): \"abc\" is not a number"},
    {"csv", "user,item,rating\na,x,1\n\na,y,\n", 4, 3, "field 3 (rating): it is empty"},
    {"csv", "user,item,rating\na,x,nan\n", 2, 3, "not a number (nan)"},
    {"csv", "user,item,rating\na,x,-inf\n", 2, 3, "infinite"},
    {"csv", "user,item,rating\na,x,1e999\n", 2, 3, "infinite"},
    {"csv", "user,item,rating\na,x,1e30\n", 2, 3, "too large"},
    {"csv", "user,item,rating\na,x,0x10\n", 2, 3, "not a number"},
    {"csv", "user,item,rating\na,x,1 2\n", 2, 3, "not a number"},
    {"csv", "user,item,rating\na,x,\x01\xff\n", 2, 3, "\"??\" is not a number"},
    {"csv", "user,item,rating\n,x,1\n", 2, 1, "field 1 (user): it is empty"},
    {"csv", "user,item,rating\na,\"\",1\n", 2, 2, "field 2 (item): it is empty"},
    {"csv", "user,item,rating\na,caf\xe9,1\n", 2, 2, "not UTF-8 at its byte 4"},
    {"csv", "rating,item,user\n1,x,\xc0\x80\n", 2, 3, "field 3 (user): \"??\" is not UTF-8"},
    {"csv", "user,item,rating\na,x\n", 2, 0, "2 fields, but the first line has 3"},
    {"csv", "user,item,rating\na,x,1\nb,y,2,3\n", 3, 0, "4 fields, but the first line has 3"},
    {"csv", "user,item,rating\na\n", 2, 0, "1 field, but"},
    {"csv", "user,item,rating\na,\"x\ny\",1\nb,y\n", 4, 0, "2 fields"},
    {"csv", "user,item,rating\na,\"x,1\nb,y,2\n", 2, 2, "never closed"},
    {"csv", "user,item,rating\na,\"x\"y,1\n", 2, 3, "text follows the closing quote"},
    {"csv", "\"user,item,rating\na,x,1\n", 1, 1, "never closed"},
    {"csv", "user,item,rating,time\na,x,1,yesterday\n", 2, 4,
     "\"yesterday\" is not a number of seconds; leave times out with option time-column none"},
    {"csv", "user,item,rating,time\na,x,1,inf\n", 2, 4, "not a number of seconds"},
    {"csv", "a,x\nb,y\n", 1, 0, "2 columns, but user, item and rating are needed"},
    {"csv", "hello\n", 1, 0, "1 column"},
    {"csv", "who,item,rating\na,x,1\n", 1, 0,
     "which column is the user? The columns are who, item, rating"},
    {"csv", "user,item,comment\na,x,1\n", 1, 0, "which column is the rating?"},
    {"csv", "a,x,abc\nb,y,2\n", 1, 0, "if this line is data, say so with option header no"},
    {"movielens", "1\t2\t3\t4\n1\t2\tx\t4\n", 2, 3, "\"x\" is not a number"},
    {"movielens", "1::2::3::4\n1::2::3\n", 2, 0, "3 fields, but the first line has 4"},
    {"triples", "1 2 3\n1 2\n", 2, 0, "2 fields"},
    {"recbole", "user_id\titem_id:token\trating:float\n", 1, 0, "user_id:token"},
    {"recbole", "user_id:token\titem_id:token\n1\t2\n", 1, 0, "2 columns"},
};

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        const palate_read_options options = options_for(WRONG[i].format);
        refuse(WRONG[i].text, &options, WRONG[i].line, WRONG[i].column, WRONG[i].words);
    }
}

static void zero_bytes_are_refused(void **state)
{
    (void)state;
    static const char text[] = "user,item,rating\na,x,1\na\0,x,1\n";
    refuse_path(write_bytes(text, sizeof text - 1), NULL, PALATE_E_FORMAT, 3, 1,
                "holds a zero byte");
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    const char *path = write_text("userId,movieId,rating\na,x,1\n");
    palate_read_options options = options_for(NULL);
    options.user_column = "customer";
    refuse_path(path, &options, PALATE_E_INVALID, 0, 0,
                "no column \"customer\"; the columns are userId, movieId, rating");
    options = options_for(NULL);
    options.item_column = "4";
    refuse_path(path, &options, PALATE_E_INVALID, 0, 0, "no column \"4\"");
    options = options_for(NULL);
    options.item_column = "userid";
    options.user_column = "1";
    refuse_path(path, &options, PALATE_E_INVALID, 0, 0, "cannot be both");
    options = options_for(NULL);
    options.separator = "ab";
    refuse_path(path, &options, PALATE_E_INVALID, 0, 0, "option separator");
    options = options_for("excel");
    refuse_path(path, &options, PALATE_E_INVALID, 0, 0, "csv, movielens");
    options = options_for(NULL);
    options.scale = (palate_scale){5, 1};
    palate_ratings *ratings = NULL;
    assert_int_equal(palate_ratings_read(NULL, path, &options, &ratings, NULL), PALATE_E_INVALID);
}

/* More columns than are kept: those beyond are counted, but cannot be chosen. */
static void wide_tables(void **state)
{
    (void)state;
    enum { COLUMNS = 200 };
    char text[4 * COLUMNS] = "user,item,rating";
    for (int c = 3; c < COLUMNS; c++)
        strcat(text, ",z");
    strcat(text, "\na,x,4");
    for (int c = 3; c < COLUMNS; c++)
        strcat(text, ",");
    palate_ratings *ratings = read_text(text, NULL);
    assert_rating(ratings, "a", "x", 4);
    palate_ratings_free(ratings);
    palate_read_options options = options_for(NULL);
    options.rating_column = "100";
    refuse_path(scratch_path(), &options, PALATE_E_INVALID, 0, 0, "no column \"100\"");
}

static void lenient_reading_leaves_out_what_is_wrong(void **state)
{
    (void)state;
    const char *text = "user,item,rating,time\n"
                       "a,x,1,1\n"
                       "a,y,abc,1\n"
                       "a,y\n"
                       ",y,2,1\n"
                       "new user,\xff,2,1\n"
                       "b,\"y,3,1\n"
                       "b,\"y\"z,3,1\n"
                       "b,y,9,1\n"
                       "b,y,4,noon\n"
                       "b,y,4,2\n";
    palate_read_options options = options_for(NULL);
    options.scale = (palate_scale){1, 5};
    palate_ratings *ratings = read_leniently(text, options, 8);
    assert_sizes(ratings, 2, 2, 2);
    assert_rating(ratings, "b", "y", 4);
    palate_ratings_free(ratings);
}

static void nothing_left_is_an_error_that_says_why(void **state)
{
    (void)state;
    palate_read_options options = options_for("csv");
    options.lenient = true;
    refuse("user,item,rating\na,x,abc\nb,y,\n", &options, 0, 0, "the first problem: ");
    refuse("user,item,rating\na,x,abc\nb,y,\n", &options, 0, 0, ":2: field 3 (rating)");
}

static void any_text_is_read_or_refused(void **state)
{
    (void)state;
    survive("user,item,rating,time\na,\"x\"\"y\",1,5\nb,y,2.5e0,6\n", NULL);
    survive("user,item,rating,time\na,\"x\"\"y\",1,5\nb,y,2.5e0,6\n", "csv");
    survive("1::2::3::4\n1::3::4::5\n", "movielens");
    survive("1 2 3\n1 3 4\n", "triples");
    survive("user_id:token\titem_id:token\trating:float\n1\t2\t3\n", "recbole");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_same_ratings),
        cmocka_unit_test(formats_can_be_named),
        cmocka_unit_test(ids_are_kept_as_they_are),
        cmocka_unit_test(columns_can_be_chosen),
        cmocka_unit_test(separators_can_be_chosen),
        cmocka_unit_test(times_lose_their_fractions),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(zero_bytes_are_refused),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(wide_tables),
        cmocka_unit_test(lenient_reading_leaves_out_what_is_wrong),
        cmocka_unit_test(nothing_left_is_an_error_that_says_why),
        cmocka_unit_test(any_text_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
