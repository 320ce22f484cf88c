/* SPDX-License-Identifier: Apache-2.0 */
/* Status codes, the error a caller owns, and the library's version.
 *
 * Every call that can fail returns a palate_status and takes an optional `palate_error *`. The
 * library never prints, exits, aborts or installs signal handlers; the one environment variable it
 * reads is PALATE_ISA (see kernels below); libcurl, where palate_data_get() fetches, reads those of proxies.
 */
#ifndef PALATE_STATUS_H
#define PALATE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PALATE_API __attribute__((visibility("default")))
#define PALATE_MUST_CHECK __attribute__((warn_unused_result))
#else
#define PALATE_API
#define PALATE_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PALATE_VERSION_MAJOR 0
#define PALATE_VERSION_MINOR 1
#define PALATE_VERSION_PATCH 0
#define PALATE_VERSION "0.1.0"

/** What a call came to. The numbers are frozen: new codes are added at the end. */
typedef enum palate_status {
    PALATE_OK = 0,            /**< Success. */
    PALATE_E_INVALID = 1,     /**< An argument or option is wrong: the caller's mistake. */
    PALATE_E_NOMEM = 2,       /**< Memory ran out. */
    PALATE_E_IO = 3,          /**< A file could not be opened, read or written. */
    PALATE_E_FORMAT = 4,      /**< The content of a file is not what it should be. */
    PALATE_E_UNKNOWN_ID = 5,  /**< A user or item that the model does not know. */
    PALATE_E_STOPPED = 6,     /**< A callback asked to stop; the call says what it left behind. */
    PALATE_E_UNSUPPORTED = 7, /**< Understood, but not possible with this build or this model. */
    PALATE_E_INTERNAL = 8     /**< A defect of palate; please report it. */
} palate_status;

/** Size of the message of an error, in bytes, its terminating zero included. Longer messages are
 * cut at a character. */
#define PALATE_MESSAGE_BYTES 1000

/**
 * What went wrong, for a person. Owned by the caller; needs no initialization and no release.
 * Written only when a call fails.
 */
typedef struct palate_error {
    palate_status status; /**< The code the call returned. */
    int64_t line;         /**< 1-based line of the input, or 0 where there is none. */
    int64_t column;       /**< 1-based field of that line, or 0 where there is none. */
    char message[PALATE_MESSAGE_BYTES]; /**< UTF-8; names the file, line, field and value, and what
                                           to do. */
} palate_error;

/** @return The name of a status, such as "PALATE_E_FORMAT"; "PALATE_E_?" for a number that is none.
 * Never NULL. */
PALATE_API const char *palate_status_name(palate_status status);

/** @return The version of the library that runs, such as "0.1.0". Compare it with PALATE_VERSION,
 * that of the header. */
PALATE_API const char *palate_version(void);

/**
 * @return The name of the kernels chosen for this machine ("generic", "avx2", "avx512",
 * "avx512vnni", "amx"; "neon"). The environment variable PALATE_ISA forces another set that the machine can
 * run; it is read once, at first use.
 */
PALATE_API const char *palate_kernels_name(void);

#ifdef __cplusplus
}
#endif

#endif
