/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of rows in order, compared with qsort() of the same. */
#include "ratings/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RATINGS = 700, ROWS = 9 };

typedef struct rating {
    uint32_t row, item, place;
} rating;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* By row, then item, then place. */
static int compare(const void *a, const void *b)
{
    const rating *x = a, *y = b;
    const uint32_t left[] = {x->row, x->item, x->place}, right[] = {y->row, y->item, y->place};
    for (int i = 0; i < 3; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

/* Row 4 is empty; few items, so that many are there more than once, or many. */
static void make_up(rating *of, uint32_t items, uint32_t seed)
{
    for (uint32_t e = 0; e < RATINGS; e++) {
        uint32_t row = next_random(&seed) % (ROWS - 1);
        row += row >= 4;
        const uint32_t item = (uint32_t)((uint64_t)next_random(&seed) * 257 % items);
        of[e] = (rating){row, item, e};
    }
}

static int64_t extra(uint32_t place, int kind)
{
    return (int64_t)place * 10 + kind;
}

static void fill(palate__block *block, const rating *of)
{
    uint32_t lengths[ROWS] = {0};
    for (size_t e = 0; e < RATINGS; e++)
        lengths[of[e].row]++;
    palate__block_clear(block);
    for (uint32_t row = 0; row < ROWS; row++)
        assert_int_equal(palate__block_row(block, 100 + row, lengths[row]), row);
    for (size_t e = 0; e < RATINGS; e++)
        palate__block_count(block, of[e].item);
    palate__block_counted(block);
    for (uint32_t e = 0; e < RATINGS; e++) {
        const uint32_t at = palate__block_add(block, of[e].row, of[e].item, (float)e);
        assert_int_equal(at, e);
        if (block->extras.times != NULL)
            block->extras.times[at] = extra(e, 1);
        if (block->extras.lines != NULL)
            block->extras.lines[at] = extra(e, 2);
    }
    palate__block_order(block);
}

static void assert_ordered(const palate__block *block, const rating *sorted)
{
    for (size_t k = 0; k < RATINGS; k++) {
        const palate__ordered *found = &block->ordered;
        assert_int_equal(found->items[k], sorted[k].item);
        assert_true(found->values[k] == (float)sorted[k].place);
        if (found->extras.times != NULL)
            assert_int_equal(found->extras.times[k], extra(sorted[k].place, 1));
        if (found->extras.lines != NULL)
            assert_int_equal(found->extras.lines[k], extra(sorted[k].place, 2));
    }
    for (uint32_t row = 0; row < ROWS; row++) {
        assert_int_equal(block->rows[row], 100 + row);
        for (uint32_t k = block->begins[row]; k < block->begins[row + 1]; k++)
            assert_int_equal(sorted[k].row, row);
    }
}

static void rows_are_ordered_by_item_and_then_by_place(void **state)
{
    static const struct {
        uint32_t items;
        unsigned bits;
    } cases[] = {{1, 0}, {7, 3}, {300, 9}, {65536, 16}, {65537, 17}, {UINT32_MAX, 32}};
    static rating given[RATINGS], sorted[RATINGS];
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        for (int wanted = 0; wanted < 2; wanted++) {
            palate__block block;
            const palate__wanted_extras extras = {.times = wanted, .lines = wanted};
            assert_int_equal(
                palate__block_allocate(NULL, ROWS, RATINGS, cases[c].bits, extras, &block, NULL),
                PALATE_OK);
            /* Twice: a block is used again. */
            for (uint32_t seed = 1; seed <= 2; seed++) {
                make_up(given, cases[c].items, seed);
                memcpy(sorted, given, sizeof sorted);
                qsort(sorted, RATINGS, sizeof *sorted, compare);
                fill(&block, given);
                assert_ordered(&block, sorted);
            }
            palate__block_free(&block);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_ordered_by_item_and_then_by_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
