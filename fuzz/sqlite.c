/* SPDX-License-Identifier: Apache-2.0 */
/* Any query as ratings. The database is empty: rows come from VALUES and SELECTs of constants. */
#include "target.h"

#include "palate/palate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char source[2000];
    const int length = snprintf(source, sizeof source, "sqlite::memory:?%.*s", (int)bytes,
                                bytes < sizeof source ? (const char *)data : "");
    if (length >= (int)sizeof source)
        return 0;
    palate_read_options options;
    palate_read_options_init(&options);
    options.lenient = bytes % 2 == 0;
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    const palate_status status = palate_ratings_read(NULL, source, &options, &ratings, &err);
    if ((status == PALATE_OK) != (ratings != NULL) ||
        (status == PALATE_OK) != (err.message[0] == '\0'))
        abort();
    palate_ratings_free(ratings);
    return 0;
}
