/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "datasets/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* The interface has had this number since 2006; Debian's build on GnuTLS has a name of its own. */
static const char *const NAMES[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};

static palate__curl functions;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static bool find_all(void *library)
{
    return find(library, "curl_global_init", &functions.global_init) &&
           find(library, "curl_easy_init", &functions.easy_init) &&
           find(library, "curl_easy_setopt", &functions.easy_setopt) &&
           find(library, "curl_easy_perform", &functions.easy_perform) &&
           find(library, "curl_easy_getinfo", &functions.easy_getinfo) &&
           find(library, "curl_easy_strerror", &functions.easy_strerror) &&
           find(library, "curl_easy_cleanup", &functions.easy_cleanup);
}

/* It stays for as long as the process runs: nobody could tell when it is done with. */
static void load(void)
{
    void *library = NULL;
    for (size_t n = 0; n < sizeof NAMES / sizeof NAMES[0] && library == NULL; n++)
        library = dlopen(NAMES[n], RTLD_NOW | RTLD_LOCAL);
    loaded = library != NULL && find_all(library) &&
             functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const palate__curl *palate__curl_get(void)
{
    pthread_once(&once, load);
    return loaded ? &functions : NULL;
}
