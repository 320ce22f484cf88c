/* SPDX-License-Identifier: Apache-2.0 */
/* The one place for compiler extensions. */
#ifndef PALATE_BASE_COMPILER_H
#define PALATE_BASE_COMPILER_H

#define PALATE__PRINTF(text, first) __attribute__((format(printf, text, first)))
#define PALATE__RESTRICT restrict
#define PALATE__ALWAYS_INLINE static inline __attribute__((always_inline))
#define PALATE__LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PALATE__UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define PALATE__PREFETCH(address) __builtin_prefetch((address), 0, 3)
#define PALATE__PREFETCH_WRITE(address) __builtin_prefetch((address), 1, 3)

/* Eight bytes of any alignment as a number whose lowest byte is the first. */
PALATE__ALWAYS_INLINE unsigned long long palate__load_word(const char *at)
{
    unsigned long long word;
    __builtin_memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Code in which the thread sanitizer cannot follow the OpenMP run time. */
#define PALATE__NO_THREAD_SANITIZER __attribute__((no_sanitize("thread")))

/* ThreadSanitizer's run time, for telling it about synchronization it cannot see. */
#if defined(__SANITIZE_THREAD__)
#define PALATE__THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PALATE__THREAD_SANITIZER 1
#endif
#endif

#endif
