/* SPDX-License-Identifier: Apache-2.0 */
/* From rows inside to the model. With P = x + a, Q = y + a, all >= 0, and the scale inside
 * stretched by `gain`:
 *
 *     gain (r - shift) = b + c + sum_f (P_f - a)(Q_f - a)
 *                      = [b - a sum_f P_f + k a^2 / 2] + [c - a sum_f Q_f + k a^2 / 2] + P.Q
 *
 * so U = P / sqrt(gain), V = Q / sqrt(gain), and the brackets over gain are the offsets.
 */
#include "train/rule.h"

#include "model/json.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void convert_row(const palate__training *training, const float *x, float *factors,
                        float *offset)
{
    double anchor = training->anchor;
    double scale = 1.0 / sqrt(training->gain);
    double sum = 0.0;
    for (size_t f = 0; f < training->factor_count; f++) {
        double factor = fmax((double)x[1 + f] + anchor, 0.0);
        sum += factor;
        factors[f] = (float)(factor * scale);
    }
    double constant = (double)training->factor_count * anchor * anchor / 2.0;
    *offset = (float)(((double)x[0] - anchor * sum + constant) / training->gain);
}

static int64_t count_of(const palate__matrix *matrix, uint32_t row)
{
    return matrix->begins[row + 1] - matrix->begins[row];
}

/* The row of nobody in particular. With a prior: its mean, zero. Without: the mean of the rows,
 * weighted by their ratings, so that its predictions have the level of ratings that are given. */
static void average_row(const palate__training *training, const palate__train_side *side,
                        double *average)
{
    memset(average, 0, training->stride * sizeof *average);
    if (training->with_bias)
        return;
    double total = 0.0;
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        double count = (double)count_of(&side->matrix, row);
        const float *x = palate__row_of(training, side->rows, row);
        for (size_t f = 0; f <= training->factor_count; f++)
            average[f] += count * (double)x[f];
        total += count;
    }
    for (size_t f = 0; f <= training->factor_count; f++)
        average[f] /= total;
}

static palate_status convert_side(const palate__training *training, const palate__train_side *from,
                                  const palate__matrix *all, palate__side *to, palate_error *err)
{
    double *average = palate__allocate_array(training->context, training->stride, sizeof *average);
    float *typical = palate__allocate_array(training->context, training->stride, sizeof *typical);
    if (average == NULL || typical == NULL) {
        palate__release(training->context, average);
        palate__release(training->context, typical);
        return palate__fail_memory(err, "making the model");
    }
    average_row(training, from, average);
    for (size_t f = 0; f < training->stride; f++)
        typical[f] = (float)average[f];
    size_t k = training->factor_count;
    float *to_typical = palate__writable(to->typical);
    float *factors = palate__writable(to->factors);
    float *offsets = palate__writable(to->offsets);
    uint32_t *counts = palate__writable(to->counts);
    convert_row(training, typical, to_typical, to_typical + k);
    for (uint32_t row = 0; row < all->row_count; row++) {
        bool trained_on = count_of(&from->matrix, row) > 0;
        const float *x = trained_on ? palate__row_of(training, from->rows, row) : typical;
        convert_row(training, x, factors + row * k, offsets + row);
        counts[row] = (uint32_t)count_of(all, row);
    }
    palate__release(training->context, average);
    palate__release(training->context, typical);
    return PALATE_OK;
}

/* ---- Strict: offsets >= 0 ---- */

/* What clipping at zero takes away when users get `to_users` of the constant and items the rest,
 * weighted by ratings. */
static double clipped_mass(const palate_model *model, double constant, double to_users)
{
    double mass = 0.0;
    for (uint32_t i = 0; i < model->users.ids.count; i++)
        mass += model->users.counts[i] * fmax(-((double)model->users.offsets[i] + to_users), 0.0);
    for (uint32_t j = 0; j < model->items.ids.count; j++)
        mass += model->items.counts[j] *
                fmax(-((double)model->items.offsets[j] + constant - to_users), 0.0);
    return mass;
}

static double least_offset(const palate__side *side)
{
    double least = INFINITY;
    for (uint32_t row = 0; row < side->ids.count; row++)
        least = fmin(least, (double)side->offsets[row]);
    return least;
}

/* The mass is convex: ternary search, to far below the precision of an offset. */
static double best_split(const palate_model *model, double constant, double low, double high)
{
    for (int step = 0; step < 100; step++) {
        double third = (high - low) / 3.0;
        if (clipped_mass(model, constant, low + third) <=
            clipped_mass(model, constant, high - third))
            high -= third;
        else
            low += third;
    }
    return (low + high) / 2.0;
}

static void move_offsets(const palate__side *side, uint32_t factor_count, double shift)
{
    float *offsets = palate__writable(side->offsets);
    float *typical = palate__writable(side->typical);
    for (uint32_t row = 0; row < side->ids.count; row++)
        offsets[row] = (float)fmax((double)offsets[row] + shift, 0.0);
    typical[factor_count] = (float)fmax((double)typical[factor_count] + shift, 0.0);
}

