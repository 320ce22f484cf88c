/* SPDX-License-Identifier: Apache-2.0 */
/* A model as one .npz file: a zip archive of arrays in NumPy's format (.npy, version 1.0), stored
 * without compression as numpy.savez() does. Rows are made while they are written, in order of first
 * appearance, so nothing is held twice.
 *
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
#define _GNU_SOURCE
#include "model/export.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <zip.h>

/* ---- Text as NumPy has it: 4 bytes a character, zeros at the end ---- */

/* The next character of a text; what is not UTF-8 becomes U+FFFD, byte by byte. */
static uint32_t next_character(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    const size_t length = bytes[0] < 0xC0 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    const palate__span text = {*at, strnlen(*at, length)};
    if (text.bytes < length || palate__utf8_valid(text) < length) {
        *at += 1;
        return 0xFFFD;
    }
    *at += length;
    uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++)
        character = character << 6 | (bytes[i] & 0x3FU);
    return character;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    while (*text != '\0') {
        next_character(&text);
        count++;
    }
    return count;
}

/* ---- Arrays ---- */

enum { ARRAY_COUNT = 10, HEADER_BYTES = 192, HEADER_ALIGNMENT = 64 };

/* One array on its way into the archive. */
typedef struct array {
    const char *name;
    const palate_model *model;
    void (*make_row)(const struct array *a, size_t place, char *row);
    const palate__ids *ids; /* Whose order of appearance the rows have. */
    const void *values;
    size_t row_count, row_bytes;
    char header[HEADER_BYTES];
    size_t header_bytes;
    char *row; /* The row made last, in memory that all arrays share. */
    size_t made;
    uint64_t at;
    zip_error_t error;
} array;

static void floats_row(const array *a, size_t place, char *row)
{
    const size_t source = a->ids->order[place];
    memcpy(row, (const char *)a->values + source * a->row_bytes, a->row_bytes);
}

static void plain_row(const array *a, size_t place, char *row)
{
    memcpy(row, (const char *)a->values + place * a->row_bytes, a->row_bytes);
}

static void text_row(const char *text, size_t row_bytes, char *row)
{
    memset(row, 0, row_bytes);
    for (; *text != '\0'; row += sizeof(uint32_t)) {
        const uint32_t character = next_character(&text);
        memcpy(row, &character, sizeof character);
    }
}

static void id_row(const array *a, size_t place, char *row)
{
    text_row(palate__ids_text(a->ids, a->ids->order[place]), a->row_bytes, row);
}

static void name_row(const array *a, size_t place, char *row)
{
    text_row(a->model->factor_names[place], a->row_bytes, row);
}

