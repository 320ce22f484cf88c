/* SPDX-License-Identifier: Apache-2.0 */
#include "train/trial.h"

#include <math.h>
#include <string.h>

palate_train_options palate__trial_options(const palate_train_options *asked, double share)
{
    palate_train_options options = *asked;
    options.rule = asked->rule == PALATE_RULE_BAYES ? PALATE_RULE_MAP : asked->rule;
    options.epochs = 0;
    options.tolerance = 0.0;
    options.time = PALATE_TIME_OFF;
    options.time_limit = 0.0;
    options.validation = share;
    options.patience = 0;
    options.start = NULL;
    options.on_progress = NULL;
    return options;
}

palate_status palate__trial_begin(palate__trial *out, const palate_ratings *ratings,
                                  const palate_train_options *options, const palate__trial *like,
                                  palate_error *err)
{
    const bool alike = like != NULL && like->begun && like->training.split;
    const palate__choice trial = {
        .factor = 1.0, .is_trial = true, .like = alike ? &like->training : NULL};
    *out = (palate__trial){.begun = true};
    palate_status status = palate__training_begin(&out->training, ratings, options, &trial, err);
    if (status != PALATE_OK)
        return status;
    const size_t count = out->training.held_out.count;
    out->errors = palate__allocate_array(ratings->context, count, sizeof *out->errors);
    if (out->errors == NULL)
        return palate__fail_memory(err, "trying strengths of regularization");
    palate__training_start(&out->training);
    return PALATE_OK;
}

void palate__trial_end(palate__trial *trial)
{
    if (!trial->begun)
        return;
    palate__release(trial->training.context, trial->errors);
    palate__training_end(&trial->training);
    *trial = (palate__trial){.begun = false};
}

/* Clipped to the scale, as predictions are. */
static double clipped(const palate__training *training, double score)
{
    const palate_scale *scale = &training->scale;
    return scale->low < scale->high ? fmin(fmax(score, scale->low), scale->high) : score;
}

static void measure(palate__trial *trial)
{
    const palate__training *training = &trial->training;
    const palate__held_out *held = &training->held_out;
    double sum = 0.0;
    for (size_t e = 0; e < held->count; e++) {
        double score = palate__training_score(training, e);
        double error = ((double)held->ratings[e] - clipped(training, score)) * training->gain;
        trial->errors[e] = (float)(error * error);
        sum += error * error;
    }
    trial->mean_error = sum / (double)held->count;
}

palate_status palate__trial_run(palate__trial *trial, int64_t epochs, palate_error *err)
{
    palate__training *training = &trial->training;
    training->options.epochs = training->epoch + epochs;
    palate_status status = palate__training_run(training, err);
    if (status == PALATE_OK)
        measure(trial);
    if (status == PALATE_OK && strcmp(training->stopped_by, "request") == 0)
        return palate__fail(err, PALATE_E_STOPPED, "stopped on request while choosing options");
    return status;
}

double palate__trial_advantage(const palate__trial *other, const palate__trial *best)
{
    double sum = 0.0;
    double squares = 0.0;
    const double count = (double)best->training.held_out.count;
    for (size_t e = 0; e < best->training.held_out.count; e++) {
        double gain = (double)best->errors[e] - (double)other->errors[e];
        sum += gain;
        squares += gain * gain;
    }
    double variance = fmax(squares / count - sum / count * (sum / count), 1e-30);
    return sum / count / sqrt(variance / count);
}

double palate__trial_rmse(const palate__trial *trial)
{
    return sqrt(trial->mean_error) / trial->training.gain;
}
