/* SPDX-License-Identifier: Apache-2.0 */
/* From a name to a folder of files. In the folder of all sets, for a set "x":
 *
 *     .x.lock       whoever holds it is getting the set
 *     .x.part       the archive as far as it was fetched
 *     .x.unpacking  its files, until all are there
 *     x             the set
 */
#define _GNU_SOURCE
#include "datasets/digest.h"
#include "datasets/fetch.h"
#include "datasets/unpack.h"

#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of an archive whose size is not known. */
static const int64_t BYTES_MOST = (int64_t)4 << 30;

typedef struct job {
    palate_context *context;
    const palate_data_set *set;
    const palate_data_options *options;
    int lock; /* Its descriptor, or -1. */
    char lock_path[PATH_MAX], part[PATH_MAX], unpacking[PATH_MAX], target[PATH_MAX];
    char url[2048];
    palate_data_report report;
} job;

/* ---- Options ---- */

/* Hexadecimal digits at the beginning of a text. */
static size_t count_digits(const char *text)
{
    size_t count = 0;
    while (isxdigit((unsigned char)text[count]) != 0)
        count++;
    return count;
}

static bool is_sha256(const char *text)
{
    return count_digits(text) == PALATE__SHA256_DIGITS && text[PALATE__SHA256_DIGITS] == '\0';
}

/* The checksum that the caller wants, or the set's own; NULL: none. */
static const char *wanted_sha256(const job *of)
{
    const char *given = of->options->checksum;
    if (given == NULL)
        return of->set->sha256;
    return strcasecmp(given, "none") == 0 ? NULL : given;
}

static palate_status check_url(const char *url, palate_error *err)
{
    if (url == NULL || strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_INVALID,
                        "option url: \"%.200s\" is no address that begins with https:// or http://",
                        url);
}

static palate_status check_options(const palate_data_options *options, palate_error *err)
{
    palate_status status = palate_options_check(palate_data_options_table(), options, err);
    const char *checksum = options->checksum;
    if (status != PALATE_OK)
        return status;
    if (options->folder == NULL || options->folder[0] == '\0')
        return palate__fail(err, PALATE_E_INVALID, "option folder: where to? give a folder");
    if (checksum != NULL && strcasecmp(checksum, "none") != 0 && !is_sha256(checksum))
        return palate__fail(
            err, PALATE_E_INVALID,
            "option checksum: \"%.80s\" is no SHA-256 of 64 hexadecimal digits, nor none",
            checksum);
    return check_url(options->url, err);
}

/* ---- Paths ---- */

static bool join(char *out, const char *folder, const char *before, const char *name,
                 const char *after)
{
    const int length = snprintf(out, PATH_MAX, "%s/%s%s%s", folder, before, name, after);
    return length >= 0 && length < PATH_MAX;
}

static bool make_url(job *of)
{
    const char *base = of->options->url;
    const char *name = strrchr(of->set->url, '/');
    const size_t bytes = base == NULL ? 0 : strlen(base);
    const bool slash = bytes > 0 && base[bytes - 1] == '/';
    const int length = base == NULL ? snprintf(of->url, sizeof of->url, "%s", of->set->url)
                                    : snprintf(of->url, sizeof of->url, "%s%s", base,
                                               slash ? name + 1 : name);
    return length >= 0 && (size_t)length < sizeof of->url;
}

static palate_status make_paths(job *of, palate_error *err)
{
    const char *folder = of->options->folder;
    const char *name = of->set->name;
    if (join(of->lock_path, folder, ".", name, ".lock") &&
        join(of->part, folder, ".", name, ".part") &&
        join(of->unpacking, folder, ".", name, ".unpacking") &&
        join(of->target, folder, "", name, "") && make_url(of))
        return PALATE_OK;
    return palate__fail_io(err, folder, "use", ENAMETOOLONG);
}

static bool is_file_in(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat about;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length >= 0 && (size_t)length < sizeof path && stat(path, &about) == 0 &&
           S_ISREG(about.st_mode);
}

bool palate_data_has(const palate_data_set *set, const char *folder)
{
    char target[PATH_MAX];
    return join(target, folder, "", set->name, "") && is_file_in(target, set->ratings);
}

/* ---- One at a time ---- */

