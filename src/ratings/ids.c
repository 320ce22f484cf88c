/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and their numbers: open addressing with linear probing, at most half full.
 *
 * A builder is searched once or twice a rating: its slots hold keys that settle the search without a
 * look at the text of ids, and growing never reads an id again. A frozen table has no hashes: it is made to be
 * small in a file, and its popular rows, entered first, lie where their search begins.
 */
#include "ratings/ids.h"

#include "base/compiler.h"

#define XXH_INLINE_ALL
#include <string.h>
#include <xxhash.h>

enum {
    FIRST_SLOTS = 64,
    FIRST_BYTES = 1024,
    DIGIT_BITS = 11, /* Of the radix sort: 2048 counters fit the first-level cache. */
    DIGIT_COUNT = 1 << DIGIT_BITS
};

uint64_t palate__id_hash(const char *id, size_t bytes)
{
    return XXH3_64bits(id, bytes);
}

/* The least power of two at least twice `count` (2^31 where that is more), and more than it. */
static uint32_t slots_for(uint32_t count)
{
    uint32_t slots = 2;
    while (slots / 2 < count && slots <= UINT32_MAX / 2)
        slots *= 2;
    return slots;
}

/* ---- Frozen tables ---- */

uint32_t palate__ids_find(const palate__ids *ids, const char *id, size_t bytes)
{
    if (ids->count == 0)
        return PALATE_NO_ROW;
    const uint32_t mask = ids->slot_count - 1;
    uint32_t slot = (uint32_t)palate__id_hash(id, bytes) & mask;
    for (; ids->slots[slot] != PALATE__NO_ID; slot = (slot + 1) & mask) {
        uint32_t row = ids->slots[slot];
        if (palate__ids_bytes(ids, row) == bytes &&
            memcmp(palate__ids_text(ids, row), id, bytes) == 0)
            return row;
    }
    return PALATE_NO_ROW;
}

static void release_arrays(palate_context *context, const palate__ids *ids)
{
    palate__release(context, (void *)(uintptr_t)ids->bytes);
    palate__release(context, (void *)(uintptr_t)ids->ends);
    palate__release(context, (void *)(uintptr_t)ids->slots);
    palate__release(context, (void *)(uintptr_t)ids->order);
}

void palate__ids_free(palate_context *context, palate__ids *ids)
{
    if (ids->owned)
        release_arrays(context, ids);
    *ids = (palate__ids){0};
}

/* The arrays of a frozen table while they are being filled. */
typedef struct arrays {
    char *bytes;
    uint64_t *ends;
    uint32_t *slots;
    uint32_t *order;
} arrays;

static palate_status allocate_arrays(palate_context *context, uint32_t count, uint32_t slot_count,
                                     uint64_t byte_count, arrays *out, palate__ids *ids,
                                     palate_error *err)
{
    *out = (arrays){
        .bytes = palate__allocate(context, byte_count),
        .ends = palate__allocate_array(context, (size_t)count + 1, sizeof *out->ends),
        .slots = palate__allocate_array(context, slot_count, sizeof *out->slots),
        .order = palate__allocate_array(context, count, sizeof *out->order),
    };
    *ids = (palate__ids){
        .count = count,
        .slot_count = slot_count,
        .bytes = out->bytes,
        .ends = out->ends,
        .slots = out->slots,
        .order = out->order,
        .owned = true,
    };
    if (out->bytes != NULL && out->ends != NULL && out->slots != NULL && out->order != NULL)
        return PALATE_OK;
    palate__ids_free(context, ids);
    return palate__fail_memory(err, "storing ids");
}

