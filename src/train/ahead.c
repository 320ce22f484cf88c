/* SPDX-License-Identifier: Apache-2.0 */
/* Extrapolation of a descent (Ang & Gillis 2019, Neural Computation 31(2)): the next sweep starts at
 *
 *     max(x + step (x - x_before), 0)
 *
 * of both sides, and is taken back where it does not end lower than the one before: the objective never rises. The
 * step grows while it helps, and shrinks, with what it may grow to, when it did not.
 */
#include "train/ahead.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

/* The first step, what it grows by, as does the most it may be, and what it shrinks by: theirs. */
static const float STEP = 0.5F;
static const float GROW = 1.05F;
static const float GROW_MOST = 1.01F;
static const float SHRINK = 1.5F;

enum { ROWS_OF_TASK = 256 };

static palate__train_side *side_of(palate__training *training, int side)
{
    return side == 0 ? &training->users : &training->items;
}

palate_status palate__ahead_begin(const palate__training *training, palate__ahead *out,
                                  palate_error *err)
{
    const size_t row_bytes = training->stride * sizeof(float);
    const size_t counts[] = {training->users.matrix.row_count, training->items.matrix.row_count};
    *out = (palate__ahead){.step = STEP, .most = 1.0F};
    for (int side = 0; side < 2; side++) {
        out->other[side] = palate__allocate_array(training->context, counts[side], row_bytes);
        if (out->other[side] == NULL)
            return palate__fail_memory(err, "preparing training: fewer factors need less");
    }
    return PALATE_OK;
}

void palate__ahead_end(const palate__training *training, palate__ahead *ahead)
{
    for (int side = 0; side < 2; side++)
        palate__release(training->context, ahead->other[side]);
}

/* ---- Moving ---- */

typedef struct move {
    const float *last;
    float *before; /* They become those ahead. */
    size_t count, stride;
    float step;
} move;

static void move_task(size_t task, int thread, void *argument)
{
    (void)thread;
    const move *m = argument;
    const size_t first = task * ROWS_OF_TASK;
    const size_t rows = m->count - first < ROWS_OF_TASK ? m->count - first : ROWS_OF_TASK;
    const float *restrict last = m->last + first * m->stride;
    float *restrict to = m->before + first * m->stride;
    const size_t count = rows * m->stride;
    const float step = m->step;
    for (size_t c = 0; c < count; c++) {
        const float moved = last[c] + step * (last[c] - to[c]);
        to[c] = moved > 0.0F ? moved : 0.0F;
    }
}

static void exchange(palate__training *training, palate__ahead *ahead)
{
    for (int s = 0; s < 2; s++) {
        palate__train_side *side = side_of(training, s);
        float *rows = side->rows;
        side->rows = ahead->other[s];
        ahead->other[s] = rows;
    }
}

void palate__ahead_go(palate__training *training, palate__ahead *ahead)
{
    for (int s = 0; s < 2; s++) {
        const palate__train_side *side = side_of(training, s);
        move m = {side->rows, ahead->other[s], side->matrix.row_count, training->stride,
                  ahead->step};
        palate__parallel_for(training->threads, (m.count + ROWS_OF_TASK - 1) / ROWS_OF_TASK,
                             move_task, &m);
    }
    exchange(training, ahead);
    ahead->is_ahead = true;
}

void palate__ahead_stay(palate__training *training, const palate__ahead *ahead)
{
    for (int s = 0; s < 2; s++) {
        const palate__train_side *side = side_of(training, s);
        memcpy(ahead->other[s], side->rows,
               (size_t)side->matrix.row_count * training->stride * sizeof(float));
    }
}

bool palate__ahead_back(palate__training *training, palate__ahead *ahead)
{
    if (!ahead->is_ahead)
        return false;
    exchange(training, ahead);
    palate__ahead_stay(training, ahead);
    ahead->most = ahead->step;
    ahead->step /= SHRINK;
    ahead->is_ahead = false;
    return true;
}

void palate__ahead_keep(palate__ahead *ahead)
{
    if (ahead->is_ahead) {
        ahead->step = fminf(ahead->step * GROW, ahead->most);
        ahead->most = fminf(ahead->most * GROW_MOST, 1.0F);
    }
    ahead->is_ahead = false;
}
