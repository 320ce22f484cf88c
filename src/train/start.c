/* SPDX-License-Identifier: Apache-2.0 */
/* Starting rows. Each number depends on the seed, the side, the id's hash and the factor, on
 * nothing else. */
#include "train/nndsvd.h"
#include "train/rule.h"

#include "base/random.h"
#include "base/threads.h"
#include "model/inside.h"

#include <math.h>
#include <string.h>

/* With anchor: standard deviation around it, on the inner scale (docs/training.md: .05 to .4 end
 * alike). */
static const float DEVIATION = 0.2F;

/* Four random numbers for coordinates 4 block .. 4 block + 3 of a row. */
static palate__random4 draw(const palate__training *training, bool is_users, uint64_t row_key,
                            size_t block)
{
    palate__purpose purpose = is_users ? PALATE__RANDOM_INIT_USERS : PALATE__RANDOM_INIT_ITEMS;
    return palate__random(training->options.seed, purpose, (uint32_t)(row_key >> 32),
                          (uint32_t)row_key, (uint32_t)block);
}

/* Around the anchor, reflected at zero. */
static void start_anchored(const palate__training *training, palate__random4 random, float out[4])
{
    palate__normal4(random, out);
    for (int i = 0; i < 4; i++) {
        float factor = fabsf((float)training->anchor + DEVIATION * out[i]);
        out[i] = factor - (float)training->anchor;
    }
}

/* Uniform, such that the product of two rows is near the mean rating (pure) or as Surprise draws
 * (mu). */
static void start_uniform(float low, float high, palate__random4 random, float out[4])
{
    for (int i = 0; i < 4; i++)
        out[i] = low + (high - low) * palate__uniform(random.word[i]);
}

/* As scikit-learn draws where what is missing is zero: the mean of the product is near that of R. */
static void start_normal(double level, palate__random4 random, float out[4])
{
    palate__normal4(random, out);
    for (int i = 0; i < 4; i++)
        out[i] = fabsf(out[i]) * (float)level;
}

static void start_row(const palate__training *training, bool is_users, uint64_t row_key, float *x)
{
    double level = sqrt(fmax(training->mean - training->shift, 0.0) * training->gain /
                        (double)training->factor_count);
    bool mu = training->options.rule == PALATE_RULE_MU;
    float low = mu ? (float)training->options.init_low : (float)(0.5 * level);
    float high = mu ? (float)training->options.init_high : (float)(1.5 * level);
    for (size_t f = 0; f < training->factor_count; f += 4) {
        float four[4];
        palate__random4 random = draw(training, is_users, row_key, f / 4);
        if (training->with_bias)
            start_anchored(training, random, four);
        else if (training->options.missing == PALATE_MISSING_ZERO)
            start_normal(level, random, four);
        else
            start_uniform(low, high, random, four);
        size_t rest = training->factor_count - f;
        memcpy(x + 1 + f, four, (rest < 4 ? rest : 4) * sizeof(float));
    }
}

/* Given factors, on the original scale, taken inside; rule mu without biases stays on that scale. */
static void take_row(const palate__training *training, const float *given, float *x)
{
    const bool stretched = training->with_bias || training->options.rule != PALATE_RULE_MU;
    const palate__inside inside = {stretched ? training->gain : 1.0, training->anchor};
    palate__inside_enter(inside, training->factor_count, given, 0.0, x + 1);
}

/* The offsets as they are without any factors. */
static void start_biases(palate__training *training, palate__train_side *side,
                         const palate__components_side *known)
{
    if (!training->with_bias)
        return;
    side->prior.bias_mean = (double)(float)(known->mean * training->gain); /* As `away` takes it. */
    for (uint32_t row = 0; row < side->matrix.row_count; row++)
        palate__row_of(training, side->rows,
                       row)[0] = (float)((double)known->biases[row] * training->gain);
}

/* Rows of one side that are being started. */
typedef struct beginning {
    const palate__training *training;
    palate__train_side *side;
    const palate__ids *ids;
    const float *given;
    bool is_users;
} beginning;

static void start_task(size_t task, int thread, void *argument)
{
    (void)thread;
    const beginning *of = argument;
    const palate__training *training = of->training;
    const palate__train_side *side = of->side;
    const palate__ids *ids = of->ids;
    for (uint32_t row = side->task_begins[task]; row < side->task_begins[task + 1]; row++) {
        float *x = palate__row_of(training, side->rows, row);
        if (of->given != NULL)
            take_row(training, of->given + (size_t)row * training->factor_count, x);
        else if (!palate__nndsvd_starts(training))
            start_row(training, of->is_users,
                      palate__id_hash(palate__ids_text(ids, row), palate__ids_bytes(ids, row)), x);
        palate__row_narrow(training, side, row);
    }
}

static void start_side(palate__training *training, palate__train_side *side, const palate__ids *ids,
                       bool is_users, const float *given)
{
    beginning of = {training, side, ids, given, is_users};
    start_biases(training, side,
                 is_users ? &training->components.users : &training->components.items);
    palate__parallel_for(training->threads, side->task_count, start_task, &of);
    if (side->prior.away != NULL)
        palate__prior_start(training, side);
}

void palate__training_start(palate__training *training)
{
    const palate_start *given = training->options.start;
    start_side(training, &training->users, &training->ratings->users, true,
               given == NULL ? NULL : given->user_factors);
    start_side(training, &training->items, &training->ratings->items, false,
               given == NULL ? NULL : given->item_factors);
}