palate_status palate__ids_copy(palate_context *context, const palate__ids *from, palate__ids *to,
                               palate_error *err)
{
    arrays copy;
    const uint64_t bytes = from->count > 0 ? from->ends[from->count] : 0;
    const uint32_t slot_count = from->count > 0 ? from->slot_count : slots_for(0);
    palate_status status = allocate_arrays(context, from->count, slot_count, bytes, &copy, to, err);
    if (status != PALATE_OK)
        return status;
    copy.ends[0] = 0;
    memset(copy.slots, 0xFF, slot_count * sizeof *copy.slots);
    if (from->count == 0)
        return PALATE_OK;
    memcpy(copy.bytes, from->bytes, bytes);
    memcpy(copy.ends, from->ends, ((size_t)from->count + 1) * sizeof *copy.ends);
    memcpy(copy.slots, from->slots, slot_count * sizeof *copy.slots);
    memcpy(copy.order, from->order, from->count * sizeof *copy.order);
    return PALATE_OK;
}

/* ---- Building ---- */

/* Short ids are loaded as two pieces that may overlap, so that nothing after them is read. */
static inline uint64_t load_four(const unsigned char *at)
{
    return at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

static uint64_t key_of(const char *id, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)id;
    if (bytes == 0 || bytes > PALATE__SHORT_BYTES)
        return palate__id_hash(id, bytes) | (uint64_t)0xFF << PALATE__TOP_BYTE;
    const uint64_t key = (uint64_t)bytes << PALATE__TOP_BYTE;
    if (bytes >= 4)
        return key | load_four(at) | load_four(at + bytes - 4) << (8 * (bytes - 4));
    return key | at[0] | (uint64_t)at[bytes / 2] << (8 * (bytes / 2)) |
           (uint64_t)at[bytes - 1] << (8 * (bytes - 1));
}

palate__wanted palate__want(const char *id, size_t bytes)
{
    const uint64_t key = key_of(id, bytes);
    return (palate__wanted){id, bytes, key, palate__mix(key)};
}

/* Is the one of that number, which has the same key, it? */
static bool is_id(const palate__id_builder *builder, uint32_t number, const palate__wanted *wanted)
{
    return wanted->bytes <= PALATE__SHORT_BYTES ||
           (palate__id_builder_bytes(builder, number) == wanted->bytes &&
            memcmp(palate__id_builder_text(builder, number), wanted->id, wanted->bytes) == 0);
}

/* The slot that holds the id, or the empty one where it would go. */
static uint32_t find_slot(const palate__id_builder *builder, const palate__wanted *wanted)
{
    const uint32_t mask = builder->slot_count - 1;
    uint32_t at = wanted->mixed & mask;
    for (; builder->slots[at].key != 0; at = (at + 1) & mask)
        if (builder->slots[at].key == wanted->key &&
            is_id(builder, builder->slots[at].number, wanted))
            break;
    return at;
}

static void enter(uint32_t *slots, uint32_t slot_count, uint64_t hash, uint32_t number)
{
    uint32_t slot = (uint32_t)hash & (slot_count - 1);
    while (slots[slot] != PALATE__NO_ID)
        slot = (slot + 1) & (slot_count - 1);
    slots[slot] = number;
}

static void enter_key(palate__key_slot *slots, uint32_t slot_count, palate__key_slot slot)
{
    uint32_t at = palate__mix(slot.key) & (slot_count - 1);
    while (slots[at].key != 0)
        at = (at + 1) & (slot_count - 1);
    slots[at] = slot;
}

/* Room for one more at five eighths full: nearly all searches end at their first or second slot. */
static palate_status grow_slots(palate__id_builder *builder, palate_error *err)
{
    const uint32_t old = builder->slot_count;
    if (builder->count < old / 8 * 5)
        return PALATE_OK;
    const uint32_t wanted = old == 0 ? FIRST_SLOTS : old <= UINT32_MAX / 2 ? old * 2 : old;
    if (wanted == old)
        return PALATE_OK;
    palate__key_slot *slots = palate__allocate_zeroed(builder->context, wanted, sizeof *slots);
    if (slots == NULL)
        return palate__fail_memory(err, "numbering ids");
    for (uint32_t at = 0; at < old; at++)
        if (builder->slots[at].key != 0)
            enter_key(slots, wanted, builder->slots[at]);
    palate__release(builder->context, builder->slots);
    builder->slots = slots;
    builder->slot_count = wanted;
    return PALATE_OK;
}

