/* SPDX-License-Identifier: Apache-2.0 */
#include "train/tune.h"

#include "train/pilot.h"
#include "train/subset.h"
#include "train/trial.h"

#include "base/clock.h"

#include <stdlib.h>

enum {
    CONTENDERS_MAX = 12,
    FIRST_EPOCHS = 5,  /* Of all contenders. */
    LAST_EPOCHS = 40,  /* Of the last two, all in all. */
    WALK_EPOCHS = 30,  /* Of a number of factors. */
    FACTORS_LEAST = 2, /* Tried. */
    FACTORS_MOST = 255,
    STEPS_MOST = 4
};
static const double HELD_OUT = 0.1;

/* More ratings choose no better: strengths follow from counts, which the rule knows. */
static const double RATINGS_WANTED = 2e6;

/* Finer than the pilot's steps. */
static const double FACTORS_OF_LAMBDA[] = {0.7, 1.0, 1.4};
static const double RATIOS[] = {0.6, 1.2, 2.4};

/* Twice the factors must lower the squared error by this share: they cost twice the time. */
static const double WORTH_DOUBLING = 0.002;

typedef struct contender {
    double factor, ratio; /* ratio 0: without the link. */
    palate__trial trial;
} contender;

typedef struct tuning {
    const palate_ratings *ratings;
    palate_ratings part; /* Where all are too many. */
    const palate_train_options *asked;
    palate_train_options base; /* Of every trial. */
    palate__choice *choice;
    palate_error *err;
    contender *contenders; /* CONTENDERS_MAX */
    contender *standing[CONTENDERS_MAX];
    size_t count; /* Still standing; the first is the pilot's choice. */
    palate__trial walkers[2];
    double work_done, work; /* Epochs times factors. */
    double work_of_epoch;   /* ... of the trial that runs. */
    int64_t epoch_before;
} tuning;

/* ---- Telling ---- */

static bool on_progress(const palate_progress *progress, void *user)
{
    tuning *run = user;
    const palate_train_options *asked = run->asked;
    if (asked->on_progress == NULL)
        return true;
    double part = progress->fraction * (double)progress->epochs - (double)run->epoch_before;
    double done = run->work_done + part * run->work_of_epoch;
    palate_progress outer = *progress;
    outer.epoch = 0;
    outer.epoch_ended = false;
    outer.fraction = run->choice->work * (done < run->work ? done / run->work : 1.0);
    outer.seconds = palate__seconds_now() - run->choice->began;
    return asked->on_progress(&outer, asked->on_progress_user);
}

static palate_status add_trial(tuning *run, const palate_trial *found)
{
    palate__choice *choice = run->choice;
    palate_trial *larger = palate__resize_array(run->ratings->context, choice->trials,
                                                choice->trial_count, choice->trial_count + 1,
                                                sizeof *larger);
    if (larger == NULL)
        return palate__fail_memory(run->err, "choosing options");
    choice->trials = larger;
    larger[choice->trial_count++] = *found;
    if (run->asked->on_trial != NULL)
        run->asked->on_trial(found, run->asked->on_trial_user);
    return PALATE_OK;
}

static palate_status run_trial(tuning *run, palate__trial *trial, int64_t epochs)
{
    const palate_train_options *options = &trial->training.options;
    run->epoch_before = trial->training.epoch;
    run->work_of_epoch = (double)trial->training.factor_count;
    palate_status status = palate__trial_run(trial, epochs, run->err);
    run->work_done += (double)epochs * run->work_of_epoch;
    if (status != PALATE_OK)
        return status;
    bool linked = options->link == PALATE_LINK_ON;
    return add_trial(
        run, &(palate_trial){.regularization = options->regularization,
                             .link_regularization = linked ? options->link_regularization : 0.0,
                             .factors = options->factors,
                             .epochs = trial->training.epoch,
                             .validation_rmse = palate__trial_rmse(trial)});
}

/* ---- Strengths ---- */

static palate_status begin_trial(tuning *run, palate__trial *trial, double factor, double ratio,
                                 int64_t factors)
{
    palate_train_options options = run->base;
    options.regularization *= factor;
    options.link = ratio > 0.0 ? PALATE_LINK_ON : PALATE_LINK_OFF;
    options.link_regularization = ratio * options.regularization;
    options.factors = factors;
    return palate__trial_begin(trial, run->ratings, &options, &run->contenders[0].trial, run->err);
}

static palate_status add_contender(tuning *run, double factor, double ratio)
{
    contender *one = &run->contenders[run->count];
    *one = (contender){.factor = factor, .ratio = ratio};
    run->standing[run->count++] = one;
    return begin_trial(run, &one->trial, factor, ratio, run->base.factors);
}

