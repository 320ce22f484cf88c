/* SPDX-License-Identifier: Apache-2.0 */
/* RMSE on the ratings held out, on their own scale, predictions clipped to it. */
#include "train/average.h"

#include "base/threads.h"
#include "model/drift.h"

#include <math.h>

/* Ratings summed by one task: fixed, so that the sum is the same for any number of threads. */
enum { CHUNK = 8192, CHUNKS_MAX = 256 };

typedef struct job {
    const palate__training *training;
    size_t chunk;
    double sums[CHUNKS_MAX];
} job;

/* As the model predicts: without a scale (all ratings equal) nothing is clipped. */
static double clip(double rating, palate_scale scale)
{
    if (scale.low >= scale.high)
        return rating;
    return rating < scale.low ? scale.low : rating > scale.high ? scale.high : rating;
}

static double drift_of(const palate__training *training, size_t e)
{
    const palate__drift *drift = &training->drift;
    const palate__held_out *held = &training->held_out;
    if (!drift->on || held->times[e] == PALATE_NO_TIME)
        return 0.0;
    int64_t begin = drift->begins[held->users[e]];
    const palate__moments moments = {drift->times + begin, drift->values + begin,
                                     (size_t)(drift->begins[held->users[e] + 1] - begin),
                                     drift->scale};
    return (double)palate__drift_at(&moments, held->times[e]);
}

double palate__training_score(const palate__training *training, size_t e)
{
    const palate__held_out *held = &training->held_out;
    const float *x = training->users.rows + (size_t)held->users[e] * training->stride;
    const float *y = training->items.rows + (size_t)held->items[e] * training->stride;
    double inner = (double)x[0] + (double)y[0] + drift_of(training, e) +
                   (double)training->kernels->dot(x + 1, y + 1, training->factor_count);
    double base = training->options.biases ? training->mean : training->shift;
    return base + inner / training->gain;
}

static double squared_error(const palate__training *training, size_t e)
{
    const palate__held_out *held = &training->held_out;
    double score = training->average == NULL ? palate__training_score(training, e)
                                             : held->sums[e] / training->average->weight;
    double error = (double)held->ratings[e] - clip(score, training->scale);
    return error * error;
}

static void add_chunk(size_t task, int thread, void *argument)
{
    (void)thread;
    job *shared = argument;
    size_t begin = task * shared->chunk;
    size_t end = begin + shared->chunk;
    if (end > shared->training->held_out.count)
        end = shared->training->held_out.count;
    double sum = 0.0;
    for (size_t e = begin; e < end; e++)
        sum += squared_error(shared->training, e);
    shared->sums[task] = sum;
}

double palate__training_validate(const palate__training *training)
{
    size_t count = training->held_out.count;
    if (count == 0 || (training->average != NULL && training->average->weight == 0.0))
        return NAN;
    job shared = {.training = training, .chunk = CHUNK};
    if (count > (size_t)CHUNK * CHUNKS_MAX)
        shared.chunk = (count + CHUNKS_MAX - 1) / CHUNKS_MAX;
    size_t chunks = (count + shared.chunk - 1) / shared.chunk;
    palate__parallel_for(training->threads, chunks, add_chunk, &shared);
    double sum = 0.0;
    for (size_t chunk = 0; chunk < chunks; chunk++)
        sum += shared.sums[chunk];
    return sqrt(sum / (double)count);
}
