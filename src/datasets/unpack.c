/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "datasets/unpack.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

/* Ratings as text shrink to a quarter; what grows fifty times was made to fill disks. */
enum { RATIO_MAX = 50, ENTRIES_MAX = 10000, BUFFER_BYTES = 1 << 18 };
static const uint64_t BYTES_ALLOWED = (uint64_t)64 << 20;

/* ---- Folders ---- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    (void)remove(path);
    return 0;
}

void palate__remove_folder(const char *folder)
{
    enum { DESCRIPTORS = 16 };
    (void)nftw(folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Makes every folder of `path` down to the last slash. */
static bool make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

palate_status palate__make_folder(const char *folder, palate_error *err)
{
    char path[PATH_MAX];
    struct stat about;
    const int length = snprintf(path, sizeof path, "%s/", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return palate__fail_io(err, folder, "make", ENAMETOOLONG);
    if (!make_parents(path))
        return palate__fail_io(err, folder, "make", errno);
    if (stat(folder, &about) != 0)
        return palate__fail_io(err, folder, "make", errno);
    return S_ISDIR(about.st_mode) ? PALATE_OK : palate__fail_io(err, folder, "make", ENOTDIR);
}

/* ---- Names ---- */

static bool is_plain(const char *name)
{
    const palate__span text = palate__text_span(name);
    bool plain = palate__utf8_valid(text) == text.bytes;
    for (const char *c = name; *c != '\0'; c++)
        plain = plain && (unsigned char)*c >= ' ' && *c != 0x7F && *c != '\\' && *c != ':';
    return plain;
}

bool palate__path_is_inside(const char *path)
{
    const char *part = path;
    if (!is_plain(path))
        return false;
    do {
        const size_t bytes = strcspn(part, "/");
        if (bytes == 0 || (bytes <= 2 && strspn(part, ".") == bytes))
            return false;
        part += bytes + (part[bytes] == '/' ? 1 : 0);
    } while (*part != '\0');
    return true;
}

static bool is_folder(const char *name)
{
    return name[strlen(name) - 1] == '/';
}

/* What a Mac adds for itself. */
static bool is_litter(const char *name)
{
    return strncmp(name, "__MACOSX/", 9) == 0;
}

/* ---- Looking at all entries before any is written ---- */

typedef struct package {
    palate_context *context;
    const char *path;
    zip_t *zip;
    uint64_t bytes_most;
    uint64_t bytes; /* Written so far. */
    char *buffer;
} package;

static palate_status refuse(const package *of, const char *why, const char *name, palate_error *err)
{
    return palate__fail(err, PALATE_E_FORMAT, "%s: it is refused: \"%.80s\" %s", of->path, name,
                        why);
}

static bool is_link(const package *of, zip_uint64_t entry)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(of->zip, entry, 0, &system, &attributes) != 0 ||
        system != ZIP_OPSYS_UNIX)
        return false;
    const mode_t kind = (mode_t)(attributes >> 16) & S_IFMT;
    return kind != 0 && kind != S_IFREG && kind != S_IFDIR;
}

static palate_status check_entry(const package *of, zip_uint64_t entry, uint64_t *bytes,
                                 palate_error *err)
{
    zip_stat_t about;
    if (zip_stat_index(of->zip, entry, 0, &about) != 0 || (about.valid & ZIP_STAT_NAME) == 0 ||
        (about.valid & ZIP_STAT_SIZE) == 0)
        return palate__fail(err, PALATE_E_FORMAT, "%s: entry %llu cannot be read: %s", of->path,
                            (unsigned long long)entry + 1, zip_strerror(of->zip));
    if (!palate__path_is_inside(about.name))
        return refuse(of, "is no path within a folder", about.name, err);
    if (is_link(of, entry))
        return refuse(of, "is a link or a device", about.name, err);
    if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE)
        return refuse(of, "is encrypted", about.name, err);
    if (about.size > of->bytes_most || *bytes + about.size > of->bytes_most)
        return refuse(of, "and those before it unpack to far more than ratings do", about.name,
                      err);
    *bytes += about.size;
    return PALATE_OK;
}

