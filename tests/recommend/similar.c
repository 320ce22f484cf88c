/* SPDX-License-Identifier: Apache-2.0 */
/* Who is alike: what the definition says, taken literally; the same wherever a model has its zero and
 * its scale. */
#include "palate/similar.h"

enum { M = 12, N = 9, K = 3 };

#include "recommend/given.h"

typedef struct found {
    uint32_t rows[M];
    double values[M];
    size_t count;
} found;

static found similar_to(const palate_model *model, uint32_t row, int side, int measure)
{
    found made;
    palate_error err;
    palate_similar_options options;
    palate_similar_options_init(&options);
    options.side = side;
    options.measure = measure;
    options.count = M;
    if (palate_model_similar(model, row, &options, made.rows, made.values, &made.count, &err) !=
        PALATE_OK)
        fail_msg("%s", err.message);
    return made;
}

/* ---- By the definition ---- */

static void mean_of(const float *rows, size_t count, double mean[K])
{
    for (size_t f = 0; f < K; f++) {
        mean[f] = 0.0;
        for (size_t row = 0; row < count; row++)
            mean[f] += (double)rows[row * K + f] / (double)count;
    }
}

static double defined(const float *own, size_t own_count, const float *other, size_t other_count,
                      uint32_t a, uint32_t b, int measure)
{
    double mean[K];
    double typical[K];
    double product = 0.0;
    double left = 0.0;
    double right = 0.0;
    double distance = 0.0;
    mean_of(other, other_count, mean);
    mean_of(own, own_count, typical);
    for (size_t f = 0; f < K; f++) {
        double variance = 0.0;
        for (size_t row = 0; row < other_count; row++)
            variance += pow((double)other[row * K + f] - mean[f], 2.0) / (double)other_count;
        const double of_a = sqrt(variance) * ((double)own[a * K + f] - typical[f]);
        const double of_b = sqrt(variance) * ((double)own[b * K + f] - typical[f]);
        product += of_a * of_b;
        left += of_a * of_a;
        right += of_b * of_b;
        distance += (of_a - of_b) * (of_a - of_b);
    }
    return measure == PALATE_SIMILAR_COSINE ? product / sqrt(left * right) : sqrt(distance);
}

static void the_nearest_are_those_of_the_definition(void **state)
{
    (void)state;
    given made;
    fill(&made);
    palate_model *model = model_of(&made);
    for (int variant = 0; variant < 4; variant++) {
        const int side = variant / 2;
        const int measure = variant % 2;
        const bool items = side == PALATE_SIMILAR_ITEMS;
        const float *own = items ? made.items : made.users;
        const float *other = items ? made.users : made.items;
        const uint32_t rows = items ? N : M;
        const uint32_t others = items ? M : N;
        for (uint32_t row = 0; row < rows; row++) {
            const found near = similar_to(model, row, side, measure);
            assert_int_equal(near.count, rows - 1);
            for (size_t place = 0; place < near.count; place++) {
                const double value = defined(own, rows, other, others, row, near.rows[place],
                                             measure);
                assert_int_not_equal(near.rows[place], row);
                assert_true(fabs(value - near.values[place]) <= 1e-6);
                if (place > 0 && measure == PALATE_SIMILAR_COSINE)
                    assert_true(near.values[place] <= near.values[place - 1]);
                if (place > 0 && measure == PALATE_SIMILAR_EUCLIDEAN)
                    assert_true(near.values[place] >= near.values[place - 1]);
            }
        }
    }
    palate_model_free(model);
}

static void factors_add_up(void **state)
{
    (void)state;
    given made;
    fill(&made);
    palate_model *model = model_of(&made);
    palate_similar_options options;
    palate_error err;
    palate_similar_options_init(&options);
    for (int measure = 0; measure < 2; measure++) {
        options.measure = measure;
        const found near = similar_to(model, 4, PALATE_SIMILAR_ITEMS, measure);
        for (size_t place = 0; place < near.count; place++) {
            double factors[K];
            assert_int_equal(
                palate_model_shared(model, 4, near.rows[place], &options, factors, &err),
                PALATE_OK);
            const double sum = factors[0] + factors[1] + factors[2];
            const double value = near.values[place];
            assert_true(fabs(sum - (measure == PALATE_SIMILAR_COSINE ? value : value * value)) <=
                        1e-12);
        }
    }
    palate_model_free(model);
}

