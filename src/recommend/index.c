/* SPDX-License-Identifier: Apache-2.0 */
/* Building the index: once over the items for what they are ordered by, once in that order for the
 * tiles. Both need y, which is cheaper to compute twice than to keep. */
#include "recommend/index.h"

#include "base/context.h"
#include "base/threads.h"
#include "recommend/numbers.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ITEMS = PALATE__TILE_ITEMS,
    /* Within a window items go by length, so that the items of a tile have like lengths. Without, at
     * 100,000 items and 64 factors, a user alone takes 72 us instead of 14, many take 21 us each
     * instead of 10; windows of 1,024 items are as good. */
    WINDOW = 256,
    BATCH = 64, /* Items transformed at a time. */
    ITEMS_A_TASK = 16 * WINDOW,
    STEPS = 127,
    RADIX_BITS = 11
};

/* What an item is ordered by. */
typedef struct mark {
    float shifted; /* o' */
    float length;  /* |y| */
} mark;

/* Largest sizes among the items of a task. */
typedef struct extremes {
    double longest, offset, shifted, length;
    bool sound; /* All of them are numbers, and none too large. */
} extremes;

typedef struct building {
    const palate_model *model;
    const palate__kernels *kernels;
    palate__index *index;
    size_t item_count;
    mark *marks;         /* Of each row. */
    extremes *found;     /* Of each task. */
    double *scratch;     /* BATCH x width for each thread. */
    double user_length;  /* The mean |x|. */
    double mean_product; /* w.m */
    uint64_t *keys;      /* What to sort by, then the row; and as much room again. */
} building;

static const float *factors_of(const building *at, uint32_t row)
{
    return at->model->items.factors + (size_t)row * at->model->factor_count;
}

/* y of `count` items, at most BATCH. */
static void transform(const building *at, const uint32_t *rows, size_t count, double *out)
{
    const float *factors[BATCH];
    for (size_t i = 0; i < count; i++)
        factors[i] = factors_of(at, rows[i]);
    at->kernels->transform(&at->index->balance.to_y, factors, count, out);
}

/* ---- First pass: marks ---- */

/* o': the item's offset and its share of the mean user. */
static double shifted_offset(const building *at, uint32_t row, double *length)
{
    const palate__balance *balance = &at->index->balance;
    const float *factors = factors_of(at, row);
    *length = sqrt(palate__squares_of_floats(factors, at->model->factor_count));
    return (double)at->model->items.offsets[row] +
           palate__product(factors, balance->user_mean, at->model->factor_count) - at->mean_product;
}

static void mark_item(const building *at, uint32_t row, const double *y, extremes *found)
{
    double longest = 0.0;
    const double shifted = shifted_offset(at, row, &longest);
    const double length = sqrt(palate__squares(y, at->index->balance.width));
    at->marks[row] = (mark){palate__round_up(shifted), palate__round_up(length)};
    found->longest = fmax(found->longest, longest);
    found->offset = fmax(found->offset, fabs((double)at->model->items.offsets[row]));
    found->shifted = fmax(found->shifted, fabs(shifted));
    found->length = fmax(found->length, length);
    found->sound &= longest <= PALATE__INDEX_MOST && length <= PALATE__INDEX_MOST &&
                    fabs(shifted) <= PALATE__INDEX_MOST;
}

static void mark_items(size_t task, int thread, void *argument)
{
    const building *at = argument;
    const size_t width = at->index->balance.width;
    double *out = at->scratch + (size_t)thread * BATCH * width;
    const size_t first = task * ITEMS_A_TASK;
    const size_t left = at->item_count - first;
    const size_t end = first + (left < ITEMS_A_TASK ? left : ITEMS_A_TASK);
    extremes found = {.sound = true};
    for (size_t j = first; j < end; j += BATCH) {
        uint32_t rows[BATCH];
        const size_t count = end - j < BATCH ? end - j : BATCH;
        for (size_t i = 0; i < count; i++)
            rows[i] = (uint32_t)(j + i);
        transform(at, rows, count, out);
        for (size_t i = 0; i < count; i++)
            mark_item(at, rows[i], out + i * width, &found);
    }
    at->found[task] = found;
}

static void gather_extremes(const building *at, size_t task_count)
{
    palate__index *index = at->index;
    index->sound = true;
    for (size_t task = 0; task < task_count; task++) {
        index->sound &= at->found[task].sound;
        index->longest = fmax(index->longest, at->found[task].longest);
        index->offset_most = fmax(index->offset_most, at->found[task].offset);
        index->shifted_most = fmax(index->shifted_most, at->found[task].shifted);
        index->length_most = fmax(index->length_most, at->found[task].length);
    }
}

