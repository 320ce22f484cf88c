/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of keys and ratings joined with them, of every set of kernels this machine can run. */
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SLOTS = 256, KEYS = 160 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

/* Keys of numbers, as ids have them; of them `crowd` begin their search at one of a few slots. */
static uint32_t mix_of(uint64_t key, int crowd)
{
    return crowd ? (uint32_t)(SLOTS - 3 + key % 5) : palate__mix(key);
}

static uint64_t key_of(uint32_t number)
{
    return (uint64_t)7 << PALATE__TOP_BYTE | (uint64_t)number * 0x10001;
}

static void fill(palate__key_slot slots[SLOTS], int crowd)
{
    memset(slots, 0, SLOTS * sizeof *slots);
    for (uint32_t number = 0; number < KEYS; number++) {
        uint32_t at = mix_of(key_of(number), crowd) % SLOTS;
        while (slots[at].key != 0)
            at = (at + 1) % SLOTS;
        slots[at] = (palate__key_slot){key_of(number), number};
    }
}

static void check_keys(const palate__kernels *kernels, const palate__key_slot *slots, int crowd,
                       uint32_t *seed)
{
    _Alignas(64) uint64_t keys[PALATE__GROUP] = {0};
    _Alignas(64) uint32_t mixed[PALATE__GROUP] = {0};
    _Alignas(64) uint32_t numbers[PALATE__GROUP];
    uint32_t wanted[PALATE__GROUP];
    const size_t count = 1 + next_random(seed) % PALATE__GROUP;
    const uint32_t among = next_random(seed) % 4 == 0 ? 1 : 2 * KEYS;
    const uint32_t from = next_random(seed) % (2 * KEYS);
    for (size_t i = 0; i < count; i++) {
        wanted[i] = (from + next_random(seed) % among) % (2 * KEYS);
        keys[i] = key_of(wanted[i]);
        mixed[i] = mix_of(keys[i], crowd);
    }
    const uint32_t found = kernels->find_keys(slots, SLOTS, keys, mixed, count, numbers);
    for (size_t i = 0; i < PALATE__GROUP; i++) {
        assert_int_equal(found >> i & 1, i < count && wanted[i] < KEYS);
        if ((found >> i & 1) != 0)
            assert_int_equal(numbers[i], wanted[i]);
    }
}

static void keys_are_found_where_they_are(void **state)
{
    (void)state;
    palate__key_slot slots[SLOTS];
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        uint32_t seed = 7;
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (int round = 0; round < 4000; round++) {
            if (round % 2000 == 0)
                fill(slots, round > 0);
            check_keys(palate__kernels_all()[set], slots, round >= 2000, &seed);
        }
    }
}

/* Padded numbers and numbered words too: nearly all begin at a slot of their own. */
static void keys_are_spread(void **state)
{
    (void)state;
    enum { MANY = 1 << 15, PLACES = 1 << 16 };
    static const struct {
        const char *before;
        int digits;
        const char *after;
    } forms[] = {{"", 1, ""}, {"", 7, ""}, {"u-", 1, ""}, {"", 1, ".x"}, {"7", 6, ""}};
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        unsigned char *taken = calloc(PLACES, 1);
        assert_non_null(taken);
        size_t shared = 0;
        for (uint32_t i = 0; i < MANY; i++) {
            char text[24] = "";
            palate__group_ids ids = {.longer = 0};
            const int bytes = snprintf(text, sizeof text, "%s%0*u%s", forms[form].before,
                                       forms[form].digits, i, forms[form].after);
            palate__group_id(&ids, 0, text, (size_t)bytes);
            assert_int_equal(ids.longer, 0);
            shared += taken[ids.mixed[0] % PLACES]++ > 0;
        }
        /* Of so many thrown by chance .213 share their place with one before. */
        assert_true(shared < MANY * 0.24);
        free(taken);
    }
}

/* One value of so many is odd. */
static void join(const palate__kernels *kernels, size_t count, uint32_t odd_ones, uint32_t *seed)
{
    _Alignas(64) uint32_t items[PALATE__GROUP] = {0};
    _Alignas(64) double values[PALATE__GROUP] = {0};
    static const double odd[] = {(double)NAN,     0.5, 5.0, 0.49999999999999994, 5.000000000000001,
                                 (double)INFINITY};
    uint32_t *out = malloc(2 * count * sizeof *out);
    assert_non_null(out);
    for (size_t r = 0; r < count; r++) {
        items[r] = next_random(seed);
        values[r] = next_random(seed) % odd_ones == 0 ? odd[next_random(seed) % 6]
                                                      : 0.5 + next_random(seed) % 73 / 16.0;
    }
    const int found = kernels->join_ratings(items, values, count, 0.5, 5.0, out);
    bool within = true;
    for (size_t r = 0; r < count; r++) {
        within = within && values[r] >= 0.5 && values[r] <= 5.0;
        const float value = (float)values[r];
        assert_int_equal(out[2 * r], items[r]);
        assert_memory_equal(&out[2 * r + 1], &value, sizeof value);
    }
    assert_int_equal(found, within);
    free(out);
}

static void ratings_are_joined_as_they_are(void **state)
{
    (void)state;
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        uint32_t seed = 3;
        if (!palate__kernels_usable(palate__kernels_all()[set]))
            continue;
        for (size_t round = 0; round < 640; round++)
            join(palate__kernels_all()[set], 1 + round % PALATE__GROUP, 4 + (uint32_t)(round / 8),
                 &seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_where_they_are),
        cmocka_unit_test(keys_are_spread),
        cmocka_unit_test(ratings_are_joined_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
