/* SPDX-License-Identifier: Apache-2.0 */
#include "base/marks.h"

#include "base/compiler.h"

#include <string.h>

/* Bytes looked at together, one bit for each. */
enum { BLOCK_BYTES = 64 };

/* The processor fetches ahead by itself, but not beyond a page of a mapped file. */
enum { AHEAD_BYTES = 2048 };

#ifdef __SSE2__
#include <emmintrin.h>

/* Bit i: at[i] is a, b or c. */
static uint64_t marks_of(const char *at, char a, char b, char c)
{
    uint64_t marks = 0;
    for (size_t part = 0; part < BLOCK_BYTES / 16; part++) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * part));
        const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8(a)),
                                           _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8(b)),
                                                        _mm_cmpeq_epi8(text, _mm_set1_epi8(c))));
        marks |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << 16 * part;
    }
    return marks;
}
#else
/* The top bit of each byte of `word` that is zero, and no other bit. */
static uint64_t zero_bytes(uint64_t word)
{
    const uint64_t low = 0x7F7F7F7F7F7F7F7FU;
    return ~(((word & low) + low) | word | low);
}

/* Bit i: at[i] is a, b or c. */
static uint64_t marks_of(const char *at, char a, char b, char c)
{
    const uint64_t ones = 0x0101010101010101U;
    uint64_t marks = 0;
    for (size_t part = 0; part < BLOCK_BYTES / 8; part++) {
        const uint64_t text = palate__load_word(at + 8 * part);
        const uint64_t tops = zero_bytes(text ^ ones * (unsigned char)a) |
                              zero_bytes(text ^ ones * (unsigned char)b) |
                              zero_bytes(text ^ ones * (unsigned char)c);
        /* Brings the eight top bits together, that of the first byte lowest. */
        marks |= ((tops >> 7) * 0x0102040810204080U >> 56) << 8 * part;
    }
    return marks;
}
#endif

static size_t count_bits(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555U;
    word = (word & 0x3333333333333333U) + (word >> 2 & 0x3333333333333333U);
    word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0FU;
    return (size_t)(word * 0x0101010101010101U >> 56);
}

/* Eight at a time, whether there are as many or not: their number is hard to guess, and what is too
 * many is overwritten. */
static size_t list_bits(uint64_t marks, unsigned first, uint16_t *places)
{
    enum { TOGETHER = 8 };
    const size_t count = count_bits(marks);
    for (size_t done = 0; done < count; done += TOGETHER) {
        for (size_t i = 0; i < TOGETHER; i++) {
            places[done + i] = (uint16_t)(first +
                                          (unsigned)__builtin_ctzll(marks | UINT64_C(1) << 63));
            marks &= marks - 1;
        }
    }
    return count;
}

size_t palate__list_marks(const char *text, size_t bytes, char a, char b, char c,
                          uint16_t places[PALATE__MARKS_ROOM])
{
    size_t count = 0;
    size_t at = 0;
    for (; bytes - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
        PALATE__PREFETCH(text + at + AHEAD_BYTES);
        count += list_bits(marks_of(text + at, a, b, c), (unsigned)at + 1, places + count);
    }
    if (at < bytes) {
        char rest[BLOCK_BYTES] = {0};
        memcpy(rest, text + at, bytes - at);
        const uint64_t there = (UINT64_C(1) << (bytes - at)) - 1;
        count += list_bits(marks_of(rest, a, b, c) & there, (unsigned)at + 1, places + count);
    }
    return count;
}
