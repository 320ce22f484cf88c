/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/saved/layout.h"

#include "base/threads.h"
#include "kernels/kernels.h"

#define XXH_INLINE_ALL
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

/* ---- Arrays ---- */

#define AT(member) offsetof(palate_ratings, member)

/* Widest elements first, so that each array is aligned without gaps. */
const palate__section palate__sections[PALATE__SECTION_COUNT] = {
    {"user_id_ends", "U64", 8, PALATE__LENGTH_USERS_AND_ONE, false, AT(users.ends)},
    {"item_id_ends", "U64", 8, PALATE__LENGTH_ITEMS_AND_ONE, false, AT(items.ends)},
    {"user_begins", "I64", 8, PALATE__LENGTH_USERS_AND_ONE, false, AT(by_user.begins)},
    {"item_begins", "I64", 8, PALATE__LENGTH_ITEMS_AND_ONE, false, AT(by_item.begins)},
    {"user_times", "I64", 8, PALATE__LENGTH_RATINGS, true, AT(times)},
    {"user_sequence", "I64", 8, PALATE__LENGTH_RATINGS, true, AT(sequence)},
    {"user_items", "U32", 4, PALATE__LENGTH_RATINGS, false, AT(by_user.columns)},
    {"user_ratings", "F32", 4, PALATE__LENGTH_RATINGS, false, AT(by_user.values)},
    {"item_users", "U32", 4, PALATE__LENGTH_RATINGS, false, AT(by_item.columns)},
    {"item_ratings", "F32", 4, PALATE__LENGTH_RATINGS, false, AT(by_item.values)},
    {"user_id_slots", "U32", 4, PALATE__LENGTH_USER_SLOTS, false, AT(users.slots)},
    {"item_id_slots", "U32", 4, PALATE__LENGTH_ITEM_SLOTS, false, AT(items.slots)},
    {"user_order", "U32", 4, PALATE__LENGTH_USERS, false, AT(users.order)},
    {"item_order", "U32", 4, PALATE__LENGTH_ITEMS, false, AT(items.order)},
    {"user_ids", "U8", 1, PALATE__LENGTH_USER_ID_BYTES, false, AT(users.bytes)},
    {"item_ids", "U8", 1, PALATE__LENGTH_ITEM_ID_BYTES, false, AT(items.bytes)},
};

palate__lengths palate__saved_lengths(const palate_ratings *ratings)
{
    const palate__ids *users = &ratings->users;
    const palate__ids *items = &ratings->items;
    return (palate__lengths){{
        [PALATE__LENGTH_USERS] = users->count,
        [PALATE__LENGTH_USERS_AND_ONE] = (uint64_t)users->count + 1,
        [PALATE__LENGTH_USER_SLOTS] = users->slot_count,
        [PALATE__LENGTH_USER_ID_BYTES] = users->ends[users->count],
        [PALATE__LENGTH_ITEMS] = items->count,
        [PALATE__LENGTH_ITEMS_AND_ONE] = (uint64_t)items->count + 1,
        [PALATE__LENGTH_ITEM_SLOTS] = items->slot_count,
        [PALATE__LENGTH_ITEM_ID_BYTES] = items->ends[items->count],
        [PALATE__LENGTH_RATINGS] = (uint64_t)palate__matrix_count(&ratings->by_user),
    }};
}

palate__span palate__section_span(const palate_ratings *ratings, const palate__section *section,
                                  const palate__lengths *lengths)
{
    const char *data = NULL;
    memcpy(&data, (const char *)ratings + section->offset, sizeof data);
    return (palate__span){data,
                          data == NULL ? 0 : (size_t)lengths->of[section->length] * section->size};
}

/* ---- Facts ---- */

#define TEXT(member) PALATE__SAVED_TEXT, AT(member), sizeof((palate_ratings *)0)->member

