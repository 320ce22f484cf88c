/* SPDX-License-Identifier: Apache-2.0 */
/* Writing past the processor's cache: whole lines of it that nobody reads soon go to memory as they are, which they
 * else are fetched from first, and leave the cache to others.
 *
 * Other threads see what was written after palate__stream_end().
 */
#ifndef PALATE_BASE_STREAM_H
#define PALATE_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Numbers of 32 bits in a line. */
enum { PALATE__LINE_WORDS = 16 };

/* Two numbers that belong together, while they wait for more. */
typedef struct palate__pair {
    uint32_t number;
    float value;
} palate__pair;

#if defined(__SSE2__)
#include <emmintrin.h>

/* A line of pairs as a line of numbers and one of values. All three begin where a line does. */
static inline void palate__stream_pairs(const palate__pair *pairs, uint32_t *numbers, float *values)
{
    enum { TOGETHER = 4 };
    for (size_t e = 0; e < PALATE__LINE_WORDS; e += TOGETHER) {
        const __m128 some = _mm_load_ps((const float *)(const void *)(pairs + e));
        const __m128 more = _mm_load_ps((const float *)(const void *)(pairs + e + TOGETHER / 2));
        _mm_stream_ps((float *)(void *)(numbers + e), _mm_shuffle_ps(some, more, 0x88));
    }
    for (size_t e = 0; e < PALATE__LINE_WORDS; e += TOGETHER) {
        const __m128 some = _mm_load_ps((const float *)(const void *)(pairs + e));
        const __m128 more = _mm_load_ps((const float *)(const void *)(pairs + e + TOGETHER / 2));
        _mm_stream_ps(values + e, _mm_shuffle_ps(some, more, 0xDD));
    }
}

/* A line that begins where one does, out of numbers that lie anywhere. */
static inline void palate__stream_line(const uint32_t *from, uint32_t *to)
{
    for (size_t part = 0; part < PALATE__LINE_WORDS / 4; part++)
        _mm_stream_si128((__m128i *)(void *)to + part,
                         _mm_loadu_si128((const __m128i *)(const void *)from + part));
}

static inline void palate__stream_end(void)
{
    _mm_sfence();
}
#else
static inline void palate__stream_pairs(const palate__pair *pairs, uint32_t *numbers, float *values)
{
    for (size_t e = 0; e < PALATE__LINE_WORDS; e++) {
        numbers[e] = pairs[e].number;
        values[e] = pairs[e].value;
    }
}

static inline void palate__stream_line(const uint32_t *from, uint32_t *to)
{
    memcpy(to, from, PALATE__LINE_WORDS * sizeof *to);
}

static inline void palate__stream_end(void)
{
}
#endif

/* `count` numbers to anywhere: whole lines of the target go past the cache. */
static inline void palate__stream_words(const void *from, void *to, size_t count)
{
    const uint32_t *at = from;
    uint32_t *target = to;
    size_t before = (0 - (uintptr_t)target / sizeof *target) % PALATE__LINE_WORDS;
    before = before < count ? before : count;
    memcpy(target, at, before * sizeof *target);
    size_t e = before;
    for (; e + PALATE__LINE_WORDS <= count; e += PALATE__LINE_WORDS)
        palate__stream_line(at + e, target + e);
    memcpy(target + e, at + e, (count - e) * sizeof *target);
}

#endif
