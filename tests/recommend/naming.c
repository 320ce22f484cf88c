/* SPDX-License-Identifier: Apache-2.0 */
/* Names of factors: planted words are found, chance finds none, and nothing depends on the order of tables. */
#include "palate/naming.h"

enum { M = 40, N = 120, K = 3 };

#include "recommend/given.h"

static const char *const WORDS[K] = {"Horror", "Comedy", "Western"};

/* Each item a taste of its own: of the first 40 items factor 1, and so on. */
static palate_model *three_tastes(void)
{
    given *made = malloc(sizeof *made);
    assert_non_null(made);
    fill(made);
    for (uint32_t row = 0; row < N; row++)
        for (uint32_t f = 0; f < K; f++)
            made->items[row * K + f] = (float)(row / 40 == f ? 1.0 : 0.1) +
                                       0.05F * (float)made_up(row * K + f, 3);
    palate_model *model = model_of(made);
    free(made);
    return model;
}

/* The row of item i as it was given. */
static void item_id(uint32_t i, char id[8])
{
    snprintf(id, 8, "r%02u", M + i);
}

static void say(palate_words *words, uint32_t i, const char *word)
{
    char id[8];
    palate_error err;
    char text[64];
    item_id(i, id);
    snprintf(text, sizeof text, "item\ttag\n%s\t%s\n", id, word);
    FILE *file = fopen("naming.tsv", "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    if (palate_words_add_tags(words, "naming.tsv", &err) != PALATE_OK)
        fail_msg("%s", err.message);
    remove("naming.tsv");
}

static palate_words *no_words(void)
{
    palate_words *words = NULL;
    assert_int_equal(palate_words_create(NULL, &words, NULL), PALATE_OK);
    return words;
}

static palate_naming *name(const palate_model *model, const palate_words *words)
{
    palate_naming *naming = NULL;
    palate_error err;
    if (palate_naming_create(model, words, NULL, &naming, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return naming;
}

static void planted_words_are_found(void **state)
{
    (void)state;
    palate_model *model = three_tastes();
    palate_words *words = no_words();
    for (uint32_t i = 0; i < N; i++) {
        say(words, i, WORDS[i / 40]);
        say(words, i, i % 2 == 0 ? "even" : "odd");
    }
    palate_naming *naming = name(model, words);
    for (uint32_t f = 0; f < K; f++) {
        size_t count = 0;
        const palate_name_word *found = palate_naming_words(naming, f, &count);
        assert_string_equal(palate_naming_name(naming, f), WORDS[f]);
        assert_int_equal(count, 1);
        assert_string_equal(palate_words_text(words, found[0].word), WORDS[f]);
        assert_true(found[0].p >= 0.0 && found[0].p <= 0.01);
        assert_int_equal(found[0].top_total, N / 10);
        assert_int_equal(found[0].top_count, N / 10);
        assert_int_equal(found[0].item_count, 40);
        assert_int_equal(found[0].item_total, N);
    }
    assert_null(palate_naming_name(naming, K));
    palate_naming_free(naming);
    palate_words_free(words);
    palate_model_free(model);
}

/* Within the first word another is found, and decades come last. */
static void second_words_are_of_the_items_with_the_first(void **state)
{
    (void)state;
    given *made = malloc(sizeof *made);
    assert_non_null(made);
    fill(made);
    for (uint32_t row = 0; row < N; row++)
        for (uint32_t f = 0; f < K; f++) /* Of factor 1, its first 20 items have more. */
            made->items[row * K + f] = row / 40 != f ? 0.1F : row < 20 ? 3.0F : 1.0F;
    palate_model *model = model_of(made);
    free(made);
    palate_words *words = no_words();
    for (uint32_t i = 0; i < N; i++) {
        say(words, i, WORDS[i / 40]);
        if (i < 20 || i >= 100)
            say(words, i, "1980s");
    }
    palate_naming *naming = name(model, words);
    assert_string_equal(palate_naming_name(naming, 0), "Horror, 1980s");
    palate_naming_free(naming);
    palate_words_free(words);
    palate_model_free(model);
}

/* The chance of any word for any factor is at most the level: .01. */
static void chance_names_nothing(void **state)
{
    (void)state;
    palate_model *model = three_tastes();
    int named = 0;
    for (uint32_t run = 0; run < 40; run++) {
        palate_words *words = no_words();
        char word[16];
        for (uint32_t i = 0; i < N; i++) {
            const double drawn = made_up(i + run * N, 11);
            snprintf(word, sizeof word, "w%d", (int)(drawn * 9.0));
            say(words, i, word);
        }
        palate_naming *naming = name(model, words);
        for (uint32_t f = 0; f < K; f++)
            named += palate_naming_name(naming, f) != NULL;
        palate_naming_free(naming);
        palate_words_free(words);
    }
    assert_true(named <= 2);
    palate_model_free(model);
}

static void the_order_of_tables_plays_no_part(void **state)
{
    (void)state;
    palate_model *model = three_tastes();
    palate_words *forth = no_words();
    palate_words *back = no_words();
    for (uint32_t i = 0; i < N; i++) {
        say(forth, i, WORDS[i / 40]);
        say(forth, i, "all alike");
        say(back, N - 1 - i, WORDS[(N - 1 - i) / 40]);
        say(back, N - 1 - i, WORDS[(N - 1 - i) / 40]); /* Saying it twice says no more. */
    }
    palate_naming *one = name(model, forth);
    palate_naming *other = name(model, back);
    for (uint32_t f = 0; f < K; f++) {
        size_t count = 0;
        assert_string_equal(palate_naming_name(one, f), palate_naming_name(other, f));
        assert_int_equal(palate_naming_words(one, f, &count)->item_count,
                         palate_naming_words(other, f, NULL)->item_count);
    }
    palate_naming_free(one);
    palate_naming_free(other);
    palate_words_free(forth);
    palate_words_free(back);
    palate_model_free(model);
}

/* Factors 1 and 2 are both about Horror: each gets an item of its own; a name in use is not given again. */
static void no_two_names_are_the_same(void **state)
{
    (void)state;
    palate_model *model = three_tastes();
    palate_words *words = no_words();
    palate_error err;
    for (uint32_t i = 0; i < N; i++)
        say(words, i, i < 80 ? "Horror" : "Western");
    assert_int_equal(palate_model_name_factor(model, 0, "Western", &err), PALATE_OK);
    palate_naming *naming = name(model, words);
    assert_non_null(strstr(palate_naming_name(naming, 0), "Horror, as r"));
    assert_non_null(strstr(palate_naming_name(naming, 1), "Horror, as r"));
    assert_non_null(strstr(palate_naming_name(naming, 2), "Western, as r"));
    assert_string_not_equal(palate_naming_name(naming, 0), palate_naming_name(naming, 1));
    for (uint32_t f = 0; f < K; f++)
        assert_int_equal(palate_model_name_factor(model, f, palate_naming_name(naming, f), &err),
                         PALATE_OK);
    palate_naming_free(naming);
    palate_words_free(words);
    palate_model_free(model);
}

/* Too few items, or one word for all: no names, and nothing that is no number. */
static void nothing_to_tell_gives_no_names(void **state)
{
    (void)state;
    palate_model *model = three_tastes();
    palate_words *words = no_words();
    for (uint32_t i = 0; i < 4; i++)
        say(words, i, "rare");
    palate_naming *naming = name(model, words);
    for (uint32_t f = 0; f < K; f++) {
        size_t count = 7;
        assert_null(palate_naming_name(naming, f));
        (void)palate_naming_words(naming, f, &count);
        assert_int_equal(count, 0);
    }
    palate_naming_free(naming);
    palate_words_free(words);
    palate_model_free(model);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    palate_model *model = three_tastes();
    palate_words *words = no_words();
    palate_naming *naming = NULL;
    palate_naming_options options;
    palate_error err;
    assert_int_equal(palate_naming_create(model, words, NULL, &naming, &err), PALATE_E_INVALID);
    say(words, 5000, "elsewhere");
    assert_int_equal(palate_naming_create(model, words, NULL, &naming, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "naming.tsv: none of its 1 ids"));
    assert_non_null(strstr(err.message, "r5040"));
    say(words, 5, "here");
    palate_naming_options_init(&options);
    options.level = 2.0;
    assert_int_equal(palate_naming_create(model, words, &options, &naming, &err), PALATE_E_INVALID);
    assert_int_equal(palate_naming_create(NULL, words, NULL, &naming, &err), PALATE_E_INVALID);
    assert_int_equal(palate_naming_create(model, NULL, NULL, &naming, &err), PALATE_E_INVALID);
    assert_int_equal(palate_naming_create(model, words, NULL, NULL, &err), PALATE_E_INVALID);
    assert_null(naming);
    palate_naming_free(NULL);
    palate_words_free(words);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_words_are_found),
        cmocka_unit_test(second_words_are_of_the_items_with_the_first),
        cmocka_unit_test(chance_names_nothing),
        cmocka_unit_test(the_order_of_tables_plays_no_part),
        cmocka_unit_test(no_two_names_are_the_same),
        cmocka_unit_test(nothing_to_tell_gives_no_names),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
