/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_READ_BYTES = 1 << 16 };

/* Reads to the end of a descriptor that cannot be mapped. */
static palate_status read_whole(palate_context *context, int descriptor, const char *path,
                                palate__mapping *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t capacity = FIRST_READ_BYTES;
    size_t bytes = 0;
    char *data = palate__allocate(context, capacity);
    while (data != NULL) {
        if (bytes == capacity) {
            char *larger = palate__resize_array(context, data, capacity, capacity * 2, 1);
            if (larger == NULL)
                break;
            data = larger;
            capacity *= 2;
        }
        ssize_t count = read(descriptor, data + bytes, capacity - bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            status = palate__fail_io(err, path, "read", errno);
            goto done;
        }
        if (count == 0) {
            *out = (palate__mapping){data, bytes, false};
            return PALATE_OK;
        }
        bytes += (size_t)count;
    }
    status = palate__fail_memory(err, "reading a file");
done:
    palate__release(context, data);
    return status;
}

palate_status palate__map_file(palate_context *context, const char *path, palate__mapping *out,
                               palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = (palate__mapping){0};
    if (strcmp(path, "-") == 0)
        return read_whole(context, STDIN_FILENO, "standard input", out, err);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return palate__fail_io(err, path, "open", errno);
    struct stat about;
    if (fstat(descriptor, &about) != 0) {
        status = palate__fail_io(err, path, "look at", errno);
    } else if (S_ISDIR(about.st_mode)) {
        status = palate__fail_io(err, path, "read", EISDIR);
    } else if (!S_ISREG(about.st_mode)) {
        status = read_whole(context, descriptor, path, out, err);
    } else if (about.st_size > 0) {
        void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (data == MAP_FAILED)
            status = palate__fail_io(err, path, "map", errno);
        else
            *out = (palate__mapping){data, (size_t)about.st_size, true};
    }
    close(descriptor);
    return status;
}

void palate__mapping_expect(const palate__mapping *mapping)
{
#ifdef MADV_POPULATE_READ /* Linux 5.14; elsewhere, and where it fails, pages come one by one. */
    if (mapping->mapped)
        (void)madvise((void *)(uintptr_t)mapping->data, mapping->bytes, MADV_POPULATE_READ);
#else
    (void)mapping;
#endif
}

void palate__unmap(palate_context *context, palate__mapping *mapping)
{
    if (mapping->mapped)
        munmap((void *)(uintptr_t)mapping->data, mapping->bytes);
    else
        palate__release(context, (void *)(uintptr_t)mapping->data);
    *mapping = (palate__mapping){0};
}

static void release_output(palate__output *output)
{
    palate__release(output->context, output->path);
    palate__release(output->context, output->temporary);
    *output = (palate__output){0};
}

/* Opens what is not a regular file as it is. */
static palate_status open_direct(palate__output *out, palate_error *err)
{
    bool standard = strcmp(out->path, "-") == 0;
    int descriptor = standard ? dup(STDOUT_FILENO) : open(out->path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return palate__fail_io(err, out->path, "open for writing", errno);
    out->stream = fdopen(descriptor, "w");
    if (out->stream != NULL)
        return PALATE_OK;
    close(descriptor);
    return palate__fail_memory(err, "opening a file");
}

/* A name beside the target that no other writer uses; the process's umask gives the mode, as for
 * any new file. */
static int create_beside(const char *path, char *name, size_t size)
{
    static atomic_uint counter;
    struct stat about;
    mode_t mode = stat(path, &about) == 0 ? about.st_mode & 0777U : 0666U;
    int descriptor = -1;
    do {
        unsigned number = atomic_fetch_add(&counter, 1);
        snprintf(name, size, "%s.tmp-%ld-%u", path, (long)getpid(), number);
        descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    } while (descriptor < 0 && errno == EEXIST);
    return descriptor;
}

static palate_status open_temporary(palate__output *out, palate_error *err)
{
    enum { SUFFIX_BYTES = 48 };
    size_t size = strlen(out->path) + SUFFIX_BYTES;
    out->temporary = palate__allocate(out->context, size);
    if (out->temporary == NULL)
        return palate__fail_memory(err, "opening a file");
    int descriptor = create_beside(out->path, out->temporary, size);
    if (descriptor < 0)
        return palate__fail_io(err, out->path, "create", errno);
    out->stream = fdopen(descriptor, "w");
    if (out->stream != NULL)
        return PALATE_OK;
    close(descriptor);
    unlink(out->temporary);
    return palate__fail_memory(err, "opening a file");
}

palate_status palate__output_open(palate_context *context, const char *path, palate__output *out,
                                  palate_error *err)
{
    *out = (palate__output){.context = context};
    if (path[0] == '\0')
        return palate__fail(err, PALATE_E_IO, "cannot write a file whose name is empty");
    struct stat about;
    bool exists = strcmp(path, "-") != 0 && stat(path, &about) == 0;
    if (exists && S_ISDIR(about.st_mode))
        return palate__fail_io(err, path, "write", EISDIR);
    /* A symbolic link stays one: the file it points to is replaced. */
    char *target = exists ? realpath(path, NULL) : NULL;
    const char *chosen = target != NULL ? target : path;
    out->path = palate__copy_text(context, chosen, strlen(chosen));
    free(target);
    if (out->path == NULL)
        return palate__fail_memory(err, "opening a file");
    bool direct = strcmp(path, "-") == 0 || (exists && !S_ISREG(about.st_mode));
    palate_status status = direct ? open_direct(out, err) : open_temporary(out, err);
    if (status != PALATE_OK)
        release_output(out);
    return status;
}

void palate__output_write(palate__output *output, palate__span bytes)
{
    enum { STEP_BYTES = 1 << 22 };
    while (bytes.bytes > 0 && ferror(output->stream) == 0) {
        const size_t step = bytes.bytes < STEP_BYTES ? bytes.bytes : STEP_BYTES;
        fwrite(bytes.text, 1, step, output->stream);
#ifdef SYNC_FILE_RANGE_WRITE
        if (step == STEP_BYTES && output->temporary != NULL && ferror(output->stream) == 0)
            (void)sync_file_range(fileno(output->stream), 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
        bytes.text += step;
        bytes.bytes -= step;
    }
}

/* Makes the rename itself last: without this a crash may bring the old name back. Failure is
 * harmless. */
static void sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int descriptor = directory == NULL ? -1 : open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
    free(directory);
}

palate_status palate__output_commit(palate__output *output, palate_error *err)
{
    palate_status status = PALATE_OK;
    bool written = fflush(output->stream) == 0 && ferror(output->stream) == 0;
    if (written && output->temporary != NULL)
        written = fsync(fileno(output->stream)) == 0;
    int error_number = errno;
    if (fclose(output->stream) != 0 && written) {
        written = false;
        error_number = errno;
    }
    output->stream = NULL;
    if (!written) {
        status = palate__fail_io(err, output->path, "write", error_number);
    } else if (output->temporary != NULL) {
        if (rename(output->temporary, output->path) != 0)
            status = palate__fail_io(err, output->path, "replace", errno);
        else
            sync_directory(output->path);
    }
    if (status != PALATE_OK && output->temporary != NULL)
        unlink(output->temporary);
    release_output(output);
    return status;
}

void palate__output_abandon(palate__output *output)
{
    if (output->stream != NULL)
        fclose(output->stream);
    if (output->temporary != NULL)
        unlink(output->temporary);
    release_output(output);
}
