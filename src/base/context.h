/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and log lines, by way of the context. A NULL context means malloc and silence. */
#ifndef PALATE_BASE_CONTEXT_H
#define PALATE_BASE_CONTEXT_H

#include "base/error.h"
#include "palate/context.h"

/* All memory is aligned to this many bytes: a cache line, and the widest vector. */
#define PALATE__ALIGNMENT 64

/* Returns NULL when memory runs out. Zero bytes give a pointer that may be released. */
void *palate__allocate(palate_context *context, size_t bytes);

/* count * size bytes; NULL also when the product overflows. */
void *palate__allocate_array(palate_context *context, size_t count, size_t size);

/* The same, set to zero. */
void *palate__allocate_zeroed(palate_context *context, size_t count, size_t size);

/* Like realloc for arrays: keeps the first old_count elements, releases the old memory only on
 * success. */
void *palate__resize_array(palate_context *context, void *memory, size_t old_count,
                           size_t new_count, size_t size);

/* Asks for huge pages in a large piece of memory that is written all over: fewer page faults, and
 * fewer misses of the address translation where it is read at random. */
void palate__use_huge_pages(void *memory, size_t bytes);

/* Memory that is no longer needed, though its allocation still stands: what the system can take back
 * of it, it takes. Its contents are lost. */
void palate__give_back(void *memory, size_t bytes);

/* One more owner of memory that nobody changes any more: it is there until each of them, in whatever thread, has
 * released it. Returns the memory. */
void *palate__share(const void *memory);

/* What of memory lies from `offset` on, a multiple of PALATE__ALIGNMENT, as memory by itself: both are released, and all
 * goes with the last of them. PALATE__ALIGNMENT bytes before `offset` are lost. */
void *palate__divide(void *memory, size_t offset);

/* NULL is allowed. */
void palate__release(palate_context *context, void *memory);

/* A zero-terminated copy of `bytes` bytes of text. */
char *palate__copy_text(palate_context *context, const char *text, size_t bytes);

void palate__log(palate_context *context, palate_log_level level, const char *format, ...)
    PALATE__PRINTF(3, 4);

#endif
