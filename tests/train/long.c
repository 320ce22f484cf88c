/* SPDX-License-Identifier: Apache-2.0 */
/* Rows with very many ratings: the update by sums is the update by a panel. */
#include "train/long.h"

#include "train/support.h"

enum { THREADS = 3, ROWS = 200, COUNT_MAX = 3000, STRIDE = 32, FACTORS = 20 };

typedef struct example {
    palate__training training;
    palate__row_problem problem;
    palate__row_noise noise;
    float *fixed, *lambda, *x, *away, *normals;
    uint32_t columns[COUNT_MAX];
    float ratings[COUNT_MAX], doubts[ROWS];
} example;

static float *aligned_floats(size_t count)
{
    float *memory = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    assert_non_null(memory);
    return memory;
}

static float between(float low, float high, uint32_t a, uint32_t b)
{
    return low + (high - low) * (float)made_up(a, b);
}

static void fill_rows(example *made, bool with_bias)
{
    for (uint32_t f = 0; f < STRIDE; f++) {
        const bool used = f <= FACTORS && (f > 0 || with_bias);
        made->lambda[f] = f == 0 ? 3.0F : 2.0F;
        made->x[f] = used ? between(-0.2F, 0.8F, f, 1) : 0.0F;
        made->away[f] = used ? made->x[f] - between(-0.1F, 0.3F, f, 2) : 0.0F;
        made->normals[f] = used ? between(-1.5F, 1.5F, f, 3) : 0.0F;
        for (uint32_t row = 0; row < ROWS; row++)
            made->fixed[row * STRIDE + f] = used ? between(-0.2F, 0.9F, row, 10 + f) : 0.0F;
    }
}

static void make_example(example *made, size_t count, bool with_bias)
{
    const size_t scratch = 1 << 17;
    palate_error err = {0};
    *made = (example){.training = {.kernels = palate__kernels_get(),
                                   .stride = STRIDE,
                                   .scratch = aligned_floats(THREADS * scratch),
                                   .scratch_floats = scratch}};
    assert_int_equal(palate__long_begin(&made->training, &err), PALATE_OK);
    made->fixed = aligned_floats((size_t)ROWS * STRIDE);
    made->lambda = aligned_floats(STRIDE);
    made->x = aligned_floats(STRIDE);
    made->away = aligned_floats(STRIDE);
    made->normals = aligned_floats(STRIDE);
    fill_rows(made, with_bias);
    for (uint32_t row = 0; row < ROWS; row++)
        made->doubts[row] = between(0.0F, 0.5F, row, 6);
    for (uint32_t e = 0; e < count; e++) {
        made->columns[e] = (e * 7919U + 13U) % ROWS;
        made->ratings[e] = between(1.0F, 5.0F, e, 5);
    }
    made->problem = (palate__row_problem){
        .fixed = made->fixed,
        .stride = STRIDE,
        .coordinate_count = FACTORS + 1,
        .columns = made->columns,
        .ratings = made->ratings,
        .count = count,
        .shift = 3.5F,
        .gain = 0.8F,
        .lambda = made->lambda,
        .doubts = with_bias ? made->doubts : NULL,
        .bound = -0.2F,
        .relaxation = 1.0F,
        .fit_bias = with_bias,
    };
}

static void free_example(example *made)
{
    palate__release(NULL, made->training.long_sums);
    free(made->training.scratch);
    free(made->fixed);
    free(made->lambda);
    free(made->x);
    free(made->away);
    free(made->normals);
}

/* A number a little above the least there may be. */
static float just_above(void *random, size_t f, float low)
{
    (void)random;
    (void)f;
    return low + 0.125F;
}

