/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums of a file, by libcrypto. */
#ifndef PALATE_DATASETS_DIGEST_H
#define PALATE_DATASETS_DIGEST_H

#include "base/context.h"

enum { PALATE__SHA256_DIGITS = 64, PALATE__MD5_DIGITS = 32 };

/* In hexadecimal, lower case. */
typedef struct palate__digests {
    char sha256[PALATE__SHA256_DIGITS + 1];
    char md5[PALATE__MD5_DIGITS + 1]; /* "" where this machine does not allow MD5. */
    int64_t bytes;
} palate__digests;

palate_status palate__digest_file(palate_context *context, const char *path, palate__digests *out,
                                  palate_error *err);

#endif
