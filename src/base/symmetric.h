/* SPDX-License-Identifier: Apache-2.0 */
/* Small symmetric matrices of doubles, row-major: what a decomposition of a large one comes down to. */
#ifndef PALATE_BASE_SYMMETRIC_H
#define PALATE_BASE_SYMMETRIC_H

#include <stddef.h>

/*
 * Of A = L L' (Cholesky), positive semidefinite, L^-1 in place of A: lower triangular, zeros above. Rows
 * that depend on those before them become zero.
 */
void palate__symmetric_inverse_root(double *a, size_t n);

/*
 * Eigenvalues, the largest first, and eigenvectors: that of values[j] is column j of `vectors`, whose rows have
 * `width` numbers. Cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5), which find small
 * eigenvalues as well as large ones. A is overwritten. O(n^3) a sweep, of which there are about 8.
 */
void palate__symmetric_eigen(double *a, size_t n, double *values, double *vectors, size_t width);

#endif
