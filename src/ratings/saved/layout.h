/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of ratings holds, in the order in which it holds it: docs/formats/saved.md. Saving and
 * loading walk the same two tables.
 *
 *     header length (8 bytes, little-endian) | header, JSON padded with spaces | arrays
 *     0                                        8                                 a multiple of 64
 */
#ifndef PALATE_RATINGS_SAVED_LAYOUT_H
#define PALATE_RATINGS_SAVED_LAYOUT_H

#include "base/text.h"
#include "ratings/matrix.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files of ratings are little-endian and mapped as they are"
#endif

enum {
    PALATE__SAVED_ALIGNMENT = 64,
    PALATE__SAVED_LENGTH_BYTES = 8,
    PALATE__SAVED_DIGITS = 16, /* Of a checksum. */
    PALATE__SAVED_HEADER_MAX = 1 << 20,
    PALATE__SAVED_VERSION = 1
};

/* How every header begins; after it come the version, CHECKSUM, and the digits of the header's own
 * checksum. */
#define PALATE__SAVED_START "{\"__metadata__\":{\"format\":\"palate-ratings\",\"format_version\":\""
#define PALATE__SAVED_CHECKSUM "\",\"checksum\":\""

/* ---- Arrays ---- */

/* Lengths that arrays share. */
typedef enum palate__length {
    PALATE__LENGTH_USERS,
    PALATE__LENGTH_USERS_AND_ONE,
    PALATE__LENGTH_USER_SLOTS,
    PALATE__LENGTH_USER_ID_BYTES,
    PALATE__LENGTH_ITEMS,
    PALATE__LENGTH_ITEMS_AND_ONE,
    PALATE__LENGTH_ITEM_SLOTS,
    PALATE__LENGTH_ITEM_ID_BYTES,
    PALATE__LENGTH_RATINGS,
    PALATE__LENGTH_COUNT
} palate__length;

typedef struct palate__section {
    const char *name;
    const char *type; /* As safetensors has it. */
    size_t size;      /* Of an element. */
    palate__length length;
    bool optional;
    size_t offset; /* Of the pointer in palate_ratings. */
} palate__section;

enum { PALATE__SECTION_COUNT = 16 };
extern const palate__section palate__sections[PALATE__SECTION_COUNT];

typedef struct palate__lengths {
    uint64_t of[PALATE__LENGTH_COUNT];
} palate__lengths;

palate__lengths palate__saved_lengths(const palate_ratings *ratings);

/* The bytes of an array; no address where the ratings lack it. */
palate__span palate__section_span(const palate_ratings *ratings, const palate__section *section,
                                  const palate__lengths *lengths);

/* ---- Facts: numbers and texts, strings in the header ---- */

typedef enum palate__saved_kind {
    PALATE__SAVED_TEXT,    /* char[] */
    PALATE__SAVED_INTEGER, /* int64_t, not negative */
    PALATE__SAVED_REAL,    /* double */
    PALATE__SAVED_BOOL,    /* bool */
    PALATE__SAVED_HASH     /* uint64_t, 16 hexadecimal digits */
} palate__saved_kind;

typedef struct palate__saved_fact {
    const char *name;
    palate__saved_kind kind;
    size_t offset; /* In palate_ratings. */
    size_t bytes;  /* Of a text with its zero. */
} palate__saved_fact;

enum { PALATE__SAVED_FACTS = 14, PALATE__SAVED_TEXT_BYTES = 256 };
extern const palate__saved_fact palate__saved_facts[PALATE__SAVED_FACTS];

void palate__saved_format(const palate_ratings *ratings, const palate__saved_fact *fact,
                          char text[PALATE__SAVED_TEXT_BYTES]);

/* The other way. False for a text that is no such fact. */
bool palate__saved_parse(palate_ratings *ratings, const palate__saved_fact *fact, const char *text);

/* ---- Checks ---- */

/* XXH3-64 as lower-case digits. */
void palate__saved_digits(uint64_t hash, char digits[PALATE__SAVED_DIGITS + 1]);

/* Of length and header, its own digits, at `digits`, taken as zeros. */
uint64_t palate__saved_header_hash(palate__span start, size_t digits);

/* Of each of `count` arrays, by several threads. */
void palate__saved_hash(const palate__span *spans, size_t count, int threads, uint64_t *hashes);

/*
 * Is all of it as ratings must be, for every other function to trust them: ids, rows sorted and in order,
 * values, both orders the same? Lengths are checked against each other first, and nothing outside
 * of them is read. Otherwise PALATE_E_FORMAT with "<where>: <what is wrong>", or PALATE_E_NOMEM.
 */
palate_status palate__saved_check(const palate_ratings *ratings, const palate__lengths *lengths,
                                  int threads, const char *where, palate_error *err);

#endif
