/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read by mapping, written whole or not at all. */
#ifndef PALATE_BASE_FILE_H
#define PALATE_BASE_FILE_H

#include "base/context.h"
#include "base/text.h"

#include <stdio.h>

/* The bytes of a file. Read-only. */
typedef struct palate__mapping {
    const char *data; /* NULL for an empty file. */
    size_t bytes;
    bool mapped; /* By mmap; otherwise allocated: pipes, standard input. */
} palate__mapping;

/* "-" is standard input. A directory is an error. */
palate_status palate__map_file(palate_context *context, const char *path, palate__mapping *out,
                               palate_error *err);
void palate__unmap(palate_context *context, palate__mapping *mapping);

/* All of it will be read, and soon: saves most page faults. */
void palate__mapping_expect(const palate__mapping *mapping);

/* A file being written: a temporary one beside `path` until it is committed. "-" is standard
 * output, and what is not a regular file (a pipe, /dev/null) is written directly. */
typedef struct palate__output {
    FILE *stream;
    char *path;
    char *temporary; /* NULL where writing is direct. */
    palate_context *context;
} palate__output;

palate_status palate__output_open(palate_context *context, const char *path, palate__output *out,
                                  palate_error *err);

/* Bytes, many at a time: the system is told to bring them to the disk while more are written. Errors of the stream are
 * told by the commit. */
void palate__output_write(palate__output *output, palate__span bytes);

/* Flushes, syncs, renames. Releases the output whatever happens; on failure the old file is as it
 * was. */
palate_status palate__output_commit(palate__output *output, palate_error *err);

/* Gives up: removes the temporary file. Does nothing to an output that is committed, abandoned or
 * all zero. */
void palate__output_abandon(palate__output *output);

#endif