static palate_status grow_entries(palate__id_builder *builder, palate_error *err)
{
    if (builder->count < builder->capacity)
        return PALATE_OK;
    const uint32_t old = builder->capacity;
    const uint32_t wanted = old == 0 ? FIRST_SLOTS : old > UINT32_MAX / 2 ? UINT32_MAX : old * 2;
    palate_context *context = builder->context;
    uint64_t *ends = palate__allocate_array(context, wanted, sizeof *ends);
    uint64_t *hashes = palate__allocate_array(context, wanted, sizeof *hashes);
    if (ends == NULL || hashes == NULL) {
        palate__release(context, ends);
        palate__release(context, hashes);
        return palate__fail_memory(err, "numbering ids");
    }
    if (builder->count > 0) {
        memcpy(ends, builder->ends, builder->count * sizeof *ends);
        memcpy(hashes, builder->hashes, builder->count * sizeof *hashes);
    }
    palate__release(context, builder->ends);
    palate__release(context, builder->hashes);
    builder->ends = ends;
    builder->hashes = hashes;
    builder->capacity = wanted;
    return PALATE_OK;
}

static palate_status grow_bytes(palate__id_builder *builder, size_t used, size_t more,
                                palate_error *err)
{
    if (more <= builder->byte_capacity - used)
        return PALATE_OK;
    size_t wanted = builder->byte_capacity == 0 ? FIRST_BYTES : builder->byte_capacity * 2;
    if (wanted < used + more)
        wanted = used + more;
    char *bytes = palate__resize_array(builder->context, builder->bytes, used, wanted, 1);
    if (bytes == NULL)
        return palate__fail_memory(err, "numbering ids");
    builder->bytes = bytes;
    builder->byte_capacity = wanted;
    return PALATE_OK;
}

uint32_t palate__id_builder_search(const palate__id_builder *builder, const palate__wanted *wanted)
{
    if (builder->count == 0)
        return PALATE__NO_ID;
    const palate__key_slot *slot = &builder->slots[find_slot(builder, wanted)];
    return slot->key != 0 ? slot->number : PALATE__NO_ID;
}

uint32_t palate__id_builder_find(const palate__id_builder *builder, const char *id, size_t bytes)
{
    const palate__wanted wanted = palate__want(id, bytes);
    return palate__id_builder_search(builder, &wanted);
}

/* ---- Groups ---- */

void palate__id_builder_prepare(const palate__id_builder *builder, palate__group_ids *ids,
                                size_t count)
{
    /* Those of so many lie in the second-level cache. */
    enum { NEAR_SLOTS = 1 << 15 };
    for (uint32_t left = ids->longer; left != 0; left &= left - 1) {
        const size_t r = (size_t)__builtin_ctz(left);
        if (r >= count)
            break;
        ids->keys[r] = key_of(ids->texts[r], ids->bytes[r]);
        ids->mixed[r] = palate__mix(ids->keys[r]);
    }
    if (builder->slot_count <= NEAR_SLOTS)
        return;
    for (size_t r = 0; r < count; r++)
        PALATE__PREFETCH(&builder->slots[ids->mixed[r] & (builder->slot_count - 1)]);
}

uint32_t palate__id_builder_find_group(const palate__id_builder *builder,
                                       const palate__group_ids *ids, size_t count,
                                       uint32_t *numbers)
{
    uint32_t found = 0;
    if (builder->count > 0)
        found = palate__kernels_get()->find_keys(builder->slots, builder->slot_count, ids->keys,
                                                 ids->mixed, count, numbers);
    for (uint32_t left = found & ids->longer; left != 0; left &= left - 1) {
        const size_t r = (size_t)__builtin_ctz(left);
        const palate__wanted wanted = {ids->texts[r], ids->bytes[r], ids->keys[r], ids->mixed[r]};
        if (is_id(builder, numbers[r], &wanted))
            continue;
        numbers[r] = palate__id_builder_search(builder, &wanted);
        if (numbers[r] == PALATE__NO_ID)
            found &= ~(UINT32_C(1) << r);
    }
    return found;
}

