/* SPDX-License-Identifier: Apache-2.0 */
#include "train/nndsvd.h"
#include "train/pilot.h"
#include "train/training.h"
#include "train/tune.h"

#include <string.h>

static palate_status check_arguments(const palate_ratings *ratings, palate_model **out,
                                     palate_error *err)
{
    if (out != NULL)
        *out = NULL;
    if (ratings == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_train: %s is NULL",
                            out == NULL ? "out" : "ratings");
    return PALATE_OK;
}

/* Options as they are to be taken, checked. */
static palate_status take_options(const palate_train_options *given, palate_train_options *out,
                                  palate_error *err)
{
    if (given != NULL)
        *out = *given;
    else
        palate_train_options_init(out);
    return palate__training_check(out, err);
}

/* For options that are open: thoroughly where that is asked for. */
static palate_status choose(const palate_ratings *ratings, const palate_train_options *options,
                            palate__choice *out, palate_error *err)
{
    palate_status status = palate__pilot(ratings, options, out, err);
    if (status == PALATE_OK && options->tune)
        status = palate__tune(ratings, options, out, err);
    return status;
}

palate_status palate_model_train(const palate_ratings *ratings, const palate_train_options *options,
                                 palate_model **out, palate_error *err)
{
    palate_status status = check_arguments(ratings, out, err);
    palate_train_options taken;
    palate__choice choice = {.factor = 1.0};
    if (status != PALATE_OK)
        return status;
    palate__training training = {.context = ratings->context};
    PALATE_TRY(take_options(options, &taken, err));
    PALATE_TRY(choose(ratings, &taken, &choice, err));
    PALATE_TRY(palate__training_begin(&training, ratings, &taken, &choice, err));
    palate__training_start(&training);
    PALATE_TRY(palate__nndsvd_start(&training, err));
    PALATE_TRY(palate__training_run(&training, err));
    palate__training_settle(&training);
    PALATE_TRY(palate__training_finish(&training, out, err));
    if (strcmp(training.stopped_by, "request") == 0)
        status = palate__fail(err, PALATE_E_STOPPED,
                              "stopped on request after %lld epochs; the model is the best so far",
                              (long long)training.epoch);
done:
    palate__training_end(&training);
    palate__release(ratings->context, choice.trials);
    return status;
}
