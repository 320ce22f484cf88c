/* SPDX-License-Identifier: Apache-2.0 */
/* Bayes: draws from the posterior by Gibbs sampling (Salakhutdinov & Mnih 2008, ICML; Schmidt,
 * Winther & Hansen 2009, ICA for the non-negative case), and the average of their predictions.
 *
 * The same row update as rule map, except that where that takes a coordinate to its minimum, this
 * draws it from the normal distribution around that minimum, cut off at the bound; and that the
 * strengths of the priors and the noise are drawn too, each from its Gamma distribution:
 *
 *     lambda_f      ~ Gamma((1 + rows) / 2,     (1 + sum over rows of away_f^2) / 2)
 *     lambda_link_f ~ Gamma((1 + features) / 2, (1 + sum over features of A_f^2) / 2)
 *     tau           ~ Gamma((1 + ratings) / 2,  (1 + sum e^2) / 2)
 *
 * The cut at the bound does not enter the draws of lambda: the prior is the normal distribution of
 * all rows at once, cut off once. Inside, strengths are relative to tau, as the kernels want them.
 * The first epochs minimize: their result is a part of the average, and near the posterior.
 *
 * Every random number depends on the seed, the epoch, the side, the row and the coordinate, so the
 * draws are the same for any number of threads.
 */
#include "train/average.h"
#include "train/row.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

static bool minimizes(const palate__training *training)
{
    return training->epoch < training->average->minimized;
}

/* ---- Numbers ---- */

/* Words for a purpose, one block of four after the other. */
typedef struct stream {
    uint64_t seed;
    palate__purpose purpose;
    uint32_t epoch, row, next;
} stream;

static palate__random4 take(stream *from)
{
    return palate__random(from->seed, from->purpose, from->epoch, from->row, from->next++);
}

/* In (0, 1]. */
static double positive(uint32_t word)
{
    return 1.0 - palate__uniform_double(word);
}

