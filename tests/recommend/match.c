/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of a model beside those of another: a permutation is found, and figures are those of the definition. */
#include "palate/factors.h"

enum { M = 9, N = 30, K = 5 };

#include "recommend/given.h"

static void a_permutation_and_a_scale_change_nothing(void **state)
{
    (void)state;
    given one;
    given other;
    palate_factor_match found[K];
    palate_error err;
    fill(&one);
    other = one;
    for (uint32_t row = 0; row < M + N; row++)
        other.ids[row] = other.texts[row];
    for (uint32_t row = 0; row < N; row++)
        for (uint32_t f = 0; f < K; f++)
            other.items[row * K + (f * 2 + 1) % K] = 3.0F * one.items[row * K + f];
    palate_model *a = model_of(&one);
    palate_model *b = model_of(&other);
    assert_int_equal(palate_model_match_factors(a, b, found, &err), PALATE_OK);
    for (uint32_t f = 0; f < K; f++) {
        assert_int_equal(found[f].factor, (f * 2 + 1) % K);
        assert_true(fabs(found[f].cosine - 1.0) <= 1e-6);
        assert_true(fabs(found[f].correlation - 1.0) <= 1e-6);
    }
    palate_model_free(a);
    palate_model_free(b);
}

/* Items that only one model knows play no part; constant columns are like nothing. */
static void figures_are_those_of_common_items(void **state)
{
    (void)state;
    given one;
    given other;
    palate_factor_match found[K];
    palate_error err;
    fill(&one);
    other = one;
    for (uint32_t row = 0; row < M + N; row++)
        other.ids[row] = other.texts[row];
    for (uint32_t row = 0; row < N; row++) {
        other.items[row * K + 4] = 0.5F;
        if (row >= 20) { /* Another item, with wild numbers. */
            other.texts[M + row][0] = 'x';
            other.items[row * K] = 1000.0F;
        }
    }
    palate_model *a = model_of(&one);
    palate_model *b = model_of(&other);
    assert_int_equal(palate_model_match_factors(a, b, found, &err), PALATE_OK);
    double product = 0.0;
    double square = 0.0;
    for (uint32_t row = 0; row < 20; row++) {
        product += 0.5 * (double)one.items[row * K + 4];
        square += (double)one.items[row * K + 4] * (double)one.items[row * K + 4];
    }
    for (uint32_t f = 0; f < K; f++)
        assert_int_equal(found[f].factor, f);
    assert_true(fabs(found[0].correlation - 1.0) <= 1e-6);
    assert_true(found[4].correlation == 0.0);
    assert_true(fabs(found[4].cosine - product / sqrt(square * 20 * 0.25)) <= 1e-6);
    palate_model_free(a);
    palate_model_free(b);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    given one;
    given other;
    palate_factor_match found[K];
    palate_error err;
    fill(&one);
    fill(&other);
    for (uint32_t row = 0; row < N; row++)
        other.texts[M + row][0] = 'x';
    palate_model *a = model_of(&one);
    palate_model *b = model_of(&other);
    palate_factors fewer = {.user_count = M,
                            .item_count = N,
                            .factor_count = K - 1,
                            .user_factors = one.users,
                            .item_factors = one.items,
                            .user_ids = one.ids,
                            .item_ids = one.ids + M};
    palate_model *c = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &fewer, &c, &err), PALATE_OK);
    assert_int_equal(palate_model_match_factors(a, b, found, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "no item in common"));
    assert_int_equal(palate_model_match_factors(a, c, found, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "5 factors, the other 4"));
    assert_int_equal(palate_model_match_factors(NULL, b, found, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_match_factors(a, NULL, found, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_match_factors(a, b, NULL, &err), PALATE_E_INVALID);
    palate_model_free(a);
    palate_model_free(b);
    palate_model_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_permutation_and_a_scale_change_nothing),
        cmocka_unit_test(figures_are_those_of_common_items),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
