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
        palate_status status = palate_catalogue_read(
            NULL, write_bytes(copy, cut ? i : strlen(text)), &catalogue, NULL);
        assert_true((status == PALATE_OK) == (catalogue != NULL));
        palate_catalogue_free(catalogue);
    }
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
static void test_out_of_memory(void **state)
{
    (void)state;
    budget allowed = {.left = 1};
    const palate_allocator allocator = {allocate, release, &allowed};
    palate_context *context = NULL;
    palate_catalogue *catalogue = NULL;
    palate_status status = PALATE_E_NOMEM;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    const char *path = write_text("id,title\n1,caf\xe9\n2,tea\n");
    int tries = 0;
    for (; status == PALATE_E_NOMEM; tries++) {
        allowed = (budget){.left = tries};
        status = palate_catalogue_read(context, path, &catalogue, NULL);
        if (status == PALATE_E_NOMEM)
            assert_int_equal(allowed.live, 0);
    }
    assert_int_equal(status, PALATE_OK);
    assert_in_range(tries, 5, 100);
    assert_title(catalogue, "1", "caf\xc3\xa9");
    palate_catalogue_free(catalogue);
    assert_int_equal(allowed.live, 0);
    allowed.live = 1;
    palate_context_free(context);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_write_it), cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_titles),           cmocka_unit_test(test_refused),
        cmocka_unit_test(test_null_arguments),   cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_out_of_memory),    cmocka_unit_test(test_real_tables),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
