/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/split.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the order of palate_split_method. */
static const palate__splitter *const SPLITTERS[] = {
    &palate__splitter_k_fold, &palate__splitter_shuffle,   &palate__splitter_leave_one_out,
    &palate__splitter_time,   &palate__splitter_user_time,
};

/* ---- The table of options ---- */

#define AT(field) offsetof(palate_split_options, field)

static const palate_option OPTIONS[] = {
    {"method", "split splitter strategy", PALATE_OPTION_CHOICE, AT(method), "k-fold", 0, 0,
     "k-fold|shuffle|leave-one-out|time|user-time", "METHOD",
     "How ratings are divided: by chance, or by time for all together or each user"},
    {"folds", "n-splits k-folds", PALATE_OPTION_COUNT_AUTO, AT(folds), "auto", 1, PALATE__FOLDS_MAX,
     NULL, "N", "How many folds; auto: 5 of k-fold and shuffle, else 1"},
    {"repeats", "n-repeats", PALATE_OPTION_COUNT, AT(repeats), "1", 1, PALATE__FOLDS_MAX, NULL, "N",
     "K-fold: how many times, with other parts each time"},
    {"test-share", "test-size test-ratio", PALATE_OPTION_REAL, AT(test_share), "0.2", 0.001, 0.9,
     NULL, "SHARE", "Shuffle, time, user-time: the share that is the test"},
    {"test-count", "leave-k-out leave-n-out", PALATE_OPTION_COUNT, AT(test_count), "0", 0, 1000000,
     NULL, "N",
     "Leave-one-out, user-time: so many ratings of each user are the test; 0: one, or "
     "the share"},
    {"seed", "random-state", PALATE_OPTION_SEED, AT(seed), "0", 0, 0, NULL, "N",
     "Of the division by chance"},
};

static const palate_option_table TABLE = {
    .title = "Splitting options",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_split_options),
};

const palate_option_table *palate_split_options_table(void)
{
    return &TABLE;
}

void palate_split_options_init(palate_split_options *options)
{
    palate_options_init(&TABLE, options);
}

static palate_status check_times(const palate_split *split, const char *method, palate_error *err)
{
    if (split->ratings->times != NULL)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_INVALID,
                        "option method: %s needs times, and the ratings have none (option "
                        "time-column names the column)",
                        method);
}

static palate_status check_options(palate_split *split, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_split_options *options = &split->options;
    PALATE_TRY(palate_options_check(&TABLE, options, err));
    const palate__splitter *splitter = SPLITTERS[options->method];
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    if (options->folds == PALATE_AUTO)
        options->folds = splitter->folds;
    if (splitter->needs_times)
        PALATE_TRY(check_times(split, splitter->name, err));
    if (options->method == PALATE_SPLIT_K_FOLD && (options->folds < 2 || options->folds > count))
        return palate__fail(
            err, PALATE_E_INVALID,
            "option folds: %lld folds of %lld ratings; give from 2 folds on, and no "
            "more than there are ratings",
            (long long)options->folds, (long long)count);
    if (options->method != PALATE_SPLIT_K_FOLD && options->repeats > 1)
        return palate__fail(err, PALATE_E_INVALID,
                            "option repeats is of method k-fold; %s takes folds", splitter->name);
    if (options->method == PALATE_SPLIT_USER_TIME && options->folds > 1)
        return palate__fail(err, PALATE_E_INVALID,
                            "option folds: all folds of user-time would be the same; leave it out");
    if (options->folds * options->repeats > PALATE__FOLDS_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "options folds and repeats: %lld folds in all; no more than %d",
                            (long long)(options->folds * options->repeats), PALATE__FOLDS_MAX);
    split->fold_count = options->folds * options->repeats;
done:
    return status;
}

/* ---- Making one ---- */

static uint64_t *hash_ids(palate_context *context, const palate__ids *ids)
{
    uint64_t *hashes = palate__allocate_array(context, ids->count, sizeof *hashes);
    for (uint32_t row = 0; hashes != NULL && row < ids->count; row++)
        hashes[row] = palate__id_hash(palate__ids_text(ids, row), palate__ids_bytes(ids, row));
    return hashes;
}

/* "fold 3", "fold 2.3" of the second repeat. */
static palate_status name_folds(palate_split *split, palate_error *err)
{
    const int64_t parts = split->options.folds;
    split->names = palate__allocate_array(split->context, (size_t)split->fold_count,
                                          sizeof *split->names);
    if (split->names == NULL)
        return palate__fail_memory(err, "splitting ratings");
    for (int64_t f = 0; f < split->fold_count; f++) {
        if (split->options.repeats > 1)
            snprintf(split->names[f], sizeof split->names[f], "fold %lld.%lld",
                     (long long)f / parts + 1, (long long)f % parts + 1);
        else
            snprintf(split->names[f], sizeof split->names[f], "fold %lld", (long long)f + 1);
    }
    return PALATE_OK;
}

