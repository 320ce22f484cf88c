/* SPDX-License-Identifier: Apache-2.0 */
/* Two linear maps that leave every product of a user and an item as it is and make both sides alike.
 *
 *     u.v = u.m + w.(v - m) + (u - w).(v - m)          w, m: the mean user, the mean item
 *     x = X (u - w),  y = Y (v - m),  X'Y = I:         (u - w).(v - m) = x.y
 *
 * What all have in common goes into the first two terms, which are sums of one number for the user
 * and one for the item. X and Y are chosen so that the covariances of x and of y are one and the
 * same diagonal matrix, largest first: of all such maps these have the least mean of |x|^2 times
 * mean of |y|^2, so that Cauchy and Schwarz's bound on x.y, and the error of rounding them, are as
 * small as can be.
 */
#ifndef PALATE_RECOMMEND_BALANCE_H
#define PALATE_RECOMMEND_BALANCE_H

#include "kernels/kernels.h"
#include "model/model.h"

typedef struct palate__balance {
    size_t width;            /* k, rounded up to what the kernels take; zeros fill up. */
    palate__transform to_x;  /* Of user factors. */
    palate__transform to_y;  /* Of item factors. */
    const double *user_mean; /* w, k */
    const double *item_mean; /* m */
    double user_mean_length; /* |w| */
    double item_mean_length; /* |m| */
    /* In doubles, u.m + w.(v - m) + x.y is off u.v by at most this, times (|u| + |w|) (|v| + |m|). */
    double error;
    void *memory;
} palate__balance;

/* PALATE_OK or PALATE_E_NOMEM. */
palate_status palate__balance_create(const palate_model *model, palate__balance *out,
                                     palate_error *err);
void palate__balance_free(palate_context *context, palate__balance *balance);

#endif
