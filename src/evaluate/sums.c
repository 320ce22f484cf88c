/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/sums.h"

#include <math.h>

static size_t column_count(const palate__test *test)
{
    return test->plan->column_count * (1 + test->items_by.count);
}

size_t palate__sums_size(const palate__test *test)
{
    return column_count(test) * (1 + test->users_by.count);
}

static void add_row(const double *row, double weight, size_t count, double *to)
{
    for (size_t column = 0; column < count; column++)
        to[column] += weight * row[column];
}

void palate__sums_add(const palate__test *test, const palate__tally *tally, size_t user,
                      double weight, double *sums)
{
    const size_t count = tally->column_count;
    const double *row = tally->rows + user * count;
    add_row(row, weight, count, sums);
    if (test->users_by.count > 0)
        add_row(row, weight, count, sums + (1 + test->users_by.of[user]) * count);
}

size_t palate__slice_count(const palate__test *test)
{
    return 1 + test->users_by.count + test->items_by.count;
}

bool palate__sums_value(const palate__test *test, const palate__planned *measure, size_t slice,
                        const double *sums, double *value)
{
    const bool of_users = slice <= test->users_by.count;
    const double *of = sums + measure->column;
    if (of_users)
        of += slice * column_count(test);
    else
        of += (slice - test->users_by.count) * test->plan->column_count;
    return measure->metric->value(of, value) && isfinite(*value);
}
