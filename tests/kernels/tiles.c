/* SPDX-License-Identifier: Apache-2.0 */
/* Screens in bytes: numbers are chosen so that nothing is rounded, and then every set of kernels must
 * say exactly what the definition says.
 */
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS = PALATE__TILE_ITEMS, USERS = PALATE__TILE_USERS, TILES = 150, QUADS_MOST = 32 };

static uint32_t state = 1;

/* A whole number from low to high. */
static int draw(int low, int high)
{
    state = state * 1664525U + 1013904223U;
    return low + (int)((state >> 8) % (uint32_t)(high - low + 1));
}

typedef struct example {
    palate__tiles tiles;
    palate__tile_users users;
    uint8_t *bytes;
    int8_t *user_bytes;
    float offsets[TILES * ITEMS];
    float scales[TILES], misses[TILES], lengths[TILES], tops[TILES];
    uint16_t hidden[USERS][TILES];
} example;

static void *aligned_bytes(size_t count)
{
    void *memory = aligned_alloc(64, (count + 63) / 64 * 64);
    assert_non_null(memory);
    return memory;
}

static void fill_tiles(example *made, size_t quads, bool extreme)
{
    made->bytes = aligned_bytes(TILES * quads * 4 * ITEMS);
    for (size_t b = 0; b < TILES * quads * 4 * ITEMS; b++)
        made->bytes[b] = (uint8_t)(extreme ? 255 * draw(0, 1) : draw(0, 255));
    for (size_t t = 0; t < TILES; t++) {
        made->tops[t] = -INFINITY;
        made->scales[t] = extreme ? 1.0F : 1.0F / (float)(1 << draw(0, 2));
        made->misses[t] = extreme ? 0.0F : (float)draw(0, 32) / 8.0F;
        made->lengths[t] = extreme ? 0.0F : (float)draw(0, 256) / 8.0F;
        for (size_t l = 0; l < ITEMS; l++) {
            float *offset = &made->offsets[t * ITEMS + l];
            *offset = extreme ? 0.0F : (float)draw(-512, 512) / 16.0F;
            made->tops[t] = *offset > made->tops[t] ? *offset : made->tops[t];
        }
    }
    made->tiles = (palate__tiles){quads,        made->bytes,   made->offsets, made->scales,
                                  made->misses, made->lengths, made->tops};
}

static void fill_users(example *made, size_t quads, size_t count, int limit, bool extreme)
{
    made->user_bytes = aligned_bytes(quads * 4 * USERS);
    memset(made->user_bytes, 0, quads * 4 * USERS);
    made->users = (palate__tile_users){.count = count, .bytes = made->user_bytes};
    for (size_t r = 0; r < USERS; r++) {
        made->users.thresholds[r] = INFINITY;
        if (r >= count)
            continue;
        int sum = 0;
        for (size_t f = 0; f < quads * 4; f++) {
            const int byte = extreme ? limit * (2 * draw(0, 1) - 1) : draw(-limit, limit);
            made->user_bytes[(f / 4 * USERS + r) * 4 + f % 4] = (int8_t)byte;
            sum += byte;
        }
        made->users.scales[r] = extreme ? 1.0F : 1.0F / (float)(1 << draw(0, 2));
        made->users.shifts[r] = 128.0F * (float)sum * made->users.scales[r];
        made->users.reaches[r] = (float)draw(0, 32) / 8.0F;
        made->users.misses[r] = (float)draw(0, 32) / 8.0F;
        made->users.lengths[r] = extreme ? 1e9F : (float)draw(0, 256);
        made->users.thresholds[r] = (float)draw(-2000, 8000);
    }
    if (count > 2)
        made->users.thresholds[2] = -INFINITY;
    if (count > 5)
        made->users.thresholds[5] = NAN;
    for (size_t r = 0; r < USERS; r++)
        for (size_t t = 0; t < TILES; t++)
            made->hidden[r][t] = (uint16_t)draw(0, 65535);
}

static example *make_example(size_t quads, size_t count, int limit, bool extreme)
{
    example *made = calloc(1, sizeof *made);
    assert_non_null(made);
    fill_tiles(made, quads, extreme);
    fill_users(made, quads, count, limit, extreme);
    return made;
}

static void free_example(example *made)
{
    free(made->bytes);
    free(made->user_bytes);
    free(made);
}

/* ---- The definition ---- */

static double value_of(const example *of, size_t t, size_t l, size_t r)
{
    const size_t quads = of->tiles.quads;
    double sum = 0.0;
    for (size_t f = 0; f < quads * 4; f++)
        sum += (double)of->bytes[((t * quads + f / 4) * ITEMS + l) * 4 + f % 4] *
               (double)of->user_bytes[(f / 4 * USERS + r) * 4 + f % 4];
    return sum * (double)of->users.scales[r] * (double)of->scales[t] +
           (double)of->offsets[t * ITEMS + l];
}

