/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, loaded when it is first needed: a command that fetches nothing starts in half the time, and
 * runs where libcurl is not installed (decision 58). */
#ifndef PALATE_DATASETS_CURL_H
#define PALATE_DATASETS_CURL_H

#include "base/error.h"

#include <curl/curl.h>

/* The functions of libcurl that palate calls, by their names without "curl_". */
typedef struct palate__curl {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_perform)(CURL *handle);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    void (*easy_cleanup)(CURL *handle);
} palate__curl;

/* NULL: it is not to be had. */
const palate__curl *palate__curl_get(void);

#endif
