/* SPDX-License-Identifier: Apache-2.0 */
/* Every set of kernels this machine can run agrees with the plain one, for all lengths and alignments. */
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 300, LENGTH_MAX = 140 };

static uint32_t state = 1;

static float uniform(float low, float high)
{
    state = state * 1664525U + 1013904223U;
    return low + (high - low) * (float)(state >> 8) * 0x1.0p-24F;
}

static float *aligned_floats(size_t count)
{
    float *memory = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    assert_non_null(memory);
    return memory;
}

static void test_dot_for_every_length_and_alignment(void **unused)
{
    (void)unused;
    float *a = aligned_floats(LENGTH_MAX + 16);
    float *b = aligned_floats(LENGTH_MAX + 16);
    for (size_t f = 0; f < LENGTH_MAX + 16; f++) {
        a[f] = uniform(-1.0F, 1.0F);
        b[f] = uniform(-1.0F, 1.0F);
    }
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t length = 0; length <= LENGTH_MAX; length++) {
            for (size_t shift = 0; shift < 16; shift += 5) {
                double exact = 0.0;
                for (size_t f = 0; f < length; f++)
                    exact += (double)a[f + shift] * (double)b[f];
                assert_true(fabs((double)kernels->dot(a + shift, b, length) - exact) <= 1e-5);
            }
        }
    }
    free(a);
    free(b);
}

enum { ITEMS = 21 };

static void check_scores_at(const palate__kernels *kernels, const float *user, const float *items,
                            const float *start, size_t k, size_t count)
{
    uint32_t rows[ITEMS];
    float scores[ITEMS] = {0};
    for (size_t j = 0; j < ITEMS; j++)
        rows[j] = (uint32_t)((j * 8 + 5) % ITEMS);
    kernels->scores_at(user, items, rows, start, k, count, scores);
    for (size_t j = 0; j < ITEMS; j++) {
        float expected = j < count ? start[j] + kernels->dot(user, items + rows[j] * k, k) : 0.0F;
        assert_memory_equal(&scores[j], &expected, sizeof expected);
    }
}

static void test_scores_have_the_bits_of_dot(void **unused)
{
    (void)unused;
    float user[LENGTH_MAX], items[ITEMS * LENGTH_MAX], start[ITEMS], scores[ITEMS];
    for (size_t f = 0; f < LENGTH_MAX; f++)
        user[f] = uniform(0.0F, 2.0F);
    for (size_t f = 0; f < (size_t)ITEMS * LENGTH_MAX; f++)
        items[f] = uniform(0.0F, 2.0F);
    for (size_t j = 0; j < ITEMS; j++)
        start[j] = uniform(-3.0F, 3.0F);
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t k = 1; k <= LENGTH_MAX; k += 7) {
            for (size_t count = 0; count <= ITEMS; count++) {
                memset(scores, 0, sizeof scores);
                kernels->scores(user, items, start, k, count, scores);
                for (size_t j = 0; j < count; j++) {
                    float expected = start[j] + kernels->dot(user, items + j * k, k);
                    assert_memory_equal(&scores[j], &expected, sizeof expected);
                }
                for (size_t j = count; j < ITEMS; j++)
                    assert_true(scores[j] == 0.0F);
                check_scores_at(kernels, user, items, start, k, count);
            }
        }
    }
}

/* ---- Numbers out of range ---- */

static void test_first_outside(void **unused)
{
    (void)unused;
    enum { COUNT = 700 };
    static const float outside[] = {-1e-30F, 2.0001F, -INFINITY, INFINITY, NAN};
    float values[COUNT + 3];
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t at = 0; at <= COUNT; at++) {
            const size_t shift = at % 4;
            for (size_t e = 0; e < COUNT; e++)
                values[shift + e] = e % 3 == 0 ? -0.0F : (float)(e % 3);
            if (at < COUNT)
                values[shift + at] = outside[at % 5];
            if (at + 100 < COUNT) /* A later one does not count. */
                values[shift + at + 100] = NAN;
            assert_int_equal(kernels->first_outside(values + shift, COUNT, 0.0F, 2.0F), at);
            assert_int_equal(kernels->first_outside(values + shift, at, 0.0F, 2.0F), at);
        }
    }
}

/* ---- What the registers can do ---- */

static void test_multiply_adds_are_all_done(void **unused)
{
    (void)unused;
    static const size_t rounds[] = {0, 1, 2, 17, 1000};
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
            double exact = 0.0;
            for (size_t l = 0; l < PALATE__CHAINS; l++) {
                double x = (double)l * (double)PALATE__CHAIN_STEP;
                for (size_t round = 0; round < rounds[i]; round++)
                    x = 0.99 * x + 0.02;
                exact += x;
            }
            const double found = (double)kernels->multiply_adds(rounds[i], 0.99F, 0.02F);
            assert_true(fabs(found - exact) <= 1e-4 * exact);
        }
    }
}

/* ---- Screens ---- */

enum { USERS = PALATE__SCREEN_USERS };

