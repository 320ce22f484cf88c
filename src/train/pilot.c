/* SPDX-License-Identifier: Apache-2.0 */
#include "train/pilot.h"

#include "train/subset.h"
#include "train/trial.h"

#include "base/clock.h"

#include <math.h>

enum {
    FACTORS_MOST = 15,
    EPOCHS = 14,
    STEPS_MOST = 5,      /* Halvings or doublings. */
    TABLE_STEPS_MOST = 2 /* Of what a table says. */
};
static const double RATINGS_WANTED = 60000.0;

/* Of many at least this share by rule vb, whose strengths hold for all ratings where they hold for some: with
 * less, items have too few to tell. What map wants, changes with their number (10 million made-up ratings: test RMSE .7915
 * for vb, 60,000 alone .8064; for map .8381, 60,000 alone .8145). */
static const double SHARE_VARIATIONAL = 0.1;
static const double HELD_OUT = 0.15;

/* Strengths of what a table says: from one to the next, and the standard errors that it must be better
 * by. Ratings show it little: at one error and five steps, slices of MovieLens 100K led from 80, which is
 * best, to anything from .3 to 80. */
static const double TABLE_STEP = 4.0;
static const double TABLE_ADVANTAGE = 2.0;

typedef struct pilot {
    palate_ratings ratings; /* The part of them. */
    palate_train_options base;
    palate__trial trials[2];
    palate__trial *best, *other; /* Of these. */
    palate_error *err;
} pilot;

/* What a walk changes. */
typedef enum knob { OF_FACTORS, OF_USER_TABLE, OF_ITEM_TABLE } knob;

static double *strength(palate_train_options *options, knob which)
{
    return which == OF_FACTORS      ? &options->regularization
           : which == OF_USER_TABLE ? &options->user_feature_regularization
                                    : &options->item_feature_regularization;
}

/* Runs the other trial from the best one's strengths, one of them another; it becomes the best where its
 * advantage is above `needed`. */
static palate_status challenge(pilot *run, knob which, double value, int link, double needed,
                               bool *better)
{
    palate_train_options options = run->base;
    options.regularization = run->best->training.options.regularization;
    options.link = link;
    *strength(&options, which) = value;
    palate__trial_end(run->other);
    palate_status status = palate__trial_begin(run->other, &run->ratings, &options, run->best,
                                               run->err);
    if (status == PALATE_OK)
        status = palate__trial_run(run->other, EPOCHS, run->err);
    *better = status == PALATE_OK && palate__trial_advantage(run->other, run->best) > needed;
    if (*better) {
        palate__trial *beaten = run->best;
        run->best = run->other;
        run->other = beaten;
    }
    return status;
}

/* Steps in one direction as long as they help. */
static palate_status walk(pilot *run, knob which, double factor, bool *moved)
{
    palate_status status = PALATE_OK;
    bool better = true;
    const int steps = which == OF_FACTORS ? STEPS_MOST : TABLE_STEPS_MOST;
    const double needed = which == OF_FACTORS ? 1.0 : TABLE_ADVANTAGE;
    *moved = false;
    for (int step = 0; step < steps && better && status == PALATE_OK; step++) {
        palate_train_options *best = &run->best->training.options;
        status = challenge(run, which, *strength(best, which) * factor, best->link, needed,
                           &better);
        *moved |= better;
    }
    return status;
}

/* Steps in the direction that helps, if one does. */
static palate_status walk_either_way(pilot *run, knob which, double factor)
{
    bool moved = false;
    palate_status status = walk(run, which, 1.0 / factor, &moved);
    if (status == PALATE_OK && !moved)
        status = walk(run, which, factor, &moved);
    return status;
}

static bool is_open(const palate_features *features, double strength)
{
    return features != NULL && strength == PALATE_AUTO;
}

/* How much of what a table says is taken: nothing, where that is better by more than a standard error. No
 * more is asked of it, as it is for rows without ratings, whom a run does not see. On five folds of MovieLens
 * 100K true genres and years are always taken (better by .9 to 2.7 errors); what chance has made up in
 * their place, worse by -1 to 4.5, is left out by three of four. */