static palate_status make(palate_context *context, palate_split **out, palate_error *err)
{
    palate_split *split = palate__allocate_zeroed(context, 1, sizeof *split);
    if (split == NULL)
        return palate__fail_memory(err, "splitting ratings");
    split->context = context;
    palate_split_options_init(&split->options);
    *out = split;
    return PALATE_OK;
}

palate_status palate_split_create(const palate_ratings *ratings,
                                  const palate_split_options *options, palate_split **out,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_split *split = NULL;
    if (out != NULL)
        *out = NULL;
    if (ratings == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_split_create: %s is NULL",
                            ratings == NULL ? "ratings" : "out");
    PALATE_TRY(make(ratings->context, &split, err));
    split->ratings = ratings;
    if (options != NULL)
        split->options = *options;
    PALATE_TRY(check_options(split, err));
    PALATE_TRY(name_folds(split, err));
    split->user_hashes = hash_ids(split->context, &ratings->users);
    split->item_hashes = hash_ids(split->context, &ratings->items);
    if (split->user_hashes == NULL || split->item_hashes == NULL)
        PALATE_TRY(palate__fail_memory(err, "splitting ratings"));
    *out = split;
    split = NULL;
done:
    palate_split_free(split);
    return status;
}

/* ---- Folds numbered in a column ---- */

typedef struct numbering {
    palate_split *split;
    const char *path, *column;
    bool used[PALATE__FOLDS_MAX + 1];
    palate_error wrong; /* What a number is, if it is wrong. */
} numbering;

static int compare_columns(const palate__matrix *matrix, int64_t entry, uint32_t column)
{
    return (matrix->columns[entry] > column) - (matrix->columns[entry] < column);
}

