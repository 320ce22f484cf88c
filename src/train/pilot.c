/* SPDX-License-Identifier: Apache-2.0 */
#include "train/pilot.h"

#include "train/subset.h"
#include "train/training.h"

#include <math.h>

enum {
    FACTORS_MOST = 15,
    EPOCHS = 20,
    STEPS_MOST = 5 /* Halvings or doublings. */
};
static const double RATINGS_WANTED = 60000.0;
static const double HELD_OUT = 0.15;

/* What one run came to. */
typedef struct trial {
    palate_train_options options;
    float *errors; /* Squared, of each rating held out. */
    size_t count;
} trial;

typedef struct pilot {
    palate_ratings ratings; /* The part of them. */
    palate_train_options base;
    palate_error *err;
} pilot;

static void free_trial(const pilot *run, trial *one)
{
    palate__release(run->ratings.context, one->errors);
    one->errors = NULL;
}

/* Clipped to the scale, as predictions are. */
static double clipped(const palate__training *training, double score)
{
    const palate_scale *scale = &training->scale;
    return scale->low < scale->high ? fmin(fmax(score, scale->low), scale->high) : score;
}

static palate_status measure(const palate__training *training, trial *out, palate_error *err)
{
    const palate__held_out *held = &training->held_out;
    out->errors = palate__allocate_array(training->context, held->count, sizeof *out->errors);
    if (out->errors == NULL)
        return palate__fail_memory(err, "trying strengths of regularization");
    out->count = held->count;
    for (size_t e = 0; e < held->count; e++) {
        double error = (double)held->ratings[e] -
                       clipped(training, palate__training_score(training, e));
        out->errors[e] = (float)(error * error * training->gain * training->gain);
    }
    return PALATE_OK;
}

static palate_status run_trial(const pilot *run, const palate_train_options *options, trial *out)
{
    palate_status status = PALATE_OK;
    palate__training training;
    *out = (trial){.options = *options};
    PALATE_TRY(palate__training_begin(&training, &run->ratings, options, NULL, run->err));
    out->options = training.options; /* With the rule's values. */
    palate__training_start(&training);
    PALATE_TRY(palate__training_run(&training, run->err));
    PALATE_TRY(measure(&training, out, run->err));
done:
    palate__training_end(&training);
    return status;
}

/* How many standard errors `other` is better than `best`; the same ratings are held out of both. */
static double advantage(const trial *other, const trial *best)
{
    double sum = 0.0;
    double squares = 0.0;
    const double count = (double)best->count;
    for (size_t e = 0; e < best->count; e++) {
        double gain = (double)best->errors[e] - (double)other->errors[e];
        sum += gain;
        squares += gain * gain;
    }
    double variance = fmax(squares / count - sum / count * (sum / count), 1e-30);
    return sum / count / sqrt(variance / count);
}

/* Takes `other` for the best where its advantage is above `needed`. */
static bool keep_better(const pilot *run, trial *best, trial *other, double needed)
{
    bool better = other->count == best->count && advantage(other, best) > needed;
    trial worse = better ? *best : *other;
    if (better)
        *best = *other;
    free_trial(run, &worse);
    return better;
}

/* Steps in one direction as long as they help. */
static palate_status walk(const pilot *run, trial *best, double factor, bool *moved)
{
    *moved = false;
    for (int step = 0; step < STEPS_MOST; step++) {
        trial other;
        palate_train_options options = run->base;
        options.regularization = best->options.regularization * factor;
        options.link = best->options.link;
        palate_status status = run_trial(run, &options, &other);
        if (status != PALATE_OK)
            return status;
        if (!keep_better(run, best, &other, 1.0))
            return PALATE_OK;
        *moved = true;
    }
    return PALATE_OK;
}

static palate_status try_without_link(const pilot *run, trial *best)
{
    trial other;
    palate_train_options options = run->base;
    options.regularization = best->options.regularization;
    options.link = PALATE_LINK_OFF;
    palate_status status = run_trial(run, &options, &other);
    if (status == PALATE_OK)
        keep_better(run, best, &other, 0.0); /* The simpler model, where both are as good. */
    return status;
}

static palate_status search(const pilot *run, trial *best, palate__pilot_result *out)
{
    palate_status status = PALATE_OK;
    bool moved = false;
    const palate_train_options *base = &run->base;
    const bool features = base->user_features != NULL || base->item_features != NULL;
    PALATE_TRY(run_trial(run, base, best));
    const double by_rule = best->options.regularization;
    PALATE_TRY(walk(run, best, 0.5, &moved));
    if (!moved)
        PALATE_TRY(walk(run, best, 2.0, &moved));
    if (base->link == PALATE_LINK_ON && !features) {
        PALATE_TRY(try_without_link(run, best));
        if (best->options.link == PALATE_LINK_OFF)
            PALATE_TRY(walk(run, best, 0.5, &moved));
    }
    out->factor = best->options.regularization / by_rule;
    out->without_link = best->options.link == PALATE_LINK_OFF;
done:
    return status;
}

/* Short, by rule map, with ratings held out; all else as asked. */
static palate_train_options short_run(const palate_train_options *asked)
{
    palate_train_options options = *asked;
    options.rule = PALATE_RULE_MAP;
    options.factors = asked->factors == PALATE_AUTO || asked->factors > FACTORS_MOST
                          ? FACTORS_MOST
                          : asked->factors;
    options.epochs = EPOCHS;
    options.tolerance = 0.0;
    options.time = PALATE_TIME_OFF;
    options.time_limit = 0.0;
    options.validation = HELD_OUT;
    options.patience = 0;
    options.threads = asked->threads == 1 ? 1 : 0; /* As many as so little work is worth. */
    options.start = NULL;
    options.on_progress = NULL;
    return options;
}

palate_status palate__pilot(const palate_ratings *ratings, const palate_train_options *options,
                            palate__pilot_result *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    pilot run = {.err = err};
    trial best = {.errors = NULL};
    const double count = (double)palate__matrix_count(&ratings->by_user);
    const double began = palate__seconds_now();
    *out = (palate__pilot_result){1.0, false, 0.0};
    if (options->rule == PALATE_RULE_MU || options->regularization != PALATE_AUTO ||
        count < PALATE__PILOT_LEAST)
        return PALATE_OK;
    PALATE_TRY(
        palate__subset_make(ratings, (uint32_t)(1.0 + count / RATINGS_WANTED), &run.ratings, err));
    run.base = short_run(options);
    PALATE_TRY(search(&run, &best, out));
    out->seconds = palate__seconds_now() - began;
done:
    free_trial(&run, &best);
    palate__subset_free(&run.ratings);
    return status;
}
