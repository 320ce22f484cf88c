/* SPDX-License-Identifier: Apache-2.0 */
/* From rows inside (model/inside.h), or samples of them (average.h), to the model. */
#include "train/average.h"
#include "train/rule.h"

#include "model/inside.h"
#include "model/json.h"
#include "model/model.h"
#include "ratings/features.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int64_t count_of(const palate__matrix *matrix, uint32_t row)
{
    return matrix->begins[row + 1] - matrix->begins[row];
}

/* ---- Rows ---- */

static bool is_rated(const palate__train_side *side, uint32_t row)
{
    return row < side->matrix.row_count && count_of(&side->matrix, row) > 0;
}

/* By ratings, or by a table. */
static bool is_known(const palate__train_side *side, uint32_t row)
{
    return is_rated(side, row) || palate__prior_tells(side, row);
}

/* Whom to take for somebody nobody knows: the mean of the rows that have ratings, which is not the
 * mean of their prior, for the link moves them all. Without offsets they are weighted by their
 * ratings, so that its predictions have the level of ratings that are given. */
static void find_typical(const palate__training *training, const palate__train_side *side,
                         double *average, float *typical)
{
    double total = 0.0;
    memset(average, 0, training->stride * sizeof *average);
    for (uint32_t row = 0; row < side->matrix.row_count; row++) {
        double count = (double)count_of(&side->matrix, row);
        double weight = training->with_bias ? (double)(count > 0.0) : count;
        const float *x = palate__row_of(training, side->rows, row);
        for (size_t f = 0; f <= training->factor_count; f++)
            average[f] += weight * (double)x[f];
        total += weight;
    }
    for (size_t f = 0; f < training->stride; f++)
        typical[f] = (float)(average[f] / total);
}

static void convert_rows(const palate__training *training, const palate__train_side *from,
                         const float *typical, palate__side *to)
{
    const size_t k = training->factor_count;
    float *to_typical = palate__writable(to->typical);
    float *factors = palate__writable(to->factors);
    float *offsets = palate__writable(to->offsets);
    const palate__inside inside = {training->gain, training->anchor};
    to_typical[k] = (float)palate__inside_leave(inside, k, typical, to_typical);
    for (uint32_t row = 0; row < from->row_count; row++) {
        const float *x = is_known(from, row) ? palate__row_of(training, from->rows, row) : typical;
        offsets[row] = (float)palate__inside_leave(inside, k, x, factors + row * k);
    }
}

static palate_status convert_side(const palate__training *training, const palate__train_side *from,
                                  palate__side *to, palate_error *err)
{
    double *average = palate__allocate_array(training->context, training->stride, sizeof *average);
    float *typical = palate__allocate_array(training->context, training->stride, sizeof *typical);
    palate_status status = PALATE_OK;
    if (average == NULL || typical == NULL) {
        status = palate__fail_memory(err, "making the model");
    } else {
        find_typical(training, from, average, typical);
        convert_rows(training, from, typical, to);
    }
    palate__release(training->context, average);
    palate__release(training->context, typical);
    return status;
}

/* ---- Samples ---- */

/* The mean of the rows that have ratings: somebody unknown is to lie within their cloud, which the
 * prior's mean does not where factors are drawn above a bound. */
static void average_rated(const palate__train_side *from, palate__side *to, size_t width)
{
    float *typical = palate__writable(to->typical);
    for (size_t f = 0; f <= width; f++) {
        double sum = 0.0;
        for (size_t row = 0; row < from->matrix.row_count; row++)
            if (is_rated(from, (uint32_t)row))
                sum += (double)(f < width ? to->factors[row * width + f] : to->offsets[row]);
        typical[f] = (float)(sum / (double)from->prior.rated_count);
    }
}

