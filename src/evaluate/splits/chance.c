/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by chance: k-fold, shuffle, leave one out.
 *
 * The order of chance is that of a number drawn for each rating from the seed and the hashes of its
 * ids; parts are pieces of that order. Which piece a rating falls into does not depend on where it
 * stood in the input.
 */
#include "evaluate/split.h"

#include "base/random.h"

uint64_t palate__split_key(const palate_split *split, uint32_t stream, uint32_t user, uint32_t item)
{
    const uint64_t pair[2] = {split->user_hashes[user], split->item_hashes[item]};
    const uint64_t hash = palate__id_hash((const char *)pair, sizeof pair);
    palate__random4 drawn = palate__random(split->options.seed, PALATE__RANDOM_SPLIT, stream,
                                           (uint32_t)(hash >> 32), (uint32_t)hash);
    return (uint64_t)drawn.word[0] << 32 | drawn.word[1];
}

uint64_t *palate__split_keys(const palate_split *split, uint32_t stream)
{
    const palate__matrix *matrix = &split->ratings->by_user;
    uint64_t *keys = palate__allocate_array(split->context, (size_t)palate__matrix_count(matrix),
                                            sizeof *keys);
    for (uint32_t user = 0; keys != NULL && user < matrix->row_count; user++)
        for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++)
            keys[e] = palate__split_key(split, stream, user, matrix->columns[e]);
    return keys;
}

/* Eight bits at a time, from the highest: counts how many keys that begin as the one looked for go
 * on with each number, until the place is found. */
uint64_t palate__key_at(const uint64_t *keys, size_t count, size_t place)
{
    enum { BITS = 8, NUMBERS = 1 << BITS };
    uint64_t found = 0;
    uint64_t known = 0; /* The bits of `found` that are. */
    if (place >= count)
        return UINT64_MAX;
    for (unsigned shift = 64; shift > 0;) {
        size_t counts[NUMBERS] = {0};
        size_t number = 0;
        shift -= BITS;
        for (size_t k = 0; k < count; k++)
            if ((keys[k] & known) == found)
                counts[keys[k] >> shift & (NUMBERS - 1)]++;
        while (place >= counts[number])
            place -= counts[number++];
        found |= (uint64_t)number << shift;
        known |= (uint64_t)(NUMBERS - 1) << shift;
    }
    return found;
}

/* Those from one place of the order up to another are the test. */
static void mark_between(const uint64_t *keys, size_t count, size_t begin, size_t end,
                         unsigned char *uses)
{
    const uint64_t low = palate__key_at(keys, count, begin);
    const uint64_t high = palate__key_at(keys, count, end);
    for (size_t e = 0; e < count; e++)
        uses[e] = keys[e] >= low && (keys[e] < high || end >= count) ? PALATE__USE_TEST
                                                                     : PALATE__USE_TRAIN;
}

static palate_status mark_places(const palate_split *split, uint32_t stream, size_t begin,
                                 size_t end, unsigned char *uses, palate_error *err)
{
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    uint64_t *keys = palate__split_keys(split, stream);
    if (keys == NULL)
        return palate__fail_memory(err, "splitting ratings");
    mark_between(keys, (size_t)count, begin, end, uses);
    palate__release(split->context, keys);
    return PALATE_OK;
}

static palate_status mark_fold(const palate_split *split, int64_t fold, unsigned char *uses,
                               palate_error *err)
{
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    const int64_t parts = split->options.folds;
    const int64_t part = fold % parts;
    return mark_places(split, (uint32_t)(fold / parts), (size_t)(count * part / parts),
                       (size_t)(count * (part + 1) / parts), uses, err);
}

const palate__splitter palate__splitter_k_fold = {.name = "k-fold", .folds = 5, .mark = mark_fold};

static palate_status mark_share(const palate_split *split, int64_t fold, unsigned char *uses,
                                palate_error *err)
{
    const double count = (double)palate__matrix_count(&split->ratings->by_user);
    const size_t tested = (size_t)(count * split->options.test_share + 0.5);
    return mark_places(split, (uint32_t)fold, 0, tested, uses, err);
}

const palate__splitter palate__splitter_shuffle = {
    .name = "shuffle", .folds = 5, .mark = mark_share};

static palate_status mark_one_of_each(const palate_split *split, int64_t fold, unsigned char *uses,
                                      palate_error *err)
{
    const palate__matrix *matrix = &split->ratings->by_user;
    const int64_t wanted = split->options.test_count > 0 ? split->options.test_count : 1;
    uint64_t *keys = palate__split_keys(split, (uint32_t)fold);
    if (keys == NULL)
        return palate__fail_memory(err, "splitting ratings");
    for (uint32_t user = 0; user < matrix->row_count; user++) {
        const int64_t begin = matrix->begins[user];
        const int64_t count = matrix->begins[user + 1] - begin;
        const int64_t most = count > 1 ? count - 1 : 0;
        mark_between(keys + begin, (size_t)count, 0, (size_t)(wanted < most ? wanted : most),
                     uses + begin);
    }
    palate__release(split->context, keys);
    return PALATE_OK;
}

const palate__splitter palate__splitter_leave_one_out = {
    .name = "leave-one-out", .folds = 1, .mark = mark_one_of_each};
