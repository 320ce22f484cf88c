/* SPDX-License-Identifier: Apache-2.0 */
/* Drift between moments, against the covariance it stands for. */
#include "model/drift.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t TIMES[] = {-5, 0, 1, 40, 41, 1000};
static const float VALUES[] = {.5F, -.25F, 1.F, .75F, -2.F, .125F};

static const palate__moments MOMENTS = {TIMES, VALUES, 6, 10.0};

/* E[d(t) | d at the moments] by solving K w = k(t), K_ij = exp(-|t_i - t_j| / scale). */
static double by_covariance(double time)
{
    double a[6][7];
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++)
            a[i][j] = exp(-fabs((double)(TIMES[i] - TIMES[j])) / 10.0);
        a[i][6] = exp(-fabs((double)TIMES[i] - time) / 10.0);
    }
    for (int p = 0; p < 6; p++)
        for (int i = 0; i < 6; i++) {
            double factor = a[i][p] / a[p][p];
            for (int j = 0; j < 7 && i != p; j++)
                a[i][j] -= factor * a[p][j];
        }
    double sum = 0.0;
    for (int i = 0; i < 6; i++)
        sum += a[i][6] / a[i][i] * (double)VALUES[i];
    return sum;
}

static void test_interpolation_is_that_of_the_process(void **unused)
{
    (void)unused;
    for (int64_t time = -60; time <= 1100; time++)
        assert_true(fabs((double)palate__drift_at(&MOMENTS, time) - by_covariance((double)time)) <
                    1e-6);
}

static void test_moments_keep_their_values(void **unused)
{
    (void)unused;
    for (int i = 0; i < 6; i++)
        assert_true(palate__drift_at(&MOMENTS, TIMES[i]) == VALUES[i]);
}

static void test_far_away_and_without_moments_nothing_is_left(void **unused)
{
    (void)unused;
    assert_true(palate__drift_at(&MOMENTS, INT64_MAX) == 0.0F);
    assert_true(palate__drift_at(&MOMENTS, INT64_MIN + 1) == 0.0F);
    assert_true(fabsf(palate__drift_at(&MOMENTS, 500)) < 1e-12F);
    const palate__moments none = {NULL, NULL, 0, 10.0};
    assert_true(palate__drift_at(&none, 3) == 0.0F);
    const int64_t extremes[] = {INT64_MIN + 1, INT64_MAX};
    const palate__moments wide = {extremes, VALUES, 2, 1e-3};
    assert_true(isfinite(palate__drift_at(&wide, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interpolation_is_that_of_the_process),
        cmocka_unit_test(test_moments_keep_their_values),
        cmocka_unit_test(test_far_away_and_without_moments_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
