/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

#include "message.h"

#include <math.h>
#include <stdlib.h>

static int compare_parts(const void *a, const void *b)
{
    const factor_part *left = a;
    const factor_part *right = b;
    if (fabs(left->adds) != fabs(right->adds))
        return fabs(left->adds) < fabs(right->adds) ? 1 : -1;
    return (left->factor > right->factor) - (left->factor < right->factor);
}

factor_part *parts_take(const palate_model *model, uint32_t user, uint32_t item, int64_t time,
                        int parts, palate_explanation *sum)
{
    palate_error err;
    palate_model_summary summary;
    palate_model_info(model, &summary);
    const uint32_t count = summary.factor_count;
    double *adds = malloc(((size_t)count + 1) * sizeof *adds);
    factor_part *list = malloc(((size_t)count + 1) * sizeof *list);
    bool done = adds != NULL && list != NULL;
    if (!done) {
        message_error("out of memory while explaining");
    } else if (palate_model_explain(model, user, item, time, parts, sum, adds, &err) != PALATE_OK) {
        message_failed(&err);
        done = false;
    }
    for (uint32_t f = 0; done && f < count; f++)
        list[f] = (factor_part){f, adds[f]};
    if (done)
        qsort(list, count, sizeof *list, compare_parts);
    free(adds);
    if (done)
        return list;
    free(list);
    return NULL;
}
