/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/reading.h"

static palate_catalogue *read_table(const char *path)
{
    palate_catalogue *catalogue = NULL;
    palate_error err = {0};
    if (palate_catalogue_read(NULL, path, &catalogue, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    assert_non_null(catalogue);
    return catalogue;
}

static void assert_title(const palate_catalogue *catalogue, const char *id, const char *expected)
{
    const char *title = palate_catalogue_title(catalogue, id);
    if (expected == NULL)
        assert_null(title);
    else if (title == NULL || strcmp(title, expected) != 0)
        fail_msg("%s is called %s where %s was expected", id, title == NULL ? "nothing" : title,
                 expected);
}

/* Reads a table of two rows: 1 is Toy Story, x7 is a title with a comma. */
static void assert_two(const char *text)
{
    palate_catalogue *catalogue = read_table(write_text(text));
    assert_int_equal(palate_catalogue_count(catalogue), 2);
    assert_title(catalogue, "1", "Toy Story (1995)");
    assert_title(catalogue, "x7", "Postino, Il");
    assert_title(catalogue, "2", NULL);
    assert_title(catalogue, "", NULL);
    assert_title(catalogue, "movieId", NULL);
    palate_catalogue_free(catalogue);
}

static void test_ways_to_write_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "movieId,title,genres\n1,Toy Story (1995),A|B\nx7,\"Postino, Il\",C::D\n",
        "id;genre;NAME\r\n1;A|B, C;\"Toy Story (1995)\"\r\n\r\nx7;C;Postino, Il\r\n",
        "1,Toy Story (1995)\nx7,\"Postino, Il\"",
        "1::Toy Story (1995)::A|B\nx7::Postino, Il::C\n",
        "1|Toy Story (1995)|01-Jan-1995||http://x/y?a,b;c|0\nx7|Postino, Il|||::|1\n",
        "1\tToy Story (1995)\nx7\tPostino, Il\n",
        "\xef\xbb\xbf"
        "artist id\tname\turl\n1\tToy Story (1995)\tu\nx7\t Postino, Il \tv\n",
        "item_id:token\tmovie_title:token_seq\tyear:float\n1\tToy Story (1995)\t1\nx7\tPostino, "
        "Il\t2\n",
        "user,item name\n1,Toy Story (1995)\nx7,\"Postino, Il\"\n",
        "\"x7\",\"Postino, Il\"\n\"1\",\"Toy Story (1995)\"\n1,Another\n",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        assert_two(texts[t]);
}

/* Where the text is not UTF-8, all of it is Latin-1; where it is, nothing changes. */
static void test_encodings(void **state)
{
    (void)state;
    palate_catalogue *catalogue = read_table(write_text("1::Mis\xe9rables\nn\xff::\xa0\xc2\xbf\n"));
    assert_title(catalogue, "1", "Mis\xc3\xa9rables");
    assert_title(catalogue, "n\xc3\xbf", "\xc2\xa0\xc3\x82\xc2\xbf");
    palate_catalogue_free(catalogue);
    catalogue = read_table(write_text("1::Mis\xc3\xa9rables\n\xe2\x82\xac::\xf0\x9f\x8e\xac\n"));
    assert_title(catalogue, "1", "Mis\xc3\xa9rables");
    assert_title(catalogue, "\xe2\x82\xac", "\xf0\x9f\x8e\xac");
    palate_catalogue_free(catalogue);
}

static void test_titles(void **state)
{
    (void)state;
    palate_catalogue *catalogue = read_table(
        write_text("id,title\n1,\"say \"\"hi\"\"\"\n2,\n3,\"two\nlines\x1b[31m\"\n"
                   "\"a\"\"b\",7\" reel\n5,\"open\n1,second\n6, \"spaced\" \n"));
    assert_int_equal(palate_catalogue_count(catalogue), 6);
    assert_title(catalogue, "1", "say \"hi\"");
    assert_title(catalogue, "2", NULL);
    assert_title(catalogue, "3", "two lines [31m");
    assert_title(catalogue, "a\"b", "7\" reel");
    assert_title(catalogue, "5", "\"open");
    assert_title(catalogue, "6", "spaced");
    palate_catalogue_free(catalogue);
}

static void refuse_table(const char *path, palate_status expected, int64_t line, int64_t column,
                         const char *words)
{
    palate_catalogue *catalogue = NULL;
    palate_error err = {0};
    palate_status status = palate_catalogue_read(NULL, path, &catalogue, &err);
    if (status != expected || err.line != line || err.column != column ||
        strstr(err.message, words) == NULL || strstr(err.message, path) == NULL)
        fail_msg("%s at %d, %d, \"%s\" where \"%s\" was expected", palate_status_name(status),
                 (int)err.line, (int)err.column, err.message, words);
    assert_null(catalogue);
}

static void test_refused(void **state)
{
    (void)state;
    refuse_table("no/such/file", PALATE_E_IO, 0, 0, "No such file");
    refuse_table(".", PALATE_E_IO, 0, 0, "directory");
    refuse_table(write_text(""), PALATE_E_FORMAT, 0, 0, "empty");
    refuse_table(write_text("\n \r\n\n"), PALATE_E_FORMAT, 0, 0, "empty");
    refuse_table(write_text("movieId,title\n"), PALATE_E_FORMAT, 0, 0, "no rows");
    refuse_table(write_text("title\nToy Story\n"), PALATE_E_FORMAT, 1, 0, "one column");
    refuse_table(write_text("id,title,year\n1,Toy Story,1995\n2,Jumanji\n"), PALATE_E_FORMAT, 3, 0,
                 "2 fields where the first row has 3");
    refuse_table(write_text("id,title\n1,Postino, Il\n"), PALATE_E_FORMAT, 2, 0, "3 fields");
    refuse_table(write_text("id,title\n\n,Nameless\n"), PALATE_E_FORMAT, 3, 1, "id is empty");
    refuse_table(write_text("1::a\n2\n"), PALATE_E_FORMAT, 2, 0, "1 field ");
    refuse_table(write_bytes("1,a\n2,b\0\n", 9), PALATE_E_FORMAT, 0, 0, "zero bytes");
}

static void test_null_arguments(void **state)
{
    (void)state;
    palate_catalogue *catalogue = NULL;
    assert_int_equal(palate_catalogue_read(NULL, NULL, &catalogue, NULL), PALATE_E_INVALID);
    assert_int_equal(palate_catalogue_read(NULL, ".", NULL, NULL), PALATE_E_INVALID);
    assert_null(palate_catalogue_title(NULL, "1"));
    assert_int_equal(palate_catalogue_count(NULL), 0);
    assert_int_equal(palate_catalogue_read_columns(NULL, NULL, &catalogue, NULL), PALATE_E_INVALID);
    assert_int_equal(palate_catalogue_column_count(NULL), 0);
    assert_null(palate_catalogue_column_name(NULL, 0));
    assert_null(palate_catalogue_id(NULL, 0));
    assert_null(palate_catalogue_value(NULL, "1", 0));
    assert_int_equal(palate_catalogue_find_column(NULL, "title"), PALATE_NO_COLUMN);
    palate_catalogue_free(NULL);
}

/* Every cut and every changed byte is read or refused, never worse. */
static void test_damaged(void **state)
{
    (void)state;
    static const char text[] = "id,title\r\n1,\"a \"\"b\"\", c\"\n\n2,\xc3\xa9\n\"3\",\"x\ny\"\n";
    static const char nasty[] = {'\0', '"', '\n', '\r', ',', '|', ':', '\xff', ' '};
    for (size_t i = 0; i < 2 * strlen(text); i++) {
        char copy[sizeof text];
        memcpy(copy, text, sizeof text);
        bool cut = i < strlen(text);
        if (!cut)
            copy[i - strlen(text)] = nasty[i % sizeof nasty];
        palate_catalogue *catalogue = NULL;
        const char *path = write_bytes(copy, cut ? i : strlen(text));
        palate_status status = palate_catalogue_read(NULL, path, &catalogue, NULL);
        assert_true((status == PALATE_OK) == (catalogue != NULL));
        palate_catalogue_free(catalogue);
        assert_int_equal(palate_catalogue_read_columns(NULL, path, &catalogue, NULL), status);
        for (size_t c = 0; c < palate_catalogue_column_count(catalogue); c++)
            assert_non_null(palate_catalogue_column_name(catalogue, c));
        palate_catalogue_free(catalogue);
    }
}

/* ---- All columns ---- */

static palate_catalogue *read_columns(const char *text)
{
    palate_catalogue *catalogue = NULL;
    palate_error err = {0};
    if (palate_catalogue_read_columns(NULL, write_text(text), &catalogue, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return catalogue;
}

/* "a, b, c" */
static void assert_columns(const palate_catalogue *catalogue, const char *expected)
{
    char names[400] = "";
    for (size_t c = 0; c < palate_catalogue_column_count(catalogue); c++) {
        const char *name = palate_catalogue_column_name(catalogue, c);
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", c == 0 ? "" : ", ",
                 name);
        assert_int_equal(palate_catalogue_find_column(catalogue, name), c);
    }
    assert_string_equal(names, expected);
}

static void assert_value(const palate_catalogue *catalogue, const char *id, const char *column,
                         const char *expected)
{
    const char *value = palate_catalogue_value(catalogue, id,
                                               palate_catalogue_find_column(catalogue, column));
    if (expected == NULL)
        assert_null(value);
    else if (value == NULL || strcmp(value, expected) != 0)
        fail_msg("%s of %s is %s where %s was expected", column, id, value == NULL ? "not" : value,
                 expected);
}

static void test_columns_of_a_header(void **state)
{
    (void)state;
    palate_catalogue *catalogue = read_columns(
        "movieId,Title,genres,my-colour,\n1,Toy Story (1995),A|B,red,x\n"
        "2,\"Postino, Il\",,\"say \"\"hi\"\"\",\n1,Another,C,blue,y\n");
    assert_columns(catalogue, "Title, genres, my-colour, 5, year");
    assert_title(catalogue, "1", "Toy Story (1995)");
    assert_title(catalogue, "2", "Postino, Il");
    assert_value(catalogue, "1", "genres", "A|B");
    assert_value(catalogue, "1", "GENRES", "A|B");
    assert_value(catalogue, "2", "my_colour", "say \"hi\"");
    assert_value(catalogue, "1", "4", "red");
    assert_value(catalogue, "1", "5", "x");
    assert_value(catalogue, "1", "year", "1995");
    assert_value(catalogue, "2", "year", NULL);
    assert_value(catalogue, "2", "genres", NULL);
    assert_value(catalogue, "3", "genres", NULL);
    assert_value(catalogue, "1", "genre", NULL);
    assert_value(catalogue, "1", "1", NULL); /* The id is no column. */
    assert_value(catalogue, "1", "7", NULL);
    assert_string_equal(palate_catalogue_id(catalogue, 0), "1");
    assert_string_equal(palate_catalogue_id(catalogue, 1), "2");
    assert_null(palate_catalogue_id(catalogue, 2));
    assert_null(palate_catalogue_column_name(catalogue, 5));
    assert_null(palate_catalogue_value(catalogue, NULL, 0));
    palate_catalogue_free(catalogue);
}

/* Where the titles alone were asked for, there is nothing else. */
static void test_titles_alone(void **state)
{
    (void)state;
    palate_catalogue *catalogue = read_table(write_text("id,title,year\n1,Alien,1979\n"));
    assert_int_equal(palate_catalogue_column_count(catalogue), 0);
    assert_int_equal(palate_catalogue_find_column(catalogue, "title"), PALATE_NO_COLUMN);
    assert_null(palate_catalogue_value(catalogue, "1", 0));
    assert_title(catalogue, "1", "Alien");
    palate_catalogue_free(catalogue);
}

static void test_years_of_titles(void **state)
{
    (void)state;
    static const struct {
        const char *title, *year;
    } rows[] = {
        {"Alien (1979)", "1979"}, {"(1995) (1996)", "1996"},
        {"1984 (1984)", "1984"},  {"Heimat (1984-2013)", "1984"},
        {"Alien", NULL},          {"10000 BC (10000)", NULL},
        {"Catch (22)", NULL},     {"Open (1999", "1999"},
        {"((1999)", "1999"},      {"M*A*S*H (a.k.a. MASH) (1970)", "1970"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        char text[200];
        snprintf(text, sizeof text, "id,title\n1,%s\n2,Brazil (1985)\n", rows[r].title);
        palate_catalogue *catalogue = read_columns(text);
        assert_columns(catalogue, "title, year");
        assert_value(catalogue, "1", "year", rows[r].year);
        assert_value(catalogue, "2", "year", "1985");
        palate_catalogue_free(catalogue);
    }
    palate_catalogue *catalogue = read_columns("id,title,YEAR\n1,Alien (1979),1980\n");
    assert_columns(catalogue, "title, YEAR");
    assert_value(catalogue, "1", "year", "1980");
    palate_catalogue_free(catalogue);
    catalogue = read_columns("id,title\n1,Alien\n2,Ran\n");
    assert_columns(catalogue, "title");
    palate_catalogue_free(catalogue);
}

static void test_known_layouts(void **state)
{
    (void)state;
    palate_catalogue *catalogue = read_columns(
        "1|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
        "2|All (1996)||| |1|1|1|1|1|1|1|1|1|1|1|1|1|1|1|1|1|1|1\n"
        "3|None||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n");
    assert_columns(catalogue, "title, release_date, video_release_date, imdb_url, genres, year");
    assert_title(catalogue, "2", "All (1996)");
    assert_value(catalogue, "1", "genres", "Animation|Children's|Comedy");
    assert_value(catalogue, "2", "genres",
                 "Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|"
                 "Film-Noir|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western");
    assert_value(catalogue, "3", "genres", NULL);
    assert_value(catalogue, "1", "release_date", "01-Jan-1995");
    assert_value(catalogue, "2", "year", "1996");
    assert_value(catalogue, "3", "year", NULL);
    palate_catalogue_free(catalogue);
    catalogue = read_columns("1|24|M|technician|85711\n2|53|F|other|V3N4P\n");
    assert_columns(catalogue, "age, gender, occupation, zip_code");
    assert_value(catalogue, "2", "occupation", "other");
    palate_catalogue_free(catalogue);
    catalogue = read_columns("1::F::1::10::48067\n2::M::56::16::70072\n3::M::25::21::x\n");
    assert_columns(catalogue, "gender, age, occupation, zip_code");
    assert_value(catalogue, "1", "occupation", "K-12 student");
    assert_value(catalogue, "2", "age", "56");
    assert_value(catalogue, "3", "occupation", "21"); /* Nobody knows what that is. */
    palate_catalogue_free(catalogue);
    catalogue = read_columns("1::Toy Story (1995)::Animation|Comedy\n");
    assert_columns(catalogue, "title, genres, year");
    palate_catalogue_free(catalogue);
}

/* What only looks like a known layout is a table with numbers for names. */
static void test_layouts_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *text, *columns;
    } tables[] = {
        {"a|24|M|technician|85711\n", "2, 3, 4, 5"},
        {"1|24|X|technician|85711\n", "2, 3, 4, 5"},
        {"1|24|M|technician|85711|7\n", "2, 3, 4, 5, 6"},
        {"1,24,M,technician,85711\n", "2, 3, 4, 5"},
        {"1::Toy Story::A::B\n", "2, 3, 4"},
        {"x::Toy Story::A\n", "2, 3"},
        {"1|T|d||u|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|2\n",
         "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24"},
    };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        palate_catalogue *catalogue = read_columns(tables[t].text);
        assert_columns(catalogue, tables[t].columns);
        palate_catalogue_free(catalogue);
    }
}