static void copy_samples(const palate__training *training, const palate__train_side *from,
                         const palate__average_side *side, palate__side *to)
{
    const palate__average *average = training->average;
    const size_t k = training->factor_count;
    const size_t blocks = average->blocks;
    const size_t width = blocks * k;
    float *factors = palate__writable(to->factors);
    float *offsets = palate__writable(to->offsets);
    float *each = palate__writable(to->sample_offsets);
    for (size_t row = 0; row < from->row_count; row++) {
        const size_t place = row * palate__average_room(average);
        double sum = 0.0;
        for (size_t b = 0; b < blocks; b++) {
            double weight = palate__block_weight(average, b);
            const float *of_block = side->factors + (place + b) * k;
            for (size_t f = 0; f < k; f++)
                factors[row * width + b * k + f] = (float)(sqrt(weight) * (double)of_block[f]);
            each[row * blocks + b] = side->offsets[place + b];
            sum += weight * (double)side->offsets[place + b];
        }
        offsets[row] = (float)sum;
    }
    average_rated(from, to, width);
    for (size_t row = 0; row < from->row_count; row++) {
        if (is_known(from, (uint32_t)row))
            continue;
        memcpy(factors + row * width, to->typical, width * sizeof *factors);
        offsets[row] = to->typical[width];
    }
}

/* The mean rows, in place of those of the last epoch. */
static void take_means(const palate__training *training, const palate__train_side *from,
                       const palate__average_side *side)
{
    for (size_t row = 0; row < from->row_count; row++)
        for (size_t f = 0; f <= training->factor_count; f++)
            from->rows[row * training->stride + f] =
                (float)(side->sums[row * training->stride + f] / (double)training->average->taken);
}

static bool has_samples(const palate__training *training)
{
    return training->average != NULL && training->average->wanted > 0 &&
           training->average->blocks > 0;
}

static palate_status allocate_samples(const palate__training *training, palate_model *model,
                                      palate_error *err)
{
    const size_t blocks = training->average->blocks;
    palate__side *users = &model->users;
    palate__side *items = &model->items;
    users->sample_offsets = palate__allocate_array(training->context, users->ids.count,
                                                   blocks * sizeof(float));
    items->sample_offsets = palate__allocate_array(training->context, items->ids.count,
                                                   blocks * sizeof(float));
    if (users->sample_offsets == NULL || items->sample_offsets == NULL)
        return palate__fail_memory(err, "making the model: fewer samples need less");
    model->sample_count = (uint32_t)blocks;
    model->blend = training->average->of_minimum > 0.0 ? palate__block_weight(training->average, 0)
                                                       : 0.0;
    return PALATE_OK;
}

static palate_status name_samples(palate_model *model, palate_error *err)
{
    palate_status status = PALATE_OK;
    const uint32_t k = model->factor_count / model->sample_count;
    for (uint32_t f = 0; f < model->factor_count; f++) {
        char name[48];
        const uint32_t block = f / k;
        if (model->blend > 0.0 && block == 0)
            snprintf(name, sizeof name, "factor %u", f + 1);
        else
            snprintf(name, sizeof name, "factor %u, draw %u", f % k + 1,
                     model->blend > 0.0 ? block : block + 1);
        PALATE_TRY(palate__model_set_text(model, &model->factor_names[f], name, err));
    }
done:
    return status;
}

static palate_status fill_samples(const palate__training *training, palate_model *model,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(allocate_samples(training, model, err));
    copy_samples(training, &training->users, &training->average->users, &model->users);
    copy_samples(training, &training->items, &training->average->items, &model->items);
    PALATE_TRY(name_samples(model, err));
done:
    return status;
}

static palate_status fill_rows(const palate__training *training, palate_model *model,
                               palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__average *average = training->average;
    if (has_samples(training))
        return fill_samples(training, model, err);
    if (average != NULL && average->taken > 0) {
        take_means(training, &training->users, &average->users);
        take_means(training, &training->items, &average->items);
    }
    PALATE_TRY(convert_side(training, &training->users, &model->users, err));
    PALATE_TRY(convert_side(training, &training->items, &model->items, err));
    if (average != NULL && average->taken > 0) {
        average_rated(&training->users, &model->users, training->factor_count);
        average_rated(&training->items, &model->items, training->factor_count);
    }
done:
    return status;
}

/* ---- The prior, for taking in new rows ---- */

/* Coefficients of the rows of the other side, without bias and padding. There are as many numbers as in
 * the rows of both sides: they are moved where they lie, unless a table has further rows, which have
 * none. */
