/* SPDX-License-Identifier: Apache-2.0 */
/* What every way of splitting looks like: one file in splits/, one line in the array (split.c). */
#ifndef PALATE_EVALUATE_SPLIT_H
#define PALATE_EVALUATE_SPLIT_H

#include "palate/split.h"
#include "ratings/matrix.h"

enum { PALATE__FOLDS_MAX = 1000 };

/* What becomes of a rating in a fold. */
typedef enum palate__use { PALATE__USE_TRAIN, PALATE__USE_TEST, PALATE__USE_NONE } palate__use;

/* The two files of a fold. */
typedef struct palate__fold_files {
    char *name, *train, *test;
} palate__fold_files;

struct palate_split {
    palate_context *context;
    const palate_ratings *ratings; /* NULL: from files. */
    palate_split_options options;  /* With every "auto" resolved. */
    int64_t fold_count;
    char (*names)[48];                   /* By fold; NULL: from files. */
    uint64_t *user_hashes, *item_hashes; /* Of the ids. */
    uint16_t *numbers;                   /* By entry: the number of its fold, from a column. */
    int16_t *fold_numbers;               /* By fold: its number in the column. */
    palate__fold_files *files;
    palate_read_options read_options;
};

typedef struct palate__splitter {
    const char *name; /* As for the option method. */
    int64_t folds;    /* Where none are asked for. */
    bool needs_times;
    /* Sets the use of each entry of by_user. */
    palate_status (*mark)(const palate_split *split, int64_t fold, unsigned char *uses,
                          palate_error *err);
} palate__splitter;

extern const palate__splitter palate__splitter_k_fold, palate__splitter_shuffle,
    palate__splitter_leave_one_out, palate__splitter_time, palate__splitter_user_time;

/* Where an entry comes in the order of chance of a stream. */
uint64_t palate__split_key(const palate_split *split, uint32_t stream, uint32_t user,
                           uint32_t item);

/* The keys of all entries of by_user; NULL when memory runs out. */
uint64_t *palate__split_keys(const palate_split *split, uint32_t stream);

/* The key at a place of the sorted order, counted from 0; UINT64_MAX where place is count or more.
 * O(count), nothing is moved. */
uint64_t palate__key_at(const uint64_t *keys, size_t count, size_t place);

/* Entries of by_user in the order in which they are handed on: of lines where that was kept, else of
 * rows. */
typedef struct palate__entries {
    int64_t count;
    uint32_t *users;  /* By entry. */
    int64_t *in_turn; /* By turn: the entry; NULL: as they are. */
} palate__entries;

/* What failed may still be released. */
palate_status palate__entries_list(const palate_ratings *ratings, palate__entries *out,
                                   palate_error *err);
void palate__entries_free(palate_context *context, palate__entries *entries);

static inline int64_t palate__entry_in_turn(const palate__entries *entries, int64_t turn)
{
    return entries->in_turn == NULL ? turn : entries->in_turn[turn];
}

/* files.c: folds in files. */
palate_status palate__split_read_fold(const palate_split *split, int64_t fold,
                                      palate_ratings **train, palate_ratings **test,
                                      palate_error *err);
void palate__split_free_files(palate_context *context, palate__fold_files *files, int64_t count);

#endif
