/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for libFuzzer where there is none: hands every file of the folders named to the target. */
#define _GNU_SOURCE
#include "target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20 };

static bool replay_file(const char *path, uint8_t *room)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return false;
    const size_t bytes = fread(room, 1, FILE_BYTES_MAX, stream);
    fclose(stream);
    /* Memory of just this size, so that a sanitizer sees a read beyond it. */
    uint8_t *data = malloc(bytes > 0 ? bytes : 1);
    if (data == NULL)
        return false;
    memcpy(data, room, bytes);
    LLVMFuzzerTestOneInput(data, bytes);
    free(data);
    return true;
}

static int replay_folder(const char *folder, uint8_t *room)
{
    int count = 0;
    struct dirent **entries = NULL;
    const int found = scandir(folder, &entries, NULL, alphasort);
    for (int e = 0; e < found; e++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[e]->d_name);
        if (entries[e]->d_name[0] != '.')
            count += replay_file(path, room);
        free(entries[e]);
    }
    free(entries);
    return count;
}

int main(int argument_count, char **arguments)
{
    int count = 0;
    uint8_t *room = malloc(FILE_BYTES_MAX);
    for (int a = 1; room != NULL && a < argument_count; a++)
        count += replay_folder(arguments[a], room);
    free(room);
    printf("%d inputs replayed\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
