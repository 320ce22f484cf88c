/* SPDX-License-Identifier: Apache-2.0 */
#include "base/symmetric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_MAX = 24, WIDTH = 32 };

/* B'B of a made-up B with `rank` rows. */
static void make(double *a, size_t n, size_t rank)
{
    double b[N_MAX * N_MAX];
    uint32_t state = 7;
    for (size_t i = 0; i < rank * n; i++) {
        state = state * 1664525U + 1013904223U;
        b[i] = (double)(state >> 8) * 0x1.0p-23 - 1.0;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            a[i * n + j] = 0.0;
            for (size_t r = 0; r < rank; r++)
                a[i * n + j] += b[r * n + i] * b[r * n + j];
        }
}

/* A v = value v, |v| = 1, values fall, and they add up to the trace. */
static void test_eigenvectors(void **unused)
{
    (void)unused;
    for (size_t n = 1; n <= N_MAX; n++)
        for (size_t rank = 1; rank <= n; rank += 1 + n / 3) {
            double a[N_MAX * N_MAX], copy[N_MAX * N_MAX], values[N_MAX], vectors[N_MAX * WIDTH];
            double trace = 0.0;
            make(a, n, rank);
            memcpy(copy, a, sizeof a);
            palate__symmetric_eigen(copy, n, values, vectors, WIDTH);
            for (size_t j = 0; j < n; j++) {
                double length = 0.0;
                for (size_t i = 0; i < n; i++) {
                    double product = 0.0;
                    for (size_t t = 0; t < n; t++)
                        product += a[i * n + t] * vectors[t * WIDTH + j];
                    assert_true(fabs(product - values[j] * vectors[i * WIDTH + j]) < 1e-10);
                    length += vectors[i * WIDTH + j] * vectors[i * WIDTH + j];
                }
                assert_true(fabs(length - 1.0) < 1e-12);
                assert_true(j == 0 || values[j] <= values[j - 1]);
                trace += a[j * n + j] - values[j];
            }
            assert_true(fabs(trace) < 1e-10);
        }
}

/* M A M' is 1 on the diagonal, for as many rows as the rank, and 0 everywhere else. */
static void test_inverse_roots(void **unused)
{
    (void)unused;
    for (size_t n = 1; n <= N_MAX; n++)
        for (size_t rank = 1; rank <= n; rank += 1 + n / 3) {
            double a[N_MAX * N_MAX], m[N_MAX * N_MAX];
            size_t ones = 0;
            make(a, n, rank);
            memcpy(m, a, sizeof a);
            palate__symmetric_inverse_root(m, n);
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++) {
                    double sum = 0.0;
                    for (size_t s = 0; s < n; s++)
                        for (size_t t = 0; t < n; t++)
                            sum += m[i * n + s] * a[s * n + t] * m[j * n + t];
                    const double nearest = i == j && sum > 0.5 ? 1.0 : 0.0;
                    assert_true(fabs(sum - nearest) < 1e-6);
                    ones += nearest > 0.0;
                }
            assert_int_equal(ones, rank);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eigenvectors),
        cmocka_unit_test(test_inverse_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
