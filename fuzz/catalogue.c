/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a table of titles: it has rows and readable titles, or an error says why not. */
#define _GNU_SOURCE
#include "memory_file.h"
#include "target.h"

#include "palate/palate.h"

static void check_title(const palate_catalogue *catalogue, const char *id)
{
    const char *title = palate_catalogue_title(catalogue, id);
    if (title == NULL)
        return;
    if (title[0] == '\0')
        abort();
    for (const char *c = title; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const memory_file file = open_bytes(data, bytes);
    palate_catalogue *catalogue = NULL;
    palate_error err = {0};
    palate_status status = palate_catalogue_read(NULL, file.path, &catalogue, &err);
    if ((status == PALATE_OK) != (palate_catalogue_count(catalogue) > 0) ||
        (status == PALATE_OK) != (err.message[0] == '\0'))
        abort();
    /* Ids of the seeds. */
    check_title(catalogue, "1");
    check_title(catalogue, "2");
    check_title(catalogue, "a \"b\"");
    palate_catalogue_free(catalogue);
    close_bytes(file);
    return 0;
}
