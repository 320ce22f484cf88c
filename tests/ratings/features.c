/* SPDX-License-Identifier: Apache-2.0 */
/* Features out of tables: which there are, who has them, and that the order of rows plays no part. */
#include "ratings/features.h"

#include "ratings/reading.h"

static palate_catalogue *table_of(const char *text)
{
    palate_catalogue *table = NULL;
    palate_error err = {0};
    if (palate_catalogue_read_columns(NULL, write_text(text), &table, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return table;
}

static palate_features *features_of(const char *text, const char *columns)
{
    palate_catalogue *table = table_of(text);
    palate_features *features = NULL;
    palate_error err = {0};
    if (palate_features_create(table, columns, &features, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    palate_catalogue_free(table); /* It is not needed afterwards. */
    return features;
}

/* "a: x; a: y" */
static void assert_names(const palate_features *features, const char *expected)
{
    char names[1000] = "";
    for (uint32_t f = 0; f < palate_features_count(features); f++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", f == 0 ? "" : "; ",
                 palate_features_name(features, f));
    assert_string_equal(names, expected);
    assert_null(palate_features_name(features, palate_features_count(features)));
}

/* The features of an id, "x; y". */
static void describe_id(const palate_features *features, const char *id, char *text, size_t size)
{
    const uint32_t row = palate__ids_find(&features->ids, id, strlen(id));
    const palate__matrix *matrix = &features->features_of;
    assert_int_not_equal(row, PALATE_NO_ROW);
    text[0] = '\0';
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
        snprintf(text + strlen(text), size - strlen(text), "%s%s",
                 e == matrix->begins[row] ? "" : "; ", features->names[matrix->columns[e]]);
        assert_true(e == matrix->begins[row] || matrix->columns[e - 1] < matrix->columns[e]);
    }
}

static void assert_has(const palate_features *features, const char *id, const char *expected)
{
    char text[1000];
    describe_id(features, id, text, sizeof text);
    assert_string_equal(text, expected);
}

static const char MOVIES[] = "id,title,genres,colour\n"
                             "1,Toy Story (1995),Comedy| Animation |Comedy,red\n"
                             "2,Ran (1985),Drama,\n"
                             "3,Nothing,(no genres listed),blue\n"
                             "4,Alien (1979),|Drama||,red\n";

static void test_words(void **state)
{
    (void)state;
    palate_features *features = features_of(MOVIES, "colour, genres");
    assert_names(features, "colour: blue; colour: red; genres: Animation; genres: Comedy; "
                           "genres: Drama");
    assert_has(features, "1", "colour: red; genres: Animation; genres: Comedy");
    assert_has(features, "2", "genres: Drama");
    assert_has(features, "3", "colour: blue");
    assert_has(features, "4", "colour: red; genres: Drama");
    palate_features_free(features);
}

/* Few different numbers are words: as many as there are ranges, and no more. */
static void test_few_numbers(void **state)
{
    (void)state;
    palate_features *features = features_of(MOVIES, "year");
    assert_names(features, "year: 1979; year: 1985; year: 1995");
    assert_has(features, "3", "");
    palate_features_free(features);
}

/* A table of `count` rows with the column "n"; ids are numbers, too. */
static palate_features *numbered(size_t count, double (*number)(size_t), const char *columns)
{
    char *text = malloc(60 * (count + 1));
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "id,n\n");
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, "%zu,%.15g\n", i, number(i));
    palate_features *features = features_of(text, columns);
    free(text);
    return features;
}

static double own_number(size_t i)
{
    return (double)((i * 37) % 101) - 50.5;
}

static double skewed(size_t i)
{
    return i % 2 == 0 ? 7.0 : (double)i;
}

static int64_t *count_rows(const palate_features *features)
{
    int64_t *counts = calloc(palate_features_count(features), sizeof *counts);
    assert_non_null(counts);
    for (int64_t e = 0; e < palate__matrix_count(&features->features_of); e++)
        counts[features->features_of.columns[e]]++;
    return counts;
}

/* Many numbers: ten ranges that cover all rows once, about as many in each. */
static void test_ranges(void **state)
{
    (void)state;
    palate_features *features = numbered(101, own_number, "n");
    assert_int_equal(palate_features_count(features), 10);
    assert_string_equal(palate_features_name(features, 0), "n: -50.5 to -41.5");
    assert_string_equal(palate_features_name(features, 9), "n: 39.5 to 49.5");
    int64_t *counts = count_rows(features);
    for (uint32_t f = 0; f < 10; f++)
        assert_in_range(counts[f], 10, 11);
    free(counts);
    for (size_t i = 0; i < 101; i++) {
        char id[16], text[100];
        double low = 0.0, high = 0.0;
        snprintf(id, sizeof id, "%zu", i);
        describe_id(features, id, text, sizeof text);
        assert_int_equal(sscanf(text, "n: %lf to %lf", &low, &high), 2);
        assert_true(low <= own_number(i) && own_number(i) <= high);
    }
    palate_features_free(features);
    features = numbered(101, own_number, "n:category");
    assert_int_equal(palate_features_count(features), 101);
    palate_features_free(features);
}

/* Equal numbers are not cut apart, however many there are. */
static void test_ranges_of_equal_numbers(void **state)
{
    (void)state;
    palate_features *features = numbered(1000, skewed, "n");
    assert_in_range(palate_features_count(features), 5, 10);
    int64_t *counts = count_rows(features);
    int64_t sum = 0, most = 0;
    for (uint32_t f = 0; f < palate_features_count(features); f++) {
        sum += counts[f];
        most = counts[f] > most ? counts[f] : most;
    }
    assert_int_equal(sum, 1000);
    assert_in_range(most, 500, 505);
    free(counts);
    palate_features_free(features);
}

/* One cell that is no number makes all of them words. */
static void test_mixed_numbers(void **state)
{
    (void)state;
    palate_features *features = features_of(
        "id,n\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n7,7\n8,8\n9,9\n10,10\n11,11\n12,x\n", "n");
    assert_int_equal(palate_features_count(features), 12);
    palate_features_free(features);
    features = features_of(
        "id,n\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n7,7\n8,8\n9,9\n10,10\n11,11\n12,inf\n", "n");
    assert_int_equal(palate_features_count(features), 12);
    palate_features_free(features);
}

/* Columns by number, in any case, in the order asked for. */
static void test_names_of_columns(void **state)
{
    (void)state;
    palate_features *features = features_of(MOVIES, "4,3");
    assert_string_equal(palate_features_name(features, 0), "colour: blue");
    palate_features_free(features);
    features = features_of(MOVIES, " Genres ");
    assert_int_equal(palate_features_count(features), 3);
    palate_features_free(features);
    features = features_of("1::F::1::10::48067\n2::M::56::16::70072\n", "occupation,gender");
    assert_names(features, "occupation: K-12 student; occupation: self-employed; gender: F; "
                           "gender: M");
    palate_features_free(features);
}

static void test_order_of_rows(void **state)
{
    (void)state;
    palate_features *one = features_of(MOVIES, "genres,year,colour");
    palate_features *two = features_of("id,title,genres,colour\n"
                                       "4,Alien (1979),|Drama||,red\n"
                                       "3,Nothing,(no genres listed),blue\n"
                                       "1,Toy Story (1995),Comedy| Animation |Comedy,red\n"
                                       "2,Ran (1985),Drama,\n",
                                       "genres,year,colour");
    static const char *const ids[] = {"1", "2", "3", "4"};
    assert_int_equal(palate_features_count(one), palate_features_count(two));
    for (uint32_t f = 0; f < palate_features_count(one); f++)
        assert_string_equal(palate_features_name(one, f), palate_features_name(two, f));
    for (size_t i = 0; i < 4; i++) {
        char text[1000];
        describe_id(one, ids[i], text, sizeof text);
        assert_has(two, ids[i], text);
    }
    palate_features_free(one);
    palate_features_free(two);
}

/* ---- What is refused ---- */

static void refuse_features(const char *text, const char *columns, const char *words)
{
    palate_catalogue *table = table_of(text);
    palate_features *features = NULL;
    palate_error err = {0};
    palate_status status = palate_features_create(table, columns, &features, &err);
    assert_null(features);
    if (status != PALATE_E_INVALID || strstr(err.message, words) == NULL)
        fail_msg("%s, \"%s\" where \"%s\" was expected", palate_status_name(status), err.message,
                 words);
    palate_catalogue_free(table);
}

static void test_refused(void **state)
{
    (void)state;
    refuse_features(
        MOVIES, "genre",
        "there is no column \"genre\"; did you mean genres? The table has title, genres, colour, "
        "year");
    refuse_features(MOVIES, "xyzzy", "there is no column \"xyzzy\"; the table has title");
    refuse_features(MOVIES, "", "there is no column \"\"");
    refuse_features(MOVIES, "genres,,year", "there is no column \"\"");
    refuse_features(MOVIES, "genres,", "there is no column \"\"");
    refuse_features(MOVIES, "1", "there is no column \"1\"");
    refuse_features(MOVIES, "6", "there is no column \"6\"");
    refuse_features(MOVIES, "99999999999999999999", "there is no column");
    refuse_features(MOVIES, "genres,year,GENRES", "genres is named twice");
    refuse_features(MOVIES, "genres:words", "after the colon only \"category\"");
    refuse_features(MOVIES, ":category", "there is no column \"\"");
    refuse_features("id,title,genres\n1,a,\n2,b,(no genres listed)\n3,c,|||\n", "genres",
                    "there is nothing in \"genres\"");
    palate_error err = {0};
    palate_features *features = NULL;
    palate_catalogue *titles = NULL;
    assert_int_equal(palate_catalogue_read(NULL, write_text(MOVIES), &titles, &err), PALATE_OK);
    assert_int_equal(palate_features_create(titles, "genres", &features, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "only titles were read"));
    assert_int_equal(palate_features_create(titles, NULL, &features, &err), PALATE_E_INVALID);
    assert_int_equal(palate_features_create(NULL, "a", &features, &err), PALATE_E_INVALID);
    assert_int_equal(palate_features_create(titles, "a", NULL, &err), PALATE_E_INVALID);
    palate_catalogue_free(titles);
    palate_features_free(NULL);
    assert_int_equal(palate_features_count(NULL), 0);
    assert_null(palate_features_name(NULL, 0));
}

/* A cell with very many words, a name that is very long, a table with very many columns. */
static void test_large(void **state)
{
    (void)state;
    enum { WORDS = 20000, COLUMNS = 2000 };
    char *text = malloc(8 * WORDS + 20 * COLUMNS + 100);
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "id,words\n1,");
    for (int w = 0; w < WORDS; w++)
        length += (size_t)sprintf(text + length, "w%d|", (w * 7919) % (WORDS / 2));
    palate_features *features = features_of(text, "words");
    assert_int_equal(palate_features_count(features), WORDS / 2);
    assert_int_equal(palate__matrix_count(&features->features_of), WORDS / 2);
    palate_features_free(features);
    length = (size_t)sprintf(text, "id");
    for (int c = 0; c < COLUMNS; c++)
        length += (size_t)sprintf(text + length, ",c%d", c);
    length += (size_t)sprintf(text + length, "\n1");
    for (int c = 0; c < COLUMNS; c++)
        length += (size_t)sprintf(text + length, ",v%d", c);
    features = features_of(text, "c1999,c0");
    assert_names(features, "c1999: v1999; c0: v0");
    palate_features_free(features);
    refuse_features(text, "c2000", "did you mean c200");
    free(text);
}

