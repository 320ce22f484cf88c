/* SPDX-License-Identifier: Apache-2.0 */
/* The offsets are where the objective is least, and the regularization is near what the spread of
 * planted offsets asks for. */
#include "evaluate/bias.h"

#include "base/random.h"
#include "evaluate/support.h"

static palate__bias fit(const palate_ratings *ratings, int threads)
{
    palate__bias fitted;
    palate_error err = {.message = ""};
    if (palate__bias_fit(NULL, ratings, threads, &fitted, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return fitted;
}

/* At the minimum, a row's residuals add up to lambda times its offset. */
static void check_rows(const palate__matrix *matrix, double mean, double lambda,
                       const double *offsets, const double *other)
{
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        double sum = 0;
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++)
            sum += (double)matrix->values[e] - mean - offsets[row] - other[matrix->columns[e]];
        assert_true(fabs(sum - lambda * offsets[row]) < 1e-4);
    }
}

static void check_minimum(const palate_ratings *ratings)
{
    palate__bias fitted = fit(ratings, 2);
    check_close(fitted.mean, palate_ratings_report(ratings)->mean);
    check_rows(&ratings->by_user, fitted.mean, fitted.user_lambda, fitted.users, fitted.items);
    check_rows(&ratings->by_item, fitted.mean, fitted.item_lambda, fitted.items, fitted.users);
    palate__bias_end(NULL, &fitted);
}

static void test_gradient_is_zero(void **state)
{
    (void)state;
    palate_ratings *ratings = train_ratings();
    check_minimum(ratings);
    palate_ratings_free(ratings);
}

static void test_any_threads(void **state)
{
    (void)state;
    palate_ratings *ratings = train_ratings();
    palate__bias one = fit(ratings, 1);
    palate__bias many = fit(ratings, 5);
    assert_true(one.user_lambda == many.user_lambda && one.item_lambda == many.item_lambda);
    assert_memory_equal(one.users, many.users, ratings->users.count * sizeof *one.users);
    assert_memory_equal(one.items, many.items, ratings->items.count * sizeof *one.items);
    palate__bias_end(NULL, &one);
    palate__bias_end(NULL, &many);
    palate_ratings_free(ratings);
}

/* ---- Planted offsets: the best lambda of a side is the noise's variance over the offsets' ---- */

static double user_spread, item_spread;
enum { NOISE = 1 };

static float normal(uint32_t stream, uint32_t row, uint32_t column)
{
    float four[4];
    palate__normal4(palate__random(5, PALATE__RANDOM_SYNTH, stream, row, column), four);
    return four[0];
}

static float planted(int i, int j)
{
    return (float)(3 + user_spread * (double)normal(100, (uint32_t)i, 0) +
                   item_spread * (double)normal(101, (uint32_t)j, 0) +
                   NOISE * (double)normal(102, (uint32_t)i, (uint32_t)j));
}

static bool one_in_three(int i, int j)
{
    return (i * 13 + j * 7) % 3 == 0;
}

/* A row has 30 to 50 ratings: a lambda of a few is hardly felt, and may as well be none. */
static void check_lambda(double chosen, double wanted)
{
    assert_true(chosen <= 8 * wanted);
    assert_true(chosen >= wanted / 8 || wanted < 5);
}

static void check_planted(double users, double items)
{
    user_spread = users;
    item_spread = items;
    palate_ratings *ratings = ratings_of(one_in_three, planted, false);
    palate__bias fitted = fit(ratings, 0);
    check_lambda(fitted.user_lambda, NOISE / (users * users));
    check_lambda(fitted.item_lambda, NOISE / (items * items));
    palate__bias_end(NULL, &fitted);
    check_minimum(ratings);
    palate_ratings_free(ratings);
}

static void test_regularization_fits_the_spread(void **state)
{
    (void)state;
    check_planted(0.2, 1);
    check_planted(1, 0.2);
    check_planted(0.3, 0.3);
    check_planted(0.7, 0.7);
}

/* ---- Hardly any ratings ---- */

static bool only_one(int i, int j)
{
    return i == 0 && j == 0;
}

static bool only_two(int i, int j)
{
    return i < 2 && j == 0;
}

static void test_hardly_any_ratings(void **state)
{
    (void)state;
    bool (*const cells[])(int, int) = {only_one, only_two};
    for (size_t c = 0; c < 2; c++) {
        palate_ratings *ratings = ratings_of(cells[c], stars, false);
        palate__bias fitted = fit(ratings, 1);
        for (uint32_t i = 0; i < ratings->users.count; i++)
            assert_true(isfinite(fitted.users[i]));
        assert_true(isfinite(fitted.items[0]));
        palate__bias_end(NULL, &fitted);
        palate_ratings_free(ratings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient_is_zero),
        cmocka_unit_test(test_any_threads),
        cmocka_unit_test(test_regularization_fits_the_spread),
        cmocka_unit_test(test_hardly_any_ratings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
