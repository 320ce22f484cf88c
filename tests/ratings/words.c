/* SPDX-License-Identifier: Apache-2.0 */
/* Words of items out of tables and tags: which there are, who has them, and files that are wrong. */
#include "ratings/words.h"

#include "ratings/reading.h"

static palate_words *no_words(void)
{
    palate_words *words = NULL;
    assert_int_equal(palate_words_create(NULL, &words, NULL), PALATE_OK);
    return words;
}

static palate_status add_table(palate_words *words, const char *text, const char *columns,
                               palate_error *err)
{
    palate_catalogue *table = NULL;
    if (palate_catalogue_read_columns(NULL, write_text(text), &table, err) != PALATE_OK)
        fail_msg("%s", err->message);
    const palate_status status = palate_words_add_table(words, table, columns, err);
    palate_catalogue_free(table); /* It is not needed afterwards. */
    return status;
}

static palate_words *words_of(const char *text, const char *columns)
{
    palate_words *words = no_words();
    palate_error err = {0};
    if (add_table(words, text, columns, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return words;
}

static palate_words *tags_of(const char *text)
{
    palate_words *words = no_words();
    palate_error err = {0};
    if (palate_words_add_tags(words, write_text(text), &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return words;
}

/* The words of an id, "x; y", in the order in which they were said. */
static void assert_has(const palate_words *words, const char *id, const char *expected)
{
    char text[1000] = "";
    const uint32_t item = palate__id_builder_find(&words->items, id, strlen(id));
    assert_int_not_equal(item, PALATE__NO_ID);
    for (size_t u = 0; u < words->use_count; u++)
        if (words->uses[u].item == item)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
                     text[0] == '\0' ? "" : "; ", palate_words_text(words, words->uses[u].word));
    assert_string_equal(text, expected);
}

static const char MOVIES[] = "id,title,genres,length,link\n"
                             "1,Toy Story (1995),Comedy| Animation,81,http://a\n"
                             "2,The Rocky Horror's 2nd Märchen (1975),(no genres listed),100,\n"
                             "3,\"Ran\",|Drama||,3d,-1\n";

static void test_tables(void **state)
{
    (void)state;
    palate_words *words = words_of(MOVIES, NULL);
    assert_has(words, "1", "Story; Comedy; Animation; http://a; 1990s");
    assert_has(words, "2", "Rocky; Horror's; Märchen; 1970s");
    assert_has(words, "3", "Drama");
    assert_string_equal(palate__words_title(words, 0), "Toy Story (1995)");
    palate_words_free(words);
    words = words_of(MOVIES, " year,genres");
    assert_has(words, "1", "1990s; Comedy; Animation");
    assert_has(words, "2", "1970s");
    assert_string_equal(palate__words_title(words, 0), "1"); /* Nobody asked for titles. */
    palate_words_free(words);
}

static void test_small_letters_are_the_same_word(void **state)
{
    (void)state;
    palate_words *words = words_of("id,title,genres\n1,A,Sci-Fi\n2,B,SCI-FI\n", NULL);
    palate_error err;
    assert_int_equal(
        palate_words_add_tags(words, write_text("item,tag\n2,Sci-Fi \n3,sci-fi\n"), &err),
        PALATE_OK);
    assert_int_equal(palate_words_count(words), 1);
    assert_string_equal(palate_words_text(words, 0), "Sci-Fi");
    assert_null(palate_words_text(words, 1));
    assert_has(words, "3", "Sci-Fi");
    palate_words_free(words);
}

static void test_columns_that_are_not_there(void **state)
{
    (void)state;
    palate_words *words = no_words();
    palate_error err;
    assert_int_equal(add_table(words, MOVIES, "genre", &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "did you mean genres?"));
    palate_words_free(words);
}

/* What one user alone says, to however many items, is left out; where nobody says who, all counts. */
static void test_tags(void **state)
{
    (void)state;
    palate_words *words = tags_of("userId,movieId,tag,timestamp\n"
                                  "1,10,\"dark, \"\"very\"\"\",5\n"
                                  "2,11,\"Dark, \"\"very\"\"\",6\n"
                                  "1,10,to see,5\n"
                                  "1,11,To See,5\n"
                                  "3,12,,5\n");
    assert_int_equal(palate_words_count(words), 1);
    assert_has(words, "10", "Dark, \"very\"");
    assert_has(words, "11", "Dark, \"very\"");
    assert_has(words, "12", "");
    palate_words_free(words);
    words = tags_of("15::4973::fine!::1215184630\n16::4973::fine!::1\n16::5::odd::1\n");
    assert_has(words, "4973", "fine!; fine!");
    assert_has(words, "5", "");
    palate_words_free(words);
    words = tags_of("a\tquiet\nb\tquiet\na\tonly here\n");
    assert_has(words, "a", "quiet; only here");
    palate_words_free(words);
}

static void test_files_of_tags_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } files[] = {
        {"", "is empty"},
        {" \n\n", "is empty"},
        {"a,b,c\n1,2,3\n", ":1: \"a,b,c\" names no columns"},
        {"userId,movieId,tag\n1,2\n", ":2: it has not as many fields"},
        {"userId,movieId,tag\n1,2,x\n1,2,x,y\n", ":3: it has not as many fields"},
        {"userId,movieId,tag\n1,,x\n", ":2: the id of the item is empty"},
    };
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        palate_words *words = no_words();
        palate_error err = {0};
        assert_int_equal(palate_words_add_tags(words, write_text(files[f].text), &err),
                         PALATE_E_FORMAT);
        if (strstr(err.message, files[f].says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.message, files[f].says);
        palate_words_free(words);
    }
    palate_words *words = no_words();
    palate_error err;
    assert_int_equal(palate_words_add_tags(words, write_bytes("item,tag\n1,a\0b\n", 15), &err),
                     PALATE_E_FORMAT);
    assert_int_not_equal(palate_words_add_tags(words, "no/such/file", &err), PALATE_OK);
    assert_int_equal(palate_words_add_tags(words, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_words_add_tags(NULL, "x", &err), PALATE_E_INVALID);
    assert_int_equal(palate_words_add_table(words, NULL, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_words_create(NULL, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_words_count(NULL), 0);
    palate_words_free(words);
    palate_words_free(NULL);
}

/* Of a long text the beginning would be another word. */
static void test_long_words_are_none(void **state)
{
    (void)state;
    palate_words *words = tags_of("1\t1234567890123456789012345678901234567890\n"
                                  "1\t1234567890123456789012345678901234567890x\n");
    assert_has(words, "1", "1234567890123456789012345678901234567890");
    palate_words_free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_small_letters_are_the_same_word),
        cmocka_unit_test(test_columns_that_are_not_there),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_files_of_tags_that_are_wrong),
        cmocka_unit_test(test_long_words_are_none),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(scratch_path());
    return failed;
}