static void test_wrong_flag(void **state)
{
    (void)state;
    palate_error err = {0};
    palate_catalogue *catalogue = NULL;
    const char *path = write_text("1|T|d||u|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
                                  "2|T|d||u|0|0|0|1|1|1|0|0|yes|0|0|0|0|0|0|0|0|0|0\n");
    assert_int_equal(palate_catalogue_read_columns(NULL, path, &catalogue, &err), PALATE_E_FORMAT);
    assert_null(catalogue);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 14);
    assert_non_null(strstr(err.message, "\"yes\" is neither 0 nor 1"));
}

typedef struct budget {
    int left, live;
} budget;

static void *allocate(size_t bytes, void *user)
{
    budget *allowed = user;
    if (allowed->left == 0)
        return NULL;
    allowed->left--;
    allowed->live++;
    return malloc(bytes);
}

static void release(void *memory, void *user)
{
    budget *allowed = user;
    allowed->live--;
    free(memory);
}

/* Each allocation fails in turn: out of memory is said, and nothing is left behind. */
static void run_out_of_memory(palate_status (*read)(palate_context *, const char *,
                                                    palate_catalogue **, palate_error *))
{
    budget allowed = {.left = 1};
    const palate_allocator allocator = {allocate, release, &allowed};
    palate_context *context = NULL;
    palate_catalogue *catalogue = NULL;
    palate_status status = PALATE_E_NOMEM;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    const char *path = write_text("id,title,size\n1,caf\xe9 (1999),3\n2,tea,4\n");
    int tries = 0;
    for (; status == PALATE_E_NOMEM; tries++) {
        allowed = (budget){.left = tries};
        status = read(context, path, &catalogue, NULL);
        if (status == PALATE_E_NOMEM)
            assert_int_equal(allowed.live, 0);
    }
    assert_int_equal(status, PALATE_OK);
    assert_in_range(tries, 5, 100);
    assert_title(catalogue, "1", "caf\xc3\xa9 (1999)");
    palate_catalogue_free(catalogue);
    assert_int_equal(allowed.live, 0);
    allowed.live = 1;
    palate_context_free(context);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    run_out_of_memory(palate_catalogue_read);
    run_out_of_memory(palate_catalogue_read_columns);
}