/* The pilot's choice first, then all around it. */
static palate_status add_contenders(tuning *run)
{
    palate_status status = PALATE_OK;
    const palate__choice *pilot = run->choice;
    const bool link = run->asked->link == PALATE_LINK_ON;
    const bool open = link && run->asked->link_regularization == PALATE_AUTO;
    const double own_ratio = link && !pilot->without_link
                                 ? run->base.link_regularization / run->base.regularization
                                 : 0.0;
    PALATE_TRY(add_contender(run, 1.0, own_ratio));
    for (size_t l = 0; l < 3; l++) {
        for (size_t r = 0; open && r < 3; r++)
            if (FACTORS_OF_LAMBDA[l] != 1.0 || RATIOS[r] != own_ratio)
                PALATE_TRY(add_contender(run, FACTORS_OF_LAMBDA[l], RATIOS[r]));
        if (own_ratio == 0.0 ? FACTORS_OF_LAMBDA[l] != 1.0 : open && l == 0)
            PALATE_TRY(add_contender(run, FACTORS_OF_LAMBDA[l], 0.0));
        if (!open && own_ratio > 0.0 && FACTORS_OF_LAMBDA[l] != 1.0)
            PALATE_TRY(add_contender(run, FACTORS_OF_LAMBDA[l], own_ratio));
    }
done:
    return status;
}

static int by_error(const void *a, const void *b)
{
    double left = (*(contender *const *)a)->trial.mean_error;
    double right = (*(contender *const *)b)->trial.mean_error;
    return (left > right) - (left < right);
}

/* The better half of the others goes on with the pilot's choice. */
static void halve(tuning *run)
{
    size_t left = run->count / 2 > 1 ? run->count / 2 : 1;
    qsort(run->standing + 1, run->count - 1, sizeof(contender *), by_error);
    for (size_t c = left + 1; c < run->count; c++)
        palate__trial_end(&run->standing[c]->trial);
    run->count = left + 1 < run->count ? left + 1 : run->count;
}

static palate_status choose_strengths(tuning *run)
{
    int64_t reached = 0;
    int64_t epochs = FIRST_EPOCHS;
    while (reached < LAST_EPOCHS) {
        for (size_t c = 0; c < run->count; c++) {
            palate_status status = run_trial(run, &run->standing[c]->trial, epochs);
            if (status != PALATE_OK)
                return status;
        }
        reached += epochs;
        halve(run);
        epochs = run->count > 2 && 2 * reached <= LAST_EPOCHS ? reached : LAST_EPOCHS - reached;
    }
    const contender *own = run->standing[0];
    const contender *best = run->count > 1 ? run->standing[1] : own;
    if (best != own && palate__trial_advantage(&best->trial, &own->trial) > 1.0)
        own = best;
    run->choice->factor *= own->factor;
    run->choice->link_ratio = own->ratio;
    run->choice->without_link = own->ratio == 0.0;
    run->base.regularization *= own->factor;
    return PALATE_OK;
}

/* ---- The number of factors ---- */

static palate_status run_walker(tuning *run, palate__trial *trial, int64_t factors)
{
    palate__trial_end(trial);
    palate_status status = begin_trial(run, trial, 1.0, run->choice->link_ratio, factors);
    return status == PALATE_OK ? run_trial(run, trial, WALK_EPOCHS) : status;
}

/* Halves or doubles as long as the advantage is above `needed`: fewer factors need none. */
static palate_status walk(tuning *run, size_t *best, bool halving, double needed)
{
    for (int step = 0; step < STEPS_MOST; step++) {
        palate__trial *now = &run->walkers[*best];
        palate__trial *other = &run->walkers[1 - *best];
        /* 63 and 31: with the offset a row is a power of two wide. */
        int64_t width = now->training.options.factors + 1;
        int64_t factors = (halving ? width / 2 : 2 * width) - 1;
        if (factors < FACTORS_LEAST || factors > FACTORS_MOST)
            break;
        palate_status status = run_walker(run, other, factors);
        if (status != PALATE_OK)
            return status;
        bool worth = halving || other->mean_error < (1.0 - WORTH_DOUBLING) * now->mean_error;
        if (!worth || !(palate__trial_advantage(other, now) > needed))
            break;
        *best = 1 - *best;
    }
    return PALATE_OK;
}

