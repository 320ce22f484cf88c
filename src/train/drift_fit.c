/* SPDX-License-Identifier: Apache-2.0 */
/* Scale and lambda of the users' drift: where what the offsets b_u + c_i leave unexplained is most
 * likely, the noise profiled out. One evaluation is one pass of the filter over the moments of some
 * users. That estimate comes near the best of a grid on held-out ratings (docs/training.md), in any
 * unit of time, and shows where nothing moves. */
#include "base/threads.h"
#include "train/drift.h"
#include "train/training.h"

#include <math.h>

/* Users are left out evenly until about this many ratings remain: a few hundredths of a second. */
static const double RATINGS_WANTED = 40000.0;

/* The log-likelihood that moving at all has to gain: two parameters are fitted. */
static const double GAIN_LEAST = 10.0;

enum { SCALES = 13, LAMBDAS = 2, FINER_TURNS = 4, CANDIDATES_MAX = SCALES * LAMBDAS };

/* What the ratings of one moment leave, and how far it is from the one before. */
typedef struct trace {
    int64_t time;
    double mean, count;
    bool first; /* Of its user. */
} trace;

typedef struct candidate {
    double scale, lambda, likelihood;
} candidate;

typedef struct evidence {
    trace *traces;
    size_t count;
    double ratings;
    double within; /* Sum of squares around the means of moments. */
    candidate candidates[CANDIDATES_MAX];
} evidence;

/* ---- Gathering ---- */

static void add_user(const palate__training *training, const palate__components *components,
                     uint32_t user, evidence *to)
{
    const palate__drift *drift = &training->drift;
    const palate__matrix *matrix = &training->users.matrix;
    const size_t moments = (size_t)(drift->begins[user + 1] - drift->begins[user]);
    trace *traces = to->traces + to->count;
    double squares = 0.0;
    for (size_t t = 0; t < moments; t++)
        traces[t] = (trace){.first = t == 0};
    for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++) {
        uint32_t moment = drift->user_moments[e];
        if (moment == PALATE__NO_MOMENT)
            continue;
        double rest = ((double)matrix->values[e] - training->mean -
                       (double)components->users.biases[user] -
                       (double)components->items.biases[matrix->columns[e]]) /
                      components->deviation;
        traces[moment].time = training->times[e];
        traces[moment].mean += rest;
        traces[moment].count += 1.0;
        squares += rest * rest;
    }
    for (size_t t = 0; t < moments; t++) {
        squares -= traces[t].mean * traces[t].mean / traces[t].count;
        to->ratings += traces[t].count;
        traces[t].mean /= traces[t].count;
    }
    to->count += moments;
    to->within += squares;
}

static palate_status gather(const palate__training *training, const palate__components *components,
                            evidence *out, palate_error *err)
{
    const palate__drift *drift = &training->drift;
    const palate__matrix *matrix = &training->users.matrix;
    const uint32_t step = (uint32_t)(1.0 + (double)palate__matrix_count(matrix) / RATINGS_WANTED);
    size_t most = 0;
    for (uint32_t user = 0; user < matrix->row_count; user += step)
        most += (size_t)(drift->begins[user + 1] - drift->begins[user]);
    out->traces = palate__allocate_array(training->context, most, sizeof *out->traces);
    if (out->traces == NULL)
        return palate__fail_memory(err, "looking at the times of ratings");
    for (uint32_t user = 0; user < matrix->row_count; user += step)
        add_user(training, components, user, out);
    return PALATE_OK;
}

/* ---- Likelihood ---- */

