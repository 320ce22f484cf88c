/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "ratings/input.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* Text that grows. */
typedef struct growing {
    palate_context *context;
    char *text;
    size_t bytes, capacity;
} growing;

static palate_status make_room(growing *to, palate_error *err)
{
    if (to->bytes < to->capacity)
        return PALATE_OK;
    size_t capacity = to->capacity == 0 ? (size_t)1 << 16 : to->capacity * 2;
    char *text = palate__resize_array(to->context, to->text, to->bytes, capacity, 1);
    if (text == NULL)
        return palate__fail_memory(err, "decompressing");
    to->text = text;
    to->capacity = capacity;
    return PALATE_OK;
}

static palate_status fail_damaged(palate_error *err, const char *path, const char *kind,
                                  const char *why)
{
    return palate__fail(
        err, PALATE_E_FORMAT,
        "%s: the %s data is damaged or cut short (%s); fetch or make the file again", path, kind,
        why);
}

/* ---- gzip, of one or several members ---- */

static uInt at_most(size_t bytes)
{
    return bytes < UINT_MAX / 2 ? (uInt)bytes : UINT_MAX / 2;
}

/* Runs to the end of one member. */
static palate_status inflate_member(z_stream *stream, const char **at, const char *end,
                                    const char *path, growing *to, palate_error *err)
{
    for (;;) {
        palate_status status = make_room(to, err);
        if (status != PALATE_OK)
            return status;
        stream->next_in = (Bytef *)(uintptr_t)*at;
        stream->avail_in = at_most((size_t)(end - *at));
        stream->next_out = (Bytef *)to->text + to->bytes;
        stream->avail_out = at_most(to->capacity - to->bytes);
        uInt room = stream->avail_out;
        int result = inflate(stream, Z_NO_FLUSH);
        *at = (const char *)stream->next_in;
        to->bytes += room - stream->avail_out;
        if (result == Z_STREAM_END)
            return PALATE_OK;
        if (result == Z_MEM_ERROR)
            return palate__fail_memory(err, "decompressing");
        if (result != Z_OK)
            return fail_damaged(err, path, "gzip",
                                stream->msg != NULL ? stream->msg : "unexpected end");
    }
}

/* Tapes and some tools pad the end. */
static bool all_zero(const char *at, const char *end)
{
    while (at < end && *at == '\0')
        at++;
    return at == end;
}

static palate_status gunzip(const palate__mapping *from, const char *path, growing *to,
                            palate_error *err)
{
    enum { GZIP_WINDOW = 15 + 16 };
    palate_status status = PALATE_OK;
    z_stream stream = {0};
    const char *at = from->data;
    const char *end = at + from->bytes;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return palate__fail_memory(err, "decompressing");
    while (at < end && !all_zero(at, end)) {
        PALATE_TRY(inflate_member(&stream, &at, end, path, to, err));
        if (inflateReset(&stream) != Z_OK)
            PALATE_TRY(palate__fail_memory(err, "decompressing"));
    }
done:
    inflateEnd(&stream);
    return status;
}

/* ---- zstd ---- */

static palate_status unzstd(const palate__mapping *from, const char *path, growing *to,
                            palate_error *err)
{
    palate_status status = PALATE_OK;
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (stream == NULL)
        return palate__fail_memory(err, "decompressing");
    ZSTD_inBuffer in = {from->data, from->bytes, 0};
    size_t left = 1;
    while (in.pos < in.size || left > 0) {
        PALATE_TRY(make_room(to, err));
        ZSTD_outBuffer out = {to->text + to->bytes, to->capacity - to->bytes, 0};
        size_t consumed = in.pos;
        left = ZSTD_decompressStream(stream, &out, &in);
        to->bytes += out.pos;
        if (ZSTD_isError(left))
            PALATE_TRY(fail_damaged(err, path, "zstd", ZSTD_getErrorName(left)));
        if (left > 0 && in.pos == in.size && in.pos == consumed && out.pos < out.size)
            PALATE_TRY(fail_damaged(err, path, "zstd", "unexpected end"));
    }
done:
    ZSTD_freeDStream(stream);
    return status;
}

/* ---- All of it ---- */

