/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and their numbers: text -> 0..count-1 and back.
 *
 * Flat arrays only, so that a frozen table can be written to a file and used where it is mapped:
 *
 *     bytes   a l i c e \0 b o b \0 ...    ids, each with its zero
 *     ends    0 6 10 ...                   count + 1: id r is bytes[ends[r] .. ends[r+1] - 1)
 *     slots   - 1 - 0 ...                  open addressing by XXH3-64 of the id
 *     order   r r r ...                    rows in order of first appearance
 *
 * slot_count is a power of two. Ids hold no zero byte.
 */
#ifndef PALATE_RATINGS_IDS_H
#define PALATE_RATINGS_IDS_H

#include "base/context.h"
#include "kernels/kernels.h"
#include "palate/ratings.h"

/* A slot without an id, and what a search that finds nothing returns. */
#define PALATE__NO_ID UINT32_MAX

/* The most ids of one side. */
#define PALATE__IDS_MAX ((uint32_t)INT32_MAX)

/* A frozen table. `owner` is NULL where the arrays lie in a mapped file. */
typedef struct palate__ids {
    uint32_t count;
    uint32_t slot_count; /* A power of two, > count. */
    const char *bytes;
    const uint64_t *ends;
    const uint32_t *slots;
    const uint32_t *order;
    bool owned;
} palate__ids;

uint64_t palate__id_hash(const char *id, size_t bytes);

/* The row of an id, or PALATE_NO_ROW. */
uint32_t palate__ids_find(const palate__ids *ids, const char *id, size_t bytes);

static inline const char *palate__ids_text(const palate__ids *ids, uint32_t row)
{
    return row < ids->count ? ids->bytes + ids->ends[row] : NULL;
}

static inline size_t palate__ids_bytes(const palate__ids *ids, uint32_t row)
{
    return (size_t)(ids->ends[row + 1] - ids->ends[row]) - 1;
}

/* Deep copy, owned. */
palate_status palate__ids_copy(palate_context *context, const palate__ids *from, palate__ids *to,
                               palate_error *err);
void palate__ids_free(palate_context *context, palate__ids *ids);

/* An id that is looked for. A longer one has a hash for a key, and is compared. */
typedef struct palate__wanted {
    const char *id;
    size_t bytes;
    uint64_t key;
    uint32_t mixed; /* Of the key: where its search begins. */
} palate__wanted;

palate__wanted palate__want(const char *id, size_t bytes);

/* A table that grows: numbers ids 0, 1, 2 ... in order of first appearance. */
typedef struct palate__id_builder {
    palate_context *context;
    uint32_t count;
    uint32_t slot_count;
    uint32_t capacity; /* Of ends and hashes. */
    size_t byte_capacity;
    char *bytes;
    uint64_t *ends;
    uint64_t *hashes; /* XXH3-64, by which rows are ordered. */
    palate__key_slot *slots;
} palate__id_builder;

/* All zero but the context is an empty builder. */
palate_status palate__id_builder_add(palate__id_builder *builder, const char *id, size_t bytes,
                                     uint32_t *number, palate_error *err);

/* The number of an id that was added, or PALATE__NO_ID. */
uint32_t palate__id_builder_find(const palate__id_builder *builder, const char *id, size_t bytes);
uint32_t palate__id_builder_search(const palate__id_builder *builder, const palate__wanted *wanted);

/* The same for ids that are looked for together: returns bit r: id r was found, its number is numbers[r].
 * prepare() is called first, best a while before: it makes the keys of longer ids, and has fetched what is looked at. */
void palate__id_builder_prepare(const palate__id_builder *builder, palate__group_ids *ids,
                                size_t count);
uint32_t palate__id_builder_find_group(const palate__id_builder *builder,
                                       const palate__group_ids *ids, size_t count,
                                       uint32_t *numbers);

/* The text of a number, zero-terminated; valid until the next id is added. */
static inline const char *palate__id_builder_text(const palate__id_builder *builder,
                                                  uint32_t number)
{
    return builder->bytes + (number == 0 ? 0 : builder->ends[number - 1]);
}

static inline size_t palate__id_builder_bytes(const palate__id_builder *builder, uint32_t number)
{
    return (size_t)(builder->ends[number] - (number == 0 ? 0 : builder->ends[number - 1])) - 1;
}

void palate__id_builder_free(palate__id_builder *builder);

/* Where each number goes when rows are ordered by `counts` (descending; NULL: all equal), ties by hash,
 * then by id. `row_of` has `count` entries, the caller's. */
palate_status palate__id_builder_order(const palate__id_builder *builder, const int64_t *counts,
                                       uint32_t *row_of, palate_error *err);

/* Freezes a builder into the rows given. The builder is left empty. */
palate_status palate__id_builder_freeze_as(palate__id_builder *builder, const uint32_t *row_of,
                                           palate__ids *out, palate_error *err);

/*
 * Freezes a builder into rows ordered by `counts` (descending; NULL: all equal), ties by hash, then
 * by id; or, where `keep_numbers`, into rows equal to the numbers given. `row_of[number]` (count
 * entries, the caller's) receives where each went. The builder is left empty.
 */
palate_status palate__id_builder_freeze(palate__id_builder *builder, const int64_t *counts,
                                        bool keep_numbers, uint32_t *row_of, palate__ids *out,
                                        palate_error *err);

#endif