static double error_of(const example *of, size_t t, size_t r)
{
    return (double)of->users.reaches[r] * (double)of->misses[t] +
           (double)of->users.misses[r] * (double)of->lengths[t];
}

static double shift_of(const example *of, size_t t, size_t r)
{
    return (double)of->users.shifts[r] * (double)of->scales[t];
}

static uint16_t lanes_of(const example *of, size_t t, size_t r)
{
    const double limit = (double)of->users.thresholds[r] + shift_of(of, t, r) - error_of(of, t, r);
    unsigned lanes = 0;
    for (size_t l = 0; l < ITEMS; l++)
        lanes |= (unsigned)!(value_of(of, t, l, r) < limit) << l;
    return (uint16_t)lanes;
}

static bool may_hold(const example *of, size_t t)
{
    bool found = false;
    for (size_t r = 0; r < of->users.count; r++)
        found |= !((double)of->tops[t] + (double)of->users.lengths[r] * (double)of->lengths[t] <
                   (double)of->users.thresholds[r]);
    return found;
}

static size_t screen(const example *of, size_t first, size_t end, palate__tile_hits *out)
{
    size_t count = 0;
    for (size_t t = first; t < end; t++) {
        palate__tile_hits hits = {.tile = (uint32_t)t};
        bool any = false;
        for (size_t r = 0; r < of->users.count && may_hold(of, t); r++) {
            hits.lanes[r] = lanes_of(of, t, r);
            any |= hits.lanes[r] != 0;
        }
        if (any)
            out[count++] = hits;
    }
    return count;
}

/* ---- Comparison ---- */

typedef void (*check)(const palate__kernels *kernels, const example *of);

static void check_screen(const palate__kernels *kernels, const example *of)
{
    static const size_t ranges[][2] = {{0, TILES}, {0, 0}, {7, 8}, {3, 68}, {1, 66}, {20, 149}};
    palate__tile_hits expected[TILES], hits[TILES + 1];
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const size_t count = screen(of, ranges[i][0], ranges[i][1], expected);
        memset(hits, 0xAA, sizeof hits);
        assert_int_equal(
            kernels->screen_tiles(&of->tiles, &of->users, ranges[i][0], ranges[i][1], hits), count);
        assert_memory_equal(hits, expected, count * sizeof *hits);
        assert_int_equal(hits[TILES].tile, 0xAAAAAAAA);
    }
}

static void check_maxima(const palate__kernels *kernels, const example *of)
{
    static const size_t ranges[][2] = {{0, 32}, {5, 5}, {9, 10}, {3, 14}};
    const uint16_t *hidden[USERS];
    for (size_t r = 0; r < of->users.count; r++)
        hidden[r] = of->hidden[r];
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        float maxima[USERS * ITEMS];
        for (size_t l = 0; l < USERS * ITEMS; l++)
            maxima[l] = 12345.0F;
        kernels->tile_maxima(&of->tiles, &of->users, ranges[i][0], ranges[i][1], hidden, maxima);
        for (size_t l = 0; l < USERS * ITEMS; l++) {
            const size_t r = l / ITEMS;
            double expected = r < of->users.count ? -INFINITY : 12345.0;
            for (size_t t = ranges[i][0]; r < of->users.count && t < ranges[i][1]; t++)
                if ((of->hidden[r][t] >> l % ITEMS & 1) == 0)
                    expected = fmax(expected, value_of(of, t, l % ITEMS, r) - shift_of(of, t, r) -
                                                  error_of(of, t, r));
            assert_true((double)maxima[l] == expected);
        }
    }
}

static void check_all_sets(check compare, bool extreme)
{
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        for (size_t quads = 4; quads <= QUADS_MOST; quads += 4) {
            for (size_t count = 1; count <= USERS; count++) {
                example *of = make_example(quads, count, extreme ? kernels->byte_limit : 4,
                                           extreme);
                compare(kernels, of);
                free_example(of);
            }
        }
    }
}

static void test_screens_say_what_the_definition_says(void **unused)
{
    (void)unused;
    check_all_sets(check_screen, false);
}

static void test_the_largest_bytes_do_not_overflow(void **unused)
{
    (void)unused;
    check_all_sets(check_screen, true);
}

static void test_maxima(void **unused)
{
    (void)unused;
    check_all_sets(check_maxima, false);
}