/* The mean |x| of some users. */
static double mean_user_length(const building *at)
{
    const palate__side *users = &at->model->users;
    const size_t width = at->index->balance.width;
    const size_t count = users->ids.count < BATCH ? users->ids.count : BATCH;
    const float *factors[BATCH];
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        factors[i] = users->factors + i * users->ids.count / count * at->model->factor_count;
    at->kernels->transform(&at->index->balance.to_x, factors, count, at->scratch);
    for (size_t i = 0; i < count; i++)
        sum += sqrt(palate__squares(at->scratch + i * width, width));
    return sum / (double)count;
}

/* ---- Order ---- */

/* A number that falls as the value rises. */
static uint32_t falling(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x80000000U) != 0 ? bits : ~bits & 0x7FFFFFFFU;
}

/* One stable pass of a radix sort. */
static void sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, int shift)
{
    enum { DIGITS = 1 << RADIX_BITS };
    size_t starts[DIGITS] = {0};
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        starts[from[i] >> shift & (DIGITS - 1)]++;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        const size_t next = sum + starts[digit];
        starts[digit] = sum;
        sum = next;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* Sorts the rows by falling bound. Keys end up in the second half. */
static void order_items(const building *at)
{
    const size_t n = at->item_count;
    for (size_t j = 0; j < n; j++) {
        const double bound = (double)at->marks[j].shifted +
                             at->user_length * (double)at->marks[j].length;
        at->keys[j] = (uint64_t)falling((float)bound) << 32 | j;
    }
    sort_by_digit(at->keys, at->keys + n, n, 32);
    sort_by_digit(at->keys + n, at->keys, n, 32 + RADIX_BITS);
    sort_by_digit(at->keys, at->keys + n, n, 32 + 2 * RADIX_BITS);
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* The rows of a window, longest first. */
static void order_window(const building *at, uint64_t *keys, size_t count, uint32_t *rows)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t row = (uint32_t)keys[i];
        keys[i] = (uint64_t)falling(at->marks[row].length) << 32 | row;
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < count; i++)
        rows[i] = (uint32_t)keys[i];
}

/* ---- Second pass: tiles ---- */

/* Writes the bytes of one item; returns how far off they are. */
static double fill_bytes(const building *at, const double *y, float scale, uint8_t *out)
{
    const size_t width = at->index->balance.width;
    int8_t steps[PALATE__INDEX_WIDTH_MOST];
    const double left = at->kernels->to_steps(y, width, (double)scale, STEPS, steps);
    for (size_t f = 0; f < width; f += 4) {
        uint32_t quad;
        memcpy(&quad, steps + f, sizeof quad);
        quad ^= 0x80808080U; /* Adds 128 to each. */
        memcpy(out + f * ITEMS, &quad, sizeof quad);
    }
    return sqrt(left);
}

/* Items that are not there are at 0, with an offset that no threshold lets through. */
static void fill_tile(const building *at, size_t t, const uint32_t *rows, size_t count,
                      const double *y)
{
    const palate__index *index = at->index;
    const palate__tiles *tiles = &index->tiles;
    const size_t width = index->balance.width;
    uint8_t *bytes = palate__writable(tiles->bytes + t * width * ITEMS);
    float *offsets = palate__writable(tiles->offsets + t * ITEMS);
    uint32_t *row_at = palate__writable(index->rows + t * ITEMS);
    uint32_t *place_of = palate__writable(index->places);
    const float scale = palate__round_up(palate__largest(y, count * width) / STEPS);
    double miss = 0.0;
    float length = 0.0F, top = -INFINITY;
    memset(bytes, 128, width * ITEMS);
    for (size_t l = 0; l < count; l++) {
        const mark *of = &at->marks[rows[l]];
        miss = fmax(miss, fill_bytes(at, y + l * width, scale, bytes + 4 * l));
        row_at[l] = rows[l];
        place_of[rows[l]] = (uint32_t)(t * ITEMS + l);
        offsets[l] = of->shifted;
        length = of->length > length ? of->length : length;
        top = of->shifted > top ? of->shifted : top;
    }
    for (size_t l = count; l < ITEMS; l++) {
        row_at[l] = PALATE_NO_ROW;
        offsets[l] = -INFINITY;
    }
    ((uint16_t *)palate__writable(index->empty))[t] = (uint16_t)(0xFFFFU << count);
    ((float *)palate__writable(tiles->scales))[t] = scale;
    ((float *)palate__writable(tiles->misses))[t] = palate__round_up(miss);
    ((float *)palate__writable(tiles->lengths))[t] = length;
    ((float *)palate__writable(tiles->tops))[t] = top;
}

