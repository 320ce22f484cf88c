/* SPDX-License-Identifier: Apache-2.0 */
/* Rows under new numbers, where duplicates that were counted are gone. */
#include "base/threads.h"
#include "ratings/rows.h"

#include <string.h>

/* ---- Order ---- */

/* Rows this short are sorted by insertion, which has no counters to clear. */
enum { INSERTION_MOST = 24, DIGIT_BITS_MAX = 8 };

static void sort_by_insertion(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t moving = keys[i];
        size_t place = i;
        for (; place > 0 && keys[place - 1] > moving; place--)
            keys[place] = keys[place - 1];
        keys[place] = moving;
    }
}

/* Counts the digits at `shift`, then says where each begins. */
static void count_digits(const uint64_t *keys, size_t count, unsigned shift, size_t mask,
                         size_t *starts)
{
    memset(starts, 0, (mask + 1) * sizeof *starts);
    for (size_t i = 0; i < count; i++)
        starts[keys[i] >> shift & mask]++;
    size_t sum = 0;
    for (size_t digit = 0; digit <= mask; digit++) {
        const size_t here = starts[digit];
        starts[digit] = sum;
        sum += here;
    }
}

/* One stable pass by the digit at `shift`. */
static void sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, unsigned shift,
                          unsigned digit_bits)
{
    size_t starts[1 << DIGIT_BITS_MAX];
    const size_t mask = ((size_t)1 << digit_bits) - 1;
    count_digits(from, count, shift, mask, starts);
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & mask]++] = from[i];
}

/* Item and place of each entry as one number, in order: of an item's ratings the first comes first.
 * `keys` has room for two for each. */
static const uint64_t *order(const uint32_t *items, size_t count, unsigned item_bits,
                             uint64_t *keys)
{
    for (size_t e = 0; e < count; e++)
        keys[e] = (uint64_t)items[e] << 32 | e;
    if (count <= INSERTION_MOST) {
        sort_by_insertion(keys, count);
        return keys;
    }
    const unsigned passes = (item_bits + DIGIT_BITS_MAX - 1) / DIGIT_BITS_MAX;
    const unsigned digit_bits = passes == 0 ? 0 : (item_bits + passes - 1) / passes;
    uint64_t *spare = keys + count;
    for (unsigned pass = 0; pass < passes; pass++) {
        sort_by_digit(keys, spare, count, 32 + pass * digit_bits, digit_bits);
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    return keys;
}

/* ---- Rows ---- */

typedef struct move {
    const palate__rows *from;
    palate__rows *to;
    const uint32_t *old_row; /* By new row. */
    const uint32_t *item_row;
    unsigned item_bits;
    size_t longest;
    uint32_t *items; /* `longest` for each thread. */
    uint64_t *keys;  /* Twice that. */
    size_t task_count;
} move;

static void move_row(const move *of, uint32_t row, uint32_t *items, uint64_t *keys)
{
    const palate__rows *from = of->from;
    palate__rows *to = of->to;
    const uint32_t old = of->old_row[row];
    const size_t count = (size_t)from->kept[old];
    const int64_t begin = from->by_user.begins[old];
    for (size_t e = 0; e < count; e++)
        items[e] = of->item_row[from->by_user.columns[(size_t)begin + e]];
    const uint64_t *sorted = order(items, count, of->item_bits, keys);
    for (size_t k = 0; k < count; k++) {
        const size_t at = (size_t)to->by_user.begins[row] + k;
        const size_t e = (size_t)begin + (uint32_t)sorted[k];
        to->by_user.columns[at] = (uint32_t)(sorted[k] >> 32);
        to->by_user.values[at] = from->by_user.values[e];
        if (from->times != NULL)
            to->times[at] = from->times[e];
        if (from->sequence != NULL)
            to->sequence[at] = from->sequence[e];
    }
    to->kept[row] = (int64_t)count;
}

static void move_rows(size_t task, int thread, void *argument)
{
    const move *of = argument;
    const palate__matrix *matrix = &of->to->by_user;
    const uint32_t end = palate__matrix_cut(matrix, task + 1, of->task_count);
    for (uint32_t row = palate__matrix_cut(matrix, task, of->task_count); row < end; row++)
        move_row(of, row, of->items + (size_t)thread * of->longest,
                 of->keys + 2 * (size_t)thread * of->longest);
}

static palate_status move_all(const palate__rows *from, const uint32_t *user_row,
                              const uint32_t *item_row, int threads, palate__rows *to,
                              palate_error *err)
{
    enum { TASKS_PER_THREAD = 16 };
    palate_status status = PALATE_OK;
    palate_context *context = from->context;
    const uint32_t users = from->by_user.row_count;
    const size_t longest = palate__matrix_longest(&to->by_user);
    uint32_t *old_row = palate__allocate_array(context, users, sizeof *old_row);
    uint32_t *items = palate__allocate_array(context, longest * (size_t)threads, sizeof *items);
    uint64_t *keys = palate__allocate_array(context, longest * (size_t)threads, 2 * sizeof *keys);
    move of = {from,
               to,
               old_row,
               item_row,
               palate__bits_of(from->by_user.column_count - 1),
               longest,
               items,
               keys,
               TASKS_PER_THREAD * (size_t)threads};
    if (old_row == NULL || items == NULL || keys == NULL)
        PALATE_TRY(palate__fail_memory(err, "storing ratings"));
    for (uint32_t old = 0; old < users; old++)
        old_row[user_row[old]] = old;
    palate__parallel_for(threads, of.task_count, move_rows, &of);
done:
    palate__release(context, old_row);
    palate__release(context, items);
    palate__release(context, keys);
    return status;
}

palate_status palate__rows_renumber(palate__rows *rows, const uint32_t *user_row,
                                    const uint32_t *item_row, int threads, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__rows moved = {.context = rows->context};
    PALATE_TRY(palate__rows_allocate(&moved, rows->kept, user_row, rows->by_user.row_count,
                                     rows->by_user.column_count, rows->times != NULL,
                                     rows->sequence != NULL, err));
    PALATE_TRY(move_all(rows, user_row, item_row, threads, &moved, err));
    moved.duplicate_count = rows->duplicate_count;
    palate__rows_free(rows);
    *rows = moved;
    return PALATE_OK;
done:
    palate__rows_free(&moved);
    return status;
}
