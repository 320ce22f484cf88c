/* SPDX-License-Identifier: Apache-2.0 */
/* Trials and rungs: functions of the space and the options alone, so that a search that goes on does what
 * it was going to do. */
#include "tune/tuning.h"

#include "train/training.h"

#include <math.h>
#include <string.h>

enum { RANDOM_TRIALS = 20, HALVING_TRIALS = 27 };

/* Draws that may be in vain: of points all drawn before. */
enum { DRAWS_A_TRIAL = 20 };

/* ---- Trials ---- */

static palate_status make_room(palate_tuning *tuning, size_t count, palate_error *err)
{
    const size_t axes = tuning->space.axis_count;
    palate_context *context = tuning->context;
    tuning->tried = palate__allocate_zeroed(context, count, sizeof *tuning->tried);
    tuning->ranked = palate__allocate_zeroed(context, count, sizeof(const palate__tried *));
    if (tuning->tried == NULL || tuning->ranked == NULL)
        return palate__fail_memory(err, "drawing trials");
    for (; tuning->count < count; tuning->count++) {
        palate__tried *tried = &tuning->tried[tuning->count];
        tried->values = palate__allocate_zeroed(context, axes, sizeof *tried->values);
        tried->texts = palate__allocate_zeroed(context, axes, sizeof *tried->texts);
        tried->results = palate__allocate_zeroed(context, (size_t)tuning->fold_count,
                                                 sizeof *tried->results);
        tried->trial = (palate_tuning_trial){.number = (int64_t)tuning->count + 1,
                                             .values = tried->texts};
        tried->standing = true;
        if (tried->values == NULL || tried->texts == NULL || tried->results == NULL) {
            tuning->count++; /* What there is of it is released. */
            return palate__fail_memory(err, "drawing trials");
        }
        for (size_t a = 0; a < axes; a++)
            tried->texts[a] = tried->values[a];
    }
    return PALATE_OK;
}

static palate_status take_grid(palate_tuning *tuning, palate_error *err)
{
    const size_t size = palate__space_size(&tuning->space);
    const int64_t asked = tuning->options.trials;
    const size_t most = asked == PALATE_AUTO ? PALATE__TRIALS_MAX : (size_t)asked;
    if (size > most)
        return palate__fail(
            err, PALATE_E_INVALID,
            "option trials: the grid has %zu combinations, more than %zu; try fewer "
            "values, or search random",
            size, most);
    palate_status status = make_room(tuning, size, err);
    for (size_t t = 0; status == PALATE_OK && t < size; t++)
        palate__space_point(&tuning->space, t, tuning->tried[t].values);
    return status;
}

static bool is_drawn(const palate_tuning *tuning, size_t count)
{
    const size_t bytes = tuning->space.axis_count * sizeof(palate__value);
    for (size_t t = 0; t < count; t++)
        if (memcmp(tuning->tried[t].values, tuning->tried[count].values, bytes) == 0)
            return true;
    return false;
}

static void forget_trials(palate_tuning *tuning, size_t count)
{
    while (tuning->count > count) {
        palate__tried *tried = &tuning->tried[--tuning->count];
        palate__release(tuning->context, tried->values);
        palate__release(tuning->context, tried->texts);
        palate__release(tuning->context, tried->results);
    }
}

/* All different; of a space with no more points than that, the grid. */
static palate_status draw(palate_tuning *tuning, palate_error *err)
{
    const palate__space *space = &tuning->space;
    const bool halving = tuning->options.search == PALATE_SEARCH_HALVING;
    const int64_t asked = tuning->options.trials;
    const size_t wanted = asked != PALATE_AUTO ? (size_t)asked
                          : halving            ? HALVING_TRIALS
                                               : RANDOM_TRIALS;
    tuning->options.trials = (int64_t)wanted;
    if (!palate__space_open(space) && palate__space_size(space) <= wanted)
        return take_grid(tuning, err);
    palate_status status = make_room(tuning, wanted, err);
    size_t count = 0;
    for (size_t d = 0; status == PALATE_OK && count < wanted && d < wanted * DRAWS_A_TRIAL; d++) {
        memset(tuning->tried[count].values, 0, space->axis_count * sizeof(palate__value));
        palate__space_draw(space, tuning->options.search_seed, (uint32_t)d,
                           tuning->tried[count].values);
        count += !is_drawn(tuning, count);
    }
    if (status == PALATE_OK)
        forget_trials(tuning, count);
    return status;
}

/* ---- Rungs ---- */

/* The fewest epochs that any trial takes. */
static int64_t fewest_epochs(const palate_tuning *tuning)
{
    int64_t fewest = INT64_MAX;
    for (size_t t = 0; t < tuning->count; t++) {
        palate_train_options options = palate__trial_training(tuning, &tuning->tried[t], 1.0);
        const int64_t epochs = palate__training_epochs(&options);
        fewest = epochs < fewest ? epochs : fewest;
    }
    return fewest;
}

static palate_status check_halving(const palate_tuning *tuning, palate_error *err)
{
    for (size_t a = 0; a < tuning->space.axis_count; a++)
        if (strcmp(tuning->space.axes[a].option->name, "epochs") == 0)
            return palate__fail(
                err, PALATE_E_INVALID,
                "option search: halving gives out epochs itself; do not try them, or "
                "search random");
    return PALATE_OK;
}

/* As many as leave one trial in the last, and the epochs that are the least in the first. */
static void set_rungs(palate_tuning *tuning)
{
    const double keep = (double)tuning->options.keep;
    const double epochs = (double)fewest_epochs(tuning);
    double trials = (double)tuning->count;
    tuning->rung_count = 1;
    while (tuning->options.search == PALATE_SEARCH_HALVING &&
           tuning->rung_count < PALATE__RUNGS_MAX &&
           trials / pow(keep, (double)tuning->rung_count) >= 1.0 &&
           epochs / pow(keep, (double)tuning->rung_count) >= (double)tuning->options.least_epochs)
        tuning->rung_count++;
    for (int64_t r = 0; r < tuning->rung_count; r++) {
        tuning->rungs[r].trial_count = (int64_t)trials;
        tuning->rungs[r].share = pow(keep, (double)(r + 1 - tuning->rung_count));
        trials = floor(trials / keep);
    }
}

palate_status palate__tuning_draw(palate_tuning *tuning, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (tuning->options.search == PALATE_SEARCH_HALVING)
        PALATE_TRY(check_halving(tuning, err));
    PALATE_TRY(tuning->options.search == PALATE_SEARCH_GRID ? take_grid(tuning, err)
                                                            : draw(tuning, err));
    set_rungs(tuning);
done:
    return status;
}
