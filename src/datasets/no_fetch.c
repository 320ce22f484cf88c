/* SPDX-License-Identifier: Apache-2.0 */
/* Instead of fetch.c, with -DPALATE_DOWNLOAD=OFF. */
#include "datasets/fetch.h"

static palate_status fail(const palate__request *request, palate_error *err)
{
    return palate__fail(
        err, PALATE_E_UNSUPPORTED,
        "this palate was built without downloads: fetch %s by other means, and give "
        "the file with option archive",
        request->url);
}

bool palate_data_can_fetch(void)
{
    return false;
}

palate_status palate__fetch_file(palate_context *context, const palate__request *request,
                                 const char *path, palate_error *err)
{
    (void)context;
    (void)path;
    return fail(request, err);
}

palate_status palate__fetch_text(palate_context *context, const palate__request *request,
                                 char *text, size_t size, palate_error *err)
{
    (void)context;
    (void)size;
    text[0] = '\0';
    return fail(request, err);
}