/* Bounds that overflow or are no numbers are no reason to leave anything out. */
static void test_what_is_no_number_is_let_through(void **unused)
{
    (void)unused;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        example *of = make_example(4, 3, 4, false);
        palate__tile_hits hits[TILES];
        for (size_t r = 0; r < 3; r++)
            of->users.thresholds[r] = 1e38F;
        of->users.lengths[1] = INFINITY;
        of->users.misses[1] = INFINITY;
        for (size_t t = 0; t < TILES; t++)
            of->lengths[t] = (float)(t % 2);
        assert_int_equal(kernels->screen_tiles(&of->tiles, &of->users, 0, TILES, hits), TILES);
        for (size_t t = 0; t < TILES; t++) {
            assert_int_equal(hits[t].tile, t);
            assert_int_equal(hits[t].lanes[0], 0);
            assert_int_equal(hits[t].lanes[1], 0xFFFF);
        }
        free_example(of);
    }
}

/* ---- Whole steps ---- */

static void check_steps(const palate__kernels *kernels, double *values, size_t count, double step,
                        int limit)
{
    int8_t steps[100];
    double expected = 0.0;
    memset(steps, 77, sizeof steps);
    const double left = kernels->to_steps(values, count, step, limit, steps);
    for (size_t f = 0; f < count; f++) {
        const double away = values[f] - step * steps[f];
        expected += away * away;
        assert_in_range(steps[f] + limit, 0, 2 * limit);
        if (fabs(values[f]) <= step * limit)
            assert_true(fabs(away) <= 0.5000001 * step);
        else
            assert_int_equal(abs(steps[f]), limit);
    }
    assert_true(fabs(left - expected) <= 1e-12 * (expected + 1e-300));
    assert_int_equal(steps[count], 77);
}

static void test_whole_steps(void **unused)
{
    (void)unused;
    static const double scales[] = {1.0, 1e-3, 1e15, 1e-300};
    double values[96];
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (size_t i = 0; i < 4 * 6 * 3; i++) {
            const double scale = scales[i % 4];
            for (size_t f = 0; f < 96; f++)
                values[f] = scale * draw(-1300, 1300) / 10.0;
            check_steps(palate__kernels_all()[set], values, 16 * (i / 4 % 6), scale,
                        i / 24 == 0   ? 127
                        : i / 24 == 1 ? 64
                                      : 1);
        }
        int8_t steps[16];
        for (size_t f = 0; f < 16; f++)
            values[f] = f % 3 == 0 ? NAN : f % 3 == 1 ? INFINITY : -1e300;
        (void)palate__kernels_all()[set]->to_steps(values, 16, 1e-10, 127, steps);
        for (size_t f = 0; f < 16; f++)
            assert_in_range(steps[f] + 127, 0, 254);
    }
}

/* ---- Transforms ---- */

/* In whole numbers, and so exact in any order. */
static void test_transforms(void **unused)
{
    (void)unused;
    enum { ROWS = 21, LENGTH = 70, WIDTH_MOST = 64 };
    float rows[ROWS][LENGTH];
    const float *places[ROWS];
    double *matrix = aligned_bytes(LENGTH * WIDTH_MOST * sizeof *matrix);
    double *out = aligned_bytes((ROWS + 1) * WIDTH_MOST * sizeof *out);
    double begin[WIDTH_MOST];
    for (size_t r = 0; r < ROWS; r++) {
        places[r] = rows[(r * 8 + 3) % ROWS];
        for (size_t f = 0; f < LENGTH; f++)
            rows[r][f] = (float)draw(-99, 99);
    }
    for (size_t i = 0; i < LENGTH * WIDTH_MOST; i++)
        matrix[i] = draw(-99, 99);
    for (size_t j = 0; j < WIDTH_MOST; j++)
        begin[j] = draw(-99, 99);
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (size_t length = 1; length <= LENGTH; length += length < 4 ? 1 : 11) {
            for (size_t c = 0; c <= ROWS * (WIDTH_MOST / 16); c++) {
                const size_t count = c % (ROWS + 1), width = 16 * (c % (WIDTH_MOST / 16) + 1);
                const palate__transform by = {matrix, begin, length, width};
                out[count * width] = 0.5;
                palate__kernels_all()[set]->transform(&by, places, count, out);
                assert_true(out[count * width] == 0.5);
                for (size_t i = 0; i < count * width; i++) {
                    double expected = begin[i % width];
                    for (size_t f = 0; f < length; f++)
                        expected += (double)places[i / width][f] * matrix[f * width + i % width];
                    assert_true(out[i] == expected);
                }
            }
        }
    }
    free(matrix);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens_say_what_the_definition_says),
        cmocka_unit_test(test_the_largest_bytes_do_not_overflow),
        cmocka_unit_test(test_maxima),
        cmocka_unit_test(test_what_is_no_number_is_let_through),
        cmocka_unit_test(test_whole_steps),
        cmocka_unit_test(test_transforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