/* `shape` as Python writes a tuple. */
static void write_header(array *a, const char *type, const char *shape)
{
    char text[HEADER_BYTES];
    int length = snprintf(text, sizeof text,
                          "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    enum { BEFORE = 10 }; /* Magic, version, length. */
    const size_t used = BEFORE + (size_t)length + 1;
    a->header_bytes = (used + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    const size_t rest = a->header_bytes - BEFORE;
    memset(a->header, ' ', a->header_bytes);
    memcpy(a->header, "\x93NUMPY\x01\x00", 8);
    a->header[8] = (char)(rest & 0xFFU);
    a->header[9] = (char)(rest >> 8);
    memcpy(a->header + BEFORE, text, (size_t)length);
    a->header[a->header_bytes - 1] = '\n';
}

static array factors_array(const palate_model *model, const char *name, const palate__side *side)
{
    char shape[64];
    array a = {.name = name,
               .model = model,
               .make_row = floats_row,
               .ids = &side->ids,
               .values = side->factors,
               .row_count = side->ids.count,
               .row_bytes = model->factor_count * sizeof(float)};
    snprintf(shape, sizeof shape, "(%zu, %lu)", a.row_count, (unsigned long)model->factor_count);
    write_header(&a, "<f4", shape);
    return a;
}

static array offsets_array(const palate_model *model, const char *name, const palate__side *side)
{
    char shape[64];
    array a = {.name = name,
               .model = model,
               .make_row = floats_row,
               .ids = &side->ids,
               .values = side->offsets,
               .row_count = side->ids.count,
               .row_bytes = sizeof(float)};
    snprintf(shape, sizeof shape, "(%zu,)", a.row_count);
    write_header(&a, "<f4", shape);
    return a;
}

/* Rows as wide as the longest text. */
static void write_text_header(array *a, size_t characters)
{
    char type[32];
    char shape[64];
    a->row_bytes = characters * sizeof(uint32_t);
    snprintf(type, sizeof type, "<U%zu", characters);
    snprintf(shape, sizeof shape, "(%zu,)", a->row_count);
    write_header(a, type, shape);
}

static array ids_array(const palate_model *model, const char *name, const palate__ids *ids)
{
    size_t longest = 1;
    array a = {
        .name = name, .model = model, .make_row = id_row, .ids = ids, .row_count = ids->count};
    for (uint32_t row = 0; row < ids->count; row++) {
        size_t characters = count_characters(palate__ids_text(ids, row));
        longest = characters > longest ? characters : longest;
    }
    write_text_header(&a, longest);
    return a;
}

static array names_array(const palate_model *model)
{
    size_t longest = 1;
    array a = {.name = "factor_names.npy",
               .model = model,
               .make_row = name_row,
               .row_count = model->factor_count};
    for (uint32_t f = 0; f < model->factor_count; f++) {
        size_t characters = count_characters(model->factor_names[f]);
        longest = characters > longest ? characters : longest;
    }
    write_text_header(&a, longest);
    return a;
}

static array doubles_array(const palate_model *model, const char *name, const double *values,
                           size_t count)
{
    array a = {.name = name,
               .model = model,
               .make_row = plain_row,
               .values = values,
               .row_count = 1,
               .row_bytes = count * sizeof(double)};
    write_header(&a, "<f8", count == 1 ? "()" : "(2,)");
    return a;
}

/* Allocates the row that the arrays share. */
static palate_status make_arrays(const palate_model *model, array out[ARRAY_COUNT], char **row,
                                 palate_error *err)
{
    const palate_model_summary *facts = &model->summary;
    size_t widest = 0;
    size_t count = 0;
    out[count++] = ids_array(model, "user_ids.npy", &model->users.ids);
    out[count++] = ids_array(model, "item_ids.npy", &model->items.ids);
    out[count++] = names_array(model);
    out[count++] = factors_array(model, "user_factors.npy", &model->users);
    out[count++] = factors_array(model, "item_factors.npy", &model->items);
    out[count++] = offsets_array(model, "user_offsets.npy", &model->users);
    out[count++] = offsets_array(model, "item_offsets.npy", &model->items);
    out[count++] = doubles_array(model, "base.npy", &facts->base, 1);
    out[count++] = doubles_array(model, "mean.npy", &facts->mean, 1);
    out[count++] = doubles_array(model, "scale.npy", &facts->scale.low, 2);
    for (size_t a = 0; a < count; a++)
        widest = out[a].row_bytes > widest ? out[a].row_bytes : widest;
    *row = palate__allocate(model->context, widest);
    for (size_t a = 0; a < count; a++)
        out[a].row = *row;
    return *row == NULL ? palate__fail_memory(err, "exporting a model") : PALATE_OK;
}

static uint64_t array_bytes(const array *a)
{
    return a->header_bytes + (uint64_t)a->row_count * a->row_bytes;
}

/* ---- Arrays as libzip reads them ---- */

/* A piece from where the array is read: the rest of the header or of a row. */
static size_t read_piece(array *a, char *to, size_t bytes)
{
    const char *from = a->header + a->at;
    size_t left = a->header_bytes - (size_t)a->at;
    if (a->at >= a->header_bytes) {
        const uint64_t past = a->at - a->header_bytes;
        const size_t place = (size_t)(past / a->row_bytes);
        const size_t within = (size_t)(past % a->row_bytes);
        if (a->made != place)
            a->make_row(a, place, a->row);
        a->made = place;
        from = a->row + within;
        left = a->row_bytes - within;
    }
    const size_t taken = left < bytes ? left : bytes;
    memcpy(to, from, taken);
    a->at += taken;
    return taken;
}

static zip_int64_t read_array(array *a, char *to, zip_uint64_t bytes)
{
    const uint64_t end = array_bytes(a);
    zip_uint64_t done = 0;
    while (done < bytes && a->at < end)
        done += read_piece(a, to + done, (size_t)(bytes - done));
    return (zip_int64_t)done;
}

static zip_int64_t stat_array(const array *a, void *data)
{
    zip_stat_t *about = data;
    zip_stat_init(about);
    about->size = array_bytes(a);
    about->valid |= ZIP_STAT_SIZE;
    return sizeof *about;
}

static zip_int64_t serve_array(void *user, void *data, zip_uint64_t bytes, zip_source_cmd_t command)
{
    array *a = user;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              -1);
    case ZIP_SOURCE_OPEN:
        a->at = 0;
        a->made = SIZE_MAX;
        return 0;
    case ZIP_SOURCE_READ:
        return read_array(a, data, bytes);
    case ZIP_SOURCE_STAT:
        return stat_array(a, data);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&a->error, data, bytes);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&a->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ---- The archive as libzip writes it: into our output, which is synced and renamed ---- */

typedef struct target {
    FILE *stream;
    zip_error_t error;
} target;

static zip_int64_t target_failed(target *to, int code, int error_number)
{
    zip_error_set(&to->error, code, error_number);
    return -1;
}

static zip_int64_t seek_target(target *to, void *data, zip_uint64_t bytes)
{
    const zip_source_args_seek_t *wanted = ZIP_SOURCE_GET_ARGS(zip_source_args_seek_t, data, bytes,
                                                               &to->error);
    if (wanted == NULL)
        return -1;
    if (fseeko(to->stream, (off_t)wanted->offset, wanted->whence) != 0)
        return target_failed(to, ZIP_ER_SEEK, errno);
    return 0;
}

static zip_int64_t write_target(target *to, const void *data, zip_uint64_t bytes)
{
    if (fwrite(data, 1, (size_t)bytes, to->stream) != bytes)
        return target_failed(to, ZIP_ER_WRITE, errno);
    return (zip_int64_t)bytes;
}

/* There is nothing to read: the archive is new. */
static zip_int64_t serve_target(void *user, void *data, zip_uint64_t bytes,
                                zip_source_cmd_t command)
{
    target *to = user;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
    case ZIP_SOURCE_STAT:
        return target_failed(to, ZIP_ER_READ, ENOENT);
    case ZIP_SOURCE_SEEK_WRITE:
        return seek_target(to, data, bytes);
    case ZIP_SOURCE_TELL_WRITE:
        return (zip_int64_t)ftello(to->stream);
    case ZIP_SOURCE_WRITE:
        return write_target(to, data, bytes);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&to->error, data, bytes);
    case ZIP_SOURCE_BEGIN_WRITE:
    case ZIP_SOURCE_COMMIT_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        return target_failed(to, ZIP_ER_OPNOTSUPP, 0);
    }
}

