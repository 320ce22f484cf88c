/* SPDX-License-Identifier: Apache-2.0 */
#include "train/prior.h"

#include "base/random.h"
#include "base/threads.h"
#include "ratings/features.h"
#include "train/training.h"

#include <math.h>
#include <string.h>

enum { LANES = PALATE__LANES };

/* How much of a table's features a row takes: more and they drown what ratings say (docs/accuracy.md). */
static const double FEATURES_WEIGHT = 0.3;

static int64_t count_of(const palate__matrix *matrix, uint32_t row)
{
    return matrix->begins[row + 1] - matrix->begins[row];
}

/* ---- Beginning and end ---- */

static double weight_of(int64_t count, double scale)
{
    return count > 0 ? scale / sqrt((double)count) : 0.0;
}

static palate_status begin_link(palate__training *training, palate__prior *prior,
                                const palate__matrix *features_of, const palate__matrix *rows_of,
                                double scale, palate_error *err)
{
    palate_context *context = training->context;
    palate__link *link = &prior->links[prior->link_count++];
    *link = (palate__link){
        .rows_of = rows_of,
        .weights = palate__allocate_array(context, features_of->row_count, sizeof(float)),
        .norms = palate__allocate_zeroed(context, rows_of->row_count, sizeof(float)),
        .coefficients = palate__allocate_zeroed(context, rows_of->row_count,
                                                training->stride * sizeof(float)),
    };
    if (link->weights == NULL || link->norms == NULL || link->coefficients == NULL)
        return palate__fail_memory(err, "preparing training: fewer factors need less");
    for (uint32_t row = 0; row < features_of->row_count; row++)
        link->weights[row] = (float)weight_of(count_of(features_of, row), scale);
    for (uint32_t feature = 0; feature < rows_of->row_count; feature++) {
        double norm = 0.0;
        for (int64_t e = rows_of->begins[feature]; e < rows_of->begins[feature + 1]; e++) {
            double weight = (double)link->weights[rows_of->columns[e]];
            norm += weight * weight;
        }
        link->norms[feature] = (float)norm;
        prior->feature_count += norm > 0.0;
    }
    return PALATE_OK;
}

static palate_status begin_links(palate__training *training, palate__train_side *side,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__train_side *other = side == &training->users ? &training->items
                                                               : &training->users;
    const palate_features *features = side == &training->users ? training->options.user_features
                                                               : training->options.item_features;
    if (training->options.link == PALATE_LINK_OFF)
        return PALATE_OK;
    PALATE_TRY(begin_link(training, &side->prior, &side->matrix, &other->matrix, 1.0, err));
    if (features != NULL)
        PALATE_TRY(begin_link(training, &side->prior, &features->features_of, &features->rows_of,
                              FEATURES_WEIGHT, err));
done:
    return status;
}

palate_status palate__prior_begin(palate__training *training, palate__train_side *side,
                                  palate_error *err)
{
    palate_context *context = training->context;
    palate__prior *prior = &side->prior;
    const size_t stride = training->stride;
    prior->row_count = side->matrix.row_count;
    prior->away = palate__allocate_zeroed(context, side->matrix.row_count, stride * sizeof(float));
    prior->lambda = palate__allocate_array(context, stride, sizeof(float));
    prior->link_lambda = palate__allocate_array(context, stride, sizeof(float));
    prior->squares = palate__allocate_zeroed(context, stride, sizeof *prior->squares);
    if (prior->away == NULL || prior->lambda == NULL || prior->link_lambda == NULL ||
        prior->squares == NULL)
        return palate__fail_memory(err, "preparing training: fewer factors need less");
    for (uint32_t row = 0; row < side->matrix.row_count; row++)
        prior->rated_count += count_of(&side->matrix, row) > 0;
    return begin_links(training, side, err);
}

void palate__prior_end(palate_context *context, palate__prior *prior)
{
    palate__release(context, prior->away);
    palate__release(context, prior->lambda);
    palate__release(context, prior->link_lambda);
    palate__release(context, prior->squares);
    for (size_t l = 0; l < prior->link_count; l++) {
        palate__release(context, prior->links[l].weights);
        palate__release(context, prior->links[l].norms);
        palate__release(context, prior->links[l].coefficients);
    }
}

void palate__prior_start(const palate__training *training, palate__train_side *side)
{
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        const float *x = palate__row_of(training, side->rows, row);
        for (size_t slice = 0; slice < training->stride / LANES; slice++)
            memcpy(palate__away_of(&side->prior, slice, row), x + slice * LANES, LANES * sizeof *x);
        palate__away_of(&side->prior, 0, row)[0] -= (float)side->prior.bias_mean;
    }
}

/* ---- One pass ---- */

typedef struct job {
    const palate__training *training;
    palate__train_side *side;
    const palate__prior_draw *draw;
} job;

