/* SPDX-License-Identifier: Apache-2.0 */
/* Where arrays lie in a file of safetensors' layout, by its header: models and files of ratings are such. */
#ifndef PALATE_RATINGS_EXTENTS_H
#define PALATE_RATINGS_EXTENTS_H

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the data, counted from its first. */
typedef struct palate__extent {
    const char *name;
    uint64_t begin, end;
} palate__extent;

/* False: it is none, or negative. */
bool palate__whole_number(const json_t *value, uint64_t *out);

/* Of one entry of the header; false: it has none. The name is left as it is. */
bool palate__extent_read(const json_t *entry, palate__extent *out);

/* Lists those of all entries, as many as the header has at most, in the order of their places. Returns
 * NULL, or the name of an entry that has none. */
const char *palate__extents_list(json_t *header, palate__extent *extents, size_t *count);

/* Whether each begins where the one before it ends: NULL, or what they do instead, "overlap" or "leave a
 * gap". `*reached`: where that is, or where the last one ends. */
const char *palate__extents_follow(const palate__extent *extents, size_t count, uint64_t *reached);

#endif