static palate_status hand_over_link(palate__training *training, palate__train_side *from,
                                    palate__side *to, palate_error *err)
{
    const palate__train_side *other = from == &training->users ? &training->items
                                                               : &training->users;
    palate__link *link = &from->prior.links[PALATE__LINK_RATINGS];
    const size_t k = training->factor_count;
    float *coefficients = link->coefficients;
    if (link->rows_of == NULL)
        return PALATE_OK;
    if (other->row_count > link->rows_of->row_count) {
        coefficients = palate__allocate_zeroed(training->context, other->row_count,
                                               k * sizeof *coefficients);
        if (coefficients == NULL)
            return palate__fail_memory(err, "making the model");
    }
    for (size_t feature = 0; feature < link->rows_of->row_count; feature++)
        memmove(coefficients + feature * k, link->coefficients + feature * training->stride + 1,
                k * sizeof *coefficients);
    to->link = coefficients;
    if (coefficients == link->coefficients)
        link->coefficients = NULL;
    return PALATE_OK;
}

static palate_status copy_feature_link(const palate__training *training,
                                       const palate__train_side *from, palate__side *to,
                                       palate_error *err)
{
    const palate__link *link = &from->prior.links[PALATE__LINK_TABLE];
    const size_t k = training->factor_count;
    if (link->rows_of == NULL)
        return PALATE_OK;
    float *coefficients = palate__allocate_array(
        training->context, (size_t)from->features->count + 1, (k + 1) * sizeof *coefficients);
    to->feature_link = coefficients;
    if (coefficients == NULL)
        return palate__fail_memory(err, "making the model");
    for (size_t f = 0; f <= k; f++)
        coefficients[f] = (float)from->prior.centre[(f + 1) % (k + 1)];
    for (size_t feature = 0; feature < from->features->count; feature++) {
        const float *a = link->coefficients + feature * training->stride;
        float *row = coefficients + (feature + 1) * (k + 1);
        memcpy(row, a + 1, k * sizeof *row);
        row[k] = a[0];
    }
    return PALATE_OK;
}

static palate_status hand_over_prior(palate__training *training, palate__train_side *from,
                                     palate__side *to, palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t bytes = (training->factor_count + 1) * sizeof(float);
    float *lambda = palate__allocate(training->context, bytes);
    to->lambda = lambda;
    if (lambda == NULL)
        return palate__fail_memory(err, "making the model");
    if (!training->rule->has_prior) { /* Of what is missing being zero: one strength for all. */
        for (size_t f = 0; f <= training->factor_count; f++)
            lambda[f] = f == 0 ? 0.0F : (float)from->lambda;
        return PALATE_OK;
    }
    memcpy(lambda, from->prior.lambda, bytes);
    to->variances = from->variances;
    from->variances = NULL;
    PALATE_TRY(hand_over_link(training, from, to, err));
    PALATE_TRY(copy_feature_link(training, from, to, err));
done:
    return status;
}

/* Averages have many priors; none is kept. */
static palate_status fill_prior(palate__training *training, palate_model *model, palate_error *err)
{
    palate_status status = PALATE_OK;
    model->gain = training->gain;
    model->anchor = training->anchor;
    if (training->options.rule == PALATE_RULE_MU)
        return PALATE_OK;
    const palate__average *average = training->average;
    double variance = average == NULL || average->taken == 0
                          ? training->train_rmse * training->train_rmse
                          : average->noise_sum / (double)average->taken / training->gain /
                                training->gain;
    model->noise = sqrt(variance);
    if (average != NULL)
        return PALATE_OK;
    model->user_l1 = training->users.l1;
    model->item_l1 = training->items.l1;
    model->user_bias_mean = training->users.prior.bias_mean;
    model->item_bias_mean = training->items.prior.bias_mean;
    PALATE_TRY(hand_over_prior(training, &training->users, &model->users, err));
    PALATE_TRY(hand_over_prior(training, &training->items, &model->items, err));
done:
    return status;
}

/* ---- Drift ---- */

static double moment_value(const palate__training *training, int64_t moment)
{
    const palate__average *average = training->average;
    if (average == NULL || average->weight == 0.0)
        return (double)training->drift.values[moment];
    return average->drift_sums[moment] / average->weight;
}