/* Up to a constant. lambda infinite: nothing moves. */
static double likelihood_of(const evidence *from, double scale, double lambda)
{
    double squares = from->within;
    double logs = 0.0;
    double product = 1.0; /* Of what is still to be taken the logarithm of. */
    double mean = 0.0;
    double variance = 0.0;
    const double stationary = 1.0 / lambda;
    for (size_t t = 0; t < from->count; t++) {
        const trace *now = &from->traces[t];
        if (now->first) {
            mean = 0.0;
            variance = stationary;
        } else {
            double distance = ((double)now->time - (double)now[-1].time) / scale;
            double phi = exp(-distance);
            mean *= phi;
            variance = phi * phi * variance - stationary * expm1(-2.0 * distance);
        }
        double spread = variance + 1.0 / now->count;
        double away = now->mean - mean;
        squares += away * away / spread;
        product *= spread * now->count;
        if (product > 1e100) {
            logs += log(product);
            product = 1.0;
        }
        mean += variance / spread * away;
        variance *= 1.0 - variance / spread;
    }
    return -0.5 * (from->ratings * log(squares / from->ratings) + logs + log(product));
}

static void weigh(size_t task, int thread, void *argument)
{
    (void)thread;
    evidence *from = argument;
    candidate *one = &from->candidates[task];
    one->likelihood = likelihood_of(from, one->scale, one->lambda);
}

static candidate best_of(const palate__training *training, evidence *from, size_t count,
                         candidate best)
{
    palate__parallel_for(training->threads, count, weigh, from);
    for (size_t c = 0; c < count; c++)
        if (from->candidates[c].likelihood > best.likelihood)
            best = from->candidates[c];
    return best;
}

/* ---- Search ---- */

static bool is_given(double option)
{
    return option != PALATE_AUTO;
}

/* Scales from 1 to 3e14, a factor of 16 apart; what is given stays. */
static candidate search_widely(const palate__training *training, evidence *from)
{
    const palate_train_options *options = &training->options;
    candidate best = {1.0, INFINITY, -INFINITY};
    size_t count = 0;
    for (int s = 0; s < (is_given(options->time_scale) ? 1 : SCALES); s++)
        for (int l = 0; l < (is_given(options->time_regularization) ? 1 : LAMBDAS); l++)
            from->candidates[count++] = (candidate){
                .scale = is_given(options->time_scale) ? options->time_scale : pow(16.0, s),
                .lambda = is_given(options->time_regularization) ? options->time_regularization
                                                                 : 4.0 * pow(8.0, l)};
    return best_of(training, from, count, best);
}

/* Around the best, in ever smaller steps. */
static candidate search_finely(const palate__training *training, evidence *from, candidate best)
{
    const palate_train_options *options = &training->options;
    double step = 4.0;
    for (int turn = 0; turn < FINER_TURNS; turn++) {
        size_t count = 0;
        for (int s = -1; s <= 1; s++)
            for (int l = -1; l <= 1; l++)
                if ((s == 0 || !is_given(options->time_scale)) &&
                    (l == 0 || !is_given(options->time_regularization)))
                    from->candidates[count++] = (candidate){.scale = best.scale * pow(step, s),
                                                            .lambda = best.lambda * pow(step, l)};
        best = best_of(training, from, count, best);
        step = sqrt(step);
    }
    return best;
}

palate_status palate__drift_fit(palate__training *training, const palate__components *components,
                                palate_error *err)
{
    palate__drift *drift = &training->drift;
    palate_train_options *options = &training->options;
    evidence *from = palate__allocate_zeroed(training->context, 1, sizeof *from);
    if (from == NULL)
        return palate__fail_memory(err, "looking at the times of ratings");
    palate_status status = gather(training, components, from, err);
    if (status == PALATE_OK &&
        !(is_given(options->time_scale) && is_given(options->time_regularization))) {
        candidate best = search_finely(training, from, search_widely(training, from));
        double still = likelihood_of(from, 1.0, INFINITY);
        drift->on = from->count > 0 && best.likelihood > still + GAIN_LEAST;
        if (drift->on) {
            options->time_scale = best.scale;
            options->time_regularization = best.lambda;
        }
    }
    if (!drift->on)
        options->time = PALATE_TIME_OFF;
    if (status == PALATE_OK && drift->on)
        status = palate__drift_set_scale(training, options->time_scale, err);
    drift->lambda = options->time_regularization;
    palate__release(training->context, from->traces);
    palate__release(training->context, from);
    return status;
}
