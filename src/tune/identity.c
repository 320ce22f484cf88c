/* SPDX-License-Identifier: Apache-2.0 */
/* What a study is of, as hashes. */
#include "tune/study.h"

#include "evaluate/split.h"
#include "ratings/features.h"

#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* The state of a hash of pieces, without an allocation. */
#include <xxhash.h>

static void add(XXH3_state_t *to, const void *bytes, size_t count)
{
    XXH3_64bits_update(to, &count, sizeof count);
    if (count > 0)
        XXH3_64bits_update(to, bytes, count);
}

static void add_ids(XXH3_state_t *to, const palate__ids *ids)
{
    add(to, ids->bytes, ids->count > 0 ? (size_t)ids->ends[ids->count] : 0);
}

/* The fingerprint is of ids and ratings; times and the order of lines decide, too. */
static void add_ratings(XXH3_state_t *to, const palate_ratings *ratings)
{
    const size_t count = (size_t)palate__matrix_count(&ratings->by_user);
    const palate_scale scale = ratings->report.scale;
    add(to, &ratings->fingerprint, sizeof ratings->fingerprint);
    add(to, ratings->times, ratings->times == NULL ? 0 : count * sizeof *ratings->times);
    add(to, ratings->sequence, ratings->sequence == NULL ? 0 : count * sizeof *ratings->sequence);
    add(to, &scale.low, sizeof scale.low);
    add(to, &scale.high, sizeof scale.high);
}

static void add_features(XXH3_state_t *to, const palate_features *features)
{
    if (features == NULL)
        return;
    const palate__matrix *of = &features->features_of;
    add_ids(to, &features->ids);
    add(to, of->begins, ((size_t)of->row_count + 1) * sizeof *of->begins);
    add(to, of->columns, (size_t)palate__matrix_count(of) * sizeof *of->columns);
    for (uint32_t f = 0; f < features->count; f++)
        add(to, features->names[f], strlen(features->names[f]));
}

/* How ratings at hand are divided. */
static void add_division(XXH3_state_t *to, const palate_split *split)
{
    const palate_option_table *table = palate_split_options_table();
    if (split->numbers != NULL) {
        const int64_t count = palate__matrix_count(&split->ratings->by_user);
        add(to, split->numbers, (size_t)count * sizeof *split->numbers);
        return;
    }
    for (size_t row = 0; row < table->count; row++) {
        char text[64];
        palate_options_format(&table->options[row], &split->options, text, sizeof text);
        add(to, text, strlen(text));
    }
}

/* Folds in files are read, one at a time. */
static palate_status add_folds(XXH3_state_t *to, const palate_split *split, palate_error *err)
{
    palate_status status = PALATE_OK;
    for (int64_t f = 0; status == PALATE_OK && f < split->fold_count; f++) {
        palate_ratings *train = NULL;
        palate_ratings *test = NULL;
        status = palate_split_take(split, f, &train, &test, err);
        if (status == PALATE_OK) {
            add_ratings(to, train);
            add_ratings(to, test);
        }
        palate_ratings_free(train);
        palate_ratings_free(test);
    }
    return status;
}

palate_status palate__identity_take(const palate_split *split, const palate_tuning *tuning,
                                    palate__identity *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    const char *relevant = tuning->options.relevant;
    const bool of_lists = tuning->measure.metric->kind != PALATE_METRIC_RATING;
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    *out = (palate__identity){.fold_count = split->fold_count};
    if (split->ratings != NULL)
        add_ratings(&state, split->ratings);
    else
        PALATE_TRY(add_folds(&state, split, err));
    add_features(&state, tuning->base.user_features);
    add_features(&state, tuning->base.item_features);
    out->ratings = XXH3_64bits_digest(&state);
    XXH3_64bits_reset(&state);
    if (split->ratings != NULL)
        add_division(&state, split);
    out->split = XXH3_64bits_digest(&state);
    snprintf(out->metric, sizeof out->metric, "%s%s%s", tuning->measure.name,
             of_lists ? " relevant=" : "",
             !of_lists          ? ""
             : relevant != NULL ? relevant
                                : "auto");
done:
    return status;
}
