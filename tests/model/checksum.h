/* SPDX-License-Identifier: Apache-2.0 */
/* For tests and fuzzing that change a model file and want it read all the same. */
#ifndef PALATE_TESTS_MODEL_CHECKSUM_H
#define PALATE_TESTS_MODEL_CHECKSUM_H

#include "model/layout.h"

#include <inttypes.h>
#include <string.h>

typedef struct bytes {
    char *data;
    size_t count;
} bytes;

/* Writes the checksum that the file's content has, where its header has room for one. */
static inline void put_right_checksum(bytes file)
{
    const size_t digits = PALATE__LENGTH_BYTES + strlen(PALATE__HEADER_START) + 1 +
                          strlen(PALATE__HEADER_CHECKSUM);
    uint64_t header_bytes = 0;
    char text[PALATE__CHECKSUM_DIGITS + 1];
    if (file.count < digits + PALATE__CHECKSUM_DIGITS ||
        memcmp(file.data + digits - strlen(PALATE__HEADER_CHECKSUM), PALATE__HEADER_CHECKSUM,
               strlen(PALATE__HEADER_CHECKSUM)) != 0)
        return;
    memcpy(&header_bytes, file.data, sizeof header_bytes);
    const size_t room = file.count - PALATE__LENGTH_BYTES;
    if (header_bytes > room || header_bytes + PALATE__LENGTH_BYTES < digits + sizeof text - 1)
        return;
    const size_t start = PALATE__LENGTH_BYTES + (size_t)header_bytes;
    const palate__span data = {file.data + start, file.count - start};
    snprintf(text, sizeof text, "%016" PRIx64,
             palate__model_checksum((palate__span){file.data, start}, digits, &data, 1));
    memcpy(file.data + digits, text, PALATE__CHECKSUM_DIGITS);
}

#endif