static palate_status check(const package *of, zip_int64_t entries, palate_error *err)
{
    palate_status status = PALATE_OK;
    uint64_t bytes = 0;
    if (entries > ENTRIES_MAX)
        return palate__fail(err, PALATE_E_FORMAT, "%s: it is refused: it has %lld entries",
                            of->path, (long long)entries);
    for (zip_int64_t entry = 0; entry < entries && status == PALATE_OK; entry++)
        status = check_entry(of, (zip_uint64_t)entry, &bytes, err);
    return status;
}

/* ---- Writing ---- */

static palate_status copy(package *of, zip_file_t *from, FILE *to, const char *name,
                          palate_error *err)
{
    zip_int64_t count = 0;
    while ((count = zip_fread(from, of->buffer, BUFFER_BYTES)) > 0) {
        of->bytes += (uint64_t)count;
        if (of->bytes > of->bytes_most)
            return refuse(of, "is longer than the archive says", name, err);
        if (fwrite(of->buffer, 1, (size_t)count, to) != (size_t)count)
            return palate__fail_io(err, name, "write", errno);
    }
    if (count < 0)
        return palate__fail(err, PALATE_E_FORMAT, "%s: \"%.80s\" is damaged: %s", of->path, name,
                            zip_error_strerror(zip_file_get_error(from)));
    if (fflush(to) != 0 || fsync(fileno(to)) != 0)
        return palate__fail_io(err, name, "write", errno);
    return PALATE_OK;
}

static palate_status write_entry(package *of, zip_uint64_t entry, const char *folder,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    char path[PATH_MAX];
    zip_file_t *from = NULL;
    FILE *to = NULL;
    const char *name = zip_get_name(of->zip, entry, 0);
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name == NULL ? "" : name);
    if (name == NULL || is_litter(name))
        return PALATE_OK;
    if (length < 0 || (size_t)length >= sizeof path)
        return palate__fail_io(err, name, "make", ENAMETOOLONG);
    if (!make_parents(path))
        return palate__fail_io(err, path, "make", errno);
    if (is_folder(name))
        return PALATE_OK;
    from = zip_fopen_index(of->zip, entry, 0);
    if (from == NULL)
        PALATE_TRY(palate__fail(err, PALATE_E_FORMAT, "%s: \"%.80s\" cannot be unpacked: %s",
                                of->path, name, zip_strerror(of->zip)));
    to = fopen(path, "wbxe");
    if (to == NULL)
        PALATE_TRY(palate__fail_io(err, path, "create", errno));
    PALATE_TRY(copy(of, from, to, name, err));
done:
    if (to != NULL && fclose(to) != 0 && status == PALATE_OK)
        status = palate__fail_io(err, path, "write", errno);
    if (from != NULL)
        (void)zip_fclose(from);
    return status;
}

static palate_status open_archive(package *of, palate_error *err)
{
    struct stat about;
    int code = 0;
    if (stat(of->path, &about) != 0)
        return palate__fail_io(err, of->path, "open", errno);
    const uint64_t allowed = (uint64_t)about.st_size * RATIO_MAX;
    of->bytes_most = allowed > BYTES_ALLOWED ? allowed : BYTES_ALLOWED;
    of->zip = zip_open(of->path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    if (of->zip != NULL)
        return PALATE_OK;
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const palate_status status = palate__fail(err, PALATE_E_FORMAT, "%s: it is no zip archive: %s",
                                              of->path, zip_error_strerror(&error));
    zip_error_fini(&error);
    return status;
}

palate_status palate__unpack(palate_context *context, const char *archive, const char *folder,
                             palate_error *err)
{
    palate_status status = PALATE_OK;
    package of = {.context = context, .path = archive};
    of.buffer = palate__allocate(context, BUFFER_BYTES);
    if (of.buffer == NULL)
        PALATE_TRY(palate__fail_memory(err, "unpacking an archive"));
    PALATE_TRY(open_archive(&of, err));
    const zip_int64_t entries = zip_get_num_entries(of.zip, 0);
    PALATE_TRY(check(&of, entries, err));
    for (zip_int64_t entry = 0; entry < entries; entry++)
        PALATE_TRY(write_entry(&of, (zip_uint64_t)entry, folder, err));
done:
    if (of.zip != NULL)
        zip_discard(of.zip);
    palate__release(context, of.buffer);
    return status;
}
