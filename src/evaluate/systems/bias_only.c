/* SPDX-License-Identifier: Apache-2.0 */
/* Baseline: mean + user offset + item offset, fitted to the training ratings. */
#include "evaluate/bias.h"
#include "evaluate/system.h"

#include <stdio.h>

static double offset_of(const double *offsets, uint32_t row)
{
    return row == PALATE_NO_ROW ? 0.0 : offsets[row];
}

static palate_status predict(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions)
{
    const palate__test *test = system->test;
    const palate__bias *fitted = system->own;
    const palate_scale *scale = &test->model->summary.scale;
    const uint32_t *columns = test->ratings->by_user.columns + begin;
    double start = fitted->mean + offset_of(fitted->users, test->train_users[user]);
    for (size_t e = 0; e < count; e++) {
        double rating = start + offset_of(fitted->items, test->train_items[columns[e]]);
        if (scale->low < scale->high)
            rating = rating < scale->low ? scale->low : rating > scale->high ? scale->high : rating;
        predictions[e] = (float)rating;
    }
    return PALATE_OK;
}

static void release(palate__system *system)
{
    palate__bias_end(system->test->context, system->own);
    palate__release(system->test->context, system->own);
}

palate_status palate__system_bias_only(const palate__test *test, palate__system *out,
                                       palate_error *err)
{
    *out = (palate__system){.test = test, .name = "bias-only", .predict = predict};
    if (test->train == NULL) {
        out->no_predictions = "it needs the ratings trained on (--train FILE)";
        return PALATE_OK;
    }
    palate__bias *fitted = palate__allocate_zeroed(test->context, 1, sizeof *fitted);
    if (fitted == NULL)
        return palate__fail_memory(err, "fitting offsets");
    out->own = fitted;
    out->release = release;
    palate_status status = palate__bias_fit(test->context, test->train, test->plan->threads, fitted,
                                            err);
    if (status == PALATE_OK)
        snprintf(out->note, sizeof out->note, "regularization of users %g, of items %g",
                 fitted->user_lambda, fitted->item_lambda);
    return status;
}
