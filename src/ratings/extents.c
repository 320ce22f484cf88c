/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/extents.h"

#include <stdlib.h>
#include <string.h>

bool palate__whole_number(const json_t *value, uint64_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

bool palate__extent_read(const json_t *entry, palate__extent *out)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    return json_array_size(offsets) == 2 &&
           palate__whole_number(json_array_get(offsets, 0), &out->begin) &&
           palate__whole_number(json_array_get(offsets, 1), &out->end) && out->begin <= out->end;
}

static int compare_extents(const void *a, const void *b)
{
    const palate__extent *left = a;
    const palate__extent *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return (left->end > right->end) - (left->end < right->end);
}

const char *palate__extents_list(json_t *header, palate__extent *extents, size_t *count)
{
    const char *name = NULL;
    json_t *entry = NULL;
    *count = 0;
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        extents[*count].name = name;
        if (!palate__extent_read(entry, &extents[*count]))
            return name;
        ++*count;
    }
    if (*count > 0)
        qsort(extents, *count, sizeof *extents, compare_extents);
    return NULL;
}

const char *palate__extents_follow(const palate__extent *extents, size_t count, uint64_t *reached)
{
    *reached = 0;
    for (size_t e = 0; e < count; e++) {
        const uint64_t end = *reached;
        *reached = extents[e].begin;
        if (extents[e].begin != end)
            return extents[e].begin < end ? "overlap" : "leave a gap";
        *reached = extents[e].end;
    }
    return NULL;
}