static void test_real_tables(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
        const char *id, *title;
    } tables[] = {
        {"ml-1m/movies.dat", 3883, "73", "Mis\xc3\xa9rables, Les (1995)"},
        {"ml-100k/u.item", 1682, "1682", "Scream of Stone (Schrei aus Stein) (1991)"},
        {"ml-latest-small/movies.csv", 9742, "11", "American President, The (1995)"},
        {"jester5k/jokes.tsv", 100, "3",
         "Q. What's 200 feet long and has 4 teeth? A. The front row at a Willie Nelson Concert."},
        {"lastfm/artists.dat", 17632, "2", "Diary of Dreams"},
    };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        char path[1000];
        snprintf(path, sizeof path, "%s/%s", PALATE_SHARED_DATA, tables[t].name);
        if (access(path, R_OK) != 0) {
            print_message("%s is not there: not tested\n", path);
            continue;
        }
        palate_catalogue *catalogue = read_table(path);
        assert_int_equal(palate_catalogue_count(catalogue), tables[t].count);
        assert_title(catalogue, tables[t].id, tables[t].title);
        palate_catalogue_free(catalogue);
    }
}

static void test_columns_of_real_tables(void **state)
{
    (void)state;
    static const struct {
        const char *name, *columns, *id, *column, *value;
    } tables[] = {
        {"ml-1m/movies.dat", "title, genres, year", "73", "genres", "Drama|Musical"},
        {"ml-1m/users.dat", "gender, age, occupation, zip_code", "6040", "occupation",
         "doctor/health care"},
        {"ml-100k/u.item", "title, release_date, video_release_date, imdb_url, genres, year", "267",
         "genres", NULL},
        {"ml-100k/u.item", "title, release_date, video_release_date, imdb_url, genres, year", "50",
         "genres", "Action|Adventure|Romance|Sci-Fi|War"},
        {"ml-100k/u.user", "age, gender, occupation, zip_code", "943", "age", "22"},
        {"ml-latest-small/movies.csv", "title, genres, year", "1", "year", "1995"},
        {"lastfm/artists.dat", "name, url, pictureURL, year", "2", "name", "Diary of Dreams"},
    };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        char path[1000];
        palate_error err = {0};
        palate_catalogue *catalogue = NULL;
        snprintf(path, sizeof path, "%s/%s", PALATE_SHARED_DATA, tables[t].name);
        if (access(path, R_OK) != 0) {
            print_message("%s is not there: not tested\n", path);
            continue;
        }
        if (palate_catalogue_read_columns(NULL, path, &catalogue, &err) != PALATE_OK)
            fail_msg("%s", err.message);
        assert_columns(catalogue, tables[t].columns);
        assert_value(catalogue, tables[t].id, tables[t].column, tables[t].value);
        palate_catalogue_free(catalogue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_write_it),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_null_arguments),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_real_tables),
        cmocka_unit_test(test_columns_of_a_header),
        cmocka_unit_test(test_titles_alone),
        cmocka_unit_test(test_years_of_titles),
        cmocka_unit_test(test_known_layouts),
        cmocka_unit_test(test_layouts_that_are_none),
        cmocka_unit_test(test_wrong_flag),
        cmocka_unit_test(test_columns_of_real_tables),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
