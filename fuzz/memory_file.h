/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an input as a file with a path, in memory. Needs _GNU_SOURCE. */
#ifndef PALATE_FUZZ_MEMORY_FILE_H
#define PALATE_FUZZ_MEMORY_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct memory_file {
    int descriptor;
    char path[64];
} memory_file;

static memory_file open_bytes(const void *data, size_t count)
{
    memory_file file = {.descriptor = memfd_create("input", 0)};
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.descriptor);
    if (file.descriptor < 0 || write(file.descriptor, data, count) != (ssize_t)count)
        abort();
    return file;
}

static void close_bytes(memory_file file)
{
    close(file.descriptor);
}

#endif
