/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: what they mean, and what is none. */
#include "ratings/reading.h"

#include "ratings/where.h"

static const char ITEMS[] = "id,title,genres,year,released,\"odd|name=\"\n"
                            "1,Alien,Horror|Sci-Fi,1979,1979-05-25,x\n"
                            "2,\"Say \"\"hi\"\"\",Comedy,1995,1995-12-01,a|b\n"
                            "3,Star Wars: Épisode 4,Action|Sci-Fi,1977,1977-05-25,\n"
                            "4,300,Action,2007,,y\n"
                            "5,Untold,(no genres listed),,2020-01-31,\n"
                            "6,Half,War,1979.5,1979-06-01,\n";

static palate_catalogue *read_items(void)
{
    palate_catalogue *table = NULL;
    palate_error err = {0};
    if (palate_catalogue_read_columns(NULL, write_text(ITEMS), &table, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return table;
}

/* The ids from 1 to 7, of which the last is not in the table, that satisfy a condition. */
static void assert_where(const palate_catalogue *table, const char *condition, const char *expected)
{
    char found[16] = "";
    palate_error err = {0};
    palate__where where;
    if (palate__where_begin(&where, NULL, table, condition, &err) != PALATE_OK)
        fail_msg("%s: %s", condition, err.message);
    for (char id[] = "1"; id[0] <= '7'; id[0]++)
        if (palate__where_holds(&where, id))
            strcat(found, id);
    palate__where_end(&where);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: holds for %s where %s was expected", condition, found, expected);
}

static void conditions_mean_what_they_say(void **state)
{
    (void)state;
    palate_catalogue *table = read_items();
    static const char *const cases[][2] = {
        {"genres=Sci-Fi", "13"},
        {"genres = sci-fi", "13"},
        {" GENRES=Horror | Comedy ", "12"},
        {"genres=Sci", ""},
        {"genres~Sci", "13"},
        {"genres~w", "6"},
        {"genres!=Sci-Fi", "24567"},
        {"genres!~sci|war", "2457"},
        {"genres=\"Horror|Sci-Fi\"", "1"},
        {"year=1979", "1"},
        {"year=1979.0", "1"},
        {"year=1979.50|2007", "46"},
        {"year>=1979", "1246"},
        {"year>1979", "246"},
        {"year<=1979", "13"},
        {"year<1978", "3"},
        {"year<1e9", "12346"},
        {"year!=1979", "234567"},
        {"4>1978", "1246"},
        {"released>=1979-05-25", "1256"},
        {"released<1979-05-26", "13"},
        {"title=300", "4"},
        {"title>=300", "4"},
        {"title~\"say \"\"HI\"\"\"", "2"},
        {"title~épisode", ""}, /* Only ASCII letters have a case. */
        {"title~Épisode", "3"},
        {"title~: ", "3"},
        {"\"odd|name=\"=x|y", "14"},
        {"\"odd|name=\"=\"a|b\"", "2"},
        {"\"odd|name=\"=b", "2"},
        {"title~<", ""},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        assert_where(table, cases[c][0], cases[c][1]);
    palate_catalogue_free(table);
}

static void assert_none(const palate_catalogue *table, const char *condition, int64_t column,
                        const char *says)
{
    palate_error err = {0};
    palate__where where;
    assert_int_equal(palate__where_begin(&where, NULL, table, condition, &err), PALATE_E_INVALID);
    palate__where_end(&where);
    if (err.column != column || strstr(err.message, says) == NULL)
        fail_msg("%s: character %lld, %s", condition, (long long)err.column, err.message);
}

static void what_is_wrong_is_said_and_where(void **state)
{
    (void)state;
    palate_catalogue *table = read_items();
    assert_none(table, "", 1, "the name of a column is missing");
    assert_none(table, "  =x", 3, "the name of a column is missing");
    assert_none(table, "genres", 7, "an operator is missing: =, !=, ~");
    assert_none(table, "genres?Horror", 14, "an operator is missing");
    assert_none(table, "genres!Horror", 7, "an operator is missing");
    assert_none(table, "genres=", 8, "a value is missing");
    assert_none(table, "genres=Horror|", 15, "a value is missing");
    assert_none(table, "genres=|Horror", 8, "a value is missing");
    assert_none(table, "genres=\"\"", 8, "a value is missing");
    assert_none(table, "genres=\"Horror", 8, "the quote that opens here is never closed");
    assert_none(table, "\"genres=Horror", 1, "never closed");
    assert_none(table, "genres=\"Horror\" x", 17, "after a quote");
    assert_none(table, "\"genres\" x=1", 10, "an operator is missing");
    assert_none(table, "year>1990|2000", 15, "take one value");
    assert_none(table, "gneres=Horror", 0, "there is no column \"gneres\"; did you mean genres?");
    assert_none(table, "director=Scott", 0, "the table has title, genres, year");
    assert_none(table, "1=3", 0, "there is no column \"1\"");
    palate_catalogue_free(table);
}

static void numbers_are_asked_for_where_there_are_only_numbers(void **state)
{
    (void)state;
    palate_catalogue *table = read_items();
    assert_none(table, "year>=199O", 11, "is no number");
    assert_where(table, "title>=S", "235"); /* Bytes: "300" is a number. */
    palate_catalogue_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_mean_what_they_say),
        cmocka_unit_test(what_is_wrong_is_said_and_where),
        cmocka_unit_test(numbers_are_asked_for_where_there_are_only_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
