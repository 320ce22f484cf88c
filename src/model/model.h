/* SPDX-License-Identifier: Apache-2.0 */
/* The model object. Arrays are owned (allocated) or lie in the mapped file. */
#ifndef PALATE_MODEL_MODEL_H
#define PALATE_MODEL_MODEL_H

#include "base/file.h"
#include "model/derived.h"
#include "model/drift.h"
#include "palate/model.h"
#include "ratings/ids.h"

#include <string.h>

/* Numbers of one side. All of `count` rows; factors are row-major, k to a row, unpadded. */
typedef struct palate__side {
    palate__ids ids;
    const float *factors;
    const float *offsets;
    const float *typical; /* k + 1: the factors, then the offset, of a row nobody knows. */
    /* Ratings of each row (imported: 1); 0: it holds what a table says of it, or else `typical`. */
    const uint32_t *counts;

    /* For taking in rows that were not there in training; NULL where the model has no such prior. */
    const float *link;   /* Rows of the other side x k: the coefficients A of this side's link. */
    const float *lambda; /* k + 1: of the offset, then of the factors. */
    const float *variances; /* count: how sure each row's factors are, inside; NULL: not known. */

    /* What a table has said of rows: the names of its features, each with its zero; NULL: nothing. And
     * where a row without ratings lies, inside (train/convert.h): at row 0, and for each feature at its row
     * over the square root of how many the row has; NULL where the model has no such prior. */
    const char *feature_names;
    const float *feature_link; /* (1 + feature_count) x (k + 1): the factors, then the offset. */
    uint64_t feature_bytes;    /* Of the names. */
    uint32_t feature_count;
    const char **feature_name; /* feature_count: where each begins. Allocated in any case. */

    /* count x S: the offsets of each block of an average; else NULL. */
    const float *sample_offsets;
} palate__side;

struct palate_model {
    palate_context *context;
    palate__mapping mapping; /* The file, where loaded from one. */
    bool owned;              /* The arrays below were allocated, one by one. */
    uint32_t factor_count;
    palate__side users;
    palate__side items;
    /* After training, items, ratings and times are the arrays of the ratings, which they share. */
    const int64_t *seen_begins; /* m + 1 */
    const uint32_t *seen_items; /* Strictly increasing within a user. */
    const float *seen_ratings;  /* What was given to each; NULL: not kept. */
    const int64_t *seen_times;  /* When, or PALATE_NO_TIME; NULL: not kept. */
    palate__derived item_index; /* What recommending makes to be fast: recommend/index.h. */

    /* How users' offsets move (drift.h): the moments of each. NULL: they stay. */
    const int64_t *moment_begins; /* m + 1 */
    const int64_t *moment_times;  /* Strictly increasing within a user. */
    const float *moment_values;
    double drift_scale;  /* In the unit of the times. */
    double drift_lambda; /* 1 / variance, inside; 0: not known, and new rows have no moments. */

    /* An average holds the factors of its blocks side by side: draws from the posterior, and before
     * them, where blend > 0, the minimum with that weight. 0 blocks: it is none. */
    uint32_t sample_count;
    double blend;

    /* What lies between the rows of training and the factors: x = U sqrt(gain) - anchor. */
    double gain, anchor;
    double user_bias_mean, item_bias_mean; /* Of the offsets' priors, inside. */
    /* Where what was missing was zero: of sums of factors, inside. */
    double user_l1, item_l1;
    double noise; /* Standard deviation of a rating around its prediction; NaN where not known. */

    double updated_count; /* Ratings that updates have taken in since training. */

    /* Facts; the strings are owned in either case. */
    palate_model_summary summary;
    char *mode, *missing, *rule, *stopped_by, *version; /* What the summary's pointers point to. */
    char fingerprint[17];
    char *options_json;
    char *tuning_json;
    char **factor_names; /* k */
    palate_epoch *log;
    size_t log_count;
};

/* The most factors a model can have. */
#define PALATE__FACTORS_MAX ((uint32_t)65535)

/* What a model makes of cells without a rating. */
static inline bool palate__model_is_zero(const palate_model *model)
{
    return strcmp(model->missing, "zero") == 0;
}

/* The model's arrays are read-only to all but those who make or release them. */
static inline void *palate__writable(const void *array)
{
    return (void *)(uintptr_t)array;
}

/* Making what is derived changes nothing that others see of a model. */
static inline palate__derived *palate__model_item_index(const palate_model *model)
{
    return palate__writable(&model->item_index);
}

/* A model with texts and names, as of an import, but without any array. */
palate_status palate__model_create_empty(palate_context *context, uint32_t factor_count,
                                         palate_model **out, palate_error *err);

/*
 * A model whose arrays are allocated and zero: to be filled by training or import and then
 * read-only. Ids are for the caller, and so is what users have seen: nothing.
 */
palate_status palate__model_create(palate_context *context, uint32_t user_count,
                                   uint32_t item_count, uint32_t factor_count, palate_model **out,
                                   palate_error *err);

/* Replaces one of the model's texts (mode, rule, ...) by a copy. */
palate_status palate__model_set_text(palate_model *model, char **field, const char *text,
                                     palate_error *err);

/* Finds the names of a side's features. */
palate_status palate__side_name_features(palate_context *context, palate__side *side,
                                         palate_error *err);

/* Whether a row without ratings is not the typical one: a table has said something of it. */
bool palate__model_was_told(const palate_model *model, const palate__side *side, uint32_t row);

/* Whether anything is known of a row. */
static inline bool palate__model_knows(const palate_model *model, const palate__side *side,
                                       uint32_t row)
{
    return row < side->ids.count &&
           (side->counts[row] > 0 || palate__model_was_told(model, side, row));
}

/* What a score has before any factor: the kernels' `start`. */
static inline float palate__score_start(const palate_model *model, float user_offset,
                                        float item_offset)
{
    return (float)model->summary.base + user_offset + item_offset;
}

/* The moments of a user; none where its offset stays. */
palate__moments palate__model_moments(const palate_model *model, uint32_t user);

/* The factors and offset that stand for a row: its own, or the typical ones where nothing is known of it. */
typedef struct palate__view {
    const float *factors;
    float offset;
    bool known;
} palate__view;

palate__view palate__model_view(const palate_model *model, const palate__side *side, uint32_t row);

/* A prediction, and what it is made of. */
typedef struct palate__cell_score {
    float prediction; /* Within the scale. */
    float score;      /* Before, drift included; the mean where both are unknown. */
    float drift;
} palate__cell_score;

/* The prediction of a pair of rows, PALATE_NO_ROW included, at a time or at none. */
palate__cell_score palate__model_cell(const palate_model *model, uint32_t user, uint32_t item,
                                      int64_t time);

/* The score of a pair of known rows before clipping: palate__score_start() plus the kernels' dot()
 * of the factors, in this order, so that it has the same bits wherever it is computed. */
float palate__model_score(const palate_model *model, uint32_t user, uint32_t item);

#endif