const palate__saved_fact palate__saved_facts[PALATE__SAVED_FACTS] = {
    {"source_format", TEXT(report.format)},
    {"source_compression", TEXT(report.compression)},
    {"source_columns", TEXT(report.columns)},
    {"line_count", PALATE__SAVED_INTEGER, AT(report.line_count), 0},
    {"rating_count", PALATE__SAVED_INTEGER, AT(report.rating_count), 0},
    {"duplicate_count", PALATE__SAVED_INTEGER, AT(report.duplicate_count), 0},
    {"skipped_count", PALATE__SAVED_INTEGER, AT(report.skipped_count), 0},
    {"min", PALATE__SAVED_REAL, AT(report.min), 0},
    {"max", PALATE__SAVED_REAL, AT(report.max), 0},
    {"mean", PALATE__SAVED_REAL, AT(report.mean), 0},
    {"scale_low", PALATE__SAVED_REAL, AT(report.scale.low), 0},
    {"scale_high", PALATE__SAVED_REAL, AT(report.scale.high), 0},
    {"scale_inferred", PALATE__SAVED_BOOL, AT(report.scale_inferred), 0},
    {"fingerprint", PALATE__SAVED_HASH, AT(fingerprint), 0},
};

void palate__saved_format(const palate_ratings *ratings, const palate__saved_fact *fact,
                          char text[PALATE__SAVED_TEXT_BYTES])
{
    const void *at = (const char *)ratings + fact->offset;
    switch (fact->kind) {
    case PALATE__SAVED_TEXT:
        snprintf(text, PALATE__SAVED_TEXT_BYTES, "%s", (const char *)at);
        break;
    case PALATE__SAVED_INTEGER:
        snprintf(text, PALATE__SAVED_TEXT_BYTES, "%" PRId64, *(const int64_t *)at);
        break;
    case PALATE__SAVED_REAL:
        palate__format_real(*(const double *)at, text, PALATE__SAVED_TEXT_BYTES);
        break;
    case PALATE__SAVED_BOOL:
        snprintf(text, PALATE__SAVED_TEXT_BYTES, "%s", *(const bool *)at ? "true" : "false");
        break;
    case PALATE__SAVED_HASH:
        palate__saved_digits(*(const uint64_t *)at, text);
        break;
    }
}

static bool parse_hash(const char *text, uint64_t *out)
{
    *out = 0;
    if (strlen(text) != PALATE__SAVED_DIGITS ||
        strspn(text, "0123456789abcdef") != PALATE__SAVED_DIGITS)
        return false;
    for (; *text != '\0'; text++)
        *out = *out << 4 | (uint64_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
    return true;
}

bool palate__saved_parse(palate_ratings *ratings, const palate__saved_fact *fact, const char *text)
{
    void *at = (char *)ratings + fact->offset;
    const palate__span span = palate__text_span(text);
    switch (fact->kind) {
    case PALATE__SAVED_TEXT:
        if (span.bytes >= fact->bytes)
            return false;
        memcpy(at, text, span.bytes + 1);
        return true;
    case PALATE__SAVED_INTEGER:
        return palate__parse_integer(span, at) && *(const int64_t *)at >= 0;
    case PALATE__SAVED_REAL:
        return palate__parse_real(span, at) && isfinite(*(const double *)at);
    case PALATE__SAVED_BOOL:
        *(bool *)at = strcmp(text, "true") == 0;
        return *(const bool *)at || strcmp(text, "false") == 0;
    case PALATE__SAVED_HASH:
        return parse_hash(text, at);
    }
    return false;
}

/* ---- Checksums ---- */

void palate__saved_digits(uint64_t hash, char digits[PALATE__SAVED_DIGITS + 1])
{
    snprintf(digits, PALATE__SAVED_DIGITS + 1, "%016" PRIx64, hash);
}

uint64_t palate__saved_header_hash(palate__span start, size_t digits)
{
    static const char zeros[PALATE__SAVED_DIGITS + 1] = "0000000000000000";
    const size_t after = digits + PALATE__SAVED_DIGITS;
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, start.text, digits);
    XXH3_64bits_update(&state, zeros, PALATE__SAVED_DIGITS);
    XXH3_64bits_update(&state, start.text + after, start.bytes - after);
    return XXH3_64bits_digest(&state);
}

typedef struct hashing {
    const palate__span *spans;
    uint64_t *hashes;
} hashing;

static void hash_span(size_t task, int thread, void *argument)
{
    (void)thread;
    const hashing *of = argument;
    of->hashes[task] = palate__kernels_get()->hash(of->spans[task].text, of->spans[task].bytes);
}

void palate__saved_hash(const palate__span *spans, size_t count, int threads, uint64_t *hashes)
{
    hashing of = {spans, hashes};
    palate__parallel_for(threads, count, hash_span, &of);
}
