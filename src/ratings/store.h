/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings that have been read and wait for the matrix.
 *
 *     shard    what one thread reads into: tables of ids, and chunks
 *     chunk    ratings that follow each other in the text, 8 bytes each and more where more is wanted:
 *
 *                  item | value [ time ] [ line ] [ place ]
 *                  4      4       8        8        4          bytes
 *
 *              and whose they are, in runs of ratings by one user: 4 bytes for a single one, 8 for any number
 *
 *     store    the chunks of all shards, in the order of the text
 */
#ifndef PALATE_RATINGS_STORE_H
#define PALATE_RATINGS_STORE_H

#include "ratings/ids.h"

#include <stdatomic.h>
#include <string.h>

/* Chunks are sorted (rows.c) in memory of their size, which is to stay in the processor's cache. */
enum { PALATE__CHUNK_RATINGS = 1 << 16 };

/* What every rating has; items, as users, are numbers of the shard, later rows. */
typedef struct palate__entry {
    uint32_t item;
    float value;
} palate__entry;

/* Ratings by one user that follow each other. */
typedef struct palate__run {
    uint32_t user, count;
} palate__run;

/* What follows the entry, and where: 0 for what is not there. */
typedef struct palate__record_shape {
    uint32_t bytes; /* Of a rating. */
    uint32_t time, line, place;
} palate__record_shape;

typedef struct palate__chunk {
    struct palate__chunk *next;
    uint32_t shard;
    uint32_t count;
    uint32_t user_count, item_count; /* Ids the shard had when the chunk was complete. */
    bool timed;                      /* One of its ratings has a time. */
    int64_t first;                   /* Ratings of the text before those of the chunk. */
    int64_t first_line;              /* What lines are counted from. */
    palate__record_shape shape;
    char *records;
    uint32_t *runs; /* Of users, in words: see palate__next_run(). */
    uint32_t run_words;
} palate__chunk;

/* Memory for chunks: large pieces, so that the system can give it in large pages. */
typedef struct palate__slab {
    struct palate__slab *before;
    size_t used, bytes;
    bool reserved;
} palate__slab;

/* Memory in which items' rows will lie, and chunks until then: what the system has given once, page by page set to zero,
 * it need not give again. */
typedef struct palate__reserve {
    char *memory;
    size_t bytes, slab_bytes; /* Of each slab that is cut off. */
    atomic_size_t used;
} palate__reserve;

typedef struct palate__shard {
    palate_context *context;
    palate__id_builder users, items;
    int64_t *user_counts, *item_counts; /* Ratings in complete chunks; so many ids have a place: */
    uint32_t users_counted, items_counted;
    bool keep_places, keep_lines;
    palate__chunk *open;         /* The chunk that is being filled; */
    uint32_t *user_of;           /* the user of each of its ratings. */
    char *next;                  /* Where its next record goes. */
    palate__chunk *first, *last; /* Those that are complete. */
    palate__slab *slab;
    palate__reserve *reserve; /* Of the store, or NULL. */
} palate__shard;

typedef struct palate__store {
    palate_context *context;
    palate__shard *shards;
    uint32_t shard_count;
    palate__reserve *reserve; /* NULL: none. */
    palate__chunk *first, *last;
    int64_t count;
    bool has_times;
    bool keep_places; /* For the order of lines (option keep_order). */
    bool keep_lines;  /* So that a message can name the lines of duplicates. */
} palate__store;

/* Makes sure that there are so many shards. Those there are may move. */
palate_status palate__store_shards(palate__store *store, uint32_t count, palate_error *err);

/* For about so many ratings, before the first is read. */
palate_status palate__store_reserve(palate__store *store, int64_t ratings, palate_error *err);

/* The memory reserved, for the caller to release, or NULL. What the store holds is gone. */
void *palate__store_take_reserve(palate__store *store, size_t *bytes);

/* Takes over the chunks from `first` on, which follow those taken before. Their lines count from
 * `first_line`. */
void palate__store_take(palate__store *store, palate__chunk *first, uint32_t shard,
                        int64_t first_line);

void palate__store_free(palate__store *store);

/* ---- One shard ---- */

/* An open chunk with room for `count` ratings, at most CHUNK_RATINGS, and for their times if some have
 * one. */
palate_status palate__shard_reserve(palate__shard *shard, uint32_t count, bool timed,
                                    palate_error *err);

/* Completes the open chunk, if there is one. */
palate_status palate__shard_close(palate__shard *shard, palate_error *err);

/* The chunks completed since the last call; the shard forgets them. */
palate__chunk *palate__shard_hand_over(palate__shard *shard);

static inline char *palate__record_at(const palate__chunk *chunk, size_t place)
{
    return chunk->records + place * chunk->shape.bytes;
}

/* Records are aligned for what each begins with. */
static inline palate__entry *palate__entry_of(char *record)
{
    return (palate__entry *)(void *)record;
}

/* Of a run's first word: how many there are is in a second one. Numbers of users are below. */
#define PALATE__MANY (UINT32_C(1) << 31)

/* The run that `*words` begins with; moves on to the next. */
static inline palate__run palate__next_run(const uint32_t **words)
{
    const uint32_t first = *(*words)++;
    if ((first & PALATE__MANY) == 0)
        return (palate__run){first, 1};
    return (palate__run){first & ~PALATE__MANY, *(*words)++};
}

/* Writes a run, and returns where the next goes. */
static inline uint32_t *palate__put_run(uint32_t *words, palate__run run)
{
    const bool many = run.count > 1;
    *words++ = many ? run.user | PALATE__MANY : run.user;
    if (many)
        *words++ = run.count;
    return words;
}

/* What else a record has. */
void palate__record_extend(palate__chunk *chunk, char *record, int64_t time, int64_t line);

/* Room for it has been reserved. */
static inline void palate__shard_add(palate__shard *shard, uint32_t user, uint32_t item,
                                     float value, int64_t time, int64_t line)
{
    palate__chunk *chunk = shard->open;
    char *record = shard->next;
    palate__entry *entry = palate__entry_of(record);
    shard->user_of[chunk->count] = user;
    entry->item = item;
    entry->value = value;
    if (chunk->shape.bytes > sizeof *entry)
        palate__record_extend(chunk, record, time, line);
    shard->next = record + chunk->shape.bytes;
    chunk->count++;
}

#endif
