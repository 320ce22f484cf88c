/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_draw(const uint32_t counter[4], uint64_t seed, const uint32_t expected[4])
{
    palate__random4 drawn = palate__random(seed, (palate__purpose)counter[0], counter[1],
                                           counter[2], counter[3]);
    for (int i = 0; i < 4; i++)
        assert_int_equal(drawn.word[i], expected[i]);
}

/* The known answers of philox4x32 with 10 rounds in kat_vectors of Random123. */
static void test_known_answers(void **state)
{
    (void)state;
    assert_draw((const uint32_t[]){0, 0, 0, 0}, 0,
                (const uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    assert_draw((const uint32_t[]){0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, UINT64_MAX,
                (const uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    assert_draw((const uint32_t[]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                0x299f31d0a4093822,
                (const uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

/* Every part of the counter and both halves of the seed matter. */
static void test_all_parts_matter(void **state)
{
    (void)state;
    const palate__random4 base = palate__random(1, PALATE__RANDOM_INIT_USERS, 2, 3, 4);
    const palate__random4 others[] = {
        palate__random(2, PALATE__RANDOM_INIT_USERS, 2, 3, 4),
        palate__random(1 | (uint64_t)1 << 32, PALATE__RANDOM_INIT_USERS, 2, 3, 4),
        palate__random(1, PALATE__RANDOM_INIT_ITEMS, 2, 3, 4),
        palate__random(1, PALATE__RANDOM_INIT_USERS, 3, 3, 4),
        palate__random(1, PALATE__RANDOM_INIT_USERS, 2, 4, 4),
        palate__random(1, PALATE__RANDOM_INIT_USERS, 2, 3, 5),
    };
    for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
        for (int i = 0; i < 4; i++)
            assert_int_not_equal(others[o].word[i], base.word[i]);
}

static void test_uniform_range(void **state)
{
    (void)state;
    assert_true(palate__uniform(0) == 0.0F);
    assert_true(palate__uniform(UINT32_MAX) < 1.0F);
    assert_true(palate__uniform(0x80000000U) == 0.5F);
    assert_true(palate__uniform_double(0) == 0.0);
    assert_true(palate__uniform_double(UINT32_MAX) < 1.0);
    assert_true(palate__uniform_double(0x80000000U) == 0.5);
}

enum { DRAWS = 1 << 16 };

/* Mean and variance within five standard errors of those of U(0, 1): 1/2 and 1/12. */
static void test_uniform_moments(void **state)
{
    (void)state;
    const double count = 4.0 * DRAWS;
    double sum = 0.0;
    double squares = 0.0;
    for (uint32_t row = 0; row < DRAWS; row++) {
        palate__random4 drawn = palate__random(42, PALATE__RANDOM_SYNTH, 0, row, 0);
        for (int i = 0; i < 4; i++) {
            double x = (double)palate__uniform(drawn.word[i]) - 0.5;
            sum += x;
            squares += x * x;
        }
    }
    assert_true(fabs(sum / count) < 5.0 * sqrt(1.0 / 12.0 / count));
    assert_true(fabs(squares / count - 1.0 / 12.0) < 5.0 * sqrt(1.0 / 180.0 / count));
}

/* Moments and tail of the standard normal, within five standard errors; all finite. */
static void test_normal(void **state)
{
    (void)state;
    const double count = 4.0 * DRAWS;
    double sum = 0.0;
    double squares = 0.0;
    double beyond_two = 0.0;
    for (uint32_t row = 0; row < DRAWS; row++) {
        float normal[4];
        palate__normal4(palate__random(43, PALATE__RANDOM_SYNTH, 0, row, 0), normal);
        for (int i = 0; i < 4; i++) {
            assert_true(isfinite(normal[i]));
            sum += (double)normal[i];
            squares += (double)normal[i] * (double)normal[i];
            beyond_two += fabsf(normal[i]) > 2.0F;
        }
    }
    const double tail = 0.0455002639;
    assert_true(fabs(sum / count) < 5.0 / sqrt(count));
    assert_true(fabs(squares / count - 1.0) < 5.0 * sqrt(2.0 / count));
    assert_true(fabs(beyond_two / count - tail) < 5.0 * sqrt(tail / count));
}

/* The words at the ends of their range give finite numbers, too. */
static void test_normal_of_extreme_words(void **state)
{
    (void)state;
    static const uint32_t words[] = {0, 1, UINT32_MAX};
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            float normal[4];
            palate__normal4((palate__random4){{words[a], words[b], words[b], words[a]}}, normal);
            for (int i = 0; i < 4; i++)
                assert_true(isfinite(normal[i]) && fabsf(normal[i]) < 10.0F);
        }
    }
}

/* Each number is where the distribution reaches its word. */
static void test_normal_is_the_quantile_of_its_word(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < DRAWS; row++) {
        float normal[4];
        palate__random4 drawn = palate__random(44, PALATE__RANDOM_SYNTH, 0, row, 0);
        palate__normal4(drawn, normal);
        for (int i = 0; i < 4; i++) {
            double reached = 0.5 * erfc(-(double)normal[i] * sqrt(0.5));
            double expected = ((double)drawn.word[i] + 0.5) * 0x1.0p-32;
            assert_true(fabs(reached - expected) < 2e-7);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_all_parts_matter),
        cmocka_unit_test(test_uniform_range),
        cmocka_unit_test(test_uniform_moments),
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_normal_of_extreme_words),
        cmocka_unit_test(test_normal_is_the_quantile_of_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
