/* SPDX-License-Identifier: Apache-2.0 */
/* The best assignment beside all there are. */
#include "recommend/assign.h"

#include "../train/support.h"

enum { MOST = 6, LARGE = 100 };

static double best_of_all(const double *gains, uint32_t n, uint32_t row, unsigned taken)
{
    double best = -INFINITY;
    if (row == n)
        return 0.0;
    for (uint32_t c = 0; c < n; c++)
        if ((taken >> c & 1U) == 0)
            best = fmax(best, gains[row * n + c] + best_of_all(gains, n, row + 1, taken | 1U << c));
    return best;
}

/* Checks that no column is taken twice. */
static double sum_of(const double *gains, uint32_t n, const uint32_t *columns)
{
    bool taken[LARGE] = {false};
    double sum = 0.0;
    for (uint32_t row = 0; row < n; row++) {
        assert_true(columns[row] < n && !taken[columns[row]]);
        taken[columns[row]] = true;
        sum += gains[row * n + columns[row]];
    }
    return sum;
}

static void nothing_is_better(void **state)
{
    (void)state;
    for (uint32_t run = 0; run < 600; run++) {
        const uint32_t n = run % (MOST + 1);
        double gains[MOST * MOST];
        uint32_t columns[MOST];
        for (uint32_t e = 0; e < n * n; e++) /* With ties in every third run. */
            gains[e] = run % 3 == 0 ? floor(4.0 * made_up(e, run)) : made_up(e, run) - 0.5;
        assert_int_equal(palate__assign(NULL, gains, n, columns, NULL), PALATE_OK);
        assert_true(fabs(sum_of(gains, n, columns) - best_of_all(gains, n, 0, 0)) <= 1e-12);
    }
}

/* A permutation that is planted is found. */
static void planted_permutation_is_found(void **state)
{
    (void)state;
    double *gains = calloc((size_t)LARGE * LARGE, sizeof *gains);
    uint32_t columns[LARGE];
    assert_non_null(gains);
    for (uint32_t row = 0; row < LARGE; row++)
        for (uint32_t c = 0; c < LARGE; c++)
            gains[row * LARGE + c] = 0.9 * made_up(row, c) + (c == (row * 37 + 5) % LARGE);
    assert_int_equal(palate__assign(NULL, gains, LARGE, columns, NULL), PALATE_OK);
    for (uint32_t row = 0; row < LARGE; row++)
        assert_int_equal(columns[row], (row * 37 + 5) % LARGE);
    free(gains);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_better),
        cmocka_unit_test(planted_permutation_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
