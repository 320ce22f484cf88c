/* SPDX-License-Identifier: Apache-2.0 */
/* Files from the web. fetch.c does it with libcurl; no_fetch.c stands in its place in a palate built
 * without downloads. */
#ifndef PALATE_DATASETS_FETCH_H
#define PALATE_DATASETS_FETCH_H

#include "base/context.h"
#include "palate/data.h"

typedef struct palate__request {
    const char *url;
    int64_t bytes;      /* Size it must have; 0: any. */
    int64_t bytes_most; /* A larger one is refused. */
    bool resume;        /* Go on where the file ends: its content will be checked. */
    double timeout;     /* Seconds without a byte. */
    palate_data_callback on_progress;
    void *user;
} palate__request;

/* Into a file, which is made or, with `resume`, made longer. It is left as far as it came. */
palate_status palate__fetch_file(palate_context *context, const palate__request *request,
                                 const char *path, palate_error *err);

/* The beginning of a small text; "" where the server has no such file. */
palate_status palate__fetch_text(palate_context *context, const palate__request *request,
                                 char *text, size_t size, palate_error *err);

#endif