palate_status palate__id_builder_add(palate__id_builder *builder, const char *id, size_t bytes,
                                     uint32_t *number, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__wanted wanted = palate__want(id, bytes);
    *number = palate__id_builder_search(builder, &wanted);
    if (*number != PALATE__NO_ID)
        return PALATE_OK;
    if (builder->count == PALATE__IDS_MAX)
        return palate__fail(err, PALATE_E_UNSUPPORTED, "more than %u different ids",
                            PALATE__IDS_MAX);
    const size_t used = builder->count == 0 ? 0 : (size_t)builder->ends[builder->count - 1];
    PALATE_TRY(grow_entries(builder, err));
    PALATE_TRY(grow_bytes(builder, used, bytes + 1, err));
    PALATE_TRY(grow_slots(builder, err));
    *number = builder->count++;
    memcpy(builder->bytes + used, id, bytes);
    builder->bytes[used + bytes] = '\0';
    builder->ends[*number] = used + bytes + 1;
    builder->hashes[*number] = palate__id_hash(id, bytes);
    enter_key(builder->slots, builder->slot_count, (palate__key_slot){wanted.key, *number});
done:
    return status;
}

void palate__id_builder_free(palate__id_builder *builder)
{
    palate__release(builder->context, builder->bytes);
    palate__release(builder->context, builder->ends);
    palate__release(builder->context, builder->hashes);
    palate__release(builder->context, builder->slots);
    *builder = (palate__id_builder){.context = builder->context};
}

/* ---- Freezing ---- */

/* What rows are ordered by, in short: the count turned round, so that more comes first, above the upper half of the
 * hash. What is equal is looked at once more. */
typedef struct key {
    uint64_t word;
    uint32_t number;
} key;

static int64_t count_of(const int64_t *counts, uint32_t number)
{
    return counts == NULL ? 0 : counts[number];
}

static key key_for(const palate__id_builder *builder, const int64_t *counts, uint32_t number)
{
    const int64_t count = count_of(counts, number);
    const uint64_t turned = count < (int64_t)UINT32_MAX ? UINT32_MAX - (uint64_t)count : 0;
    return (key){turned << 32 | builder->hashes[number] >> 32, number};
}

static uint64_t digit_of(const key *k, int shift)
{
    return (k->word >> shift) & (DIGIT_COUNT - 1);
}

/* One stable pass of a radix sort. False: every key has the same digit and nothing moved. */
static bool sort_by_digit(const key *from, key *to, uint32_t count, int shift)
{
    uint32_t starts[DIGIT_COUNT] = {0};
    for (uint32_t i = 0; i < count; i++)
        starts[digit_of(&from[i], shift)]++;
    if (starts[digit_of(&from[0], shift)] == count)
        return false;
    uint32_t sum = 0;
    for (int digit = 0; digit < DIGIT_COUNT; digit++) {
        uint32_t next = sum + starts[digit];
        starts[digit] = sum;
        sum = next;
    }
    for (uint32_t i = 0; i < count; i++)
        to[starts[digit_of(&from[i], shift)]++] = from[i];
    return true;
}

/* Sorts in O(count), least significant digit first. Returns the array of the two that holds the
 * result. */
static key *sort_keys(key *keys, key *spare, uint32_t count)
{
    for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (!sort_by_digit(keys, spare, count, shift))
            continue;
        key *swap = keys;
        keys = spare;
        spare = swap;
    }
    return keys;
}

