/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "datasets/fetch.h"

#include "datasets/curl.h"

#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A connection that breaks off is taken up as long as each attempt brings something. */
enum { FRUITLESS_MOST = 3, REDIRECTIONS_MOST = 5 };
static const double SHOW_SECONDS = 0.2;

/* What becomes of the bytes of one transfer. */
typedef struct transfer {
    const palate__curl *curl;
    const palate__request *request;
    FILE *file; /* NULL: into `text`. */
    char *text;
    size_t text_size;
    int64_t bytes; /* There are, those of earlier attempts included. */
    int64_t first; /* There were when this attempt began. */
    double began;  /* Fetching; seconds. */
    double attempt_began;
    double shown;   /* When progress was told last. */
    bool restarted; /* Once is enough: there are servers that break off each time. */
    bool too_long, stopped;
    int error_number; /* Of writing. */
    char message[CURL_ERROR_SIZE];
} transfer;

/* ---- Called by libcurl ---- */

static bool keep_text(transfer *of, const char *data, size_t count)
{
    if (of->bytes + (int64_t)count >= (int64_t)of->text_size)
        return false;
    memcpy(of->text + of->bytes, data, count);
    of->text[of->bytes + (int64_t)count] = '\0';
    return true;
}

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    transfer *of = user;
    const size_t bytes = size * count;
    const int64_t most = of->request->bytes > 0 ? of->request->bytes : of->request->bytes_most;
    of->too_long = of->bytes + (int64_t)bytes > most;
    if (of->too_long)
        return 0;
    if (of->file == NULL && !keep_text(of, data, bytes))
        return 0;
    if (of->file != NULL && fwrite(data, 1, bytes, of->file) != bytes) {
        of->error_number = errno;
        return 0;
    }
    of->bytes += (int64_t)bytes;
    return bytes;
}

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up)
{
    (void)now;
    (void)up_total;
    (void)up;
    transfer *of = user;
    const double seconds = palate__seconds_now();
    const int64_t whole = of->request->bytes > 0 ? of->request->bytes
                          : total > 0            ? of->first + (int64_t)total
                                                 : 0;
    if (of->request->on_progress == NULL || seconds - of->shown < SHOW_SECONDS)
        return 0;
    of->shown = seconds;
    const palate_data_progress progress = {
        .bytes = of->bytes,
        .total = whole,
        .seconds = seconds - of->began,
        .rate = (double)(of->bytes - of->first) / fmax(seconds - of->attempt_began, 1e-3),
    };
    of->stopped = !of->request->on_progress(&progress, of->request->user);
    return of->stopped ? 1 : 0;
}

/* ---- One attempt ---- */

/* Only the protocols that are meant: what cannot be sure of that must not fetch. */
static bool set_protocols(const transfer *of, CURL *handle)
{
    const bool secure = strncasecmp(of->request->url, "https:", 6) == 0;
    return of->curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
           of->curl->easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR,
                                 secure ? "https" : "https,http") == CURLE_OK;
}

static void set_up(transfer *of, CURL *handle)
{
    const palate__request *request = of->request;
    CURLcode (*set)(CURL *, CURLoption, ...) = of->curl->easy_setopt;
    set(handle, CURLOPT_URL, request->url);
    set(handle, CURLOPT_FOLLOWLOCATION, 1L);
    set(handle, CURLOPT_MAXREDIRS, (long)REDIRECTIONS_MOST);
    set(handle, CURLOPT_FAILONERROR, 1L);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_USERAGENT, "palate/" PALATE_VERSION);
    set(handle, CURLOPT_CONNECTTIMEOUT, (long)ceil(request->timeout));
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle, CURLOPT_LOW_SPEED_TIME, (long)ceil(request->timeout));
    set(handle, CURLOPT_ERRORBUFFER, of->message);
    set(handle, CURLOPT_WRITEFUNCTION, on_data);
    set(handle, CURLOPT_WRITEDATA, of);
    set(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    set(handle, CURLOPT_XFERINFODATA, of);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    if (of->first > 0)
        set(handle, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)of->first);
}

/* `answer`: the HTTP status, or 0. */
static CURLcode attempt(transfer *of, long *answer)
{
    CURL *handle = of->curl->easy_init();
    *answer = 0;
    if (handle == NULL)
        return CURLE_OUT_OF_MEMORY;
    of->first = of->bytes;
    of->attempt_began = palate__seconds_now();
    of->message[0] = '\0';
    set_up(of, handle);
    const CURLcode code = set_protocols(of, handle) ? of->curl->easy_perform(handle)
                                                    : CURLE_UNSUPPORTED_PROTOCOL;
    of->curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, answer);
    of->curl->easy_cleanup(handle);
    return code;
}

/* ---- What went wrong ---- */

static const char *reason(const transfer *of, CURLcode code)
{
    return of->message[0] != '\0' ? of->message : of->curl->easy_strerror(code);
}

static palate_status fail_unreached(const transfer *of, CURLcode code, palate_error *err)
{
    return palate__fail(err, PALATE_E_IO,
                        "%s cannot be reached: %s; if this machine is offline, fetch the file by "
                        "other means and give it with option archive, or name a mirror with option "
                        "url",
                        of->request->url, reason(of, code));
}

static palate_status fail_broken(const transfer *of, CURLcode code, palate_error *err)
{
    return palate__fail(err, PALATE_E_IO, "%s: the connection broke off after %lld bytes: %s; %s",
                        of->request->url, (long long)of->bytes, reason(of, code),
                        of->request->resume ? "try again: it goes on from there" : "try again");
}

