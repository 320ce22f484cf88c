/* SPDX-License-Identifier: Apache-2.0 */
#include "examples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of samples' factors no single one means anything: all of them are the rest. */
static bool take_apart(const report *of, uint32_t user, recommended_item *to)
{
    const size_t count = of->summary.factor_count;
    factor_part *parts = parts_take(of->model, user, to->item, PALATE_NO_TIME, PALATE_PARTS_TYPICAL,
                                    &to->sum);
    if (parts == NULL)
        return false;
    to->part_count = report_is_of_samples(of) ? 0 : count < PARTS_MAX ? count : PARTS_MAX;
    memcpy(to->parts, parts, to->part_count * sizeof *parts);
    for (size_t place = to->part_count; place < count; place++)
        to->rest += parts[place].adds;
    free(parts);
    return true;
}

static bool predict(const report *of, uint32_t user, recommended_item *to)
{
    palate_error err;
    float prediction = 0;
    float deviation = NAN;
    const bool sure = of->summary.sample_count > 0 && user != PALATE_NO_ROW;
    const palate_cells cells = {1, &user, &to->item, NULL};
    if (palate_model_predict(of->model, &cells, &prediction, sure ? &deviation : NULL, NULL,
                             &err) != PALATE_OK) {
        message_failed(&err);
        return false;
    }
    to->prediction = (double)prediction;
    to->deviation = (double)deviation;
    return true;
}

static void keep_reasons(recommended_item *to, const palate_reason *reasons, int64_t count)
{
    for (int64_t r = 0; r < count && to->reason_count < REASONS_MAX; r++)
        if (reasons[r].effect > 0.0)
            to->reasons[to->reason_count++] = reasons[r];
}

/* None where the model keeps no ratings, or folds nobody in. */
static bool find_reasons(const report *of, uint32_t user, recommended_item *to)
{
    palate_error err;
    palate_reasons because;
    int64_t count = 0;
    if (user == PALATE_NO_ROW)
        return true;
    palate_model_seen(of->model, user, &count);
    palate_reason *reasons = malloc(((size_t)count + 1) * sizeof *reasons);
    if (reasons == NULL) {
        message_error("out of memory while explaining");
        return false;
    }
    const palate_status status = palate_model_reasons(of->model, user, to->item, PALATE_NO_TIME,
                                                      of->own->threads, &because, reasons, &err);
    if (status == PALATE_OK)
        keep_reasons(to, reasons, because.count);
    free(reasons);
    if (status != PALATE_OK && status != PALATE_E_UNSUPPORTED)
        message_failed(&err);
    return status == PALATE_OK || status == PALATE_E_UNSUPPORTED;
}

bool recommended_fill(const report *of, uint32_t user, recommended_item *item)
{
    return predict(of, user, item) && take_apart(of, user, item) && find_reasons(of, user, item);
}