/* ---- With ratings ---- */

static palate_ratings *some_ratings(void)
{
    return read_text("user,item,rating\nu1,1,5\nu1,2,3\nu2,1,4\nu3,9,1\nu3,1,2\n", NULL);
}

static void test_match(void **state)
{
    (void)state;
    palate_error err = {0};
    palate_features_match match;
    palate_features *features = features_of(MOVIES, "genres");
    palate_ratings *ratings = some_ratings();
    assert_int_equal(palate_features_compare(features, ratings, PALATE_ITEMS, &match, &err),
                     PALATE_OK);
    assert_int_equal(match.row_count, 4);
    assert_int_equal(match.matched_count, 2);
    assert_int_equal(match.missing_count, 1);
    assert_int_equal(palate_features_compare(features, ratings, PALATE_USERS, &match, &err),
                     PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "none of its ids is that of a user in the ratings: the "
                                        "table has \"1\", \"2\", \"3\", the ratings have \"u1\", "
                                        "\"u2\", \"u3\""));
    assert_int_equal(palate_features_compare(NULL, ratings, PALATE_USERS, NULL, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_features_compare(features, NULL, PALATE_USERS, NULL, &err),
                     PALATE_E_INVALID);
    palate_ratings_free(ratings);
    palate_features_free(features);
}

