/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a hash on the stack. */
#define XXH_STATIC_LINKING_ONLY
#include "model/layout.h"

#include <string.h>
#include <xxhash.h>

const char *palate__dtype_name(palate__dtype dtype)
{
    static const char *const names[] = {"I64", "U64", "F32", "U32", "U8"};
    return names[dtype];
}

size_t palate__dtype_bytes(palate__dtype dtype)
{
    static const size_t bytes[] = {8, 8, 4, 4, 1};
    return bytes[dtype];
}

static void side_tensors(const palate__side *side, uint32_t factor_count, bool users,
                         palate__tensor out[8])
{
    const palate__ids *ids = &side->ids;
    size_t count = ids->count;
    size_t bytes = ids->ends == NULL ? 0 : (size_t)ids->ends[count];
    const palate__tensor tensors[8] = {
        {users ? "user_id_ends" : "item_id_ends", PALATE__U64, count + 1, 0, ids->ends},
        {users ? "user_factors" : "item_factors", PALATE__F32, count, factor_count, side->factors},
        {users ? "user_offsets" : "item_offsets", PALATE__F32, count, 0, side->offsets},
        {users ? "user_typical" : "item_typical", PALATE__F32, (size_t)factor_count + 1, 0,
         side->typical},
        {users ? "user_counts" : "item_counts", PALATE__U32, count, 0, side->counts},
        {users ? "user_id_slots" : "item_id_slots", PALATE__U32, ids->slot_count, 0, ids->slots},
        {users ? "user_order" : "item_order", PALATE__U32, count, 0, ids->order},
        {users ? "user_ids" : "item_ids", PALATE__U8, bytes, 0, ids->bytes},
    };
    memcpy(out, tensors, sizeof tensors);
}

void palate__model_tensors(const palate_model *model, palate__tensor out[PALATE__TENSOR_COUNT])
{
    palate__tensor users[8];
    palate__tensor items[8];
    size_t user_count = model->users.ids.count;
    size_t seen = model->seen_begins == NULL ? 0 : (size_t)model->seen_begins[user_count];
    side_tensors(&model->users, model->factor_count, true, users);
    side_tensors(&model->items, model->factor_count, false, items);
    size_t to = 0;
    out[to++] = (palate__tensor){"seen_begins", PALATE__I64, user_count + 1, 0, model->seen_begins};
    for (size_t t = 0; t < 8; t++) {
        if (t == 7) /* Before the bytes, whose length is anything. */
            out[to++] = (palate__tensor){"seen_items", PALATE__U32, seen, 0, model->seen_items};
        out[to++] = users[t];
        out[to++] = items[t];
    }
}

uint64_t palate__model_checksum(const char prefix[8], const char *header, size_t header_bytes,
                                size_t digits, const palate__tensor *tensors, size_t count)
{
    char zeros[PALATE__CHECKSUM_DIGITS];
    size_t after = digits + sizeof zeros;
    XXH3_state_t state;
    memset(zeros, '0', sizeof zeros);
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, prefix, 8);
    XXH3_64bits_update(&state, header, digits);
    XXH3_64bits_update(&state, zeros, sizeof zeros);
    XXH3_64bits_update(&state, header + after, header_bytes - after);
    for (size_t t = 0; t < count; t++)
        XXH3_64bits_update(&state, tensors[t].data,
                           palate__tensor_elements(&tensors[t]) *
                               palate__dtype_bytes(tensors[t].dtype));
    return XXH3_64bits_digest(&state);
}
