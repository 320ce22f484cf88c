/* SPDX-License-Identifier: Apache-2.0 */
#include "base/symmetric.h"

#include <math.h>
#include <string.h>

/* What is left of a diagonal element, at which its row is taken to depend on others: rows of floats tell no
 * more. */
static const double DEPENDENT = 1e-12;

/* ---- The inverse root ---- */

static double inner(const double *a, const double *b, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* L in the lower triangle of A. A row that depends on others is 0, and so is its column. */
static void find_root(double *a, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double *row = a + j * n;
        const double whole = row[j];
        const double left = whole - inner(row, row, j);
        const double root = left > DEPENDENT * whole && whole > 0.0 ? sqrt(left) : 0.0;
        row[j] = root;
        for (size_t i = j + 1; i < n; i++)
            a[i * n + j] = root > 0.0 ? (a[i * n + j] - inner(a + i * n, row, j)) / root : 0.0;
    }
}

/* Row j of the inverse is made of the rows before it, which are there already. */
static void invert_row(double *a, size_t n, size_t j)
{
    double *row = a + j * n;
    const double root = row[j];
    for (size_t i = 0; i < j; i++) {
        double sum = 0.0;
        for (size_t t = i; t < j; t++)
            sum += row[t] * a[t * n + i];
        row[i] = root > 0.0 ? -sum / root : 0.0; /* Its own, which no later column needs. */
    }
    row[j] = root > 0.0 ? 1.0 / root : 0.0;
    memset(row + j + 1, 0, (n - j - 1) * sizeof *row);
}

void palate__symmetric_inverse_root(double *a, size_t n)
{
    find_root(a, n);
    for (size_t j = 0; j < n; j++)
        invert_row(a, n, j);
}

/* ---- Eigenvalues ---- */

static double off_diagonal(const double *a, size_t n)
{
    double sum = 0.0;
    for (size_t p = 0; p < n; p++)
        for (size_t q = p + 1; q < n; q++)
            sum += a[p * n + q] * a[p * n + q];
    return sum;
}

static void turn(double *x, double *y, size_t step, size_t count, double cosine, double sine)
{
    for (size_t i = 0; i < count; i++, x += step, y += step) {
        const double old = *x;
        *x = cosine * old - sine * *y;
        *y = sine * old + cosine * *y;
    }
}

/* Makes A_pq zero. */
static void rotate(double *a, size_t n, size_t p, size_t q, double *vectors, size_t width)
{
    const double apart = a[q * n + q] - a[p * n + p];
    const double theta = apart / (2.0 * a[p * n + q]);
    const double tangent = copysign(1.0, theta) / (fabs(theta) + hypot(theta, 1.0));
    const double cosine = 1.0 / hypot(tangent, 1.0);
    const double sine = tangent * cosine;
    turn(a + p * n, a + q * n, 1, n, cosine, sine);
    turn(a + p, a + q, n, n, cosine, sine);
    turn(vectors + p, vectors + q, width, n, cosine, sine);
}

static void sweep(double *a, size_t n, double *vectors, size_t width)
{
    for (size_t p = 0; p < n; p++)
        for (size_t q = p + 1; q < n; q++)
            if (a[p * n + q] != 0.0)
                rotate(a, n, p, q, vectors, width);
}

static void swap_columns(double *values, double *vectors, size_t width, size_t n, size_t i,
                         size_t j)
{
    const double value = values[i];
    values[i] = values[j];
    values[j] = value;
    for (size_t r = 0; r < n; r++) {
        const double entry = vectors[r * width + i];
        vectors[r * width + i] = vectors[r * width + j];
        vectors[r * width + j] = entry;
    }
}

void palate__symmetric_eigen(double *a, size_t n, double *values, double *vectors, size_t width)
{
    enum { SWEEPS_MAX = 50 };
    double size = 0.0;
    for (size_t i = 0; i < n; i++) {
        memset(vectors + i * width, 0, width * sizeof *vectors);
        vectors[i * width + i] = 1.0;
        size += inner(a + i * n, a + i * n, n);
    }
    for (int s = 0; s < SWEEPS_MAX && off_diagonal(a, n) > 1e-30 * size; s++)
        sweep(a, n, vectors, width);
    for (size_t i = 0; i < n; i++)
        values[i] = a[i * n + i];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (values[j] > values[i])
                swap_columns(values, vectors, width, n, i, j);
}
