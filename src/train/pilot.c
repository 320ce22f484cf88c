/* SPDX-License-Identifier: Apache-2.0 */
#include "train/pilot.h"

#include "train/subset.h"
#include "train/trial.h"

enum {
    FACTORS_MOST = 15,
    EPOCHS = 20,
    STEPS_MOST = 5 /* Halvings or doublings. */
};
static const double RATINGS_WANTED = 60000.0;
static const double HELD_OUT = 0.15;

typedef struct pilot {
    palate_ratings ratings; /* The part of them. */
    palate_train_options base;
    palate__trial trials[2];
    palate__trial *best, *other; /* Of these. */
    palate_error *err;
} pilot;

/* Runs the other trial from the best one's strengths, changed; it becomes the best where its
 * advantage is above `needed`. */
static palate_status challenge(pilot *run, double factor, int link, double needed, bool *better)
{
    palate_train_options options = run->base;
    options.regularization = run->best->training.options.regularization * factor;
    options.link = link;
    palate__trial_end(run->other);
    palate_status status = palate__trial_begin(run->other, &run->ratings, &options, run->err);
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
static palate_status walk(pilot *run, double factor, bool *moved)
{
    palate_status status = PALATE_OK;
    bool better = true;
    *moved = false;
    for (int step = 0; step < STEPS_MOST && better && status == PALATE_OK; step++) {
        status = challenge(run, factor, run->best->training.options.link, 1.0, &better);
        *moved |= better;
    }
    return status;
}

static palate_status search(pilot *run, palate__choice *out)
{
    palate_status status = PALATE_OK;
    bool moved = false;
    bool better = false;
    const bool features = run->base.user_features != NULL || run->base.item_features != NULL;
    PALATE_TRY(palate__trial_begin(run->best, &run->ratings, &run->base, run->err));
    PALATE_TRY(palate__trial_run(run->best, EPOCHS, run->err));
    const double by_rule = run->best->training.options.regularization;
    PALATE_TRY(walk(run, 0.5, &moved));
    if (!moved)
        PALATE_TRY(walk(run, 2.0, &moved));
    if (run->base.link == PALATE_LINK_ON && !features) {
        /* The simpler model, where both are as good. */
        PALATE_TRY(challenge(run, 1.0, PALATE_LINK_OFF, 0.0, &better));
        if (better)
            PALATE_TRY(walk(run, 0.5, &moved));
    }
    out->factor = run->best->training.options.regularization / by_rule;
    out->without_link = run->best->training.options.link == PALATE_LINK_OFF;
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

palate_status palate__pilot(const palate_ratings *ratings, const palate_train_options *options,
                            palate__choice *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    pilot run = {.err = err, .best = &run.trials[0], .other = &run.trials[1]};
    const double count = (double)palate__matrix_count(&ratings->by_user);
    const double began = palate__seconds_now();
    *out = (palate__choice){.factor = 1.0};
    if (options->rule == PALATE_RULE_MU || options->regularization != PALATE_AUTO ||
        count < PALATE__PILOT_LEAST || (options->fast && !options->tune))
        return PALATE_OK;
    PALATE_TRY(
        palate__subset_make(ratings, (uint32_t)(1.0 + count / RATINGS_WANTED), &run.ratings, err));
    run.base = base_options(options);
    PALATE_TRY(search(&run, out));
    out->seconds = palate__seconds_now() - began;
done:
    palate__trial_end(run.best);
    palate__trial_end(run.other);
    palate__subset_free(&run.ratings);
    return status;
}