/* Thresholds on either side of the scores that there will be, and some that are no numbers. */
static void make_thresholds(float *thresholds, double middle)
{
    for (size_t r = 0; r < USERS; r++)
        thresholds[r] = (float)middle + uniform(-0.5F, 0.5F);
    thresholds[3] = -INFINITY;
    thresholds[11] = INFINITY;
    thresholds[USERS - 1] = NAN;
}

static void check_screen(const palate__kernels *kernels, size_t k, size_t count, size_t shift)
{
    float *users = aligned_floats(LENGTH_MAX * USERS + 16);
    float items[ITEMS * LENGTH_MAX], offsets[ITEMS], thresholds[USERS];
    uint32_t hits[ITEMS + 1];
    for (size_t i = 0; i < k * USERS; i++)
        users[shift + i] = uniform(0.0F, 1.0F);
    for (size_t i = 0; i < k * count; i++)
        items[i] = uniform(0.0F, 1.0F);
    for (size_t j = 0; j < ITEMS; j++)
        offsets[j] = uniform(-0.5F, 0.5F);
    make_thresholds(thresholds, 0.25 * (double)k);
    hits[count] = 12345;
    kernels->screen(users + shift, thresholds, items, offsets, k, count, hits);
    assert_int_equal(hits[count], 12345);
    for (size_t j = 0; j < count; j++) {
        for (size_t r = 0; r < USERS; r++) {
            double sum = (double)offsets[j], sizes = fabs(sum);
            for (size_t f = 0; f < k; f++) {
                sum += (double)users[shift + f * USERS + r] * (double)items[j * k + f];
                sizes += fabs((double)users[shift + f * USERS + r] * (double)items[j * k + f]);
            }
            double error = (double)(k + 1) * 0x1p-23 * sizes;
            bool hit = (hits[j] >> r & 1) != 0;
            if (isnan(thresholds[r]) || sum >= (double)thresholds[r] + error)
                assert_true(hit);
            if (sum < (double)thresholds[r] - error)
                assert_false(hit);
        }
    }
    free(users);
}

static void test_screens_for_every_length_and_alignment(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t k = 0; k <= LENGTH_MAX; k += k < 20 ? 1 : 17)
            for (size_t count = 0; count <= ITEMS; count++)
                check_screen(kernels, k, count, (k + count) % 16);
    }
}

/* What overflows is no reason to leave a pair out. */
static void test_a_screen_keeps_what_is_no_number(void **unused)
{
    (void)unused;
    float *users = aligned_floats(2 * USERS);
    float thresholds[USERS];
    for (size_t r = 0; r < USERS; r++) {
        users[r] = users[USERS + r] = 3e38F;
        thresholds[r] = 1.0F;
    }
    static const float items[] = {3e38F, 0.0F, 3e38F, -3e38F, 0.0F, 0.0F};
    static const float offsets[] = {0.0F, 0.0F, 0.0F};
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        uint32_t hits[3];
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        palate__kernels_all()[set]->screen(users, thresholds, items, offsets, 2, 3, hits);
        assert_int_equal(hits[0], UINT32_MAX);
        assert_int_equal(hits[1], UINT32_MAX);
        assert_int_equal(hits[2], 0);
    }
    free(users);
}

/* ---- The row update ---- */

typedef struct example {
    palate__row_problem problem;
    float *fixed, *prior, *lambda, *x, *away;
    uint32_t columns[ROWS];
    float ratings[ROWS], doubts[ROWS];
} example;

static void make_example(example *made, size_t k, size_t count, int fit_bias)
{
    size_t stride = (k + 16) / 16 * 16;
    made->fixed = aligned_floats(ROWS * stride);
    made->prior = aligned_floats(stride);
    made->lambda = aligned_floats(stride);
    made->x = aligned_floats(stride);
    made->away = aligned_floats(stride);
    for (size_t f = 0; f < stride; f++) {
        bool used = f >= 1 ? f <= k : fit_bias;
        made->prior[f] = used ? uniform(-0.1F, 0.3F) : 0.0F;
        made->lambda[f] = f == 0 ? 3.0F : 2.0F;
        made->x[f] = used ? uniform(-0.2F, 0.8F) : 0.0F;
        made->away[f] = made->x[f] - made->prior[f];
        for (size_t row = 0; row < ROWS; row++)
            made->fixed[row * stride + f] = used ? uniform(-0.2F, 0.9F) : 0.0F;
    }
    for (size_t e = 0; e < count; e++) {
        made->columns[e] = (uint32_t)((e * 7919U + 13U) % ROWS);
        made->ratings[e] = uniform(1.0F, 5.0F);
    }
    for (size_t row = 0; row < ROWS; row++)
        made->doubts[row] = uniform(0.0F, 0.5F);
    made->problem = (palate__row_problem){
        .fixed = made->fixed,
        .stride = stride,
        .coordinate_count = k + 1,
        .columns = made->columns,
        .ratings = made->ratings,
        .count = count,
        .shift = 3.5F,
        .gain = 0.8F,
        .lambda = made->lambda,
        .bound = -0.2F,
        .relaxation = 1.0F,
        .fit_bias = fit_bias,
    };
}