static palate_status choose_factors(tuning *run)
{
    palate_status status = PALATE_OK;
    size_t best = 0;
    const int64_t first = run->base.factors;
    if (run->asked->factors != PALATE_AUTO)
        return PALATE_OK;
    PALATE_TRY(run_walker(run, &run->walkers[0], first));
    PALATE_TRY(walk(run, &best, true, 0.0));
    if (run->walkers[best].training.options.factors == first)
        PALATE_TRY(walk(run, &best, false, 1.0));
    run->choice->factors = run->walkers[best].training.options.factors;
done:
    return status;
}

/* ---- All of it ---- */

/* What a table says: as the pilot has chosen, or as it follows from the rule's lambda. */
static void take_feature_strength(const tuning *run, double *option, double ratio, double by_rule)
{
    if (*option == PALATE_AUTO)
        *option = ratio > 0.0 ? ratio * run->base.regularization : run->choice->factor * by_rule;
}

/* What every trial has in common: the pilot's choice, in numbers. */
static palate_status describe_base(tuning *run)
{
    palate__trial probe;
    palate_train_options options = palate__trial_options(run->asked, HELD_OUT);
    options.on_progress = on_progress;
    options.on_progress_user = run;
    palate_status status = palate__trial_begin(&probe, run->ratings, &options, NULL, run->err);
    if (status == PALATE_OK) {
        run->base = options;
        run->base.factors = probe.training.options.factors;
        run->base.regularization = probe.training.options.regularization * run->choice->factor;
        run->base.link_regularization = probe.training.options.link_regularization *
                                        run->choice->factor;
        take_feature_strength(run, &run->base.user_feature_regularization, run->choice->user_ratio,
                              probe.training.options.user_feature_regularization);
        take_feature_strength(run, &run->base.item_feature_regularization, run->choice->item_ratio,
                              probe.training.options.item_feature_regularization);
        /* Halving runs about five times as many epochs as one contender. */
        double k = (double)run->base.factors;
        run->work = k * (3.0 * CONTENDERS_MAX * FIRST_EPOCHS + 2.0 * LAST_EPOCHS +
                         (run->asked->factors == PALATE_AUTO ? 3.0 * WALK_EPOCHS : 0.0));
        double rest = k * (double)(run->asked->epochs > 0 ? run->asked->epochs : LAST_EPOCHS);
        run->choice->work = run->work / (run->work + rest);
    }
    palate__trial_end(&probe);
    return status;
}

static palate_status tune(tuning *run)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(describe_base(run));
    if (run->asked->regularization == PALATE_AUTO) {
        PALATE_TRY(add_contenders(run));
        PALATE_TRY(choose_strengths(run));
    } else {
        run->choice->link_ratio = run->base.link_regularization / run->base.regularization;
    }
    PALATE_TRY(choose_factors(run));
done:
    /* What there is by then is chosen from. */
    return status == PALATE_E_STOPPED ? PALATE_OK : status;
}

static palate_status take_part(tuning *run, const palate_ratings *ratings)
{
    const double count = (double)palate__matrix_count(&ratings->by_user);
    run->ratings = ratings;
    if (count <= RATINGS_WANTED)
        return PALATE_OK;
    palate_status status = palate__subset_make(ratings, (uint32_t)(1.0 + count / RATINGS_WANTED),
                                               &run->part, run->err);
    if (status == PALATE_OK)
        run->ratings = &run->part;
    return status;
}

palate_status palate__tune(const palate_ratings *ratings, const palate_train_options *options,
                           palate__choice *choice, palate_error *err)
{
    palate_status status = PALATE_OK;
    const int64_t count = palate__matrix_count(&ratings->by_user);
    if (options->rule == PALATE_RULE_MU || count < PALATE__PILOT_LEAST)
        return PALATE_OK;
    tuning run = {.asked = options, .choice = choice, .err = err};
    choice->began = palate__seconds_now() - choice->seconds;
    run.contenders = palate__allocate_zeroed(ratings->context, CONTENDERS_MAX,
                                             sizeof *run.contenders);
    if (run.contenders == NULL)
        return palate__fail_memory(err, "choosing options");
    PALATE_TRY(take_part(&run, ratings));
    PALATE_TRY(tune(&run));
    choice->seconds = palate__seconds_now() - choice->began;
done:
    for (size_t c = 0; c < CONTENDERS_MAX; c++)
        palate__trial_end(&run.contenders[c].trial);
    palate__trial_end(&run.walkers[0]);
    palate__trial_end(&run.walkers[1]);
    palate__release(ratings->context, run.contenders);
    if (run.ratings == &run.part)
        palate__subset_free(&run.part);
    return status;
}
