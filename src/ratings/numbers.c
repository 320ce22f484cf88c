/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/numbers.h"

#include <string.h>

static palate__id_builder *ids_of(palate__shard *shard, palate__of_side side)
{
    return side == PALATE__OF_USERS ? &shard->users : &shard->items;
}

static palate_status fail_numbering_memory(palate_error *err)
{
    return palate__fail_memory(err, "numbering users and items");
}

/* ---- Numbers ---- */

/* Numbers the shard's ids up to `end`, from where it stopped last time. A shard's ids are in the order
 * of their first appearance in what it read. */
static palate_status number_up_to(palate__numbers *numbers, const palate__id_builder *ids,
                                  uint32_t *of, uint32_t *done, uint32_t end, palate_error *err)
{
    palate_status status = PALATE_OK;
    for (; *done < end; ++*done)
        PALATE_TRY(palate__id_builder_add(&numbers->ids, palate__id_builder_text(ids, *done),
                                          palate__id_builder_bytes(ids, *done), &of[*done], err));
done:
    return status;
}

/* Chunk by chunk, in the order of the text; ids that no chunk has come after them. */
static palate_status merge(palate__store *store, palate__of_side side, palate__numbers *out,
                           palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t *done = palate__allocate_zeroed(store->context, store->shard_count, sizeof *done);
    if (done == NULL)
        return fail_numbering_memory(err);
    for (const palate__chunk *chunk = store->first; chunk != NULL; chunk = chunk->next) {
        const uint32_t s = chunk->shard;
        PALATE_TRY(number_up_to(out, ids_of(&store->shards[s], side), out->of[s], &done[s],
                                side == PALATE__OF_USERS ? chunk->user_count : chunk->item_count,
                                err));
    }
    for (uint32_t s = 0; s < store->shard_count; s++) {
        const palate__id_builder *ids = ids_of(&store->shards[s], side);
        PALATE_TRY(number_up_to(out, ids, out->of[s], &done[s], ids->count, err));
    }
done:
    palate__release(store->context, done);
    return status;
}

static palate_status allocate_maps(palate__store *store, palate__of_side side, palate__numbers *out,
                                   palate_error *err)
{
    out->of = palate__allocate_zeroed(store->context, store->shard_count, sizeof *out->of);
    out->shard_ids = palate__allocate_zeroed(store->context, store->shard_count,
                                             sizeof *out->shard_ids);
    if (out->of == NULL || out->shard_ids == NULL)
        return fail_numbering_memory(err);
    out->shard_count = store->shard_count;
    for (uint32_t s = 0; s < store->shard_count; s++) {
        const uint32_t count = ids_of(&store->shards[s], side)->count;
        out->of[s] = palate__allocate_array(store->context, count, sizeof **out->of);
        if (out->of[s] == NULL)
            return fail_numbering_memory(err);
        out->shard_ids[s] = count;
    }
    return PALATE_OK;
}

/* ---- All of them ---- */

/* Ids that have no rating may have no place among a shard's counts. */
static void add_counts(const palate__shard *shard, palate__of_side side, const uint32_t *of,
                       int64_t *counts)
{
    const bool users = side == PALATE__OF_USERS;
    const int64_t *from = users ? shard->user_counts : shard->item_counts;
    const uint32_t counted = users ? shard->users_counted : shard->items_counted;
    const uint32_t ids = users ? shard->users.count : shard->items.count;
    for (uint32_t number = 0; number < counted && number < ids; number++)
        counts[of[number]] += from[number];
}

/* The numbers of an only shard are right as they are. */
static void keep_numbers(palate__numbers *out, uint32_t count)
{
    for (uint32_t number = 0; number < count; number++)
        out->of[0][number] = number;
}

palate_status palate__numbers_make(palate__store *store, palate__of_side side, palate__numbers *out,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    const bool merged = store->shard_count > 1;
    palate__id_builder *only = ids_of(&store->shards[0], side);
    *out = (palate__numbers){.context = store->context, .ids = {.context = store->context}};
    PALATE_TRY(allocate_maps(store, side, out, err));
    if (merged)
        PALATE_TRY(merge(store, side, out, err));
    else
        keep_numbers(out, only->count);
    const uint32_t count = merged ? out->ids.count : only->count;
    out->counts = palate__allocate_zeroed(store->context, count, sizeof *out->counts);
    if (out->counts == NULL)
        PALATE_TRY(fail_numbering_memory(err));
    for (uint32_t s = 0; s < store->shard_count; s++)
        add_counts(&store->shards[s], side, out->of[s], out->counts);
    if (!merged) {
        out->ids = *only;
        *only = (palate__id_builder){.context = store->context};
    }
    for (uint32_t s = 0; s < store->shard_count; s++)
        palate__id_builder_free(ids_of(&store->shards[s], side));
done:
    return status;
}

void palate__numbers_map(palate__numbers *numbers, const uint32_t *to)
{
    for (uint32_t s = 0; s < numbers->shard_count; s++)
        for (uint32_t number = 0; number < numbers->shard_ids[s]; number++)
            numbers->of[s][number] = to[numbers->of[s][number]];
}

void palate__numbers_free(palate__numbers *numbers)
{
    palate_context *context = numbers->context;
    palate__id_builder_free(&numbers->ids);
    for (uint32_t s = 0; s < numbers->shard_count; s++)
        palate__release(context, numbers->of[s]);
    palate__release(context, numbers->of);
    palate__release(context, numbers->shard_ids);
    palate__release(context, numbers->counts);
    *numbers = (palate__numbers){.context = context};
}
