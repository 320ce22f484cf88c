/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the caller's error, and passing failures up. */
#ifndef PALATE_BASE_ERROR_H
#define PALATE_BASE_ERROR_H

#include "base/compiler.h"
#include "palate/status.h"

#include <stddef.h>

/* Runs a call that returns palate_status; on failure leaves it in `status` and goes to the one
 * exit. */
#define PALATE_TRY(call)                                                                           \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != PALATE_OK)                                                                   \
            goto done;                                                                             \
    } while (0)

/* Writes the error (NULL is allowed) and returns `status`. */
palate_status palate__fail(palate_error *err, palate_status status, const char *format, ...)
    PALATE__PRINTF(3, 4);

/* The same for a place in an input; line and column count from 1, 0 stands for none. */
palate_status palate__fail_at(palate_error *err, palate_status status, int64_t line, int64_t column,
                              const char *format, ...) PALATE__PRINTF(5, 6);

/* "out of memory while <doing>, <bytes> bytes wanted". */
palate_status palate__fail_memory(palate_error *err, const char *doing);

/* "<path>: cannot <verb>: <text of errno>". */
palate_status palate__fail_io(palate_error *err, const char *path, const char *verb,
                              int error_number);

/* Makes a message fit to be shown, in place: a character that the end of `size` bytes cut in two goes,
 * control characters and bytes that are not UTF-8 become '?'. The calls above do so. */
void palate__clean_message(char *message, size_t size);

#if defined(__clang_analyzer__) && !defined(PALATE__DEFINES_FAIL)
/* The static analyzer does not look into error.c: tell it that a failure is never PALATE_OK. */
#define palate__fail(err, status, ...) ((void)palate__fail(err, status, __VA_ARGS__), (status))
#define palate__fail_memory(err, doing) ((void)palate__fail_memory(err, doing), PALATE_E_NOMEM)
#define palate__fail_at(err, status, ...)                                                          \
    ((void)palate__fail_at(err, status, __VA_ARGS__), (status))
#define palate__fail_io(err, ...) ((void)palate__fail_io(err, __VA_ARGS__), PALATE_E_IO)
#endif

#endif