static void fill_window(const building *at, size_t first, size_t count, double *y)
{
    uint32_t rows[WINDOW];
    const size_t width = at->index->balance.width;
    order_window(at, at->keys + at->item_count + first, count, rows);
    for (size_t begin = 0; begin < count; begin += BATCH) {
        const size_t end = count - begin < BATCH ? count : begin + BATCH;
        transform(at, rows + begin, end - begin, y);
        for (size_t i = begin; i < end; i += ITEMS)
            fill_tile(at, (first + i) / ITEMS, rows + i, end - i < ITEMS ? end - i : ITEMS,
                      y + (i - begin) * width);
    }
}

static void fill_windows(size_t task, int thread, void *argument)
{
    const building *at = argument;
    double *y = at->scratch + (size_t)thread * BATCH * at->index->balance.width;
    const size_t first = task * ITEMS_A_TASK;
    const size_t left = at->item_count - first;
    const size_t end = first + (left < ITEMS_A_TASK ? left : ITEMS_A_TASK);
    for (size_t begin = first; begin < end; begin += WINDOW)
        fill_window(at, begin, end - begin < WINDOW ? end - begin : WINDOW, y);
}

/* ---- All of it ---- */

static palate_status allocate_tiles(palate_context *context, size_t item_count,
                                    palate__index *index, palate_error *err)
{
    const size_t count = (item_count + ITEMS - 1) / ITEMS;
    const size_t width = index->balance.width;
    /* Bytes; offset, row and place of each item; of each tile four floats and what is empty. */
    char *memory = palate__allocate_array(
        context, count, ITEMS * (width + 12) + 4 * sizeof(float) + sizeof(uint16_t));
    if (memory == NULL)
        return palate__fail_memory(err, "indexing items");
    palate__use_huge_pages(memory, count * ITEMS * width);
    const float *floats = (const float *)(const void *)(memory + count * ITEMS * width);
    index->memory = memory;
    index->tile_count = count;
    index->tiles = (palate__tiles){.quads = width / 4,
                                   .bytes = (const uint8_t *)memory,
                                   .offsets = floats,
                                   .scales = floats + count * ITEMS,
                                   .misses = floats + count * (ITEMS + 1),
                                   .lengths = floats + count * (ITEMS + 2),
                                   .tops = floats + count * (ITEMS + 3)};
    index->rows = (const uint32_t *)(const void *)(floats + count * (ITEMS + 4));
    index->places = index->rows + count * ITEMS;
    index->empty = (const uint16_t *)(const void *)(index->places + count * ITEMS);
    return PALATE_OK;
}

static palate_status build(building *at, int threads, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = at->model->context;
    const size_t n = at->item_count;
    const size_t task_count = (n + ITEMS_A_TASK - 1) / ITEMS_A_TASK;
    const size_t scratch = (size_t)threads * BATCH * at->index->balance.width;
    PALATE_TRY(allocate_tiles(context, n, at->index, err));
    at->marks = palate__allocate_array(context, n, sizeof *at->marks);
    at->found = palate__allocate_array(context, task_count, sizeof *at->found);
    at->keys = palate__allocate_array(context, 2 * n, sizeof *at->keys);
    at->scratch = palate__allocate_array(context, scratch, sizeof *at->scratch);
    if (at->marks == NULL || at->found == NULL || at->keys == NULL || at->scratch == NULL)
        PALATE_TRY(palate__fail_memory(err, "indexing items"));
    palate__parallel_for(threads, task_count, mark_items, at);
    gather_extremes(at, task_count);
    if (!at->index->sound)
        goto done;
    at->user_length = mean_user_length(at);
    order_items(at);
    palate__parallel_for(threads, task_count, fill_windows, at);
done:
    palate__release(context, at->marks);
    palate__release(context, at->found);
    palate__release(context, at->keys);
    palate__release(context, at->scratch);
    return status;
}

palate_status palate__index_create(const palate_model *model, int threads, palate__index **out,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = NULL;
    assert(model->factor_count <= PALATE__INDEX_FACTORS_MOST);
    palate__index *index = palate__allocate_zeroed(model->context, 1, sizeof *index);
    if (index == NULL)
        return palate__fail_memory(err, "indexing items");
    building at = {.model = model,
                   .kernels = palate__kernels_get(),
                   .index = index,
                   .item_count = model->items.ids.count};
    PALATE_TRY(palate__balance_create(model, &index->balance, err));
    for (size_t f = 0; f < model->factor_count; f++)
        at.mean_product += index->balance.user_mean[f] * index->balance.item_mean[f];
    PALATE_TRY(build(&at, threads, err));
    *out = index;
    return PALATE_OK;
done:
    palate__index_free(model->context, index);
    return status;
}

void palate__index_free(palate_context *context, void *index)
{
    palate__index *made = index;
    if (made == NULL)
        return;
    palate__balance_free(context, &made->balance);
    palate__release(context, made->memory);
    palate__release(context, made);
}
