/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_RATINGS_WORDS_H
#define PALATE_RATINGS_WORDS_H

#include "base/text.h"
#include "palate/naming.h"
#include "ratings/ids.h"

/* An item has a word; the same may be said more than once. */
typedef struct palate__word_use {
    uint32_t item, word;
} palate__word_use;

struct palate_words {
    palate_context *context;
    char *path;                   /* Of what was added last, for messages. */
    palate__id_builder items;     /* All that a source knows, be it without words. */
    palate__id_builder words;     /* In small letters. */
    palate__id_builder spellings; /* As they were said. */
    uint32_t *spelling_of;        /* By word: the number of its commonest spelling. */
    uint32_t *spelling_counts;    /* By spelling: how often it was said. */
    size_t word_capacity, spelling_capacity;
    palate__id_builder titles;
    uint32_t *title_of; /* By item: a number of `titles`, or PALATE__NO_ID. */
    size_t title_capacity;
    palate__word_use *uses;
    size_t use_count, use_capacity;
};

/* The number of an item, which is added. */
palate_status palate__words_item(palate_words *words, palate__span id, uint32_t *item,
                                 palate_error *err);

/* Writes a word in small letters, control characters as spaces; `to` has room for it, or is it. */
palate__span palate__words_fold(char *to, palate__span word);

/* Says that an item has a word; one that is empty, or of more than 40 bytes, is none. */
palate_status palate__words_use(palate_words *words, uint32_t item, palate__span word,
                                palate_error *err);

/* Remembers where words are from. */
palate_status palate__words_from(palate_words *words, const char *path, palate_error *err);

/* What an item is called, or its id. */
const char *palate__words_title(const palate_words *words, uint32_t item);

#endif