static void free_example(example *made)
{
    free(made->fixed);
    free(made->prior);
    free(made->lambda);
    free(made->x);
    free(made->away);
}

/* What does not depend on the row, in double. */
static palate__row_sums told_of(const palate__row_problem *p)
{
    palate__row_sums told = {0.0, 0.0, 0.0};
    for (size_t e = 0; e < p->count; e++) {
        told.doubt += p->doubts == NULL ? 0.0 : (double)p->doubts[p->columns[e]];
        for (size_t f = 1; f < p->coordinate_count; f++) {
            const double z = (double)p->fixed[p->columns[e] * p->stride + f];
            told.squares += z * z;
        }
    }
    return told;
}

/* Squared error + penalty, straight from the definition, in double. `squared_error`: the former alone. */
static double objective(const palate__row_problem *p, const float *x, const float *prior,
                        double *squared_error)
{
    double sum = 0.0;
    for (size_t e = 0; e < p->count; e++) {
        const float *z = p->fixed + p->columns[e] * p->stride;
        double error = ((double)p->ratings[e] - (double)p->shift) * (double)p->gain - (double)z[0];
        error -= p->fit_bias ? (double)x[0] : 0.0;
        for (size_t f = 1; f < p->coordinate_count; f++)
            error -= (double)x[f] * (double)z[f];
        sum += error * error;
    }
    *squared_error = sum;
    const palate__row_sums told = told_of(p);
    for (size_t f = 0; f < p->coordinate_count; f++) {
        double away = (double)x[f] - (double)prior[f];
        sum += ((double)p->lambda[f] + (f > 0 ? told.doubt : 0.0)) * away * away;
    }
    return sum;
}

static const palate__kernels *plain(void)
{
    return palate__kernels_all()[0];
}

static void check_sums(palate__row_sums found, palate__row_sums expected)
{
    assert_true(fabs(found.squared_error - expected.squared_error) <=
                1e-5 * (1.0 + expected.squared_error));
    assert_true(fabs(found.doubt - expected.doubt) <= 1e-5 * expected.doubt);
    assert_true(fabs(found.squares - expected.squares) <= 1e-5 * expected.squares);
}

static void check_one(const palate__kernels *kernels, size_t k, size_t count, int fit_bias,
                      float relaxation, bool unsure)
{
    example made;
    make_example(&made, k, count, fit_bias);
    made.problem.relaxation = relaxation;
    made.problem.doubts = unsure ? made.doubts : NULL;
    const palate__row_problem *p = &made.problem;
    float *expected = aligned_floats(p->stride);
    float *expected_away = aligned_floats(p->stride);
    float *scratch = aligned_floats(kernels->row_update_scratch(p->stride, count) +
                                    plain()->row_update_scratch(p->stride, count) + 16);
    palate__row_sums sums = told_of(&made.problem);
    memcpy(expected, made.x, p->stride * sizeof(float));
    memcpy(expected_away, made.away, p->stride * sizeof(float));
    double before = objective(p, made.x, made.prior, &sums.squared_error);
    plain()->row_update(p, expected, expected_away, scratch);
    const palate__row_sums found = kernels->row_update(p, made.x, made.away, scratch);
    double after = objective(p, made.x, made.prior, &sums.squared_error);
    for (size_t f = 0; f < p->stride; f++) {
        assert_true(fabsf(made.x[f] - expected[f]) <= 2e-5F);
        assert_true(fabsf(made.away[f] - (made.x[f] - made.prior[f])) <=
                    1e-6F * (1.0F + fabsf(made.x[f])));
    }
    for (size_t f = 1; f <= k; f++)
        assert_true(made.x[f] >= p->bound);
    for (size_t f = k + 1; f < p->stride; f++)
        assert_true(made.x[f] == 0.0F);
    assert_true(after <= before * (1.0 + 1e-6));
    check_sums(found, sums);
    double residual = 0.0;
    for (size_t e = 0; e < count; e++)
        residual += (double)scratch[e] * (double)scratch[e];
    assert_true(fabs(residual - sums.squared_error) <= 1e-5 * (1.0 + sums.squared_error));
    free(expected);
    free(expected_away);
    free(scratch);
    free_example(&made);
}

static void test_row_update_agrees_and_descends(void **unused)
{
    (void)unused;
    static const size_t factors[] = {1, 2, 3, 4, 5, 14, 15, 16, 17, 31, 32, 33, 63, 64, 100};
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
            for (size_t count = 0; count <= 50; count++)
                check_one(palate__kernels_all()[set], factors[i], count, 1, 1.0F, count % 2 == 1);
            check_one(palate__kernels_all()[set], factors[i], 299, 1, 1.0F, true);
            check_one(palate__kernels_all()[set], factors[i], 37, 0, 1.0F, true);
            check_one(palate__kernels_all()[set], factors[i], 37, 1, 1.9F, false);
            check_one(palate__kernels_all()[set], factors[i], 37, 1, 0.5F, true);
        }
    }
}

