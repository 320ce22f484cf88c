/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every model, whatever the ratings: the same bits for any threads and order of
 * lines, factors >= 0, an objective that never rises, predictions within the scale.
 */
#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MODEL "determinism.palate"

enum { USERS = 90, ITEMS = 60, ID_BYTES = 12, MOST = USERS * ITEMS };

/* A way to train. */
typedef struct way {
    int mode, rule;
    bool biases;
} way;

static const way WAYS[] = {
    {PALATE_MODE_DEFAULT, PALATE_RULE_VB, false},   {PALATE_MODE_PURE, PALATE_RULE_VB, false},
    {PALATE_MODE_DEFAULT, PALATE_RULE_MAP, false},  {PALATE_MODE_STRICT, PALATE_RULE_MAP, false},
    {PALATE_MODE_PURE, PALATE_RULE_MAP, false},     {PALATE_MODE_PURE, PALATE_RULE_MU, false},
    {PALATE_MODE_DEFAULT, PALATE_RULE_MU, true},    {PALATE_MODE_DEFAULT, PALATE_RULE_BAYES, false},
    {PALATE_MODE_STRICT, PALATE_RULE_BAYES, false}, {PALATE_MODE_PURE, PALATE_RULE_BAYES, false},
};

enum { WAY_COUNT = sizeof WAYS / sizeof WAYS[0] };

static char user_texts[USERS][ID_BYTES], item_texts[ITEMS][ID_BYTES];
static const char *users[MOST], *items[MOST];
static float values[MOST];
static int64_t times[MOST];

static uint32_t scramble(uint32_t word)
{
    word *= 0x9E3779B1U;
    word ^= word >> 15;
    word *= 0x85EBCA77U;
    return word ^ word >> 13;
}

/* About a third of the cells, unevenly; returns how many. */
static size_t fill_arrays(void)
{
    size_t count = 0;
    for (uint32_t i = 0; i < USERS; i++)
        snprintf(user_texts[i], ID_BYTES, "user %u", i);
    for (uint32_t j = 0; j < ITEMS; j++)
        snprintf(item_texts[j], ID_BYTES, "item %u", j);
    for (uint32_t i = 0; i < USERS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++) {
            uint32_t word = scramble(i * ITEMS + j);
            if (word % 100 > 10 + (i + j) / 2)
                continue;
            users[count] = user_texts[i];
            items[count] = item_texts[j];
            /* Two sittings a user; in one of them everything gets a star more. */
            uint32_t sitting = word >> 8 & 1U;
            times[count] = i * 1000000 + sitting * 100000 + (word >> 9) % 1000;
            values[count++] = (float)(1 + (word >> 16) % 2 + (i % 3 == j % 3 ? 2 : 0) +
                                      (sitting == i % 2 ? 1 : 0));
        }
    }
    return count;
}

static void shuffle(size_t count)
{
    for (size_t e = count - 1; e > 0; e--) {
        size_t other = scramble((uint32_t)e + 77) % (e + 1);
        const char *user = users[e];
        const char *item = items[e];
        float value = values[e];
        int64_t time = times[e];
        users[e] = users[other];
        items[e] = items[other];
        values[e] = values[other];
        times[e] = times[other];
        users[other] = user;
        items[other] = item;
        values[other] = value;
        times[other] = time;
    }
}

