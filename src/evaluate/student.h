/* SPDX-License-Identifier: Apache-2.0 */
/* Student's t distribution, for intervals and tests over a few folds. */
#ifndef PALATE_EVALUATE_STUDENT_H
#define PALATE_EVALUATE_STUDENT_H

/* The probability that |t| is at least as large, with `freedom` > 0 degrees of freedom. */
double palate__student_tails(double t, double freedom);

/* The t that leaves `tails` (0..1) outside -t..t: 2.776 for .05 and 4 degrees of freedom. */
double palate__student_quantile(double tails, double freedom);

/* What the mean over `count` folds of values with standard deviation `sd` is uncertain by: folds
 * learn mostly from the same ratings, so that their values are not independent. Nadeau & Bengio 2003
 * (Machine Learning 52) correct the variance of the mean, sd^2 / count, to sd^2 (1 / count +
 * tested / learned from); count - 1 degrees of freedom. */
double palate__fold_error(double sd, double count, double test_over_train);

#endif