/* All of the constant goes into the offsets, but for what takes a negative scale to zero. Of the
 * constant, users get `to_users` and items the rest; outside the range searched one side is clipped
 * more and the other gains nothing. */
static void make_strict(const palate__training *training, palate_model *model)
{
    double floor = training->scale.low < 0.0 ? training->scale.low : 0.0;
    double constant = model->summary.base - floor;
    double low = fmin(constant + least_offset(&model->items), -least_offset(&model->users));
    double high = fmax(constant + least_offset(&model->items), -least_offset(&model->users));
    double to_users = best_split(model, constant, low, high);
    move_offsets(&model->users, model->factor_count, to_users);
    move_offsets(&model->items, model->factor_count, constant - to_users);
    model->summary.base = floor;
}

/* ---- The rest of the model ---- */

static void copy_seen(const palate__training *training, palate_model *model)
{
    const palate__matrix *by_user = &training->ratings->by_user;
    int64_t count = palate__matrix_count(by_user);
    memcpy(palate__writable(model->seen_begins), by_user->begins,
           ((size_t)by_user->row_count + 1) * sizeof(int64_t));
    memcpy(palate__writable(model->seen_items), by_user->columns, (size_t)count * sizeof(uint32_t));
}

static char *options_as_json(const palate__training *training)
{
    const palate_option_table *table = palate_train_options_table();
    json_t *object = json_object();
    bool complete = true;
    for (size_t row = 0; row < table->count; row++) {
        char text[64];
        const palate_option *option = &table->options[row];
        palate_options_format(option, &training->options, text, sizeof text);
        if (strcmp(option->name, "threads") != 0)
            complete &= json_object_set_new(object, option->name, json_string(text)) == 0;
    }
    char *text = complete ? palate__json_text(training->context, object, NULL) : NULL;
    json_decref(object);
    return text;
}

static palate_status describe(const palate__training *training, palate_model *model,
                              palate_error *err)
{
    palate_status status = PALATE_OK;
    static const char *const modes[] = {"default", "strict", "pure"};
    palate_model_summary *summary = &model->summary;
    char *options = options_as_json(training);
    if (options == NULL)
        return palate__fail_memory(err, "describing the model");
    summary->rating_count = palate__matrix_count(&training->ratings->by_user);
    summary->scale = training->scale;
    summary->scale_inferred = training->ratings->report.scale_inferred;
    summary->mean = training->mean;
    summary->seed = training->options.seed;
    summary->epochs = training->epoch;
    summary->best_epoch = training->best_epoch;
    summary->seconds = palate__seconds_now() - training->started;
    summary->train_rmse = training->train_rmse;
    summary->validation_rmse = training->held_out.count > 0 ? training->best_validation : NAN;
    snprintf(model->fingerprint, sizeof model->fingerprint, "%016llx",
             (unsigned long long)training->ratings->fingerprint);
    PALATE_TRY(palate__model_set_text(model, &model->mode, modes[training->options.mode], err));
    PALATE_TRY(palate__model_set_text(model, &model->rule, training->rule->name, err));
    PALATE_TRY(palate__model_set_text(model, &model->stopped_by, training->stopped_by, err));
    PALATE_TRY(palate__model_set_text(model, &model->version, PALATE_VERSION, err));
    PALATE_TRY(palate__model_set_text(model, &model->options_json, options, err));
done:
    palate__release(training->context, options);
    return status;
}

static palate_status copy_log(const palate__training *training, palate_model *model,
                              palate_error *err)
{
    if (training->log_count == 0)
        return PALATE_OK;
    model->log = palate__allocate_array(training->context, training->log_count, sizeof *model->log);
    if (model->log == NULL)
        return palate__fail_memory(err, "making the model");
    memcpy(model->log, training->log, training->log_count * sizeof *model->log);
    model->log_count = training->log_count;
    return PALATE_OK;
}

palate_status palate__training_finish(const palate__training *training, palate_model **out,
                                      palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_ratings *ratings = training->ratings;
    palate_model *model = NULL;
    PALATE_TRY(palate__model_create(training->context, ratings->users.count, ratings->items.count,
                                    (uint32_t)training->factor_count,
                                    palate__matrix_count(&ratings->by_user), &model, err));
    PALATE_TRY(palate__ids_copy(training->context, &ratings->users, &model->users.ids, err));
    PALATE_TRY(palate__ids_copy(training->context, &ratings->items, &model->items.ids, err));
    PALATE_TRY(convert_side(training, &training->users, &ratings->by_user, &model->users, err));
    PALATE_TRY(convert_side(training, &training->items, &ratings->by_item, &model->items, err));
    model->summary.base = training->options.biases ? training->mean : training->shift;
    if (training->options.mode == PALATE_MODE_STRICT)
        make_strict(training, model);
    copy_seen(training, model);
    PALATE_TRY(describe(training, model, err));
    PALATE_TRY(copy_log(training, model, err));
    *out = model;
    model = NULL;
done:
    palate_model_free(model);
    return status;
}