/* Rows of the ratings stay as they are; ids that only the table has follow, in the same order for any
 * order of its rows, but they appear as the table has them. */
static void test_rows_that_only_the_table_has(void **state)
{
    (void)state;
    static const char *const tables[] = {"id,n\n1,a\n77,b\nx,c\n2,d\nz9,e\n",
                                         "id,n\nz9,e\n2,d\n1,a\nx,c\n77,b\n"};
    static const char *const last[2][3] = {{"77", "x", "z9"}, {"z9", "x", "77"}};
    palate_ratings *ratings = some_ratings();
    char places[2][3][8] = {{{0}}};
    for (size_t t = 0; t < 2; t++) {
        palate_error err = {0};
        palate__table_rows rows;
        palate__ids ids;
        palate_features *features = features_of(tables[t], "n");
        assert_int_equal(palate__features_find(features, ratings, PALATE_ITEMS, &rows, &err),
                         PALATE_OK);
        assert_int_equal(rows.count, 6);
        assert_int_equal(palate__features_ids(features, &ratings->items, &rows, &ids, &err),
                         PALATE_OK);
        assert_int_equal(ids.count, 6);
        for (uint32_t row = 0; row < 6; row++) {
            const char *id = palate__ids_text(&ids, row);
            assert_int_equal(palate__ids_find(&ids, id, strlen(id)), row);
            if (row < 3)
                assert_string_equal(id, palate_ratings_item_id(ratings, row));
            if (rows.of[row] != PALATE_NO_ROW)
                assert_string_equal(id, palate__ids_text(&features->ids, rows.of[row]));
            else
                assert_string_equal(id, "9");
            if (row >= 3)
                snprintf(places[t][row - 3], 8, "%s", id);
        }
        for (uint32_t place = 0; place < 3; place++) {
            assert_int_equal(ids.order[place], palate_ratings_item_at(ratings, place));
            assert_string_equal(palate__ids_text(&ids, ids.order[3 + place]), last[t][place]);
        }
        palate__release(NULL, rows.of);
        palate__ids_free(NULL, &ids);
        palate_features_free(features);
    }
    assert_memory_equal(places[0], places[1], sizeof places[0]);
    palate_ratings_free(ratings);
}

