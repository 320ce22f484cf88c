/* SPDX-License-Identifier: Apache-2.0 */
/* Every cell is known, those that are not stored being zero: the textbook's NMF.
 *
 *     minimize  |R - U V'|^2 + sum over rows of lambda |x|^2 + 2 l1 sum_f x_f,       U, V >= 0
 *
 * As rule map, but that the row's residual is over all cells, and so its slopes come from the Gram matrix of
 * the fixed side, the same for all rows (model/gram.h). With that matrix at hand a pass costs k^2, not
 * c k: several are made for one look at the ratings, until they gain little (Gillis & Glineur 2012,
 * Neural Computation 24(4), accelerated HALS; Cichocki & Phan 2009).
 *
 * Cost of a row with c cells stored: O(c k + passes k^2), and of a side O(rows k^2) for its matrix.
 */
#include "train/rule.h"

#include "model/gram.h"
#include "train/ahead.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = PALATE__GRAM_ROWS };

/* A row is left when a pass gains less than this share of what its first gained, or after so many. In the first
 * epochs, which choose among minima, after one, and the very first do not start ahead (docs/decisions/0065). */
static const float STILL = 0.1F;
enum { PASSES_MAX = 3, EARLY = 12, NOT_AHEAD = 5 };

typedef struct state {
    palate__gram users, items;
    palate__ahead ahead;
    double squares; /* Of all ratings, inside. */
} state;

static double sum_squares(const palate__training *training)
{
    const palate__matrix *matrix = &training->users.matrix;
    double sum = 0.0;
    for (int64_t e = 0; e < palate__matrix_count(matrix); e++)
        sum += (double)matrix->values[e] * (double)matrix->values[e];
    return sum * training->gain * training->gain;
}

static palate_status begin(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    state *zero = palate__allocate_zeroed(training->context, 1, sizeof *zero);
    if (zero == NULL)
        return palate__fail_memory(err, "preparing training");
    training->rule_state = zero;
    zero->squares = sum_squares(training);
    PALATE_TRY(palate__gram_begin(training->context, training->factor_count, &zero->users, err));
    PALATE_TRY(palate__gram_begin(training->context, training->factor_count, &zero->items, err));
    PALATE_TRY(palate__ahead_begin(training, &zero->ahead, err));
done:
    return status;
}

static void end(palate__training *training)
{
    state *zero = training->rule_state;
    if (zero == NULL)
        return;
    palate__gram_end(training->context, &zero->users);
    palate__gram_end(training->context, &zero->items);
    palate__ahead_end(training, &zero->ahead);
    palate__release(training->context, zero);
    training->rule_state = NULL;
}

/* ---- The matrices, as sides change ---- */

/* The matrix of a side that is about to be held fixed. */
static void look(palate__training *training, const palate__train_side *side)
{
    state *zero = training->rule_state;
    const bool is_users = side == &training->users;
    palate__gram *gram = is_users ? &zero->users : &zero->items;
    const palate__train_side *other = is_users ? &training->items : &training->users;
    palate__gram_clear(gram);
    palate__gram_add(gram, side->rows, side->matrix.row_count, training->threads);
    palate__gram_set(gram, 1.0, other->lambda);
}

static void before_epoch(palate__training *training)
{
    state *zero = training->rule_state;
    if (training->epoch >= NOT_AHEAD)
        palate__ahead_go(training, &zero->ahead);
    else
        palate__ahead_stay(training, &zero->ahead);
    if (training->epoch == 0 || training->epoch >= NOT_AHEAD)
        look(training, &training->items);
}

static void after_side(palate__training *training, palate__train_side *side)
{
    look(training, side);
}

/* One that starts ahead and falls by less than would end training may just have gone too far. */
static bool take_back(palate__training *training, const palate__sums *sums)
{
    state *zero = training->rule_state;
    const double most = training->objective * (1.0 - training->options.tolerance);
    const bool falls = sums != NULL && sums->squared_error + sums->penalty <= most;
    if (falls || !palate__ahead_back(training, &zero->ahead))
        return false;
    look(training, &training->items);
    return true;
}

static void after_epoch(palate__training *training, const palate__sums *users,
                        const palate__sums *items)
{
    (void)users;
    (void)items;
    state *zero = training->rule_state;
    palate__ahead_keep(&zero->ahead);
}

/* ---- Rows ---- */

/* Of a group: b and x, a coordinate of all rows together, and room for one sum. */
static size_t scratch_floats(const palate__training *training, size_t count)
{
    (void)count;
    return 2 * training->factor_count * ROWS + training->stride;
}