static palate_status fill_drift(const palate__training *training, palate_model *model,
                                palate_error *err)
{
    palate_context *context = training->context;
    const palate__drift *drift = &training->drift;
    const size_t users = training->users.matrix.row_count;
    const size_t all_users = training->users.row_count;
    if (!drift->on)
        return PALATE_OK;
    const size_t moments = (size_t)drift->begins[users];
    model->drift_scale = drift->scale;
    model->drift_lambda = drift->lambda;
    model->moment_begins = palate__allocate_array(context, all_users + 1, sizeof(int64_t));
    model->moment_times = palate__allocate_array(context, moments, sizeof(int64_t));
    model->moment_values = palate__allocate_array(context, moments, sizeof(float));
    if (model->moment_begins == NULL || model->moment_times == NULL || model->moment_values == NULL)
        return palate__fail_memory(err, "making the model");
    int64_t *begins = palate__writable(model->moment_begins);
    for (size_t user = 0; user <= all_users; user++)
        begins[user] = drift->begins[user < users ? user : users];
    int64_t *times = palate__writable(model->moment_times);
    for (uint32_t user = 0; user < users; user++)
        palate__drift_times(training, user, times + drift->begins[user]);
    float *values = palate__writable(model->moment_values);
    for (size_t moment = 0; moment < moments; moment++)
        values[moment] = (float)(moment_value(training, (int64_t)moment) / training->gain);
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

static void move_offsets(const palate_model *model, const palate__side *side, double shift)
{
    const uint32_t factor_count = model->factor_count;
    float *offsets = palate__writable(side->offsets);
    float *typical = palate__writable(side->typical);
    float *each = palate__writable(side->sample_offsets);
    for (uint32_t row = 0; row < side->ids.count; row++)
        offsets[row] = (float)fmax((double)offsets[row] + shift, 0.0);
    for (size_t e = 0; e < (size_t)side->ids.count * model->sample_count; e++)
        each[e] = (float)((double)each[e] + shift);
    typical[factor_count] = (float)fmax((double)typical[factor_count] + shift, 0.0);
}

/* At no moment is an offset below zero: between moments drift stays within theirs and zero. */
static void clip_drift(palate_model *model)
{
    float *values = palate__writable(model->moment_values);
    for (uint32_t i = 0; model->moment_begins != NULL && i < model->users.ids.count; i++)
        for (int64_t e = model->moment_begins[i]; e < model->moment_begins[i + 1]; e++)
            values[e] = fmaxf(values[e], -model->users.offsets[i]);
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
    move_offsets(model, &model->users, to_users);
    move_offsets(model, &model->items, constant - to_users);
    model->user_bias_mean += model->gain * to_users;
    model->item_bias_mean += model->gain * (constant - to_users);
    model->summary.base = floor;
    clip_drift(model);
}

/* ---- The rest of the model ---- */

/* An array of the ratings for the model, too: theirs, unless it lies in a file. NULL: no memory. */
static void *take_array(const palate__training *training, const void *array, size_t bytes)
{
    if (training->ratings->source == NULL)
        return palate__share(array);
    void *copy = palate__allocate(training->context, bytes);
    if (copy != NULL)
        memcpy(copy, array, bytes);
    return copy;
}

static palate_status take_seen(const palate__training *training, palate_model *model,
                               palate_error *err)
{
    const palate__matrix *by_user = &training->ratings->by_user;
    const int64_t count = palate__matrix_count(by_user);
    int64_t *begins = palate__writable(model->seen_begins);
    for (uint32_t user = 0; user <= training->users.row_count; user++)
        begins[user] = user < by_user->row_count ? by_user->begins[user] : count;
    palate__release(training->context, palate__writable(model->seen_items));
    model->seen_items = take_array(training, by_user->columns, (size_t)count * sizeof(uint32_t));
    return model->seen_items == NULL ? palate__fail_memory(err, "making the model") : PALATE_OK;
}

static palate_status take_ratings(const palate__training *training, palate_model *model,
                                  palate_error *err)
{
    const palate_ratings *ratings = training->ratings;
    const size_t count = (size_t)palate__matrix_count(&ratings->by_user);
    if (!training->options.keep_ratings)
        return PALATE_OK;
    model->seen_ratings = take_array(training, ratings->by_user.values, count * sizeof(float));
    if (training->drift.on)
        model->seen_times = take_array(training, ratings->times, count * sizeof(int64_t));
    if (model->seen_ratings == NULL || (training->drift.on && model->seen_times == NULL))
        return palate__fail_memory(err,
                                   "making the model: without option keep_ratings it is smaller");
    return PALATE_OK;
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

static json_t *trial_json(const palate_trial *trial)
{
    return json_pack("{s:f, s:f, s:I, s:I, s:f}", "regularization", trial->regularization,
                     "link_regularization", trial->link_regularization, "factors",
                     (json_int_t)trial->factors, "epochs", (json_int_t)trial->epochs,
                     "validation_rmse", trial->validation_rmse);
}

static palate_status describe_tuning(const palate__training *training, palate_model *model,
                                     palate_error *err)
{
    const palate__choice *choice = &training->choice;
    json_t *list = json_array();
    bool complete = list != NULL;
    for (size_t t = 0; complete && t < choice->trial_count; t++)
        complete = json_array_append_new(list, trial_json(&choice->trials[t])) == 0;
    char *text = complete ? palate__json_text(training->context, list, NULL) : NULL;
    json_decref(list);
    if (text == NULL)
        return palate__fail_memory(err, "describing the model");
    palate_status status = palate__model_set_text(model, &model->tuning_json, text, err);
    palate__release(training->context, text);
    return status;
}

static palate_status describe(const palate__training *training, palate_model *model,
                              palate_error *err)
{
    palate_status status = PALATE_OK;
    static const char *const modes[] = {"default", "strict", "pure"};
    static const char *const readings[] = {"unknown", "zero"};
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
    PALATE_TRY(
        palate__model_set_text(model, &model->missing, readings[training->options.missing], err));
    PALATE_TRY(palate__model_set_text(model, &model->rule, training->rule->name, err));
    PALATE_TRY(palate__model_set_text(model, &model->stopped_by, training->stopped_by, err));
    PALATE_TRY(palate__model_set_text(model, &model->version, PALATE_VERSION, err));
    PALATE_TRY(palate__model_set_text(model, &model->options_json, options, err));
    PALATE_TRY(describe_tuning(training, model, err));
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

static void count_ratings(const palate__matrix *matrix, const palate__side *side)
{
    uint32_t *counts = palate__writable(side->counts);
    for (uint32_t row = 0; row < matrix->row_count; row++)
        counts[row] = (uint32_t)count_of(matrix, row);
}

/* The ids of the ratings and those that only the table has, and what it says. */
static palate_status fill_names(const palate__training *training, const palate__train_side *from,
                                const palate__ids *ids, palate__side *to, palate_error *err)
{
    const palate_features *features = from->features;
    if (features == NULL)
        return palate__ids_copy(training->context, ids, &to->ids, err);
    const palate__table_rows rows = {from->row_count, from->table_rows};
    palate_status status = palate__features_ids(features, ids, &rows, &to->ids, err);
    if (status != PALATE_OK)
        return status;
    for (uint32_t f = 0; f < features->count; f++)
        to->feature_bytes += strlen(features->names[f]) + 1;
    char *names = palate__allocate(training->context, to->feature_bytes);
    to->feature_names = names;
    if (names == NULL)
        return palate__fail_memory(err, "making the model");
    for (uint32_t f = 0; f < features->count; f++) {
        const size_t bytes = strlen(features->names[f]) + 1;
        memcpy(names, features->names[f], bytes);
        names += bytes;
    }
    to->feature_count = features->count;
    return palate__side_name_features(training->context, to, err);
}

static palate_status fill(palate__training *training, palate_model *model, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_ratings *ratings = training->ratings;
    PALATE_TRY(fill_names(training, &training->users, &ratings->users, &model->users, err));
    PALATE_TRY(fill_names(training, &training->items, &ratings->items, &model->items, err));
    count_ratings(&ratings->by_user, &model->users);
    count_ratings(&ratings->by_item, &model->items);
    PALATE_TRY(fill_rows(training, model, err));
    PALATE_TRY(fill_prior(training, model, err));
    PALATE_TRY(fill_drift(training, model, err));
    model->summary.base = training->options.biases ? training->mean : training->shift;
    if (training->options.mode == PALATE_MODE_STRICT)
        make_strict(training, model);
    PALATE_TRY(take_seen(training, model, err));
    PALATE_TRY(take_ratings(training, model, err));
    PALATE_TRY(describe(training, model, err));
    PALATE_TRY(copy_log(training, model, err));
done:
    return status;
}

palate_status palate__training_finish(palate__training *training, palate_model **out,
                                      palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t blocks = has_samples(training) ? training->average->blocks : 1;
    palate_model *model = NULL;
    PALATE_TRY(palate__model_create(training->context, training->users.row_count,
                                    training->items.row_count,
                                    (uint32_t)(blocks * training->factor_count), &model, err));
    PALATE_TRY(fill(training, model, err));
    *out = model;
    model = NULL;
done:
    palate_model_free(model);
    return status;
}