static palate_ratings *make_ratings(size_t count)
{
    palate_rating_arrays arrays = {count, users, items, values, times};
    palate_read_options options;
    palate_read_options_init(&options);
    options.keep_order = true;
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    if (palate_ratings_from_arrays(NULL, &arrays, &options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

static palate_train_options options_of(way how)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.mode = how.mode;
    options.rule = how.rule;
    options.biases = how.biases;
    options.factors = 5;
    options.epochs = 12;
    if (how.mode != PALATE_MODE_DEFAULT) /* One pilot is enough. */
        options.regularization = 5.0;
    return options;
}

static palate_model *train(const palate_ratings *ratings, const palate_train_options *options)
{
    palate_model *model = NULL;
    palate_error err = {0};
    if (palate_model_train(ratings, options, &model, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return model;
}

/* ---- Comparison ---- */

static void check_same_numbers(const palate_model *one, const palate_model *other)
{
    palate_model_summary a;
    palate_model_summary b;
    palate_model_info(one, &a);
    palate_model_info(other, &b);
    assert_int_equal(a.user_count, b.user_count);
    assert_int_equal(a.item_count, b.item_count);
    assert_int_equal(a.factor_count, b.factor_count);
    assert_string_equal(a.fingerprint, b.fingerprint);
    size_t m = a.user_count;
    size_t n = a.item_count;
    size_t k = a.factor_count;
    for (uint32_t i = 0; i < m; i++)
        assert_string_equal(palate_model_user_id(one, i), palate_model_user_id(other, i));
    for (uint32_t j = 0; j < n; j++)
        assert_string_equal(palate_model_item_id(one, j), palate_model_item_id(other, j));
    assert_memory_equal(palate_model_user_factors(one), palate_model_user_factors(other),
                        m * k * sizeof(float));
    assert_memory_equal(palate_model_item_factors(one), palate_model_item_factors(other),
                        n * k * sizeof(float));
    assert_memory_equal(palate_model_user_offsets(one), palate_model_user_offsets(other),
                        m * sizeof(float));
    assert_memory_equal(palate_model_item_offsets(one), palate_model_item_offsets(other),
                        n * sizeof(float));
    assert_memory_equal(&a.base, &b.base, sizeof a.base);
}

static char *save_and_read(const palate_model *model, size_t *bytes)
{
    assert_int_equal(palate_model_save(model, MODEL, NULL), PALATE_OK);
    FILE *stream = fopen(MODEL, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    *bytes = (size_t)ftell(stream);
    rewind(stream);
    char *data = malloc(*bytes);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *bytes, stream), *bytes);
    fclose(stream);
    unlink(MODEL);
    return data;
}

static void check_same_file(const palate_model *one, const palate_model *other)
{
    size_t bytes = 0;
    size_t other_bytes = 0;
    char *data = save_and_read(one, &bytes);
    char *other_data = save_and_read(other, &other_bytes);
    assert_int_equal(bytes, other_bytes);
    assert_memory_equal(data, other_data, bytes);
    free(data);
    free(other_data);
}

static void check_number(float value, bool factor)
{
    assert_true(isfinite(value));
    assert_true(!factor || value >= 0);
}

/* Factors >= 0, all numbers finite, all predictions finite and within the scale. */
static void check_sound(const palate_model *model)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    size_t k = about.factor_count;
    for (size_t e = 0; e < about.user_count * k; e++)
        check_number(palate_model_user_factors(model)[e], true);
    for (size_t e = 0; e < about.item_count * k; e++)
        check_number(palate_model_item_factors(model)[e], true);
    for (uint32_t i = 0; i <= about.user_count; i++) {
        for (uint32_t j = 0; j <= about.item_count; j++) {
            uint32_t user = i < about.user_count ? i : PALATE_NO_ROW;
            uint32_t item = j < about.item_count ? j : PALATE_NO_ROW;
            float prediction = NAN;
            const palate_cells cells = {1, &user, &item, NULL};
            assert_int_equal(palate_model_predict(model, &cells, &prediction, NULL, NULL, NULL),
                             PALATE_OK);
            assert_true(isfinite(prediction));
            assert_true((double)prediction >= about.scale.low ||
                        about.scale.low == about.scale.high);
            assert_true((double)prediction <= about.scale.high ||
                        about.scale.low == about.scale.high);
        }
    }
}

/* ---- Tests ---- */

static void test_any_threads(void **state)
{
    (void)state;
    static const int64_t thread_counts[] = {2, 3, 8, 0};
    palate_ratings *ratings = make_ratings(fill_arrays());
    for (size_t w = 0; w < WAY_COUNT; w++) {
        palate_train_options options = options_of(WAYS[w]);
        options.validation = w % 2 == 0 ? 0 : 0.2;
        options.threads = 1;
        palate_model *one = train(ratings, &options);
        for (size_t t = 0; t < sizeof thread_counts / sizeof thread_counts[0]; t++) {
            options.threads = thread_counts[t];
            palate_model *many = train(ratings, &options);
            check_same_numbers(one, many);
            check_same_file(one, many);
            palate_model_free(many);
        }
        palate_model_free(one);
    }
    palate_ratings_free(ratings);
}

static void test_any_order_of_lines(void **state)
{
    (void)state;
    size_t count = fill_arrays();
    palate_ratings *ordered = make_ratings(count);
    shuffle(count);
    palate_ratings *shuffled = make_ratings(count);
    for (size_t w = 0; w < WAY_COUNT; w++) {
        if (WAYS[w].biases)
            continue;
        palate_train_options options = options_of(WAYS[w]);
        palate_model *one = train(ordered, &options);
        palate_model *other = train(shuffled, &options);
        check_same_numbers(one, other);
        palate_model_free(one);
        palate_model_free(other);
    }
    palate_ratings_free(ordered);
    palate_ratings_free(shuffled);
}

static void test_seed_matters(void **state)
{
    (void)state;
    palate_ratings *ratings = make_ratings(fill_arrays());
    palate_train_options options = options_of(WAYS[0]);
    palate_model *one = train(ratings, &options);
    options.seed += 1;
    palate_model *other = train(ratings, &options);
    assert_memory_not_equal(palate_model_user_factors(one), palate_model_user_factors(other),
                            (size_t)USERS * 5 * sizeof(float));
    palate_model_free(one);
    palate_model_free(other);
    palate_ratings_free(ratings);
}

static void test_factors_are_sound(void **state)
{
    (void)state;
    palate_ratings *ratings = make_ratings(fill_arrays());
    for (size_t w = 0; w < WAY_COUNT; w++) {
        palate_train_options options = options_of(WAYS[w]);
        palate_model *model = train(ratings, &options);
        check_sound(model);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
}

/* Rule mu updates both sides from one state, as Surprise does: it falls, but not at every step. */
static void test_objective_never_rises(void **state)
{
    (void)state;
    palate_ratings *ratings = make_ratings(fill_arrays());
    for (size_t w = 0; w < WAY_COUNT; w++) {
        if (WAYS[w].biases)
            continue;
        palate_train_options options = options_of(WAYS[w]);
        options.epochs = 60;
        options.tolerance = 0;
        palate_model *model = train(ratings, &options);
        size_t count = 0;
        const palate_epoch *log = palate_model_log(model, &count);
        assert_int_equal(count, 60);
        for (size_t e = 1; e < count && WAYS[w].rule == PALATE_RULE_MAP; e++)
            assert_true(log[e].objective <= log[e - 1].objective * (1 + 1e-6));
        if (WAYS[w].rule != PALATE_RULE_BAYES) /* Draws neither rise nor fall. */
            assert_true(log[count - 1].objective < log[0].objective);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
}

/* Trains in every way on what the arrays hold. */
static void check_case(size_t count)
{
    palate_ratings *ratings = make_ratings(count);
    for (size_t w = 0; w < 2 * WAY_COUNT; w++) {
        palate_train_options options = options_of(WAYS[w / 2]);
        options.factors = 17;
        if (w % 2 == 1) /* With the link, which few ratings are else spared. */
            options.regularization = 0.5;
        palate_model *model = train(ratings, &options);
        check_sound(model);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
}

static void set_entry(size_t e, const char *user, const char *item, float value)
{
    users[e] = user;
    items[e] = item;
    values[e] = value;
}

static void test_hardly_any_ratings(void **state)
{
    (void)state;
    fill_arrays();
    set_entry(0, "u", "i", 3);
    check_case(1);
    set_entry(0, "u", "i", 0);
    check_case(1);
    /* One user; more factors than ratings. */
    for (size_t e = 0; e < 9; e++)
        set_entry(e, "u", item_texts[e], (float)e / 2);
    check_case(9);
    /* One item. */
    for (size_t e = 0; e < 9; e++)
        set_entry(e, user_texts[e], "i", (float)e / 2);
    check_case(9);
    /* Users with one rating each, all of different items. */
    for (size_t e = 0; e < 30; e++)
        set_entry(e, user_texts[e], item_texts[e], (float)(1 + e % 5));
    check_case(30);
}

static void test_all_ratings_equal(void **state)
{
    (void)state;
    size_t count = fill_arrays();
    static const float same[] = {4, 0, -7.5F, 1e6F};
    for (size_t s = 0; s < sizeof same / sizeof same[0]; s++) {
        for (size_t e = 0; e < count; e++)
            values[e] = same[s];
        check_case(count);
    }
}

static void test_negative_and_huge_scales(void **state)
{
    (void)state;
    size_t count = fill_arrays();
    for (size_t e = 0; e < count; e++)
        values[e] = values[e] * 4 - 13;
    check_case(count);
    for (size_t e = 0; e < count; e++)
        values[e] *= 1e8F;
    check_case(count);
    for (size_t e = 0; e < count; e++)
        values[e] *= 1e-16F;
    check_case(count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_threads),
        cmocka_unit_test(test_any_order_of_lines),
        cmocka_unit_test(test_seed_matters),
        cmocka_unit_test(test_factors_are_sound),
        cmocka_unit_test(test_objective_never_rises),
        cmocka_unit_test(test_hardly_any_ratings),
        cmocka_unit_test(test_all_ratings_equal),
        cmocka_unit_test(test_negative_and_huge_scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