/* Does the id of one key, which is as another, come after that of the other? By count, hash and text. */
static bool comes_after(const palate__id_builder *builder, const int64_t *counts, uint32_t one,
                        uint32_t other)
{
    if (count_of(counts, one) != count_of(counts, other))
        return count_of(counts, one) < count_of(counts, other);
    if (builder->hashes[one] != builder->hashes[other])
        return builder->hashes[one] > builder->hashes[other];
    return strcmp(palate__id_builder_text(builder, one), palate__id_builder_text(builder, other)) >
           0;
}

/* Equal keys are rare, so plain insertion will do. */
static void order_collisions(const palate__id_builder *builder, const int64_t *counts, key *keys,
                             uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        key moving = keys[i];
        uint32_t place = i;
        while (place > 0 && keys[place - 1].word == moving.word &&
               comes_after(builder, counts, keys[place - 1].number, moving.number)) {
            keys[place] = keys[place - 1];
            place--;
        }
        keys[place] = moving;
    }
}

palate_status palate__id_builder_order(const palate__id_builder *builder, const int64_t *counts,
                                       uint32_t *row_of, palate_error *err)
{
    const uint32_t count = builder->count;
    key *keys = palate__allocate_array(builder->context, (size_t)count * 2, sizeof *keys);
    if (keys == NULL)
        return palate__fail_memory(err, "ordering ids");
    for (uint32_t number = 0; number < count; number++)
        keys[number] = key_for(builder, counts, number);
    key *sorted = count == 0 ? keys : sort_keys(keys, keys + count, count);
    order_collisions(builder, counts, sorted, count);
    for (uint32_t row = 0; row < count; row++)
        row_of[sorted[row].number] = row;
    palate__release(builder->context, keys);
    return PALATE_OK;
}

/* Writes the frozen arrays; out->order holds the number of each row until the ids are copied. */
static void fill_frozen(const palate__id_builder *builder, const uint32_t *row_of,
                        uint32_t slot_count, const arrays *out)
{
    uint32_t *number_of = out->order;
    for (uint32_t number = 0; number < builder->count; number++)
        number_of[row_of[number]] = number;
    memset(out->slots, 0xFF, slot_count * sizeof *out->slots);
    out->ends[0] = 0;
    for (uint32_t row = 0; row < builder->count; row++) {
        const size_t bytes = palate__id_builder_bytes(builder, number_of[row]) + 1;
        memcpy(out->bytes + out->ends[row], palate__id_builder_text(builder, number_of[row]),
               bytes);
        out->ends[row + 1] = out->ends[row] + bytes;
        enter(out->slots, slot_count, builder->hashes[number_of[row]], row);
    }
    /* Numbers are given in order of first appearance, so the row of a number is the row of that
     * place. */
    if (builder->count > 0)
        memcpy(out->order, row_of, builder->count * sizeof *row_of);
}

palate_status palate__id_builder_freeze_as(palate__id_builder *builder, const uint32_t *row_of,
                                           palate__ids *out, palate_error *err)
{
    const uint32_t count = builder->count;
    const uint32_t slot_count = slots_for(count);
    const uint64_t bytes = count == 0 ? 0 : builder->ends[count - 1];
    arrays frozen;
    palate_status status = allocate_arrays(builder->context, count, slot_count, bytes, &frozen, out,
                                           err);
    if (status != PALATE_OK)
        return status;
    fill_frozen(builder, row_of, slot_count, &frozen);
    palate__id_builder_free(builder);
    return PALATE_OK;
}

palate_status palate__id_builder_freeze(palate__id_builder *builder, const int64_t *counts,
                                        bool keep_numbers, uint32_t *row_of, palate__ids *out,
                                        palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = (palate__ids){0};
    if (keep_numbers) {
        for (uint32_t number = 0; number < builder->count; number++)
            row_of[number] = number;
    } else {
        PALATE_TRY(palate__id_builder_order(builder, counts, row_of, err));
    }
    PALATE_TRY(palate__id_builder_freeze_as(builder, row_of, out, err));
done:
    return status;
}
