/* SPDX-License-Identifier: Apache-2.0 */
/* palate_model_recommend() against scoring everything and sorting it: the same rows, the same bits. */
#include "recommend/support.h"

/* ---- Tests ---- */

static void test_equals_the_reference(void **state)
{
    (void)state;
    static const uint32_t factor_counts[] = {1, 3, 16, 17, 64};
    static const int64_t wanted[] = {1, 10, 500};
    for (size_t f = 0; f < sizeof factor_counts / sizeof factor_counts[0]; f++) {
        for (look as = RANDOM; as <= FLAT; as++) {
            palate_model model = make_model((shape){37, 300, factor_counts[f], as, 5});
            for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++)
                check_all(&model, options_of(wanted[w], w == 1));
            free_model(&model);
        }
    }
}

/* More items than a block of any k holds. */
static void test_many_blocks(void **state)
{
    (void)state;
    palate_model model = make_model((shape){5, 3001, 17, COARSE, 8});
    check_all(&model, options_of(25, false));
    check_all(&model, options_of(4000, false));
    free_model(&model);
}

static void test_equal_items_come_by_id(void **state)
{
    (void)state;
    palate_model model = make_model((shape){1, 200, 3, FLAT, 0});
    palate_recommend_options options = options_of(200, false);
    answer got = make_answer(1, 200);
    uint32_t user = 0;
    assert_int_equal(
        palate_model_recommend(&model, &user, 1, &options, got.items, got.scores, got.counts, NULL),
        PALATE_OK);
    for (size_t r = 1; r < 200; r++)
        assert_true(strcmp(palate__ids_text(&model.items.ids, got.items[r - 1]),
                           palate__ids_text(&model.items.ids, got.items[r])) < 0);
    free_answer(&got);
    free_model(&model);
}

static void test_zero_users_and_zero_factors(void **state)
{
    (void)state;
    palate_model model = make_model((shape){20, 100, 16, RANDOM, 3});
    memset((void *)(uintptr_t)model.users.factors, 0, (size_t)20 * 16 * sizeof(float));
    check_all(&model, options_of(10, false));
    memset((void *)(uintptr_t)model.items.offsets, 0, 100 * sizeof(float));
    memset((void *)(uintptr_t)(model.items.typical + 16), 0, sizeof(float));
    check_all(&model, options_of(10, false));
    free_model(&model);
    assert_int_equal(palate_model_recommend(&model, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                     PALATE_OK);
}

static void test_all_seen_but_three(void **state)
{
    (void)state;
    palate_model model = make_model((shape){4, 500, 3, RANDOM, 16});
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t *seen = (uint32_t *)(uintptr_t)model.seen_items + model.seen_begins[i];
        for (uint32_t r = 0; r < 497; r++)
            seen[r] = r + (r >= 3) + (r >= 250) + (r >= 497 - i);
        /* The next user's list begins where this shorter one ends. */
        ((int64_t *)(uintptr_t)model.seen_begins)[i + 1] = model.seen_begins[i] + 497;
    }
    check_all(&model, options_of(10, false));
    check_all(&model, options_of(3, false));
    free_model(&model);
}

static void test_allow_and_deny(void **state)
{
    (void)state;
    palate_model model = make_model((shape){19, 2500, 17, COARSE, 4});
    uint32_t many[2500];
    for (uint32_t r = 0; r < 2500; r++)
        many[r] = draw(9, r, 0) % 2500;
    static const uint32_t few[] = {900, 3, 3, 2499, 0, 900, 77};
    palate_recommend_options options = options_of(10, false);
    options.allow = few;
    options.allow_count = 7;
    check_all(&model, options);
    options.deny = few + 2;
    options.deny_count = 3;
    check_all(&model, options);
    options.allow = many;
    options.allow_count = 2500;
    check_all(&model, options);
    options.allow = NULL;
    options.allow_count = 0;
    check_all(&model, options);
    options.deny = many;
    options.deny_count = 2500;
    options.include_seen = true;
    check_all(&model, options);
    options.allow = few;
    options.allow_count = 0;
    check_all(&model, options);
    free_model(&model);
}

/* One user on many threads: no task is empty. */
static void test_one_user_many_threads(void **state)
{
    (void)state;
    palate_model model = make_model((shape){1, 50, 3, RANDOM, 2});
    check_all(&model, options_of(5, false));
    free_model(&model);
}