/* Repeated passes end where no coordinate can improve: gradient zero inside, not negative at the bound (KKT). */
static void test_row_update_converges_to_the_minimum(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        example made;
        make_example(&made, 9, 60, 1);
        made.problem.bound = 0.1F; /* Tight enough to hold some coordinates. */
        const palate__row_problem *p = &made.problem;
        float *scratch = aligned_floats(kernels->row_update_scratch(p->stride, p->count) + 16);
        double squares = 0.0;
        for (int pass = 0; pass < 500; pass++)
            kernels->row_update(p, made.x, made.away, scratch);
        double least = objective(p, made.x, made.prior, &squares);
        int at_bound = 0;
        for (size_t f = 0; f <= 9; f++) {
            float kept = made.x[f];
            at_bound += f > 0 && kept == p->bound;
            for (int sign = -1; sign <= 1; sign += 2) {
                made.x[f] = kept + (float)sign * 0.01F;
                if (f == 0 || made.x[f] >= p->bound)
                    assert_true(objective(p, made.x, made.prior, &squares) >= least - 1e-5);
            }
            made.x[f] = kept;
        }
        assert_true(at_bound > 0);
        free(scratch);
        free_example(&made);
    }
}

/* ---- Narrow rows ---- */

/* Ties, the ends of the range and what is beyond, and numbers so small that they have fewer digits. */
static float narrow_case(size_t i)
{
    static const float special[] = {0.0F,     -0.0F,       1.0F,     65504.0F,   65519.0F,
                                    65520.0F, -1e9F,       3e38F,    0x1.002p0F, 0x1.006p0F,
                                    0x1p-14F, 0x1p-24F,    0x1p-25F, 0x3p-26F,   0x1.8p-24F,
                                    0x1p-40F, 0x1.FFFp-15F};
    enum { SPECIAL = sizeof special / sizeof special[0] };
    return i % 3 == 0 ? special[i / 3 % SPECIAL]
                      : uniform(-1.0F, 1.0F) * ldexpf(1.0F, (int)(i % 40) - 22);
}

/* The value a narrow number stands for. */
static double value_of_narrow(uint16_t narrow)
{
    const int power = narrow >> 10 & 31;
    const double digits = narrow & 1023;
    const double size = power == 0 ? ldexp(digits, -24) : ldexp(1024.0 + digits, power - 25);
    return (narrow & 0x8000) != 0 ? -size : size;
}

static void test_narrow_numbers_are_the_nearest(void **unused)
{
    (void)unused;
    for (size_t stride = 16; stride <= 112; stride += 16) {
        float *row = aligned_floats(stride);
        uint16_t *narrow = (uint16_t *)(void *)aligned_floats(stride + 16);
        uint16_t *expected = (uint16_t *)(void *)aligned_floats(stride + 16);
        const size_t bytes = palate__narrow_stride(stride) * sizeof *narrow;
        for (size_t f = 0; f < stride; f++)
            row[f] = narrow_case(f + stride * 17);
        plain()->narrow_row(row, stride, expected);
        for (size_t f = 0; f < stride; f++) {
            const double size = fmin(fabs((double)row[f]), (double)PALATE__NARROW_MOST);
            const double off = fabs(fabs(value_of_narrow(expected[f])) - size);
            assert_true(off <= fmax(size * 0x1p-11, 0x1p-25));
            assert_true(expected[f] >> 15 == (signbit(row[f]) ? 1 : 0));
        }
        for (size_t set = 1; palate__kernels_all()[set] != NULL; set++) {
            if (!palate__kernels_usable(palate__kernels_all()[set]))
                continue;
            memset(narrow, 0xFF, bytes);
            palate__kernels_all()[set]->narrow_row(row, stride, narrow);
            assert_memory_equal(narrow, expected, bytes);
        }
        free(row);
        free(narrow);
        free(expected);
    }
}

/* Floats that are as good in 16 bits. */
static uint16_t *make_narrow(example *made)
{
    const size_t stride = made->problem.stride;
    uint16_t *narrow = (uint16_t *)(void *)aligned_floats(ROWS * (stride + 16));
    for (size_t i = 0; i < ROWS * stride; i++)
        made->fixed[i] = roundf(made->fixed[i] * 1024.0F) / 1024.0F;
    for (size_t row = 0; row < ROWS; row++)
        plain()->narrow_row(made->fixed + row * stride, stride,
                            narrow + row * palate__narrow_stride(stride));
    return narrow;
}

