/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "evaluate/student.h"

#include <math.h>

/* The continued fraction of the incomplete beta function by Lentz's method (Press et al., Numerical
 * Recipes, section 6.4); converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    enum { STEPS = 500 };
    const double tiny = 1e-300;
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < STEPS; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 + even * d;
        c = 1.0 + even / c;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        value *= d * c;
        d = 1.0 + odd * d;
        c = 1.0 + odd / c;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        value *= d * c;
        if (fabs(d * c - 1.0) < 1e-15)
            break;
    }
    return value;
}

/* lgamma() itself writes to a variable that all threads share. */
static double log_gamma(double x)
{
    int sign = 0;
    return lgamma_r(x, &sign);
}

/* The regularized incomplete beta function. */
static double incomplete_beta(double a, double b, double x)
{
    if (x <= 0.0 || x >= 1.0)
        return x <= 0.0 ? 0.0 : 1.0;
    const double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) +
                             b * log1p(-x));
    return x < (a + 1.0) / (a + b + 2.0) ? front * beta_fraction(a, b, x) / a
                                         : 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

double palate__student_tails(double t, double freedom)
{
    return incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
}

double palate__student_quantile(double tails, double freedom)
{
    double low = 0.0;
    double high = 1.0;
    while (palate__student_tails(high, freedom) > tails && high < 1e300)
        high *= 2.0;
    /* Halved until there is no number between. */
    for (;;) {
        const double middle = low + (high - low) / 2.0;
        if (middle <= low || middle >= high)
            return high;
        if (palate__student_tails(middle, freedom) > tails)
            low = middle;
        else
            high = middle;
    }
}

double palate__fold_error(double sd, double count, double test_over_train)
{
    return sd * sqrt(1.0 / count + test_over_train);
}
