/* SPDX-License-Identifier: Apache-2.0 */
/* One numbering of the ids of a side, out of those of the shards: in the order of first appearance in
 * the text, as if one thread had read it all. */
#ifndef PALATE_RATINGS_NUMBERS_H
#define PALATE_RATINGS_NUMBERS_H

#include "ratings/store.h"

typedef enum palate__of_side { PALATE__OF_USERS, PALATE__OF_ITEMS } palate__of_side;

typedef struct palate__numbers {
    palate_context *context;
    palate__id_builder ids;
    uint32_t shard_count;
    uint32_t *shard_ids; /* How many ids each shard had. */
    uint32_t **of;       /* of[shard][number of the shard]: the number in `ids`. */
    int64_t *counts;     /* Ratings read of each number, duplicates included. */
} palate__numbers;

/* Takes the ids of all shards out of the store. */
palate_status palate__numbers_make(palate__store *store, palate__of_side side, palate__numbers *out,
                                   palate_error *err);

/* Shards' numbers to something else: what is of[s][i] becomes to[of[s][i]]. */
void palate__numbers_map(palate__numbers *numbers, const uint32_t *to);

void palate__numbers_free(palate__numbers *numbers);

#endif