static void check_narrow(const palate__kernels *kernels, size_t k, size_t count, int fit_bias)
{
    example made;
    make_example(&made, k, count, fit_bias);
    palate__row_problem *p = &made.problem;
    const size_t bytes = p->stride * sizeof(float);
    uint16_t *narrow = make_narrow(&made);
    float *x = aligned_floats(p->stride);
    float *away = aligned_floats(p->stride);
    float *scratch = aligned_floats(kernels->row_update_scratch(p->stride, count) + 16);
    float *residual = aligned_floats(count + 16);
    memcpy(x, made.x, bytes);
    memcpy(away, made.away, bytes);
    p->doubts = made.doubts;
    const palate__row_sums expected = kernels->row_update(p, x, away, scratch);
    memcpy(residual, scratch, count * sizeof(float));
    p->narrow = narrow;
    p->fixed = NULL; /* Not looked at. */
    const palate__row_sums found = kernels->row_update(p, made.x, made.away, scratch);
    assert_memory_equal(&found, &expected, sizeof found);
    assert_memory_equal(made.x, x, bytes);
    assert_memory_equal(made.away, away, bytes);
    assert_memory_equal(scratch, residual, count * sizeof(float));
    free(narrow);
    free(x);
    free(away);
    free(scratch);
    free(residual);
    free_example(&made);
}

static void test_narrow_rows_are_taken_for_what_they_stand(void **unused)
{
    (void)unused;
    static const size_t factors[] = {1, 3, 14, 15, 16, 17, 31, 32, 33, 47, 63, 64, 100};
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
            for (size_t count = 0; count <= 50; count++)
                check_narrow(palate__kernels_all()[set], factors[i], count, 1);
            check_narrow(palate__kernels_all()[set], factors[i], 299, 1);
            check_narrow(palate__kernels_all()[set], factors[i], 37, 0);
        }
    }
}

/* ---- Draws ---- */

typedef struct counter {
    size_t calls;
    float least;
} counter;

/* What is asked for, and a little more. */
static float just_above(void *random, size_t f, float low)
{
    counter *counting = random;
    assert_true(f >= 1);
    counting->calls++;
    counting->least = low;
    return low + 0.125F;
}

/* With noise, a coordinate lands at its minimum plus the number drawn times its deviation: seen on one
 * coordinate at a time, the others held by a strong prior at where they are. */
static void check_draws(const palate__kernels *kernels, size_t k, size_t count)
{
    example made;
    make_example(&made, k, count, 1);
    palate__row_problem *p = &made.problem;
    float *normals = aligned_floats(p->stride);
    float *least = aligned_floats(p->stride);
    float *scratch = aligned_floats(kernels->row_update_scratch(p->stride, count) + 16);
    counter counting = {0};
    const palate__row_noise noise = {0.7F, normals, just_above, &counting};
    for (size_t f = 0; f < p->stride; f++)
        normals[f] = f <= k ? (f % 3 == 0 ? 0.5F : -0.25F) : 0.0F;
    p->bound = -1e6F;
    memcpy(least, made.x, p->stride * sizeof(float));
    for (size_t f = 0; f < p->stride; f++) {
        float kept = made.lambda[f];
        for (size_t g = 0; g < p->stride; g++)
            made.lambda[g] = g == f ? kept : 1e12F;
        memcpy(made.x, least, p->stride * sizeof(float));
        memset(made.away, 0, p->stride * sizeof(float));
        p->noise = NULL;
        kernels->row_update(p, made.x, made.away, scratch);
        float minimum = made.x[f];
        memcpy(made.x, least, p->stride * sizeof(float));
        memset(made.away, 0, p->stride * sizeof(float));
        p->noise = &noise;
        kernels->row_update(p, made.x, made.away, scratch);
        double curvature = (double)kept;
        for (size_t e = 0; e < count; e++) {
            double z = f == 0 ? 1.0 : (double)made.fixed[p->columns[e] * p->stride + f];
            curvature += f <= k ? z * z : 0.0;
        }
        double expected = (double)minimum + 0.7 * (double)normals[f] / sqrt(curvature);
        assert_true(fabs((double)made.x[f] - expected) <= 2e-4);
        made.lambda[f] = kept;
        for (size_t g = 0; g < p->stride; g++)
            made.lambda[g] = g == 0 ? 3.0F : 2.0F;
    }
    assert_int_equal(counting.calls, 0);
    free(normals);
    free(least);
    free(scratch);
    free_example(&made);
}

/* Below the bound another number is asked for, which is at least what the bound needs. */
static void check_bounded_draws(const palate__kernels *kernels, size_t k, size_t count)
{
    example made;
    make_example(&made, k, count, 1);
    palate__row_problem *p = &made.problem;
    float *normals = aligned_floats(p->stride);
    float *scratch = aligned_floats(kernels->row_update_scratch(p->stride, count) + 16);
    counter counting = {0};
    const palate__row_noise noise = {0.7F, normals, just_above, &counting};
    for (size_t f = 0; f < p->stride; f++)
        normals[f] = f >= 1 && f <= k ? -40.0F : 0.0F;
    p->noise = &noise;
    kernels->row_update(p, made.x, made.away, scratch);
    assert_int_equal(counting.calls, k);
    for (size_t f = 1; f <= k; f++)
        assert_true(made.x[f] > p->bound && made.x[f] < p->bound + 0.2F);
    for (size_t f = k + 1; f < p->stride; f++)
        assert_true(made.x[f] == 0.0F);
    free(normals);
    free(scratch);
    free_example(&made);
}