static void turn(const palate__half *half, uint32_t row, size_t lane, const palate__desk *desk)
{
    const palate__training *training = half->training;
    const palate__matrix *matrix = &half->side->matrix;
    const size_t k = training->factor_count;
    const int64_t begin = matrix->begins[row];
    const float *own = palate__row_of(training, half->side->rows, row) + 1;
    const float gain = (float)training->gain;
    const float l1 = (float)half->side->l1;
    float *x = desk->scratch;
    float *b = x + k * ROWS;
    float *sums = b + k * ROWS;
    training->kernels->weigh_rows(half->other->rows, training->stride, matrix->columns + begin,
                                  matrix->values + begin, (size_t)(matrix->begins[row + 1] - begin),
                                  sums);
    for (size_t f = 0; f < k; f++) {
        x[f * ROWS + lane] = own[f];
        b[f * ROWS + lane] = gain * sums[1 + f] - l1;
    }
}

/* Lanes that have no row. */
static void clear(const palate__training *training, size_t used, const palate__desk *desk)
{
    for (size_t f = 0; f < 2 * training->factor_count; f++)
        memset(desk->scratch + f * ROWS + used, 0, (ROWS - used) * sizeof *desk->scratch);
}

static void turn_back(const palate__half *half, uint32_t row, size_t lane, const palate__desk *desk)
{
    const palate__training *training = half->training;
    float *own = palate__row_of(training, half->side->rows, row) + 1;
    for (size_t f = 0; f < training->factor_count; f++)
        own[f] = desk->scratch[f * ROWS + lane];
}

/* Sums of squares are those of the ratings, -2 r'(V x), which is told here, and |V x|^2, which is told for all rows
 * at once. Of b and x, `count` numbers each. */
static palate__sums sum_up(const palate__half *half, const float *b, const float *x, size_t count)
{
    const palate__kernels *kernels = half->training->kernels;
    const palate__train_side *side = half->side;
    palate__sums sums = {-2.0 * (double)kernels->dot(b, x, count), 0.0};
    if (side->lambda > 0.0)
        sums.penalty = side->lambda * (double)kernels->dot(x, x, count);
    if (side->l1 > 0.0) {
        double sum = 0.0;
        for (size_t i = 0; i < count; i++)
            sum += (double)x[i];
        sums.squared_error -= 2.0 * side->l1 * sum;
        sums.penalty += 2.0 * side->l1 * sum;
    }
    return sums;
}

static palate__sums update_group(const palate__half *half, uint32_t first, size_t count,
                                 const palate__desk *desk)
{
    const palate__training *training = half->training;
    const state *zero = training->rule_state;
    const palate__gram *gram = half->is_users ? &zero->items : &zero->users;
    const palate__gram_problem problem = {gram->matrix, gram->inverse, gram->k,
                                          training->epoch < EARLY ? 1 : PASSES_MAX, STILL};
    float *x = desk->scratch;
    const float *b = x + gram->k * ROWS;
    for (size_t lane = 0; lane < count; lane++)
        turn(half, first + (uint32_t)lane, lane, desk);
    clear(training, count, desk);
    training->kernels->gram_descend(&problem, b, x);
    for (size_t lane = 0; lane < count; lane++)
        turn_back(half, first + (uint32_t)lane, lane, desk);
    return sum_up(half, b, x, gram->k * ROWS);
}

static palate__sums update_rows(const palate__half *half, uint32_t first, uint32_t end,
                                const palate__desk *desk)
{
    palate__sums sums = {0.0, 0.0};
    for (uint32_t row = first; row < end; row += ROWS) {
        const palate__sums of_group = update_group(half, row, end - row < ROWS ? end - row : ROWS,
                                                   desk);
        sums.squared_error += of_group.squared_error;
        sums.penalty += of_group.penalty;
    }
    return sums;
}

static palate__sums measure(palate__training *training, const palate__sums *users,
                            const palate__sums *items)
{
    const state *zero = training->rule_state;
    const double error = zero->squares + items->squared_error +
                         palate__gram_inner(&zero->users, &zero->items);
    return (palate__sums){fmax(error, 0.0), users->penalty + items->penalty};
}

const palate__rule palate__rule_zero = {
    .name = "map",
    .paper = "Gillis & Glineur 2012; Cichocki & Phan 2009",
    .descends = true,
    .rows_at_once = ROWS,
    .begin = begin,
    .end = end,
    .before_epoch = before_epoch,
    .after_side = after_side,
    .take_back = take_back,
    .after_epoch = after_epoch,
    .scratch_floats = scratch_floats,
    .update_rows = update_rows,
    .measure = measure,
};
