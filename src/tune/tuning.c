/* SPDX-License-Identifier: Apache-2.0 */
#include "tune/tuning.h"

#include "train/training.h"

#include <math.h>

palate_status palate__tuning_make(palate_context *context, int64_t folds, palate_tuning **out,
                                  palate_error *err)
{
    *out = palate__allocate_zeroed(context, 1, sizeof **out);
    if (*out == NULL)
        return palate__fail_memory(err, "searching");
    (*out)->context = context;
    (*out)->fold_count = folds;
    return PALATE_OK;
}

void palate__results_clear(palate_context *context, palate__result *results, int64_t count)
{
    for (int64_t f = 0; results != NULL && f < count; f++) {
        palate__release(context, results[f].failed);
        results[f] = (palate__result){.known = false};
    }
}

void palate_tuning_free(palate_tuning *tuning)
{
    if (tuning == NULL)
        return;
    palate_context *context = tuning->context;
    for (size_t t = 0; t < tuning->count; t++) {
        palate__results_clear(context, tuning->tried[t].results, tuning->fold_count);
        palate__release(context, tuning->tried[t].results);
        palate__release(context, tuning->tried[t].values);
        palate__release(context, tuning->tried[t].texts);
    }
    palate__release(context, tuning->tried);
    palate__release(context, tuning->ranked);
    palate__space_free(&tuning->space);
    palate__release(context, tuning);
}

palate_train_options palate__trial_training(const palate_tuning *tuning, const palate__tried *tried,
                                            double share)
{
    palate_train_options options = tuning->base;
    for (size_t a = 0; a < tuning->space.axis_count; a++) {
        /* The values come from the table, so it takes them. */
        palate_status status = palate_options_set(palate_train_options_table(), &options,
                                                  tuning->space.axes[a].option->name,
                                                  tried->values[a], NULL);
        (void)status;
    }
    if (share < 1.0) {
        const double epochs = rint((double)palate__training_epochs(&options) * share);
        options.epochs = epochs < 1.0 ? 1 : (int64_t)epochs;
    }
    return options;
}

/* ---- Looking ---- */

bool palate_tuning_complete(const palate_tuning *tuning)
{
    return tuning->complete;
}

const palate_measure *palate_tuning_measure(const palate_tuning *tuning)
{
    return &tuning->measure;
}

const palate_option *palate_tuning_axis(const palate_tuning *tuning, size_t place)
{
    return place < tuning->space.axis_count ? tuning->space.axes[place].option : NULL;
}

int64_t palate_tuning_trained_count(const palate_tuning *tuning)
{
    return tuning->trained_count;
}

int64_t palate_tuning_found_count(const palate_tuning *tuning)
{
    return tuning->found_count;
}

int64_t palate_tuning_rung_count(const palate_tuning *tuning)
{
    return tuning->rung_count;
}

palate_rung palate_tuning_rung(const palate_tuning *tuning, int64_t rung)
{
    return rung >= 0 && rung < tuning->rung_count ? tuning->rungs[rung] : (palate_rung){0, 0.0};
}

size_t palate_tuning_trial_count(const palate_tuning *tuning)
{
    return tuning->count;
}

const palate_tuning_trial *palate_tuning_trial_at(const palate_tuning *tuning, size_t place)
{
    return place < tuning->count ? &tuning->ranked[place]->trial : NULL;
}

palate_status palate_tuning_options(const palate_tuning *tuning, size_t place,
                                    palate_train_options *out, palate_error *err)
{
    if (tuning == NULL || out == NULL || place >= tuning->count)
        return palate__fail(err, PALATE_E_INVALID, "palate_tuning_options: there is no such trial");
    *out = palate__trial_training(tuning, tuning->ranked[place], 1.0);
    return PALATE_OK;
}