static palate_status try_table(pilot *run, knob which)
{
    bool better = false;
    palate_status status = challenge(run, which, PALATE_AUTO, run->best->training.options.link,
                                     -1.0, &better);
    if (status == PALATE_OK && better)
        status = walk_either_way(run, which, TABLE_STEP);
    *strength(&run->base, which) = *strength(&run->best->training.options, which);
    return status;
}

static palate_status search(pilot *run, palate__choice *out)
{
    palate_status status = PALATE_OK;
    bool moved = false;
    bool better = false;
    const bool of_items = is_open(run->base.item_features, run->base.item_feature_regularization);
    const bool of_users = is_open(run->base.user_features, run->base.user_feature_regularization);
    if (of_items)
        run->base.item_feature_regularization = (double)INFINITY;
    if (of_users)
        run->base.user_feature_regularization = (double)INFINITY;
    PALATE_TRY(palate__trial_begin(run->best, &run->ratings, &run->base, NULL, run->err));
    PALATE_TRY(palate__trial_run(run->best, EPOCHS, run->err));
    const double by_rule = run->best->training.options.regularization;
    PALATE_TRY(walk_either_way(run, OF_FACTORS, 2.0));
    if (of_items)
        PALATE_TRY(try_table(run, OF_ITEM_TABLE));
    if (of_users)
        PALATE_TRY(try_table(run, OF_USER_TABLE));
    if (run->base.link == PALATE_LINK_ON) {
        /* The simpler model, where both are as good. */
        PALATE_TRY(challenge(run, OF_FACTORS, run->best->training.options.regularization,
                             PALATE_LINK_OFF, 0.0, &better));
        if (better)
            PALATE_TRY(walk(run, OF_FACTORS, 0.5, &moved));
    }
    const palate_train_options *best = &run->best->training.options;
    out->user_ratio = best->user_feature_regularization / best->regularization;
    out->item_ratio = best->item_feature_regularization / best->regularization;
    out->factor = best->regularization / by_rule;
    out->without_link = best->link == PALATE_LINK_OFF;
done:
    return status;
}

static palate_train_options base_options(const palate_train_options *asked)
{
    palate_train_options options = palate__trial_options(asked, HELD_OUT);
    options.threads = asked->threads == 1 ? 1 : 0; /* As many as so little work is worth. */
    if (asked->factors == PALATE_AUTO || asked->factors > FACTORS_MOST)
        options.factors = FACTORS_MOST;
    return options;
}

/* One of how many users, evenly, plays a part. */
static uint32_t choose_step(const palate_ratings *ratings, const palate_train_options *options)
{
    const double count = (double)palate__matrix_count(&ratings->by_user);
    const bool vb = palate__training_rule(ratings, options) == PALATE_RULE_VB;
    return (uint32_t)(1.0 + count / fmax(RATINGS_WANTED, vb ? SHARE_VARIATIONAL * count : 0.0));
}

palate_status palate__pilot(const palate_ratings *ratings, const palate_train_options *options,
                            palate__choice *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    pilot run = {.err = err, .best = &run.trials[0], .other = &run.trials[1]};
    const double count = (double)palate__matrix_count(&ratings->by_user);
    const double began = palate__seconds_now();
    *out = (palate__choice){.factor = 1.0};
    if (options->rule == PALATE_RULE_MU || options->missing == PALATE_MISSING_ZERO ||
        options->regularization != PALATE_AUTO || count < PALATE__PILOT_LEAST ||
        (options->fast && !options->tune))
        return PALATE_OK;
    PALATE_TRY(palate__subset_make(ratings, choose_step(ratings, options), &run.ratings, err));
    run.base = base_options(options);
    PALATE_TRY(search(&run, out));
    out->seconds = palate__seconds_now() - began;
done:
    palate__trial_end(run.best);
    palate__trial_end(run.other);
    palate__subset_free(&run.ratings);
    return status;
}
