/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/context.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct palate_context {
    palate_allocator allocator;
    palate_log_callback log;
    void *log_user;
};

static void *default_allocate(size_t bytes, void *user)
{
    (void)user;
    return malloc(bytes);
}

static void default_release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static const palate_allocator DEFAULT_ALLOCATOR = {default_allocate, default_release, NULL};

static const palate_allocator *allocator_of(const palate_context *context)
{
    return context == NULL ? &DEFAULT_ALLOCATOR : &context->allocator;
}

palate_status palate_context_create(const palate_allocator *allocator, palate_log_callback log,
                                    void *log_user, palate_context **out, palate_error *err)
{
    if (out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_context_create: out is NULL");
    *out = NULL;
    if (allocator == NULL)
        allocator = &DEFAULT_ALLOCATOR;
    if (allocator->allocate == NULL || allocator->release == NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_context_create: the allocator lacks a function");
    palate_context *context = allocator->allocate(sizeof *context, allocator->user);
    if (context == NULL)
        return palate__fail_memory(err, "making a context");
    *context = (palate_context){*allocator, log, log_user};
    *out = context;
    return PALATE_OK;
}

void palate_context_free(palate_context *context)
{
    if (context != NULL)
        context->allocator.release(context, context->allocator.user);
}

/* A block as the allocator gave it, and the aligned memory within; what is just before the memory leads
 * back to the block:
 *
 *     block [ padding | head | memory, aligned ... ]
 */
typedef struct head {
    void *block;
    struct head *whole; /* Of the block; that of a part of it leads there. */
    size_t bytes;
    atomic_size_t owners; /* Each releases the memory. */
} head;

static head *head_of(const void *memory)
{
    return (head *)((uintptr_t)memory - sizeof(head));
}

void *palate__allocate(palate_context *context, size_t bytes)
{
    const size_t extra = PALATE__ALIGNMENT + sizeof(head);
    if (bytes > PTRDIFF_MAX - extra)
        return NULL;
    const palate_allocator *allocator = allocator_of(context);
    char *block = allocator->allocate(bytes + extra, allocator->user);
    if (block == NULL)
        return NULL;
    char *memory = block + sizeof(head);
    memory += (PALATE__ALIGNMENT - (uintptr_t)memory % PALATE__ALIGNMENT) % PALATE__ALIGNMENT;
    head_of(memory)->block = block;
    head_of(memory)->whole = head_of(memory);
    head_of(memory)->bytes = bytes;
    atomic_init(&head_of(memory)->owners, 1);
    return memory;
}

void *palate__allocate_array(palate_context *context, size_t count, size_t size)
{
    size_t bytes = 0;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : palate__allocate(context, bytes);
}

void *palate__allocate_zeroed(palate_context *context, size_t count, size_t size)
{
    void *memory = palate__allocate_array(context, count, size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

void *palate__resize_array(palate_context *context, void *memory, size_t old_count,
                           size_t new_count, size_t size)
{
    void *larger = palate__allocate_array(context, new_count, size);
    if (larger == NULL)
        return NULL;
    size_t kept = old_count < new_count ? old_count : new_count;
    if (memory != NULL && kept > 0)
        memcpy(larger, memory, kept * size);
    palate__release(context, memory);
    return larger;
}

void palate__use_huge_pages(void *memory, size_t bytes)
{
    /* Smaller pieces gain little, and may share a huge page with something else. */
    enum { LEAST_BYTES = 1 << 22, HUGE_BYTES = 1 << 21 };
    if (bytes < LEAST_BYTES)
        return;
    const uintptr_t begin = ((uintptr_t)memory + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
    const uintptr_t end = ((uintptr_t)memory + bytes) / HUGE_BYTES * HUGE_BYTES;
    if (end > begin)
        (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

void palate__give_back(void *memory, size_t bytes)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t begin = ((uintptr_t)memory + page - 1) / page * page;
    const uintptr_t end = ((uintptr_t)memory + bytes) / page * page;
    if (end > begin)
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
}

void *palate__share(const void *memory)
{
    head *of = head_of(memory);
    atomic_fetch_add_explicit(&of->whole->owners, 1, memory_order_relaxed);
    return of + 1;
}

void *palate__divide(void *memory, size_t offset)
{
    char *part = (char *)memory + offset;
    head_of(part)->whole = head_of(memory)->whole;
    return palate__share(part);
}

/* From here on memory is the system's again as soon as it is released: the C library keeps blocks of up to 32 MB, also
 * where nothing later fits between its others. A fit to 10 million ratings took .1 of their frame more by that. Smaller
 * ones, as those of a pilot's trials, are soon used again, and would have to be cleared each time. */
static const size_t GIVEN_BACK_FROM = (size_t)8 << 20;

void palate__release(palate_context *context, void *memory)
{
    if (memory == NULL)
        return;
    const palate_allocator *allocator = allocator_of(context);
    head *of = head_of(memory)->whole;
    if (atomic_fetch_sub_explicit(&of->owners, 1, memory_order_acq_rel) != 1)
        return;
    if (of->bytes >= GIVEN_BACK_FROM && allocator->release == default_release)
        palate__give_back(of + 1, of->bytes);
    allocator->release(of->block, allocator->user);
}

char *palate__copy_text(palate_context *context, const char *text, size_t bytes)
{
    char *copy = palate__allocate(context, bytes + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return copy;
}

void palate__log(palate_context *context, palate_log_level level, const char *format, ...)
{
    if (context == NULL || context->log == NULL)
        return;
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    context->log(level, line, context->log_user);
}
