/* SPDX-License-Identifier: Apache-2.0 */
/* Baseline: the mean of the training ratings, for everybody and everything. */
#include "evaluate/system.h"

static palate_status predict(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions)
{
    (void)user;
    (void)begin;
    for (size_t e = 0; e < count; e++)
        predictions[e] = (float)system->test->model->summary.mean;
    return PALATE_OK;
}

palate_status palate__system_mean(const palate__test *test, palate__system *out, palate_error *err)
{
    static const char ALIKE[] = "it scores all items alike";
    (void)err;
    *out = (palate__system){
        .test = test, .name = "mean", .predict = predict, .no_lists = ALIKE, .no_order = ALIKE};
    return PALATE_OK;
}
