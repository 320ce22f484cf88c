/* SPDX-License-Identifier: Apache-2.0 */
/* The update of a row that has so many ratings that its panel (kernels.h) would not be worth its memory, 4 bytes for
 * each rating and coordinate: by sums over its ratings instead, which threads share. */
#ifndef PALATE_TRAIN_LONG_H
#define PALATE_TRAIN_LONG_H

#include "train/rule.h"

/* Of more ratings. With 63 factors the panel of so many takes 68 MB a thread; an update by sums takes four times the
 * work. No item of the Netflix Prize has as many (232,944). */
enum { PALATE__LONG_ROW = 1 << 18 };

/* Whether rows of `count` ratings are updated so, by threads together, before the others of their side. What the
 * ratings leave of a user's drift needs them one by one. */
static inline bool palate__is_long(const palate__training *training, size_t count)
{
    return count > PALATE__LONG_ROW && training->rule->has_prior && !training->drift.on;
}

/* Memory for the sums, where a row is long. */
palate_status palate__long_begin(palate__training *training, palate_error *err);

/* As row_update of the kernels, up to rounding, but for the residual, which is not kept. The same bits for any number
 * of threads. To be called outside of tasks: it uses the scratch of every thread. */
palate__row_sums palate__long_update(const palate__training *training,
                                     const palate__row_problem *problem, float *x, float *away);

#endif