static void test_row_update_draws_around_the_minimum(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t k = 1; k < 20; k += 3) {
            check_draws(kernels, k, 40);
            check_bounded_draws(kernels, k, 33);
        }
    }
}

/* ---- Slices ---- */

static void check_slice(const palate__kernels *kernels, size_t count)
{
    enum { STRIDE = 48, FIRST = 16 };
    float *matrix = aligned_floats((size_t)ROWS * STRIDE);
    float *expected = aligned_floats((size_t)ROWS * STRIDE);
    float *sums = aligned_floats(PALATE__LANES);
    float *change = aligned_floats(PALATE__LANES);
    float weights[ROWS];
    uint32_t rows[ROWS];
    for (size_t i = 0; i < (size_t)ROWS * STRIDE; i++)
        matrix[i] = uniform(-1.0F, 1.0F);
    for (size_t row = 0; row < ROWS; row++) {
        weights[row] = uniform(0.1F, 1.0F);
        rows[row] = (uint32_t)((row * 77U + 5U) % ROWS);
    }
    for (size_t l = 0; l < PALATE__LANES; l++)
        change[l] = uniform(-1.0F, 1.0F);
    memcpy(expected, matrix, (size_t)ROWS * STRIDE * sizeof(float));
    kernels->slice_gather(matrix + FIRST, STRIDE, rows, weights, count, sums);
    kernels->slice_spread(matrix + FIRST, STRIDE, rows, weights, count, change);
    for (size_t l = 0; l < PALATE__LANES; l++) {
        double sum = 0.0;
        for (size_t e = 0; e < count; e++) {
            float *at = &expected[(size_t)rows[e] * STRIDE + FIRST + l];
            sum += (double)weights[rows[e]] * (double)*at;
            *at -= weights[rows[e]] * change[l];
        }
        assert_true(fabs(sum - (double)sums[l]) <= 1e-4);
    }
    for (size_t i = 0; i < (size_t)ROWS * STRIDE; i++)
        assert_true(fabsf(matrix[i] - expected[i]) <= 1e-6F);
    free(matrix);
    free(expected);
    free(sums);
    free(change);
}

static void test_slices_for_every_count(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++)
        for (size_t count = 0; count <= ROWS; count += count < 40 ? 1 : 65)
            if (palate__kernels_usable(palate__kernels_all()[set]))
                check_slice(palate__kernels_all()[set], count);
}

/* What the sums are by their definition, of sizes that say how far rounding may go. */
static void check_multiply_sums(const palate__kernels *kernels, const palate__rated *rated,
                                const float *x)
{
    double above[LENGTH_MAX], below[LENGTH_MAX];
    double up[LENGTH_MAX] = {0}, down[LENGTH_MAX] = {0};
    for (size_t e = 0; e < rated->count; e++) {
        const float *z = rated->fixed + rated->columns[e] * rated->stride;
        double product = 0.0;
        for (size_t f = 0; f < rated->stride; f++)
            product += (double)x[f] * (double)z[f];
        const double target = (double)rated->ratings[e] - rated->shift;
        const double estimate = rated->estimates != NULL ? (double)rated->estimates[e] : product;
        for (size_t f = 0; f < rated->stride; f++) {
            up[f] += target * (double)z[f];
            down[f] += estimate * (double)z[f];
        }
    }
    kernels->multiply_sums(rated, x, above, below);
    for (size_t f = 0; f < rated->stride; f++) {
        assert_true(fabs(above[f] - up[f]) <= 1e-12 * (1.0 + fabs(up[f])));
        assert_true(fabs(below[f] - down[f]) <= 1e-5 * (1.0 + fabs(down[f])));
    }
}

static void test_sums_of_multiplicative_updates(void **unused)
{
    (void)unused;
    enum { STRIDE_MAX = 128 };
    float *fixed = aligned_floats((size_t)ROWS * STRIDE_MAX);
    float *x = aligned_floats(STRIDE_MAX);
    float ratings[ROWS], estimates[ROWS];
    uint32_t columns[ROWS];
    for (size_t f = 0; f < (size_t)ROWS * STRIDE_MAX; f++)
        fixed[f] = uniform(0.0F, 1.0F);
    for (size_t e = 0; e < ROWS; e++) {
        columns[e] = (uint32_t)(e * 7 % ROWS);
        ratings[e] = uniform(1.0F, 5.0F);
        estimates[e] = uniform(-1.0F, 5.0F);
    }
    for (size_t f = 0; f < STRIDE_MAX; f++)
        x[f] = uniform(0.0F, 1.0F);
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (size_t stride = 16; stride <= STRIDE_MAX; stride += 16)
            for (size_t count = 0; count <= ROWS; count += count < 70 ? 1 : 23) {
                palate__rated rated = {fixed, stride, columns, ratings, count, 0.5, NULL};
                check_multiply_sums(palate__kernels_all()[set], &rated, x);
                rated.estimates = estimates;
                check_multiply_sums(palate__kernels_all()[set], &rated, x);
            }
    }
    free(fixed);
    free(x);
}