/* ---- Together ---- */

static palate_status fail_zip(const char *path, zip_error_t *error, palate_error *err)
{
    if (zip_error_code_zip(error) == ZIP_ER_MEMORY)
        return palate__fail_memory(err, "exporting a model");
    return palate__fail(err, PALATE_E_IO, "%s: cannot write: %s", path, zip_error_strerror(error));
}

static zip_t *open_archive(target *to, zip_error_t *error)
{
    zip_source_t *source = zip_source_function_create(serve_target, to, error);
    if (source == NULL)
        return NULL;
    zip_t *archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, error);
    if (archive == NULL)
        zip_source_free(source);
    return archive;
}

/* Every file of the archive has the same date, so that equal models give equal bytes. */
static bool add_array(zip_t *archive, array *a)
{
    enum { MIDNIGHT = 0, FIRST_OF_JANUARY_1980 = 1 << 5 | 1 };
    zip_source_t *source = zip_source_function(archive, serve_array, a);
    if (source == NULL)
        return false;
    const zip_int64_t place = zip_file_add(archive, a->name, source, ZIP_FL_ENC_UTF_8);
    if (place < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_set_file_compression(archive, (zip_uint64_t)place, ZIP_CM_STORE, 0) == 0 &&
           zip_file_set_dostime(archive, (zip_uint64_t)place, MIDNIGHT, FIRST_OF_JANUARY_1980, 0) ==
               0;
}

static palate_status write_archive(array arrays[ARRAY_COUNT], FILE *stream, const char *path,
                                   palate_error *err)
{
    target to = {.stream = stream};
    zip_error_t error;
    zip_error_init(&to.error);
    zip_error_init(&error);
    palate_status status = PALATE_OK;
    zip_t *archive = open_archive(&to, &error);
    bool whole = archive != NULL;
    for (size_t a = 0; whole && a < ARRAY_COUNT; a++)
        whole = add_array(archive, &arrays[a]);
    if (archive == NULL) {
        status = fail_zip(path, &error, err);
    } else if (!whole || zip_close(archive) != 0) {
        status = fail_zip(path, zip_get_error(archive), err);
        zip_discard(archive);
    }
    zip_error_fini(&error);
    zip_error_fini(&to.error);
    return status;
}

palate_status palate__export_npz(const palate_model *model, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__output output = {0};
    array arrays[ARRAY_COUNT];
    char *row = NULL;
    PALATE_TRY(make_arrays(model, arrays, &row, err));
    PALATE_TRY(palate__output_open(model->context, path, &output, err));
    if (ftello(output.stream) < 0)
        PALATE_TRY(palate__fail(err, PALATE_E_UNSUPPORTED,
                                "%s: an .npz file cannot be written to a pipe; name a file", path));
    PALATE_TRY(write_archive(arrays, output.stream, path, err));
    PALATE_TRY(palate__output_commit(&output, err));
done:
    palate__output_abandon(&output);
    palate__release(model->context, row);
    return status;
}
