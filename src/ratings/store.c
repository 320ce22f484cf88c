/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/store.h"

enum {
    SLAB_BYTES = 1 << 25, /* With room for large pages between their boundaries. */
    SLAB_ALIGNMENT = 8,
    RESERVED_BYTES = 1 << 22, /* At least, of a slab cut off the reserve; */
    RESERVED_SLABS = 8 /* else so many for each shard: what is left at the end of each is lost. */
};

static palate_status fail_reading_memory(palate_error *err)
{
    return palate__fail_memory(err, "reading ratings");
}

/* ---- Memory of chunks ---- */

static size_t aligned(size_t bytes)
{
    return (bytes + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
}

/* A slab out of the reserve, while that has `least` bytes. */
static palate__slab *cut_slab(palate__reserve *reserve, size_t least)
{
    size_t used = atomic_load(&reserve->used);
    size_t bytes = 0;
    do {
        const size_t left = reserve->bytes - used;
        if (left < least)
            return NULL;
        bytes = least > reserve->slab_bytes ? least : reserve->slab_bytes;
        bytes = bytes < left ? bytes : left;
    } while (!atomic_compare_exchange_weak(&reserve->used, &used, used + bytes));
    palate__slab *slab = (palate__slab *)(void *)(reserve->memory + used);
    *slab = (palate__slab){.bytes = bytes, .reserved = true};
    return slab;
}

static palate__slab *allocate_slab(const palate__shard *shard, size_t least)
{
    const palate__slab *before = shard->slab;
    size_t wanted = before == NULL               ? 0
                    : before->bytes < SLAB_BYTES ? before->bytes * 2
                                                 : SLAB_BYTES;
    if (wanted < least)
        wanted = least;
    palate__slab *slab = palate__allocate(shard->context, wanted);
    if (slab == NULL)
        return NULL;
    palate__use_huge_pages(slab, wanted);
    *slab = (palate__slab){.bytes = wanted};
    return slab;
}

static palate__slab *add_slab(palate__shard *shard, size_t bytes)
{
    const size_t head = aligned(sizeof(palate__slab));
    palate__slab *slab = shard->reserve != NULL ? cut_slab(shard->reserve, head + bytes) : NULL;
    if (slab == NULL)
        slab = allocate_slab(shard, head + bytes);
    if (slab == NULL)
        return NULL;
    slab->before = shard->slab;
    slab->used = head;
    shard->slab = slab;
    return slab;
}

/* Memory that lives as long as the shard; NULL when there is none. */
static void *carve(palate__shard *shard, size_t bytes)
{
    palate__slab *slab = shard->slab;
    bytes = aligned(bytes);
    if (slab == NULL || slab->bytes - slab->used < bytes)
        slab = add_slab(shard, bytes);
    if (slab == NULL)
        return NULL;
    void *memory = (char *)slab + slab->used;
    slab->used += bytes;
    return memory;
}

/* What was carved last ends here after all. */
static void cut_off(palate__shard *shard, const char *end)
{
    shard->slab->used = aligned((size_t)(end - (const char *)shard->slab));
}

/* ---- Chunks ---- */

static palate__record_shape shape_of(bool timed, bool lines, bool places)
{
    palate__record_shape shape = {.bytes = sizeof(palate__entry)};
    if (timed) {
        shape.time = shape.bytes;
        shape.bytes += (uint32_t)sizeof(int64_t);
    }
    if (lines) {
        shape.line = shape.bytes;
        shape.bytes += (uint32_t)sizeof(int64_t);
    }
    if (places) {
        shape.place = shape.bytes;
        shape.bytes += (uint32_t)sizeof(uint32_t);
    }
    return shape;
}

static palate_status open_chunk(palate__shard *shard, bool timed, palate_error *err)
{
    const palate__record_shape shape = shape_of(timed, shard->keep_lines, shard->keep_places);
    const size_t head = aligned(sizeof(palate__chunk));
    if (shard->user_of == NULL)
        shard->user_of = palate__allocate_array(shard->context, PALATE__CHUNK_RATINGS,
                                                sizeof *shard->user_of);
    if (shard->user_of == NULL)
        return fail_reading_memory(err);
    palate__chunk *chunk = carve(shard, head + (size_t)shape.bytes * PALATE__CHUNK_RATINGS);
    if (chunk == NULL)
        return fail_reading_memory(err);
    *chunk = (palate__chunk){.shape = shape, .records = (char *)chunk + head};
    shard->open = chunk;
    shard->next = chunk->records;
    return PALATE_OK;
}

palate_status palate__shard_reserve(palate__shard *shard, uint32_t count, bool timed,
                                    palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__chunk *open = shard->open;
    if (open != NULL &&
        (open->count + count > PALATE__CHUNK_RATINGS || (timed && open->shape.time == 0)))
        PALATE_TRY(palate__shard_close(shard, err));
    if (shard->open == NULL)
        PALATE_TRY(open_chunk(shard, timed, err));
done:
    return status;
}

void palate__record_extend(palate__chunk *chunk, char *record, int64_t time, int64_t line)
{
    const palate__record_shape *shape = &chunk->shape;
    if (shape->time > 0) {
        memcpy(record + shape->time, &time, sizeof time);
        chunk->timed = chunk->timed || time != PALATE_NO_TIME;
    }
    if (shape->line > 0)
        memcpy(record + shape->line, &line, sizeof line);
    if (shape->place > 0)
        memcpy(record + shape->place, &chunk->count, sizeof chunk->count);
}

static palate_status grow_counts(palate_context *context, int64_t **counts, uint32_t *counted,
                                 uint32_t wanted, palate_error *err)
{
    if (wanted <= *counted)
        return PALATE_OK;
    const uint32_t room = wanted < UINT32_MAX / 2 ? wanted * 2 : wanted;
    int64_t *larger = palate__resize_array(context, *counts, *counted, room, sizeof *larger);
    if (larger == NULL)
        return fail_reading_memory(err);
    memset(larger + *counted, 0, (size_t)(room - *counted) * sizeof *larger);
    *counts = larger;
    *counted = room;
    return PALATE_OK;
}

static void count_items(const palate__chunk *chunk, int64_t *PALATE__RESTRICT counts)
{
    for (uint32_t e = 0; e < chunk->count; e++)
        counts[palate__entry_of(palate__record_at(chunk, e))->item]++;
}

/* Turns the users of `count` ratings into runs, in place, and counts their ratings. Returns how many words they are. */
static uint32_t make_runs(uint32_t *users, uint32_t count, int64_t *counts)
{
    uint32_t *words = users;
    for (uint32_t e = 0; e < count;) {
        const uint32_t begin = e;
        const uint32_t user = users[begin];
        while (e < count && users[e] == user)
            e++;
        counts[user] += e - begin;
        words = palate__put_run(words, (palate__run){user, e - begin});
    }
    return (uint32_t)(words - users);
}

static palate_status keep_runs(palate__shard *shard, palate__chunk *chunk, palate_error *err)
{
    const uint32_t words = make_runs(shard->user_of, chunk->count, shard->user_counts);
    chunk->runs = carve(shard, words * sizeof *chunk->runs);
    if (chunk->runs == NULL)
        return fail_reading_memory(err);
    memcpy(chunk->runs, shard->user_of, words * sizeof *chunk->runs);
    chunk->run_words = words;
    return PALATE_OK;
}

palate_status palate__shard_close(palate__shard *shard, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__chunk *chunk = shard->open;
    if (chunk == NULL)
        return PALATE_OK;
    PALATE_TRY(grow_counts(shard->context, &shard->user_counts, &shard->users_counted,
                           shard->users.count, err));
    PALATE_TRY(grow_counts(shard->context, &shard->item_counts, &shard->items_counted,
                           shard->items.count, err));
    cut_off(shard, palate__record_at(chunk, chunk->count));
    PALATE_TRY(keep_runs(shard, chunk, err));
    count_items(chunk, shard->item_counts);
    chunk->user_count = shard->users.count;
    chunk->item_count = shard->items.count;
    if (shard->last == NULL)
        shard->first = chunk;
    else
        shard->last->next = chunk;
    shard->last = chunk;
    shard->open = NULL;
done:
    return status;
}

palate__chunk *palate__shard_hand_over(palate__shard *shard)
{
    palate__chunk *first = shard->first;
    shard->first = shard->last = NULL;
    return first;
}

static void free_shard(palate__shard *shard)
{
    palate_context *context = shard->context;
    palate__id_builder_free(&shard->users);
    palate__id_builder_free(&shard->items);
    palate__release(context, shard->user_counts);
    palate__release(context, shard->item_counts);
    palate__release(context, shard->user_of);
    while (shard->slab != NULL) {
        palate__slab *before = shard->slab->before;
        if (!shard->slab->reserved)
            palate__release(context, shard->slab);
        shard->slab = before;
    }
}

/* ---- All of them ---- */

palate_status palate__store_shards(palate__store *store, uint32_t count, palate_error *err)
{
    const uint32_t old = store->shard_count;
    if (count <= old)
        return PALATE_OK;
    palate__shard *shards = palate__resize_array(store->context, store->shards, old, count,
                                                 sizeof *shards);
    if (shards == NULL)
        return fail_reading_memory(err);
    for (uint32_t s = old; s < count; s++)
        shards[s] = (palate__shard){
            .context = store->context,
            .users = {.context = store->context},
            .items = {.context = store->context},
            .keep_places = store->keep_places,
            .keep_lines = store->keep_lines,
            .reserve = store->reserve,
        };
    store->shards = shards;
    store->shard_count = count;
    return PALATE_OK;
}

palate_status palate__store_reserve(palate__store *store, int64_t ratings, palate_error *err)
{
    palate__reserve *reserve = palate__allocate_zeroed(store->context, 1, sizeof *reserve);
    if (reserve == NULL)
        return fail_reading_memory(err);
    store->reserve = reserve;
    const size_t share = (size_t)ratings * sizeof(palate__entry) / RESERVED_SLABS /
                         store->shard_count;
    reserve->bytes = (size_t)ratings * sizeof(palate__entry);
    reserve->slab_bytes = share > RESERVED_BYTES ? aligned(share) : RESERVED_BYTES;
    reserve->memory = palate__allocate(store->context, reserve->bytes);
    if (reserve->memory == NULL) { /* It was but a guess: slabs do without. */
        palate__release(store->context, reserve);
        store->reserve = NULL;
        return PALATE_OK;
    }
    palate__use_huge_pages(reserve->memory, reserve->bytes);
    for (uint32_t s = 0; s < store->shard_count; s++)
        store->shards[s].reserve = reserve;
    return PALATE_OK;
}

void *palate__store_take_reserve(palate__store *store, size_t *bytes)
{
    void *memory = store->reserve != NULL ? store->reserve->memory : NULL;
    *bytes = store->reserve != NULL ? store->reserve->bytes : 0;
    if (store->reserve != NULL)
        store->reserve->memory = NULL;
    palate__store_free(store);
    return memory;
}

void palate__store_take(palate__store *store, palate__chunk *first, uint32_t shard,
                        int64_t first_line)
{
    if (store->last == NULL)
        store->first = first;
    else
        store->last->next = first;
    for (palate__chunk *chunk = first; chunk != NULL; chunk = chunk->next) {
        chunk->shard = shard;
        chunk->first = store->count;
        chunk->first_line = first_line;
        store->count += chunk->count;
        store->has_times = store->has_times || chunk->timed;
        store->last = chunk;
    }
}

void palate__store_free(palate__store *store)
{
    for (uint32_t s = 0; s < store->shard_count; s++)
        free_shard(&store->shards[s]);
    palate__release(store->context, store->shards);
    if (store->reserve != NULL)
        palate__release(store->context, store->reserve->memory);
    palate__release(store->context, store->reserve);
    *store = (palate__store){.context = store->context};
}