static void check(size_t count, bool with_bias, bool with_noise, float relaxation)
{
    example *made = malloc(sizeof *made);
    assert_non_null(made);
    make_example(made, count, with_bias);
    palate__row_problem *p = &made->problem;
    made->noise = (palate__row_noise){0.7F, made->normals, just_above, NULL};
    p->noise = with_noise ? &made->noise : NULL;
    p->relaxation = relaxation;
    float x[STRIDE], away[STRIDE], first[STRIDE];
    palate__row_sums expected = {0.0, 0.0, 0.0}, first_sums = expected;
    for (int threads = 0; threads <= THREADS; threads++) {
        float *now = aligned_floats(STRIDE);
        float *from = aligned_floats(STRIDE);
        memcpy(now, made->x, sizeof x);
        memcpy(from, made->away, sizeof away);
        made->training.threads = threads;
        if (threads == 0) {
            float *scratch = aligned_floats(
                made->training.kernels->row_update_scratch(STRIDE, count) + 16);
            expected = made->training.kernels->row_update(p, now, from, scratch);
            memcpy(x, now, sizeof x);
            memcpy(away, from, sizeof away);
            free(scratch);
        } else {
            const palate__row_sums found = palate__long_update(&made->training, p, now, from);
            assert_true(fabs(found.squared_error - expected.squared_error) <=
                        1e-5 * (1.0 + expected.squared_error));
            assert_true(fabs(found.doubt - expected.doubt) <= 1e-5 * expected.doubt);
            assert_true(fabs(found.squares - expected.squares) <= 1e-5 * expected.squares);
            for (size_t f = 0; f < STRIDE; f++) {
                assert_true(fabsf(now[f] - x[f]) <= 3e-5F);
                assert_true(fabsf(from[f] - away[f]) <= 3e-5F);
                assert_true(f == 0 || now[f] >= p->bound);
            }
            if (threads == 1) {
                memcpy(first, now, sizeof first);
                first_sums = found;
            }
            assert_memory_equal(now, first, sizeof first);
            assert_memory_equal(&found, &first_sums, sizeof found);
        }
        free(now);
        free(from);
    }
    free_example(made);
    free(made);
}

static void test_sums_do_what_a_panel_does(void **unused)
{
    (void)unused;
    static const size_t counts[] = {0, 1, 5, 16, 127, 128, 129, 1000, 2047, 2048, 2049, COUNT_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check(counts[i], true, false, 1.0F);
        check(counts[i], true, true, 1.0F);
        check(counts[i], false, false, 1.3F);
    }
}

/* ---- A run ---- */

enum { FANS = PALATE__LONG_ROW + 1000, OTHERS = 7 };

/* All rate one item, and each another. */
static palate_ratings *one_hit(void)
{
    char(*ids)[ID_BYTES] = calloc(FANS, sizeof *ids);
    const char **users = calloc(2 * (size_t)FANS, sizeof *users);
    const char **items = calloc(2 * (size_t)FANS, sizeof *items);
    float *values = calloc(2 * (size_t)FANS, sizeof *values);
    palate_rating_arrays arrays = {0, users, items, values, NULL};
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    assert_non_null(ids);
    assert_non_null(users);
    assert_non_null(items);
    assert_non_null(values);
    for (uint32_t i = 0; i < FANS; i++) {
        snprintf(ids[i], ID_BYTES, "%u", i);
        for (uint32_t j = 0; j < 2; j++) {
            users[arrays.count] = ids[i];
            items[arrays.count] = j == 0 ? "hit" : ids[i % OTHERS];
            values[arrays.count++] = 1.0F + floorf(between(0.0F, 5.0F, i, j));
        }
    }
    if (palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    free(ids);
    free(users);
    free(items);
    free(values);
    return ratings;
}

static void test_a_long_row_takes_no_more_memory_and_any_threads(void **unused)
{
    (void)unused;
    palate_ratings *ratings = one_hit();
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = PALATE_RULE_MAP; /* Whose objective is asserted never to rise. */
    options.factors = 3;
    options.epochs = 3;
    options.regularization = 20.0;
    palate__training runs[THREADS];
    for (int i = 0; i < THREADS; i++) {
        palate_error err = {0};
        options.threads = i + 1;
        assert_int_equal(palate__training_begin(&runs[i], ratings, &options, NULL, &err),
                         PALATE_OK);
        assert_non_null(runs[i].long_sums);
        assert_true(runs[i].scratch_floats < (size_t)(PALATE__LONG_ROW + 64) * (16 + 2));
        palate__training_start(&runs[i]);
        assert_int_equal(palate__training_run(&runs[i], &err), PALATE_OK);
        const size_t bytes = runs[i].stride * sizeof(float);
        assert_memory_equal(runs[i].items.rows, runs[0].items.rows, (OTHERS + 1) * bytes);
        assert_memory_equal(runs[i].users.rows, runs[0].users.rows, FANS * bytes);
    }
    for (size_t e = 1; e < runs[0].log_count; e++)
        assert_true(runs[0].log[e].objective < runs[0].log[e - 1].objective);
    for (int i = 0; i < THREADS; i++)
        palate__training_end(&runs[i]);
    palate_ratings_free(ratings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_do_what_a_panel_does),
        cmocka_unit_test(test_a_long_row_takes_no_more_memory_and_any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
