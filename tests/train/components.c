/* SPDX-License-Identifier: Apache-2.0 */
/* Variance components: those planted come back, and nothing is estimated from nothing. */
#include "train/components.h"

#include "base/random.h"

#include "train/support.h"

static palate__components estimate(const palate_ratings *ratings, int threads)
{
    palate_error err = {0};
    palate__components out;
    const palate__components_input input = {
        NULL,
        &ratings->by_user,
        &ratings->by_item,
        ratings->report.mean,
        ratings->report.scale.high - ratings->report.scale.low,
        threads,
    };
    if (palate__components_estimate(&input, &out, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return out;
}

static double normal(uint32_t a, uint32_t b)
{
    float four[4];
    palate__normal4(palate__random(1, PALATE__RANDOM_SYNTH, 0, a, b), four);
    return (double)four[0];
}

/* r = 3 + b_u + c_i + e with deviations .6, .3 and 1. */
static triples *additive(uint32_t users, uint32_t items, double density)
{
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t i = 0; i < users; i++)
        for (uint32_t j = 0; j < items; j++)
            if (made_up(i * 7919U + j, 3) < density)
                add(made, i, j,
                    3.0 + 0.6 * normal(i, 41) + 0.3 * normal(j, 91) + normal(i * 1009U + j, 7));
    return made;
}

/* Of the numbers planted themselves. */
static double planted_deviation(uint32_t count, uint32_t key, double scale)
{
    double sum = 0.0;
    double squares = 0.0;
    for (uint32_t row = 0; row < count; row++) {
        double value = scale * normal(row, key);
        sum += value;
        squares += value * value;
    }
    return sqrt(squares / count - sum / count * (sum / count));
}

static void test_planted_variances_come_back(void **unused)
{
    (void)unused;
    triples *made = additive(400, 300, 0.15);
    palate_ratings *ratings = ratings_of(made, false);
    palate__components found = estimate(ratings, 1);
    assert_true(fabs(found.deviation - 1.0) < 0.03);
    double users = found.deviation / sqrt(found.users.lambda);
    double items = found.deviation / sqrt(found.items.lambda);
    assert_true(fabs(users - planted_deviation(400, 41, 0.6)) < 0.03);
    assert_true(fabs(items - planted_deviation(300, 91, 0.3)) < 0.03);
    palate__components_free(NULL, &found);
    palate_ratings_free(ratings);
    free(made);
}

static void test_threads_leave_no_trace(void **unused)
{
    (void)unused;
    triples *made = additive(400, 300, 0.15);
    palate_ratings *ratings = ratings_of(made, false);
    palate__components one = estimate(ratings, 1);
    palate__components three = estimate(ratings, 3);
    assert_true(one.deviation == three.deviation && one.users.lambda == three.users.lambda);
    assert_memory_equal(one.users.biases, three.users.biases, ratings->users.count * sizeof(float));
    palate__components_free(NULL, &one);
    palate__components_free(NULL, &three);
    palate_ratings_free(ratings);
    free(made);
}

/* The estimate moves with the scale, and strengths do not. */
static void test_scale_does_not_matter(void **unused)
{
    (void)unused;
    triples *made = additive(200, 100, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate__components narrow = estimate(ratings, 1);
    for (size_t e = 0; e < made->count; e++)
        made->ratings[e] = 8.0F * made->ratings[e] - 16.0F;
    palate_ratings *wide_ratings = ratings_of(made, false);
    palate__components wide = estimate(wide_ratings, 1);
    assert_true(fabs(wide.deviation - 8.0 * narrow.deviation) < 1e-4);
    assert_true(fabs(wide.users.lambda - narrow.users.lambda) < 1e-3);
    palate__components_free(NULL, &narrow);
    palate__components_free(NULL, &wide);
    palate_ratings_free(ratings);
    palate_ratings_free(wide_ratings);
    free(made);
}

static void assert_sound(const palate__components *found)
{
    assert_true(isfinite(found->deviation) && found->deviation > 0.0);
    assert_true(isfinite(found->users.lambda) && found->users.lambda > 0.0);
    assert_true(isfinite(found->items.lambda) && found->items.lambda > 0.0);
    assert_true(isfinite(found->users.mean) && isfinite(found->items.mean));
}

static void test_one_rating_and_equal_ratings_are_sound(void **unused)
{
    (void)unused;
    for (uint32_t users = 1; users <= 50; users += 49) {
        triples *made = calloc(1, sizeof *made);
        assert_non_null(made);
        for (uint32_t i = 0; i < users; i++)
            add(made, i, i % 7, 4.0);
        palate_ratings *ratings = ratings_of(made, false);
        palate__components found = estimate(ratings, 1);
        assert_sound(&found);
        assert_true(fabs((double)found.users.biases[0] + (double)found.items.biases[0]) < 1e-6);
        palate__components_free(NULL, &found);
        palate_ratings_free(ratings);
        free(made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted_variances_come_back),
        cmocka_unit_test(test_threads_leave_no_trace),
        cmocka_unit_test(test_scale_does_not_matter),
        cmocka_unit_test(test_one_rating_and_equal_ratings_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