static void zero_and_scale_play_no_part(void **state)
{
    (void)state;
    given made;
    fill(&made);
    palate_model *here = model_of(&made);
    for (uint32_t e = 0; e < M * K; e++)
        made.users[e] = made.users[e] * 4.0F + 1.0F;
    for (uint32_t e = 0; e < N * K; e++)
        made.items[e] = made.items[e] / 4.0F + 0.5F;
    palate_model *there = model_of(&made);
    for (uint32_t row = 0; row < N; row++)
        for (int measure = 0; measure < 2; measure++) {
            const found a = similar_to(here, row, PALATE_SIMILAR_ITEMS, measure);
            const found b = similar_to(there, row, PALATE_SIMILAR_ITEMS, measure);
            assert_memory_equal(a.rows, b.rows, a.count * sizeof a.rows[0]);
            for (size_t place = 0; place < a.count; place++)
                assert_true(fabs(a.values[place] - b.values[place]) <= 1e-5);
        }
    palate_model_free(here);
    palate_model_free(there);
}

static void equal_ones_are_ordered_by_id(void **state)
{
    (void)state;
    given made;
    fill(&made);
    for (uint32_t row = 1; row < N; row++)
        memcpy(made.items + row * K, made.items, K * sizeof(float));
    made.items[0] += 1.0F; /* One item apart, all others alike. */
    palate_model *model = model_of(&made);
    const found near = similar_to(model, 0, PALATE_SIMILAR_ITEMS, PALATE_SIMILAR_EUCLIDEAN);
    for (size_t place = 1; place < near.count; place++)
        assert_true(strcmp(palate_model_item_id(model, near.rows[place - 1]),
                           palate_model_item_id(model, near.rows[place])) < 0);
    palate_model_free(model);
}

static void what_has_no_direction_has_no_cosine(void **state)
{
    (void)state;
    given made;
    fill(&made);
    for (uint32_t e = 0; e < N * K; e++)
        made.items[e] = 0.5F; /* All typical. */
    palate_model *model = model_of(&made);
    assert_int_equal(similar_to(model, 0, PALATE_SIMILAR_ITEMS, PALATE_SIMILAR_COSINE).count, 0);
    const found near = similar_to(model, 0, PALATE_SIMILAR_ITEMS, PALATE_SIMILAR_EUCLIDEAN);
    assert_int_equal(near.count, N - 1);
    assert_true(near.values[N - 2] == 0.0);
    double factors[K];
    palate_error err;
    assert_int_equal(palate_model_shared(model, 0, 1, NULL, factors, &err), PALATE_OK);
    assert_true(factors[0] == 0.0 && factors[1] == 0.0 && factors[2] == 0.0);
    palate_model_free(model);
}

static void support_leaves_out_those_with_few_ratings(void **state)
{
    (void)state;
    triples *made = stars(50, 40, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate_model *model = train(ratings, NULL);
    palate_similar_options options;
    palate_similar_options_init(&options);
    options.count = 40;
    size_t before = SIZE_MAX;
    for (options.support = 0; options.support <= 20; options.support++) {
        uint32_t rows[40];
        double values[40];
        size_t count = 0;
        palate_error err;
        assert_int_equal(palate_model_similar(model, 3, &options, rows, values, &count, &err),
                         PALATE_OK);
        assert_true(count <= before);
        before = count;
        for (size_t place = 0; place < count; place++)
            assert_true(palate_ratings_of_item(ratings, rows[place]).count >= options.support);
    }
    assert_true(before < 20);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    given made;
    fill(&made);
    palate_model *model = model_of(&made);
    uint32_t rows[10];
    double values[10];
    double factors[K];
    size_t count = 9;
    palate_error err;
    palate_similar_options options;
    palate_similar_options_init(&options);
    assert_int_equal(palate_model_similar(model, N, NULL, rows, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(count, 0);
    assert_int_equal(palate_model_similar(model, PALATE_NO_ROW, NULL, rows, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_similar(NULL, 0, NULL, rows, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_similar(model, 0, NULL, NULL, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_similar(model, 0, NULL, rows, NULL, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_similar(model, 0, NULL, rows, values, NULL, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_shared(model, 0, N, NULL, factors, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_shared(model, 0, 1, NULL, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_shared(NULL, 0, 1, NULL, factors, &err), PALATE_E_INVALID);
    options.measure = 2;
    assert_int_equal(palate_model_similar(model, 0, &options, rows, values, &count, &err),
                     PALATE_E_INVALID);
    options.measure = 0;
    options.side = -1;
    assert_int_equal(palate_model_shared(model, 0, 1, &options, factors, &err), PALATE_E_INVALID);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_are_those_of_the_definition),
        cmocka_unit_test(factors_add_up),
        cmocka_unit_test(zero_and_scale_play_no_part),
        cmocka_unit_test(equal_ones_are_ordered_by_id),
        cmocka_unit_test(what_has_no_direction_has_no_cosine),
        cmocka_unit_test(support_leaves_out_those_with_few_ratings),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