static bool starts_with(const palate__mapping *mapping, const char *magic, size_t bytes)
{
    return mapping->bytes >= bytes && memcmp(mapping->data, magic, bytes) == 0;
}

static palate_status decompress(palate__source *source, palate_error *err)
{
    const char *path = source->input.path;
    palate_context *context = source->input.context;
    growing text = {.context = context};
    palate_status status = PALATE_OK;
    if (starts_with(&source->mapping, "\x1f\x8b", 2)) {
        source->compression = "gzip";
        status = gunzip(&source->mapping, path, &text, err);
    } else if (starts_with(&source->mapping, "\x28\xb5\x2f\xfd", 4)) {
        source->compression = "zstd";
        status = unzstd(&source->mapping, path, &text, err);
    } else {
        source->input.data = source->mapping.data;
        source->input.bytes = source->mapping.bytes;
        source->input.mapped = source->mapping.mapped;
        return PALATE_OK;
    }
    source->text = text.text;
    source->input.data = text.text;
    source->input.bytes = text.bytes;
    palate__unmap(context, &source->mapping);
    return status;
}

/* Files that are not text, but often given: what they are and what to do. */
static const struct foreign {
    const char *magic;
    size_t bytes;
    const char *advice;
    size_t at; /* Where the magic is. */
} FOREIGN[] = {
    {"PK\x03\x04", 4, "a zip archive (or a spreadsheet); unpack it, or save it as CSV", 0},
    {"BZh", 3, "compressed with bzip2; unpack it, or pipe it: bzcat FILE | palate ... -", 0},
    {"\xfd"
     "7zXZ",
     5, "compressed with xz; unpack it, or pipe it: xzcat FILE | palate ... -", 0},
    {"PAR1", 4, "a Parquet file; save it as CSV", 0},
    {"\x93NUMPY", 6, "a NumPy array; save it as CSV", 0},
    {"\xff\xfe", 2, "UTF-16 text; convert it: iconv -f utf-16 -t utf-8", 0},
    {"\xfe\xff", 2, "UTF-16 text; convert it: iconv -f utf-16 -t utf-8", 0},
    {"{\"__metadata__\":{\"format\":\"palate-model\"", 40,
     "a model; give the ratings that it is to be trained on or compared with", 8},
};

static palate_status refuse_foreign(const palate__input *input, palate_error *err)
{
    for (size_t i = 0; i < sizeof FOREIGN / sizeof FOREIGN[0]; i++)
        if (input->bytes >= FOREIGN[i].at + FOREIGN[i].bytes &&
            memcmp(input->data + FOREIGN[i].at, FOREIGN[i].magic, FOREIGN[i].bytes) == 0)
            return palate__fail(err, PALATE_E_FORMAT, "%s: this is %s", input->path,
                                FOREIGN[i].advice);
    return PALATE_OK;
}

static void skip_byte_order_mark(palate__input *input)
{
    if (input->bytes < 3 || memcmp(input->data, "\xef\xbb\xbf", 3) != 0)
        return;
    input->data += 3;
    input->bytes -= 3;
}

palate_status palate__source_open(palate_context *context, const char *path, palate__source *out,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    *out = (palate__source){.input = {.context = context, .path = name}, .compression = "none"};
    PALATE_TRY(palate__map_file(context, path, &out->mapping, err));
    PALATE_TRY(decompress(out, err));
    /* A file without a byte has no address, and readers subtract addresses. */
    if (out->input.data == NULL)
        out->input.data = "";
    PALATE_TRY(refuse_foreign(&out->input, err));
    skip_byte_order_mark(&out->input);
    if (out->input.mapped)
        (void)madvise((void *)(uintptr_t)out->mapping.data, out->mapping.bytes, MADV_SEQUENTIAL);
done:
    if (status != PALATE_OK)
        palate__source_close(out);
    return status;
}

void palate__input_release(const char **released, const char *at)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t begin = (uintptr_t)*released / page * page;
    const uintptr_t end = (uintptr_t)at / page * page;
    if (end > begin)
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    *released = at;
}

void palate__source_close(palate__source *source)
{
    palate__release(source->input.context, source->text);
    palate__unmap(source->input.context, &source->mapping);
    *source = (palate__source){0};
}
