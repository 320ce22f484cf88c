/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/block.h"

#include <assert.h>

/* Counters of so many digits stay in the cache beside what they sort. */
enum { DIGIT_BITS_MAX = 16 };

/* ---- Memory ---- */

static bool allocate_if(palate_context *context, bool wanted, size_t count, int64_t **out)
{
    *out = wanted ? palate__allocate_array(context, count, sizeof **out) : NULL;
    return !wanted || *out != NULL;
}

static bool allocate_extras(palate_context *context, palate__wanted_extras wanted, size_t room,
                            palate__extras *out)
{
    return allocate_if(context, wanted.times, room, &out->times) &&
           allocate_if(context, wanted.sequence, room, &out->sequence) &&
           allocate_if(context, wanted.lines, room, &out->lines);
}

static bool allocate_entries(palate_context *context, bool placed, size_t room,
                             palate__blocked **entries, uint32_t **places)
{
    *entries = palate__allocate_array(context, room, sizeof **entries);
    *places = placed ? palate__allocate_array(context, room, sizeof **places) : NULL;
    return *entries != NULL && (!placed || *places != NULL);
}

static bool allocate(palate__block *out, size_t row_room, size_t room, palate__wanted_extras wanted)
{
    palate_context *context = out->context;
    const size_t digits = (size_t)1 << out->digit_bits;
    const bool placed = wanted.times || wanted.sequence || wanted.lines;
    palate__ordered *ordered = &out->ordered;
    out->rows = palate__allocate_array(context, row_room, sizeof *out->rows);
    out->begins = palate__allocate_array(context, row_room + 1, sizeof *out->begins);
    out->next = palate__allocate_array(context, row_room, sizeof *out->next);
    ordered->items = palate__allocate_array(context, room, sizeof *ordered->items);
    ordered->values = palate__allocate_array(context, room, sizeof *ordered->values);
    for (unsigned pass = 0; pass < out->passes; pass++) {
        out->digits[pass] = palate__allocate_array(context, digits, sizeof *out->digits[pass]);
        if (out->digits[pass] == NULL)
            return false;
    }
    return out->rows != NULL && out->begins != NULL && out->next != NULL &&
           ordered->items != NULL && ordered->values != NULL &&
           allocate_entries(context, placed, room, &out->entries, &out->places) &&
           (out->passes == 1 ||
            allocate_entries(context, placed, room, &out->spare, &out->spare_places)) &&
           allocate_extras(context, wanted, room, &out->extras) &&
           allocate_extras(context, wanted, room, &ordered->extras);
}

palate_status palate__block_allocate(palate_context *context, size_t row_room, size_t room,
                                     unsigned item_bits, palate__wanted_extras wanted,
                                     palate__block *out, palate_error *err)
{
    const unsigned passes = item_bits > DIGIT_BITS_MAX ? 2 : 1;
    *out = (palate__block){
        .context = context,
        .passes = passes,
        .digit_bits = (item_bits + passes - 1) / passes,
    };
    return allocate(out, row_room, room, wanted) ? PALATE_OK
                                                 : palate__fail_memory(err, "storing ratings");
}

static void free_extras(palate_context *context, const palate__extras *extras)
{
    palate__release(context, extras->times);
    palate__release(context, extras->sequence);
    palate__release(context, extras->lines);
}

void palate__block_free(palate__block *block)
{
    palate_context *context = block->context;
    palate__release(context, block->rows);
    palate__release(context, block->begins);
    palate__release(context, block->next);
    palate__release(context, block->digits[0]);
    palate__release(context, block->digits[1]);
    palate__release(context, block->entries);
    palate__release(context, block->places);
    palate__release(context, block->spare);
    palate__release(context, block->spare_places);
    palate__release(context, block->ordered.items);
    palate__release(context, block->ordered.values);
    free_extras(context, &block->extras);
    free_extras(context, &block->ordered.extras);
    *block = (palate__block){.context = context};
}

/* ---- Sorting ---- */

void palate__block_clear(palate__block *block)
{
    block->row_count = 0;
    block->count = 0;
    block->begins[0] = 0;
    for (unsigned pass = 0; pass < block->passes; pass++) {
        uint32_t *digits = block->digits[pass];
        assert(digits != NULL);
        memset(digits, 0, ((size_t)1 << block->digit_bits) * sizeof *digits);
    }
}

void palate__block_counted(palate__block *block)
{
    for (unsigned pass = 0; pass < block->passes; pass++) {
        uint32_t *digits = block->digits[pass];
        uint32_t sum = 0;
        for (size_t digit = 0; digit >> block->digit_bits == 0; digit++) {
            const uint32_t here = digits[digit];
            digits[digit] = sum;
            sum += here;
        }
    }
}

/* By the upper digit of items; the lower one is in order. */
static void sort_by_upper(palate__block *block)
{
    palate__blocked *entries = block->entries;
    uint32_t *places = block->places;
    for (uint32_t e = 0; e < block->count; e++) {
        const uint32_t at = block->digits[1][entries[e].item >> block->digit_bits]++;
        block->spare[at] = entries[e];
        if (places != NULL)
            block->spare_places[at] = places[e];
    }
    block->entries = block->spare;
    block->spare = entries;
    block->places = block->spare_places;
    block->spare_places = places;
}

static void copy_extra(const int64_t *from, uint32_t place, int64_t *to, uint32_t at)
{
    if (to != NULL)
        to[at] = from[place];
}

void palate__block_order(palate__block *block)
{
    if (block->passes > 1)
        sort_by_upper(block);
    uint32_t *PALATE__RESTRICT next = block->next;
    const palate__blocked *PALATE__RESTRICT entries = block->entries;
    const uint32_t *places = block->places;
    const palate__ordered to = block->ordered;
    for (uint32_t e = 0; e < block->count; e++) {
        const uint32_t at = next[entries[e].row]++;
        to.items[at] = entries[e].item;
        to.values[at] = entries[e].value;
        if (places != NULL) {
            copy_extra(block->extras.times, places[e], to.extras.times, at);
            copy_extra(block->extras.sequence, places[e], to.extras.sequence, at);
            copy_extra(block->extras.lines, places[e], to.extras.lines, at);
        }
    }
}
