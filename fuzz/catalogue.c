/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a table: it has rows and readable titles and columns, or an error says why not; and features can
 * be made of its columns, or an error says why not. */
#define _GNU_SOURCE
#include "memory_file.h"
#include "target.h"

#include "palate/palate.h"

#include <stdio.h>

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

/* Every cell and every column. */
static void check_columns(const char *path, palate_status expected)
{
    palate_catalogue *table = NULL;
    palate_error err = {0};
    const palate_status status = palate_catalogue_read_columns(NULL, path, &table, &err);
    /* Flags of genres that are none are wrong in a whole table only. */
    if (status != expected && status != PALATE_E_FORMAT)
        abort();
    const size_t columns = palate_catalogue_column_count(table);
    for (size_t row = 0; row < palate_catalogue_count(table) && row < 50; row++) {
        const char *id = palate_catalogue_id(table, row);
        for (size_t c = 0; c < columns; c++) {
            const char *value = palate_catalogue_value(table, id, c);
            if (value != NULL && value[0] == '\0')
                abort();
        }
    }
    for (size_t c = 0; c < columns && c < 50; c++) {
        char number[30];
        palate_features *features = NULL;
        snprintf(number, sizeof number, "%zu%s", c + 2, c % 2 == 0 ? "" : ":category");
        palate_status made = palate_features_create(table, number, &features, &err);
        if ((made == PALATE_OK) != (palate_features_count(features) > 0) ||
            (made != PALATE_OK && made != PALATE_E_INVALID))
            abort();
        palate_features_free(features);
    }
    palate_catalogue_free(table);
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
    check_columns(file.path, status);
    close_bytes(file);
    return 0;
}
