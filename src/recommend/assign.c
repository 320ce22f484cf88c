/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/assign.h"

#include <math.h>

/* Prices of rows and columns never let a gain be larger than both together; where it is as large, the pair
 * may be assigned. Each row in turn is joined by the path on which prices change least. Columns are counted
 * from 1; column 0 stands for the row that is being joined. */
typedef struct work {
    const double *gains;
    uint32_t n;
    double *row_prices, *column_prices, *distances; /* n + 1 each. */
    uint32_t *row_of;                               /* By column, counted from 1; 0: none. */
    uint32_t *before;                               /* By column: the one before it on the path. */
    bool *visited;                                  /* By column. */
} work;

/* Lowers distances by the edges of the row of `column`; returns the nearest column not visited. */
static uint32_t look_from(const work *at, uint32_t column, double *step)
{
    const uint32_t row = at->row_of[column];
    uint32_t nearest = 0;
    *step = INFINITY;
    for (uint32_t c = 1; c <= at->n; c++) {
        if (at->visited[c])
            continue;
        const double gain = at->gains[(size_t)(row - 1) * at->n + c - 1];
        const double distance = -gain - at->row_prices[row] - at->column_prices[c];
        if (distance < at->distances[c]) {
            at->distances[c] = distance;
            at->before[c] = column;
        }
        if (at->distances[c] < *step) {
            *step = at->distances[c];
            nearest = c;
        }
    }
    return nearest;
}

static void move_prices(const work *at, double step)
{
    for (uint32_t c = 0; c <= at->n; c++)
        if (at->visited[c]) {
            at->row_prices[at->row_of[c]] += step;
            at->column_prices[c] -= step;
        } else {
            at->distances[c] -= step;
        }
}

static void join(const work *at, uint32_t row)
{
    uint32_t column = 0;
    at->row_of[0] = row;
    for (uint32_t c = 0; c <= at->n; c++) {
        at->distances[c] = INFINITY;
        at->visited[c] = false;
    }
    do {
        double step = 0.0;
        at->visited[column] = true;
        column = look_from(at, column, &step);
        move_prices(at, step);
    } while (at->row_of[column] != 0);
    while (column != 0) {
        const uint32_t before = at->before[column];
        at->row_of[column] = at->row_of[before];
        column = before;
    }
}

palate_status palate__assign(palate_context *context, const double *gains, uint32_t n,
                             uint32_t *columns, palate_error *err)
{
    const size_t count = (size_t)n + 1;
    double *reals = palate__allocate_zeroed(context, 3 * count, sizeof *reals);
    uint32_t *numbers = palate__allocate_zeroed(context, 2 * count, sizeof *numbers);
    bool *visited = palate__allocate_zeroed(context, count, sizeof *visited);
    palate_status status = PALATE_OK;
    if (reals == NULL || numbers == NULL || visited == NULL) {
        status = palate__fail_memory(err, "matching factors");
    } else {
        const work at = {gains,           n,      reals, reals + count, reals + 2 * count, numbers,
                         numbers + count, visited};
        for (uint32_t row = 1; row <= n; row++)
            join(&at, row);
        for (uint32_t c = 1; c <= n; c++)
            columns[at.row_of[c] - 1] = c - 1;
    }
    palate__release(context, reals);
    palate__release(context, numbers);
    palate__release(context, visited);
    return status;
}