static void test_real_tables(void **state)
{
    (void)state;
    static const struct {
        const char *name, *columns, *first;
        uint32_t least, most;
    } tables[] = {
        {"ml-100k/u.item", "genres,year", "genres: Action", 24, 28},
        {"ml-100k/u.user", "age,gender,occupation", "age: 7 to 20", 33, 33},
        {"ml-1m/users.dat", "age,gender,occupation", "age: 1", 30, 30},
        {"ml-1m/movies.dat", "genres,year", "genres: Action", 26, 28},
        {"ml-latest-small/movies.csv", "genres,year", "genres: Action", 27, 29},
    };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        char path[1000];
        palate_error err = {0};
        palate_catalogue *table = NULL;
        palate_features *features = NULL;
        snprintf(path, sizeof path, "%s/%s", PALATE_SHARED_DATA, tables[t].name);
        if (access(path, R_OK) != 0) {
            print_message("%s is not there: not tested\n", path);
            continue;
        }
        if (palate_catalogue_read_columns(NULL, path, &table, &err) != PALATE_OK ||
            palate_features_create(table, tables[t].columns, &features, &err) != PALATE_OK)
            fail_msg("%s", err.message);
        assert_string_equal(palate_features_name(features, 0), tables[t].first);
        assert_in_range(palate_features_count(features), tables[t].least, tables[t].most);
        palate_features_free(features);
        palate_catalogue_free(table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_few_numbers),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_ranges_of_equal_numbers),
        cmocka_unit_test(test_mixed_numbers),
        cmocka_unit_test(test_names_of_columns),
        cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_rows_that_only_the_table_has),
        cmocka_unit_test(test_real_tables),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