/* ---- Rows of which every cell is known ---- */

enum { KNOWN_STRIDE_MAX = 112 };

static void check_weighed(const palate__kernels *kernels, const float *matrix, size_t stride)
{
    uint32_t rows[ROWS];
    float weights[ROWS];
    float *sums = aligned_floats(stride);
    for (size_t count = 0; count <= ROWS; count += count < 20 ? 1 : 70) {
        for (size_t e = 0; e < count; e++) {
            rows[e] = (uint32_t)(e * 7 % ROWS);
            weights[e] = uniform(0.0F, 5.0F);
        }
        kernels->weigh_rows(matrix, stride, rows, weights, count, sums);
        for (size_t f = 0; f < stride; f++) {
            double exact = 0.0;
            for (size_t e = 0; e < count; e++)
                exact += (double)weights[e] * (double)matrix[rows[e] * stride + f];
            assert_true(fabs((double)sums[f] - exact) <= 1e-5 * exact);
        }
    }
    free(sums);
}

/* Onto what is there, and nowhere else. */
static void check_products(const palate__kernels *kernels, const float *matrix, size_t stride)
{
    double *sums = calloc(stride * stride, sizeof *sums);
    assert_non_null(sums);
    for (size_t count = 0; count <= ROWS; count += count < 3 ? 1 : 99) {
        const size_t first = count % 2 == 0 || stride == PALATE__LANES ? 0 : stride - 32;
        const size_t wanted = count % 3 == 0 ? PALATE__LANES : 8;
        for (size_t i = 0; i < stride * stride; i++)
            sums[i] = 1.0;
        kernels->gram_add(matrix, stride, count, first, first + wanted, sums);
        for (size_t i = 0; i < stride; i++)
            for (size_t j = 0; j < stride; j++) {
                double exact = 1.0;
                for (size_t r = 0; i < wanted && j >= first && r < count; r++)
                    exact += (double)matrix[r * stride + first + i] *
                             (double)matrix[r * stride + j];
                assert_true(fabs(sums[i * stride + j] - exact) <= 1e-5 * exact);
            }
    }
    free(sums);
}

static void test_sums_of_rows_that_are_all_known(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t stride = 16; stride <= KNOWN_STRIDE_MAX; stride += 16) {
            float *matrix = aligned_floats(ROWS * stride);
            for (size_t i = 0; i < ROWS * stride; i++)
                matrix[i] = uniform(0.0F, 1.0F);
            check_weighed(kernels, matrix, stride);
            check_products(kernels, matrix, stride);
            free(matrix);
        }
    }
}

enum { GRAM_COUNT_MAX = 37, GRAM_GROUP = GRAM_COUNT_MAX * PALATE__GRAM_ROWS };

typedef struct gram_case {
    float gram[GRAM_COUNT_MAX * GRAM_COUNT_MAX], inverse[GRAM_COUNT_MAX];
    float b[GRAM_GROUP], x[GRAM_GROUP];
} gram_case;

/* G = B'B + .1 I; the last coordinate of some has nothing to tell it, and stays. */
static void make_gram(gram_case *made, size_t count)
{
    float rows[50][GRAM_COUNT_MAX];
    for (size_t r = 0; r < 50; r++)
        for (size_t f = 0; f < count; f++)
            rows[r][f] = count % 5 == 0 && f + 1 == count ? 0.0F : uniform(0.0F, 1.0F);
    for (size_t f = 0; f < count; f++) {
        for (size_t g = 0; g < count; g++) {
            double sum = f == g && !(count % 5 == 0 && f + 1 == count) ? 0.1 : 0.0;
            for (size_t r = 0; r < 50; r++)
                sum += (double)rows[r][f] * (double)rows[r][g];
            made->gram[f * count + g] = (float)sum;
        }
        const float diagonal = made->gram[f * count + f];
        made->inverse[f] = diagonal > 0.0F ? 1.0F / diagonal : 0.0F;
    }
    for (size_t i = 0; i < count * PALATE__GRAM_ROWS; i++) {
        made->b[i] = uniform(-5.0F, 30.0F);
        made->x[i] = uniform(0.0F, 1.0F);
    }
}

static double value_of(const gram_case *of, size_t count, const float *x, size_t lane)
{
    double sum = 0.0;
    for (size_t f = 0; f < count; f++) {
        double slope = -2.0 * (double)of->b[f * PALATE__GRAM_ROWS + lane];
        for (size_t g = 0; g < count; g++)
            slope += (double)of->gram[f * count + g] * (double)x[g * PALATE__GRAM_ROWS + lane];
        sum += (double)x[f * PALATE__GRAM_ROWS + lane] * slope;
    }
    return sum;
}