/* A Gamma number of a shape >= 1/2 and scale 1 (Marsaglia & Tsang 2000, TOMS 26). */
static double gamma_of(double shape, stream *from)
{
    if (shape < 1.0) {
        double root = pow(positive(take(from).word[0]), 1.0 / shape);
        return gamma_of(shape + 1.0, from) * root;
    }
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        float normals[4];
        palate__normal4(take(from), normals);
        double x = (double)normals[0];
        double v = 1.0 + c * x;
        v = v * v * v;
        if (v > 0.0 && log(positive(take(from).word[0])) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

/* A strength: 1 / variance of `count` numbers whose squares add up to `squares`. */
static double strength_of(double count, double squares, stream *from)
{
    return gamma_of(0.5 * (1.0 + count), from) / (0.5 * (1.0 + squares));
}

/* ---- Rows ---- */

typedef struct row_random {
    stream tail;
} row_random;

/* A standard normal number >= low: by rejection, from the normal distribution where low is small,
 * else from an exponential one (Robert 1995, Stat. Comput. 5). */
static float above(void *random, size_t f, float low)
{
    row_random *own = random;
    own->tail.next = (uint32_t)f << 16;
    const double least = (double)low;
    const double rate = 0.5 * (least + sqrt(least * least + 4.0));
    for (;;) {
        palate__random4 words = take(&own->tail);
        if (least < 0.45) {
            float normals[4];
            palate__normal4(words, normals);
            for (int i = 0; i < 4; i++)
                if (normals[i] >= low)
                    return normals[i];
            continue;
        }
        for (int i = 0; i < 4; i += 2) {
            double x = least - log(positive(words.word[i])) / rate;
            if (positive(words.word[i + 1]) <= exp(-0.5 * (x - rate) * (x - rate)))
                return (float)x;
        }
    }
}

static void fill_normals(const palate__half *half, uint32_t row, float *normals)
{
    const palate__training *training = half->training;
    const size_t used = training->factor_count + 1;
    palate__purpose purpose = half->is_users ? PALATE__RANDOM_ROW_USERS : PALATE__RANDOM_ROW_ITEMS;
    for (size_t f = 0; f < training->stride; f += 4)
        palate__normal4(palate__random(training->options.seed, purpose, (uint32_t)training->epoch,
                                       row, (uint32_t)(f / 4)),
                        normals + f);
    memset(normals + used, 0, (training->stride - used) * sizeof *normals);
    if (!training->with_bias)
        normals[0] = 0.0F;
}

static palate__sums update_row(const palate__half *half, uint32_t row, float *x,
                               const palate__desk *desk)
{
    const palate__training *training = half->training;
    if (minimizes(training))
        return palate__row_improve(half, row, x, desk, &(palate__row_manner){.noise = NULL}, NULL);
    uint32_t epoch = (uint32_t)training->epoch;
    row_random random = {{training->options.seed,
                          half->is_users ? PALATE__RANDOM_TAIL_USERS : PALATE__RANDOM_TAIL_ITEMS,
                          epoch, row, 0}};
    float *normals = desk->scratch + training->scratch_floats - training->stride;
    fill_normals(half, row, normals);
    palate__row_noise noise = {(float)training->noise, normals, above, &random};
    palate__drift_draw drift = {training->noise, training->options.seed, epoch};
    return palate__row_improve(half, row, x, desk,
                               &(palate__row_manner){.noise = &noise, .drift = &drift}, NULL);
}

/* The normals of a row lie at the end. */
static size_t scratch_floats(const palate__training *training, size_t count)
{
    size_t floats = palate__row_scratch(training, count);
    return (floats + PALATE__LANES - 1) / PALATE__LANES * PALATE__LANES + training->stride;
}

/* Draws spread further than the minimum lies from the anchor: they want theirs higher. */
static void before_epoch(palate__training *training)
{
    if (training->epoch != training->average->minimized)
        return;
    training->anchor = training->options.anchor;
    training->bound = -training->anchor;
}

/* ---- Strengths ---- */

static void after_side(palate__training *training, palate__train_side *side)
{
    palate__prior_draw draw = {(float)training->noise, training->options.seed,
                               (uint32_t)training->epoch, side == &training->users};
    palate__prior_update(training, side, minimizes(training) ? NULL : &draw);
}

/* Relative to tau, and within what a float can bear. */
static float relative(double strength, double tau)
{
    return (float)fmin(fmax(strength / tau, 1e-6), 1e9);
}

static void draw_link(palate__prior *prior, size_t kind, size_t f, double tau, stream *from)
{
    const palate__link *link = &prior->links[kind];
    if (link->rows_of != NULL && f >= palate__link_column(kind))
        link->lambda[f] = relative(
            strength_of((double)link->feature_count, prior->squares[f].coefficients[kind], from),
            tau);
}

static void draw_side(palate__training *training, palate__train_side *side, double tau,
                      stream *from)
{
    palate__prior *prior = &side->prior;
    for (size_t f = training->with_bias ? 0 : 1; f <= training->factor_count; f++) {
        prior->lambda[f] = relative(strength_of(prior->rated_count, prior->squares[f].away, from),
                                    tau);
        for (size_t kind = 0; kind < PALATE__LINK_COUNT; kind++)
            draw_link(prior, kind, f, tau, from);
    }
}

static void after_epoch(palate__training *training, const palate__sums *users,
                        const palate__sums *items)
{
    palate__drift *drift = &training->drift;
    if (minimizes(training))
        return;
    stream from = {training->options.seed, PALATE__RANDOM_STRENGTHS, (uint32_t)training->epoch, 0,
                   0};
    double count = (double)palate__matrix_count(&training->users.matrix);
    double tau = strength_of(count, items->squared_error, &from);
    training->noise = 1.0 / sqrt(tau);
    draw_side(training, &training->users, tau, &from);
    draw_side(training, &training->items, tau, &from);
    if (drift->on) {
        double moments = (double)drift->begins[training->users.matrix.row_count];
        double energy = users->penalty / drift->lambda;
        drift->lambda = (double)relative(strength_of(moments, energy, &from), tau);
    }
}

const palate__rule palate__rule_bayes = {
    .name = "bayes",
    .paper = "Salakhutdinov & Mnih 2008; Schmidt, Winther & Hansen 2009",
    .has_prior = true,
    .begin = palate__average_begin,
    .end = palate__average_end,
    .before_epoch = before_epoch,
    .after_side = after_side,
    .after_epoch = after_epoch,
    .scratch_floats = scratch_floats,
    .update_row = update_row,
};