/* The prior's mean of the biases follows them: with it, sum (b - mean)^2 is least. */
static void centre_biases(const palate__training *training, palate__train_side *side)
{
    double sum = 0.0;
    palate__prior *prior = &side->prior;
    if (!training->with_bias)
        return;
    for (uint32_t row = 0; row < side->matrix.row_count; row++)
        if (count_of(&side->matrix, row) > 0)
            sum += (double)side->rows[(size_t)row * training->stride];
    prior->bias_mean = sum / (double)prior->rated_count;
    for (uint32_t row = 0; row < side->matrix.row_count; row++)
        palate__away_of(prior, 0,
                        row)[0] = (float)((double)side->rows[(size_t)row * training->stride] -
                                          prior->bias_mean);
}

/* Adds noise to the coefficients of a feature about to be set. */
static void add_noise(const palate__prior_draw *draw, size_t link, uint32_t feature, size_t slice,
                      const float *precisions, float *wanted)
{
    for (size_t l = 0; l < LANES; l += 4) {
        float normals[4];
        uint32_t place = (uint32_t)((slice * LANES + l) * PALATE__LINKS_MAX + link);
        palate__normal4(
            palate__random(draw->seed,
                           draw->is_users ? PALATE__RANDOM_LINK_USERS : PALATE__RANDOM_LINK_ITEMS,
                           draw->epoch, feature, place),
            normals);
        for (size_t i = 0; i < 4; i++)
            wanted[l + i] += draw->deviation * normals[i] / sqrtf(precisions[l + i]);
    }
}

/* One feature's coefficients in one slice of columns. */
static void update_feature(const job *shared, size_t number, uint32_t feature, size_t slice)
{
    const palate__training *training = shared->training;
    palate__prior *prior = &shared->side->prior;
    const palate__link *link = &prior->links[number];
    const palate__matrix *rows_of = link->rows_of;
    const size_t first = slice * LANES;
    const uint32_t *rows = rows_of->columns + rows_of->begins[feature];
    const size_t count = (size_t)count_of(rows_of, feature);
    float *old = link->coefficients + feature * training->stride + first;
    const float *lambda = prior->lambda + first;
    float *away = palate__away_of(prior, slice, 0);
    _Alignas(PALATE__ALIGNMENT) float sums[LANES];
    _Alignas(PALATE__ALIGNMENT) float change[LANES];
    float wanted[LANES], precisions[LANES];
    training->kernels->slice_gather(away, LANES, rows, link->weights, count, sums);
    for (size_t l = 0; l < LANES; l++) {
        precisions[l] = prior->link_lambda[first + l] + lambda[l] * link->norms[feature];
        wanted[l] = lambda[l] * (sums[l] + link->norms[feature] * old[l]) / precisions[l];
    }
    if (shared->draw != NULL)
        add_noise(shared->draw, number, feature, slice, precisions, wanted);
    for (size_t l = 0; l < LANES; l++) {
        size_t f = first + l; /* Biases and padding have no link. */
        bool used = f >= 1 && f <= training->factor_count;
        change[l] = used ? wanted[l] - old[l] : 0.0F;
        old[l] += change[l];
    }
    training->kernels->slice_spread(away, LANES, rows, link->weights, count, change);
}

static void add_squares(const palate__training *training, palate__train_side *side, size_t slice)
{
    palate__prior *prior = &side->prior;
    palate__column_squares *squares = prior->squares + slice * LANES;
    memset(squares, 0, LANES * sizeof *squares);
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        const float *away = palate__away_of(prior, slice, row);
        if (count_of(&side->matrix, row) == 0)
            continue;
        for (size_t l = 0; l < LANES; l++)
            squares[l].away += (double)away[l] * (double)away[l];
    }
    for (size_t number = 0; number < prior->link_count; number++) {
        const palate__link *link = &prior->links[number];
        for (uint32_t feature = 0; feature < link->rows_of->row_count; feature++) {
            const float *a = link->coefficients + feature * training->stride + slice * LANES;
            for (size_t l = 0; l < LANES; l++)
                squares[l].coefficients += (double)a[l] * (double)a[l];
        }
    }
}

static void update_slice(size_t slice, int thread, void *argument)
{
    (void)thread;
    const job *shared = argument;
    const palate__prior *prior = &shared->side->prior;
    if (slice == 0)
        centre_biases(shared->training, shared->side);
    for (size_t number = 0; number < prior->link_count; number++)
        for (uint32_t j = 0; j < prior->links[number].rows_of->row_count; j++)
            if (prior->links[number].norms[j] > 0.0F)
                update_feature(shared, number, j, slice);
    add_squares(shared->training, shared->side, slice);
}

void palate__prior_update(const palate__training *training, palate__train_side *side,
                          const palate__prior_draw *draw)
{
    job shared = {training, side, draw};
    palate__parallel_for(training->threads, training->stride / LANES, update_slice, &shared);
}

double palate__prior_penalty(const palate__training *training, const palate__prior *prior)
{
    double sum = 0.0;
    for (size_t f = 0; f <= training->factor_count; f++)
        sum += (double)prior->lambda[f] * prior->squares[f].away +
               (double)prior->link_lambda[f] * prior->squares[f].coefficients;
    return sum;
}