static void test_descents_agree_and_descend(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t count = 1; count <= GRAM_COUNT_MAX; count++) {
            gram_case made;
            float plain[GRAM_GROUP], before[GRAM_GROUP];
            make_gram(&made, count);
            palate__gram_problem problem = {made.gram, made.inverse, count, 1, 0.0F};
            memcpy(plain, made.x, sizeof plain);
            for (int pass = 0; pass < 4; pass++) {
                memcpy(before, made.x, sizeof before);
                kernels->gram_descend(&problem, made.b, made.x);
                palate__kernels_all()[0]->gram_descend(&problem, made.b, plain);
                for (size_t lane = 0; lane < PALATE__GRAM_ROWS; lane++)
                    assert_true(value_of(&made, count, made.x, lane) <=
                                value_of(&made, count, before, lane) + 1e-3);
            }
            for (size_t i = 0; i < count * PALATE__GRAM_ROWS; i++) {
                assert_true(made.x[i] >= 0.0F);
                assert_true(fabsf(made.x[i] - plain[i]) < 1e-3F);
            }
        }
    }
}

/* A row comes out as it does among rows that are all as itself. */
static void test_descents_of_rows_do_not_depend_on_others(void **unused)
{
    enum { COUNT = 13 };
    (void)unused;
    gram_case made;
    make_gram(&made, COUNT);
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        _Alignas(64) float together[GRAM_GROUP], alone[GRAM_GROUP], b[GRAM_GROUP];
        const palate__gram_problem problem = {made.gram, made.inverse, COUNT, 300, 1e-4F};
        memcpy(together, made.x, sizeof together);
        kernels->gram_descend(&problem, made.b, together);
        for (size_t lane = 0; lane < PALATE__GRAM_ROWS; lane++) {
            for (size_t i = 0; i < COUNT * PALATE__GRAM_ROWS; i++) {
                const size_t from = i / PALATE__GRAM_ROWS * PALATE__GRAM_ROWS + lane;
                alone[i] = made.x[from];
                b[i] = made.b[from];
            }
            kernels->gram_descend(&problem, b, alone);
            for (size_t f = 0; f < COUNT; f++)
                assert_true(alone[f * PALATE__GRAM_ROWS + lane] ==
                            together[f * PALATE__GRAM_ROWS + lane]);
        }
    }
}

/* Passes until one gains less than the share; and where all stand, slopes are those of a minimum. */
static void test_descents_end_at_the_minimum(void **unused)
{
    enum { COUNT = 19 };
    (void)unused;
    gram_case made;
    make_gram(&made, COUNT);
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        float x[GRAM_GROUP], once[GRAM_GROUP];
        palate__gram_problem problem = {made.gram, made.inverse, COUNT, 1, 0.0F};
        memcpy(x, made.x, sizeof x);
        memcpy(once, made.x, sizeof once);
        kernels->gram_descend(&problem, made.b, once);
        problem.passes = 5000;
        problem.still = 1.0F;
        kernels->gram_descend(&problem, made.b, x);
        assert_memory_equal(x, once, COUNT * PALATE__GRAM_ROWS * sizeof(float));
        problem.still = 1e-12F;
        kernels->gram_descend(&problem, made.b, x);
        for (size_t i = 0; i < COUNT * PALATE__GRAM_ROWS; i++) {
            double slope = -(double)made.b[i];
            for (size_t g = 0; g < COUNT; g++)
                slope += (double)made.gram[i / PALATE__GRAM_ROWS * COUNT + g] *
                         (double)x[g * PALATE__GRAM_ROWS + i % PALATE__GRAM_ROWS];
            assert_true(slope > -1e-2 && (x[i] == 0.0F || slope < 1e-2));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dot_for_every_length_and_alignment),
        cmocka_unit_test(test_scores_have_the_bits_of_dot),
        cmocka_unit_test(test_first_outside),
        cmocka_unit_test(test_multiply_adds_are_all_done),
        cmocka_unit_test(test_screens_for_every_length_and_alignment),
        cmocka_unit_test(test_a_screen_keeps_what_is_no_number),
        cmocka_unit_test(test_row_update_agrees_and_descends),
        cmocka_unit_test(test_row_update_converges_to_the_minimum),
        cmocka_unit_test(test_narrow_numbers_are_the_nearest),
        cmocka_unit_test(test_narrow_rows_are_taken_for_what_they_stand),
        cmocka_unit_test(test_row_update_draws_around_the_minimum),
        cmocka_unit_test(test_slices_for_every_count),
        cmocka_unit_test(test_sums_of_multiplicative_updates),
        cmocka_unit_test(test_sums_of_rows_that_are_all_known),
        cmocka_unit_test(test_descents_agree_and_descend),
        cmocka_unit_test(test_descents_of_rows_do_not_depend_on_others),
        cmocka_unit_test(test_descents_end_at_the_minimum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
