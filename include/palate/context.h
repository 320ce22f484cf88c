/* SPDX-License-Identifier: Apache-2.0 */
/* The context: where memory comes from and where log lines go. Optional: NULL stands for malloc and
 * silence. */
#ifndef PALATE_CONTEXT_H
#define PALATE_CONTEXT_H

#include "palate/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Memory functions of the caller. Both must be safe to call from several threads at once. */
typedef struct palate_allocator {
    void *(*allocate)(size_t bytes, void *user); /**< As malloc: NULL when there is none. */
    void (*release)(void *memory, void *user);   /**< As free; never called with NULL. */
    void *user;                                  /**< Handed to both, untouched. */
} palate_allocator;

typedef enum palate_log_level {
    PALATE_LOG_ERROR = 0,
    PALATE_LOG_WARNING = 1,
    PALATE_LOG_INFO = 2,
    PALATE_LOG_DEBUG = 3
} palate_log_level;

/** Receives one line without its newline. Called from the thread that called the library. */
typedef void (*palate_log_callback)(palate_log_level level, const char *line, void *user);

typedef struct palate_context palate_context;

/**
 * Make a context.
 *
 * @param allocator  NULL means malloc and free. Copied. Memory of the libraries palate stands on
 * (zlib, zstd, SQLite, jansson, OpenMP) does not pass through it.
 * @param log        NULL means no log.
 * @param log_user   Handed to `log`, untouched.
 * @param[out] out   The context, released with palate_context_free() after every object made with
 * it. NULL on failure.
 * @return PALATE_OK, PALATE_E_INVALID (out is NULL, or an allocator that lacks a function) or
 * PALATE_E_NOMEM.
 * @threads A context may be shared by threads.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_context_create(const palate_allocator *allocator,
                                                                 palate_log_callback log,
                                                                 void *log_user,
                                                                 palate_context **out,
                                                                 palate_error *err);

/** Release a context. NULL is allowed. */
PALATE_API void palate_context_free(palate_context *context);

#ifdef __cplusplus
}
#endif

#endif