/* The entry of a rating, or -1. */
static int64_t entry_of(const palate_ratings *ratings, const palate_pair *pair)
{
    const uint32_t user = palate__ids_find(&ratings->users, pair->user, pair->user_bytes);
    const uint32_t item = palate__ids_find(&ratings->items, pair->item, pair->item_bytes);
    const palate__matrix *matrix = &ratings->by_user;
    if (user == PALATE_NO_ROW || item == PALATE_NO_ROW)
        return -1;
    int64_t low = matrix->begins[user];
    int64_t high = matrix->begins[user + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const int order = compare_columns(matrix, middle, item);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Ratings that reading has left out have no entry. Of several ratings of one item the last counts. */
static bool take_number(const palate_pair *pair, void *user)
{
    numbering *work = user;
    const double number = isnan(pair->rating) ? 0.0 : pair->rating;
    const int64_t entry = entry_of(work->split->ratings, pair);
    if (number != floor(number) || number < 0 || number > PALATE__FOLDS_MAX) {
        palate__fail_at(&work->wrong, PALATE_E_FORMAT, pair->line, 0,
                        "%s:%lld: %.15g in column %s is no fold; give whole numbers "
                        "from 0 to %d",
                        work->path, (long long)pair->line, number, work->column, PALATE__FOLDS_MAX);
        return false;
    }
    if (entry >= 0) {
        work->split->numbers[entry] = (uint16_t)number;
        work->used[(size_t)number] = true;
    }
    return true;
}

static palate_status name_numbers(const numbering *work, palate_error *err)
{
    palate_split *split = work->split;
    split->names = palate__allocate_array(split->context, PALATE__FOLDS_MAX, sizeof *split->names);
    split->fold_numbers = palate__allocate_array(split->context, PALATE__FOLDS_MAX,
                                                 sizeof *split->fold_numbers);
    if (split->names == NULL || split->fold_numbers == NULL)
        return palate__fail_memory(err, "splitting ratings");
    for (int number = 1; number <= PALATE__FOLDS_MAX; number++) {
        if (!work->used[number])
            continue;
        snprintf(split->names[split->fold_count], sizeof *split->names, "fold %d", number);
        split->fold_numbers[split->fold_count++] = (int16_t)number;
    }
    if (split->fold_count > 0)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_FORMAT, "%s: no rating has a fold from 1 on in column %s",
                        work->path, work->column);
}

static palate_status read_numbers(numbering *work, const palate_read_options *given,
                                  palate_error *err)
{
    palate_read_options options;
    palate_read_options_init(&options);
    if (given != NULL)
        options = *given;
    options.rating_column = work->column;
    options.scale = (palate_scale){0, 0};
    palate_status status = palate_pairs_read(work->split->context, work->path, &options,
                                             take_number, work, NULL, err);
    if (status != PALATE_E_STOPPED)
        return status;
    /* Of reading, err only says that it was stopped. */
    if (err != NULL)
        *err = work->wrong;
    return work->wrong.status;
}

palate_status palate_split_from_column(const palate_ratings *ratings, const char *path,
                                       const palate_read_options *options, const char *column,
                                       palate_split **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_split *split = NULL;
    if (out != NULL)
        *out = NULL;
    if (ratings == NULL || path == NULL || column == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_split_from_column: an argument is NULL");
    if (strcmp(path, "-") == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "folds cannot be read from standard input: it is read twice; give a "
                            "file");
    PALATE_TRY(make(ratings->context, &split, err));
    split->ratings = ratings;
    numbering work = {.split = split, .path = path, .column = column};
    split->numbers = palate__allocate_zeroed(
        split->context, (size_t)palate__matrix_count(&ratings->by_user), sizeof *split->numbers);
    if (split->numbers == NULL)
        PALATE_TRY(palate__fail_memory(err, "splitting ratings"));
    PALATE_TRY(read_numbers(&work, options, err));
    PALATE_TRY(name_numbers(&work, err));
    *out = split;
    split = NULL;
done:
    palate_split_free(split);
    return status;
}

/* ---- Looking ---- */

void palate_split_free(palate_split *split)
{
    if (split == NULL)
        return;
    palate_context *context = split->context;
    palate__release(context, split->names);
    palate__release(context, split->user_hashes);
    palate__release(context, split->item_hashes);
    palate__release(context, split->numbers);
    palate__release(context, split->fold_numbers);
    palate__split_free_files(context, split->files, split->fold_count);
    palate__release(context, split);
}

int64_t palate_split_fold_count(const palate_split *split)
{
    return split->fold_count;
}

const char *palate_split_fold_name(const palate_split *split, int64_t fold)
{
    if (fold < 0 || fold >= split->fold_count)
        return NULL;
    return split->files != NULL ? split->files[fold].name : split->names[fold];
}

/* ---- Taking a fold ---- */

/* The uses of all entries in a fold. */
static palate_status mark(const palate_split *split, int64_t fold, unsigned char *uses,
                          palate_error *err)
{
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    if (split->numbers == NULL)
        return SPLITTERS[split->options.method]->mark(split, fold, uses, err);
    for (int64_t e = 0; e < count; e++)
        uses[e] = split->numbers[e] == split->fold_numbers[fold] ? PALATE__USE_TEST
                                                                 : PALATE__USE_TRAIN;
    return PALATE_OK;
}

void palate__entries_free(palate_context *context, palate__entries *entries)
{
    palate__release(context, entries->users);
    palate__release(context, entries->in_turn);
}

/* Places in the input are different numbers, not all of them used. */
static palate_status sort_by_sequence(const palate_ratings *ratings, palate__entries *out,
                                      palate_error *err)
{
    palate_context *context = ratings->context;
    int64_t last = 0;
    int64_t next = 0;
    for (int64_t e = 0; e < out->count; e++)
        last = ratings->sequence[e] > last ? ratings->sequence[e] : last;
    int64_t *at = palate__allocate_array(context, (size_t)last + 1, sizeof *at);
    out->in_turn = palate__allocate_array(context, (size_t)out->count, sizeof *out->in_turn);
    if (at == NULL || out->in_turn == NULL) {
        palate__release(context, at);
        return palate__fail_memory(err, "splitting ratings");
    }
    memset(at, 0xFF, ((size_t)last + 1) * sizeof *at);
    for (int64_t e = 0; e < out->count; e++)
        at[ratings->sequence[e]] = e;
    for (int64_t place = 0; place <= last; place++)
        if (at[place] >= 0)
            out->in_turn[next++] = at[place];
    palate__release(context, at);
    return PALATE_OK;
}

palate_status palate__entries_list(const palate_ratings *ratings, palate__entries *out,
                                   palate_error *err)
{
    const palate__matrix *matrix = &ratings->by_user;
    *out = (palate__entries){.count = palate__matrix_count(matrix)};
    out->users = palate__allocate_array(ratings->context, (size_t)out->count, sizeof *out->users);
    if (out->users == NULL)
        return palate__fail_memory(err, "splitting ratings");
    for (uint32_t user = 0; user < matrix->row_count; user++)
        for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++)
            out->users[e] = user;
    return ratings->sequence == NULL ? PALATE_OK : sort_by_sequence(ratings, out, err);
}

/* Arrays of one side of a fold, for palate_ratings_from_arrays(). */
typedef struct side {
    const char **users, **items;
    float *values;
    int64_t *times;
    size_t count;
} side;

static void free_side(palate_context *context, side *of)
{
    palate__release(context, of->users);
    palate__release(context, of->items);
    palate__release(context, of->values);
    palate__release(context, of->times);
}

static bool gather(const palate_ratings *ratings, const palate__entries *all,
                   const unsigned char *uses, palate__use use, side *out)
{
    palate_context *context = ratings->context;
    size_t count = 0;
    for (int64_t e = 0; e < all->count; e++)
        count += uses[e] == use;
    out->users = palate__allocate_array(context, count, sizeof *out->users);
    out->items = palate__allocate_array(context, count, sizeof *out->items);
    out->values = palate__allocate_array(context, count, sizeof *out->values);
    if (ratings->times != NULL)
        out->times = palate__allocate_array(context, count, sizeof *out->times);
    if (out->users == NULL || out->items == NULL || out->values == NULL ||
        (ratings->times != NULL && out->times == NULL))
        return false;
    for (int64_t turn = 0; turn < all->count; turn++) {
        const int64_t e = palate__entry_in_turn(all, turn);
        if (uses[e] != use)
            continue;
        out->users[out->count] = palate__ids_text(&ratings->users, all->users[e]);
        out->items[out->count] = palate__ids_text(&ratings->items, ratings->by_user.columns[e]);
        out->values[out->count] = ratings->by_user.values[e];
        if (out->times != NULL)
            out->times[out->count] = ratings->times[e];
        out->count++;
    }
    return true;
}

static palate_status build_side(const palate_split *split, int64_t fold, const palate__entries *all,
                                const unsigned char *uses, palate__use use, palate_ratings **out,
                                palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = split->context;
    const palate_ratings *ratings = split->ratings;
    palate_read_options options;
    side of = {0};
    palate_read_options_init(&options);
    options.scale = ratings->report.scale;
    options.keep_order = ratings->sequence != NULL;
    if (!gather(ratings, all, uses, use, &of))
        PALATE_TRY(palate__fail_memory(err, "splitting ratings"));
    if (of.count == 0)
        PALATE_TRY(palate__fail(err, PALATE_E_INVALID,
                                "%s has no rating to %s: choose another way to split",
                                palate_split_fold_name(split, fold),
                                use == PALATE__USE_TEST ? "test on" : "learn from"));
    const palate_rating_arrays arrays = {of.count, of.users, of.items, of.values, of.times};
    PALATE_TRY(palate_ratings_from_arrays(context, &arrays, &options, out, err));
    (*out)->report.scale_inferred = ratings->report.scale_inferred;
done:
    free_side(context, &of);
    return status;
}

static palate_status take(const palate_split *split, int64_t fold, palate_ratings **train,
                          palate_ratings **test, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = split->context;
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    palate__entries all = {0};
    unsigned char *uses = palate__allocate_array(context, (size_t)count, sizeof *uses);
    if (uses == NULL)
        return palate__fail_memory(err, "splitting ratings");
    PALATE_TRY(mark(split, fold, uses, err));
    PALATE_TRY(palate__entries_list(split->ratings, &all, err));
    PALATE_TRY(build_side(split, fold, &all, uses, PALATE__USE_TRAIN, train, err));
    PALATE_TRY(build_side(split, fold, &all, uses, PALATE__USE_TEST, test, err));
done:
    palate__entries_free(context, &all);
    palate__release(context, uses);
    return status;
}

palate_status palate_split_take(const palate_split *split, int64_t fold, palate_ratings **train,
                                palate_ratings **test, palate_error *err)
{
    if (train != NULL)
        *train = NULL;
    if (test != NULL)
        *test = NULL;
    if (split == NULL || train == NULL || test == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_split_take: %s is NULL",
                            split == NULL   ? "split"
                            : train == NULL ? "train"
                                            : "test");
    if (fold < 0 || fold >= split->fold_count)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_split_take: there is no fold %lld; there are %lld",
                            (long long)fold, (long long)split->fold_count);
    palate_status status = split->files != NULL
                               ? palate__split_read_fold(split, fold, train, test, err)
                               : take(split, fold, train, test, err);
    if (status != PALATE_OK) {
        palate_ratings_free(*train);
        palate_ratings_free(*test);
        *train = *test = NULL;
    }
    return status;
}
