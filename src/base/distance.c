/* SPDX-License-Identifier: Apache-2.0 */
/* How far apart two names are: Damerau & Levenshtein's distance, in the form in which two swapped
 * letters are not edited again (optimal string alignment). */
#include "base/text.h"
#include "palate/options.h"

#include <string.h>

/* No name is longer, and the work stays small. */
enum { LONGEST_NAME = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return palate__text_alike((palate__span){&a, 1}, (palate__span){&b, 1});
}

/* One row of the table: how far the first `at` letters of `a` are from each beginning of `b`. */
static void fill_row(const char *a, size_t at, const char *b, size_t b_length,
                     size_t rows[3][LONGEST_NAME + 1])
{
    size_t *row = rows[at % 3];
    const size_t *above = rows[(at + 2) % 3];
    const size_t *two_above = rows[(at + 1) % 3];
    row[0] = at;
    for (size_t to = 1; to <= b_length; to++) {
        row[to] = least(least(above[to], row[to - 1]) + 1,
                        above[to - 1] + !same(a[at - 1], b[to - 1]));
        if (at > 1 && to > 1 && same(a[at - 1], b[to - 2]) && same(a[at - 2], b[to - 1]))
            row[to] = least(row[to], two_above[to - 2] + 1);
    }
}

static size_t edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LONGEST_NAME + 1] = {{0}};
    for (size_t to = 0; to <= b_length; to++)
        rows[0][to] = to;
    for (size_t at = 1; at <= a_length; at++)
        fill_row(a, at, b, b_length, rows);
    return rows[a_length % 3][b_length];
}

size_t palate_text_distance(const char *typed, const char *name)
{
    size_t typed_length = strlen(typed);
    size_t name_length = strlen(name);
    if (typed_length == 0 || typed_length > LONGEST_NAME || name_length > LONGEST_NAME)
        return SIZE_MAX;
    if (typed_length >= 3 && typed_length < name_length &&
        palate__text_alike((palate__span){typed, typed_length}, (palate__span){name, typed_length}))
        return 1;
    size_t distance = edits(typed, typed_length, name, name_length);
    size_t longer = typed_length > name_length ? typed_length : name_length;
    return distance <= (longer + 1) / 3 ? distance : SIZE_MAX;
}