static palate_status fail_writing(const transfer *of, palate_error *err)
{
    if (of->too_long)
        return palate__fail(
            err, PALATE_E_FORMAT, "%s: it is larger than %lld bytes: not what it should be",
            of->request->url,
            (long long)(of->request->bytes > 0 ? of->request->bytes : of->request->bytes_most));
    return palate__fail_io(err, of->request->url, "write what came from",
                           of->error_number == 0 ? EFBIG : of->error_number);
}

static palate_status fail(const transfer *of, CURLcode code, long answer, palate_error *err)
{
    if (of->stopped)
        return palate__fail(err, PALATE_E_STOPPED, "%s: stopped after %lld bytes", of->request->url,
                            (long long)of->bytes);
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
        return palate__fail_memory(err, "fetching a file");
    case CURLE_WRITE_ERROR:
        return fail_writing(of, err);
    case CURLE_HTTP_RETURNED_ERROR:
        return palate__fail(err, PALATE_E_IO, "%s: the server answers %ld%s", of->request->url,
                            answer, answer == 404 ? ": there is no such file" : "");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return fail_unreached(of, code, err);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
        return palate__fail(err, PALATE_E_IO, "%s: the server does not prove to be who it says: %s",
                            of->request->url, reason(of, code));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
        return palate__fail(err, PALATE_E_IO, "%s: %s", of->request->url, reason(of, code));
    default:
        return fail_broken(of, code, err);
    }
}

/* ---- Files ---- */

/* A server that does not take files up in the middle, or has a shorter one. */
static bool must_restart(const transfer *of, CURLcode code, long answer)
{
    return of->first > 0 && !of->restarted && (code == CURLE_RANGE_ERROR || answer == 416);
}

/* What may be over at the next attempt: a connection that broke off, a server that has too much to do. */
static bool may_pass(CURLcode code, long answer)
{
    enum { TOO_MANY_REQUESTS = 429, SERVER_ERRORS = 500 };
    if (code == CURLE_HTTP_RETURNED_ERROR)
        return answer == TOO_MANY_REQUESTS || answer >= SERVER_ERRORS;
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
           code == CURLE_OPERATION_TIMEDOUT || code == CURLE_SEND_ERROR;
}

static bool may_go_on(const transfer *of, CURLcode code, long answer, int fruitless)
{
    return of->request->resume && !of->stopped && may_pass(code, answer) &&
           fruitless < FRUITLESS_MOST;
}

static bool empty(transfer *of)
{
    of->restarted = true;
    of->bytes = 0;
    return fflush(of->file) == 0 && ftruncate(fileno(of->file), 0) == 0;
}

static palate_status fetch(transfer *of, palate_error *err)
{
    int fruitless = 0;
    for (;;) {
        long answer = 0;
        const CURLcode code = attempt(of, &answer);
        fruitless = of->bytes > of->first ? 0 : fruitless + 1;
        if (must_restart(of, code, answer) && empty(of))
            continue;
        if (code == CURLE_OK)
            return PALATE_OK;
        if (!may_go_on(of, code, answer, fruitless))
            return fail(of, code, answer, err);
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    }
}

static palate_status prepare(const palate__request *request, transfer *out, palate_error *err)
{
    const double now = palate__seconds_now();
    *out = (transfer){.curl = palate__curl_get(), .request = request, .began = now};
    if (out->curl != NULL)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_UNSUPPORTED,
                        "fetching takes libcurl, which is not installed (libcurl.so.4; Debian: "
                        "libcurl4): install it, or fetch %s by other means and give it with option "
                        "archive",
                        request->url);
}

static palate_status check_length(const transfer *of, palate_error *err)
{
    const int64_t bytes = of->request->bytes;
    if (bytes == 0 || of->bytes == bytes)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_FORMAT, "%s: it is %lld bytes long, not %lld",
                        of->request->url, (long long)of->bytes, (long long)bytes);
}

bool palate_data_can_fetch(void)
{
    return true;
}

palate_status palate__fetch_file(palate_context *context, const palate__request *request,
                                 const char *path, palate_error *err)
{
    (void)context;
    palate_status status = PALATE_OK;
    transfer of;
    struct stat about;
    PALATE_TRY(prepare(request, &of, err));
    of.file = fopen(path, request->resume ? "abe" : "wbe");
    if (of.file == NULL || fstat(fileno(of.file), &about) != 0)
        PALATE_TRY(palate__fail_io(err, path, "create", errno));
    of.bytes = about.st_size;
    if (request->bytes > 0 && of.bytes > request->bytes && !empty(&of))
        PALATE_TRY(palate__fail_io(err, path, "shorten", errno));
    if (request->bytes == 0 || of.bytes < request->bytes)
        PALATE_TRY(fetch(&of, err));
    PALATE_TRY(check_length(&of, err));
done:
    if (of.file != NULL && fclose(of.file) != 0 && status == PALATE_OK)
        status = palate__fail_io(err, path, "write", errno);
    return status;
}

palate_status palate__fetch_text(palate_context *context, const palate__request *request,
                                 char *text, size_t size, palate_error *err)
{
    (void)context;
    transfer of;
    long answer = 0;
    text[0] = '\0';
    palate_status status = prepare(request, &of, err);
    if (status != PALATE_OK)
        return status;
    of.text = text;
    of.text_size = size;
    const CURLcode code = attempt(&of, &answer);
    if (code == CURLE_HTTP_RETURNED_ERROR)
        return PALATE_OK;
    return code == CURLE_OK ? PALATE_OK : fail(&of, code, answer, err);
}