/* Whether the lock that is held is still the one that others see. */
static bool is_current(const job *of)
{
    struct stat held;
    struct stat seen;
    return fstat(of->lock, &held) == 0 && stat(of->lock_path, &seen) == 0 &&
           held.st_ino == seen.st_ino && held.st_dev == seen.st_dev;
}

static bool may_wait(const job *of)
{
    const palate_data_progress nothing = {0};
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    return of->options->on_progress == NULL ||
           of->options->on_progress(&nothing, of->options->user);
}

/* Waits while another process, or thread, gets the same set. */
static palate_status take_lock(job *of, palate_error *err)
{
    for (;;) {
        of->lock = open(of->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (of->lock < 0)
            return palate__fail_io(err, of->lock_path, "create", errno);
        while (flock(of->lock, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK && errno != EINTR)
                return palate__fail_io(err, of->lock_path, "lock", errno);
            if (!may_wait(of))
                return palate__fail(err, PALATE_E_STOPPED,
                                    "%s: stopped while another process gets it", of->set->name);
        }
        if (is_current(of))
            return PALATE_OK;
        close(of->lock);
    }
}

static void give_lock_back(job *of)
{
    if (of->lock < 0)
        return;
    unlink(of->lock_path);
    close(of->lock);
}

/* ---- Is it the archive it should be? ---- */

static palate_status fail_checksum(const char *path, const char *kind, const char *is,
                                   const char *should, palate_error *err)
{
    return palate__fail(
        err, PALATE_E_FORMAT,
        "%s: %s %s, not %s: it is damaged, or another version; option checksum takes "
        "another, or none",
        path, kind, is, should);
}

/* The MD5 in a text such as "MD5 (x.zip) = 0e33..." or "0e33...  x.zip"; lower case. */
static bool find_md5(const char *text, char out[PALATE__MD5_DIGITS + 1])
{
    size_t digits = 0;
    while ((digits = count_digits(text)) != PALATE__MD5_DIGITS) {
        text += digits;
        if (*text++ == '\0')
            return false;
    }
    for (size_t d = 0; d < digits; d++)
        out[d] = (char)tolower((unsigned char)text[d]);
    out[digits] = '\0';
    return true;
}

/* Where nothing is known: what the publisher has laid beside the archive. */
static palate_status check_beside(job *of, const char *path, const palate__digests *digests,
                                  palate_error *err)
{
    char url[sizeof of->url + 8];
    char text[1024];
    char md5[PALATE__MD5_DIGITS + 1];
    snprintf(url, sizeof url, "%s.md5", of->url);
    const palate__request request = {
        .url = url, .bytes_most = (int64_t)sizeof text - 1, .timeout = of->options->timeout};
    palate_error ignored;
    of->report.verified = of->options->archive == NULL && digests->md5[0] != '\0' &&
                          palate__fetch_text(of->context, &request, text, sizeof text, &ignored) ==
                              PALATE_OK &&
                          find_md5(text, md5);
    if (of->report.verified && strcmp(md5, digests->md5) != 0)
        return fail_checksum(path, "its MD5 is", digests->md5, md5, err);
    if (!of->report.verified)
        palate__log(of->context, PALATE_LOG_WARNING,
                    "%s: no checksum is known to compare with; its SHA-256 is %s", of->set->name,
                    digests->sha256);
    return PALATE_OK;
}

static palate_status check_own(const job *of, const char *path, const palate__digests *digests,
                               palate_error *err)
{
    const palate_data_set *set = of->set;
    if (set->bytes > 0 && digests->bytes != set->bytes)
        return palate__fail(
            err, PALATE_E_FORMAT,
            "%s: it is %lld bytes long, not %lld: it is cut off, or another version", path,
            (long long)digests->bytes, (long long)set->bytes);
    if (set->md5 != NULL && digests->md5[0] != '\0' && strcmp(set->md5, digests->md5) != 0)
        return fail_checksum(path, "its MD5 is", digests->md5, set->md5, err);
    return PALATE_OK;
}

static palate_status verify(job *of, const char *path, palate_error *err)
{
    palate__digests digests;
    palate_status status = palate__digest_file(of->context, path, &digests, err);
    if (status != PALATE_OK)
        return status;
    of->report.bytes = digests.bytes;
    memcpy(of->report.sha256, digests.sha256, sizeof of->report.sha256);
    if (of->options->checksum == NULL)
        status = check_own(of, path, &digests, err);
    const char *sha256 = wanted_sha256(of);
    if (status != PALATE_OK)
        return status;
    if (sha256 == NULL)
        return of->options->checksum == NULL ? check_beside(of, path, &digests, err) : PALATE_OK;
    of->report.verified = true;
    if (strcasecmp(sha256, digests.sha256) != 0)
        return fail_checksum(path, "its SHA-256 is", digests.sha256, sha256, err);
    return PALATE_OK;
}

/* ---- Fetching and unpacking ---- */

static palate_status fetch(const job *of, palate_error *err)
{
    const bool own = of->options->checksum == NULL;
    const palate__request request = {
        .url = of->url,
        .bytes = own ? of->set->bytes : 0,
        .bytes_most = BYTES_MOST,
        .resume = wanted_sha256(of) != NULL,
        .timeout = of->options->timeout,
        .on_progress = of->options->on_progress,
        .user = of->options->user,
    };
    return palate__fetch_file(of->context, &request, of->part, err);
}

static palate_status put_in_place(const job *of, palate_error *err)
{
    if (!is_file_in(of->unpacking, of->set->ratings))
        return palate__fail(err, PALATE_E_FORMAT, "%s: the archive has no %s", of->set->name,
                            of->set->ratings);
    if (rename(of->unpacking, of->target) == 0)
        return PALATE_OK;
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
        return palate__fail(err, PALATE_E_IO,
                            "%s is there, but without %s: move it out of the way, and try again",
                            of->target, of->set->ratings);
    return palate__fail_io(err, of->target, "make", errno);
}

static palate_status unpack(const job *of, const char *archive, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__remove_folder(of->unpacking);
    PALATE_TRY(palate__make_folder(of->unpacking, err));
    PALATE_TRY(palate__unpack(of->context, archive, of->unpacking, err));
    PALATE_TRY(put_in_place(of, err));
done:
    if (status != PALATE_OK)
        palate__remove_folder(of->unpacking);
    return status;
}

static bool is_empty(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_size == 0;
}

/* What was fetched is kept only where it may be gone on with. */
static palate_status fetch_and_unpack(job *of, palate_error *err)
{
    palate_status status = fetch(of, err);
    const bool partial = (status == PALATE_E_IO || status == PALATE_E_STOPPED) &&
                         wanted_sha256(of) != NULL;
    if (status == PALATE_OK)
        status = verify(of, of->part, err);
    if (status == PALATE_OK)
        status = unpack(of, of->part, err);
    if (!partial || is_empty(of->part))
        unlink(of->part);
    return status;
}

static palate_status get_under_lock(job *of, palate_error *err)
{
    const char *archive = of->options->archive;
    of->report.was_there = palate_data_has(of->set, of->options->folder);
    if (of->report.was_there)
        return PALATE_OK;
    if (archive == NULL)
        return fetch_and_unpack(of, err);
    const palate_status status = verify(of, archive, err);
    return status == PALATE_OK ? unpack(of, archive, err) : status;
}

static palate_status get(job *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(check_options(of->options, err));
    of->report.was_there = palate_data_has(of->set, of->options->folder);
    if (of->report.was_there)
        return PALATE_OK;
    if (!of->options->accept_terms && of->options->archive == NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "%s: its publisher's terms are not accepted (option accept-terms): %s",
                            of->set->name, of->set->terms);
    PALATE_TRY(make_paths(of, err));
    PALATE_TRY(palate__make_folder(of->options->folder, err));
    PALATE_TRY(take_lock(of, err));
    PALATE_TRY(get_under_lock(of, err));
done:
    give_lock_back(of);
    return status;
}

palate_status palate_data_get(palate_context *context, const palate_data_set *set,
                              const palate_data_options *options, palate_data_report *report,
                              palate_error *err)
{
    const double began = palate__seconds_now();
    if (report != NULL)
        *report = (palate_data_report){0};
    job *of = palate__allocate_zeroed(context, 1, sizeof *of);
    if (of == NULL)
        return palate__fail_memory(err, "getting a data set");
    of->context = context;
    of->set = set;
    of->options = options;
    of->lock = -1;
    const palate_status status = get(of, err);
    of->report.seconds = palate__seconds_now() - began;
    if (report != NULL && status == PALATE_OK)
        *report = of->report;
    palate__release(context, of);
    return status;
}