static void refuse(const palate_model *model, uint32_t user,
                   const palate_recommend_options *options, const char *named)
{
    uint32_t items[64];
    float scores[64];
    uint32_t counts[1];
    palate_error err = {0};
    assert_int_equal(palate_model_recommend(model, &user, 1, options, items, scores, counts, &err),
                     PALATE_E_INVALID);
    assert_int_equal(err.status, PALATE_E_INVALID);
    assert_non_null(strstr(err.message, named));
}

static void test_what_is_not_there_is_refused(void **state)
{
    (void)state;
    palate_model model = make_model((shape){3, 40, 3, RANDOM, 2});
    palate_recommend_options options = options_of(10, false);
    static const uint32_t rows[] = {5, 40, PALATE_NO_ROW};
    refuse(NULL, 0, &options, "model");
    refuse(&model, 3, &options, "users[0]");
    options.allow = rows;
    options.allow_count = 2;
    refuse(&model, 0, &options, "allow[1]");
    options.allow = rows + 2;
    options.allow_count = 1;
    refuse(&model, 0, &options, "allow[0]");
    options.allow = NULL;
    refuse(&model, 0, &options, "allow");
    options.allow_count = 0;
    options.deny = rows;
    options.deny_count = 3;
    refuse(&model, 0, &options, "deny[1]");
    options = options_of(0, false);
    refuse(&model, 0, &options, "count");
    options = options_of(1000001, false);
    refuse(&model, 0, &options, "count");
    options = options_of(1, false);
    options.threads = -1;
    refuse(&model, 0, &options, "threads");
    free_model(&model);
}

/* inf - inf is no score; inf is one. */
static void test_factors_that_overflow(void **state)
{
    (void)state;
    palate_model model = make_model((shape){1, 40, 3, RANDOM, 0});
    float *factors = palate__writable(model.items.factors);
    float *offsets = palate__writable(model.items.offsets);
    float *user_factors = palate__writable(model.users.factors);
    float *user_offset = palate__writable(model.users.offsets);
    for (int f = 0; f < 3; f++)
        user_factors[f] = factors[7 * 3 + f] = factors[9 * 3 + f] = 1e30F;
    *user_offset = offsets[7] = -3e38F;
    palate_recommend_options options = options_of(40, false);
    answer got = make_answer(1, 40);
    uint32_t user = 0;
    assert_int_equal(
        palate_model_recommend(&model, &user, 1, &options, got.items, got.scores, got.counts, NULL),
        PALATE_OK);
    assert_int_equal(got.counts[0], 39);
    assert_int_equal(got.items[0], 9);
    for (size_t r = 1; r < 39; r++) {
        assert_int_not_equal(got.items[r], 7);
        assert_true(got.scores[r - 1] >= got.scores[r]);
    }
    free_answer(&got);
    free_model(&model);
}

static void test_option_names(void **state)
{
    (void)state;
    const palate_option_table *table = palate_recommend_options_table();
    palate_recommend_options options;
    memset(&options, 0xDD, sizeof options);
    palate_recommend_options_init(&options);
    assert_int_equal(options.count, 10);
    assert_false(options.include_seen);
    assert_int_equal(options.threads, 0);
    assert_null(options.allow);
    assert_null(options.deny);
    assert_int_equal(options.allow_count + options.deny_count, 0);
    static const char *const names[] = {"count", "n", "top"};
    for (int i = 0; i < 3; i++) {
        char text[2] = {(char)('3' + i), '\0'};
        assert_int_equal(palate_options_set(table, &options, names[i], text, NULL), PALATE_OK);
        assert_int_equal(options.count, 3 + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_the_reference),
        cmocka_unit_test(test_many_blocks),
        cmocka_unit_test(test_equal_items_come_by_id),
        cmocka_unit_test(test_zero_users_and_zero_factors),
        cmocka_unit_test(test_all_seen_but_three),
        cmocka_unit_test(test_allow_and_deny),
        cmocka_unit_test(test_one_user_many_threads),
        cmocka_unit_test(test_what_is_not_there_is_refused),
        cmocka_unit_test(test_factors_that_overflow),
        cmocka_unit_test(test_option_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
