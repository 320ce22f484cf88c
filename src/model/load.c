/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
/* Loading a model file. Nothing is believed: sizes, order, checksum, then every array is checked before the model is
 * given to anybody, so that a damaged or hostile file is an error and never a crash. */
#include "model/layout.h"

#include "base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* What is known of the file while it is looked at. */
typedef struct file {
    const char *path;
    palate_error *err;
    const char *header;
    size_t header_bytes;
    const char *data;
    size_t data_bytes;
    json_t *json;
    json_t *metadata;
} file;

static palate_status refuse(const file *from, const char *format, ...) PALATE__PRINTF(2, 3);

static palate_status refuse(const file *from, const char *format, ...)
{
    char why[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return palate__fail(from->err, PALATE_E_FORMAT, "%s: %s", from->path, why);
}

static palate_status refuse_damaged(const file *from, const char *what)
{
    return refuse(from, "the model file is damaged (%s); make it again or restore a copy", what);
}

/* ---- Header ---- */

static palate_status read_sizes(const palate__mapping *mapping, file *from)
{
    uint64_t length = 0;
    if (mapping->bytes < 8)
        return refuse(from, "not a palate model: the file has only %zu bytes", mapping->bytes);
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)(unsigned char)mapping->data[i] << (8 * i);
    if (length < 2 || mapping->data[8] != '{' || length > PALATE__HEADER_MAX)
        return refuse(from, "not a palate model: it does not begin like one");
    if (length > mapping->bytes - 8)
        return refuse_damaged(from, "it is cut short");
    from->header = mapping->data + 8;
    from->header_bytes = (size_t)length;
    from->data = from->header + length;
    from->data_bytes = mapping->bytes - 8 - (size_t)length;
    return PALATE_OK;
}

static palate_status parse_header(file *from)
{
    json_error_t why;
    from->json = json_loadb(from->header, from->header_bytes, JSON_REJECT_DUPLICATES, &why);
    /* jansson says nothing at all where memory runs out between two tokens. */
    if (from->json == NULL &&
        (json_error_code(&why) == json_error_out_of_memory || why.text[0] == '\0'))
        return palate__fail_memory(from->err, "loading a model");
    if (from->json == NULL)
        return refuse(from, "not a palate model, or damaged: the header is not JSON (%s)",
                      why.text);
    from->metadata = json_object_get(from->json, "__metadata__");
    const char *format = json_string_value(json_object_get(from->metadata, "format"));
    if (format == NULL || strcmp(format, PALATE__FORMAT_NAME) != 0)
        return refuse(from, "not a palate model, though a safetensors file");
    return PALATE_OK;
}

static const char *text_of(const file *from, const char *key)
{
    return json_string_value(json_object_get(from->metadata, key));
}

static palate_status read_integer(const file *from, const char *key, int64_t *out)
{
    const char *text = text_of(from, key);
    if (text == NULL || !palate__parse_integer((palate__span){text, strlen(text)}, out) || *out < 0)
        return refuse_damaged(from, key);
    return PALATE_OK;
}

static palate_status check_version(const file *from)
{
    int64_t version = 0;
    palate_status status = read_integer(from, "format_version", &version);
    if (status != PALATE_OK)
        return status;
    if (version != PALATE__FORMAT_VERSION)
        return refuse(from, "the model has format %" PRId64 ", this palate reads %d: update palate",
                      version, PALATE__FORMAT_VERSION);
    return PALATE_OK;
}

static palate_status check_checksum(const file *from, const palate__mapping *mapping)
{
    const char *digits = text_of(from, "checksum");
    const char *key = memmem(from->header, from->header_bytes, PALATE__CHECKSUM_KEY,
                             strlen(PALATE__CHECKSUM_KEY));
    if (digits == NULL || strlen(digits) != PALATE__CHECKSUM_DIGITS || key == NULL)
        return refuse_damaged(from, "no checksum");
    size_t at = (size_t)(key - from->header) + strlen(PALATE__CHECKSUM_KEY);
    if (at + PALATE__CHECKSUM_DIGITS > from->header_bytes)
        return refuse_damaged(from, "no checksum");
    palate__tensor data = {"data", PALATE__U8, from->data_bytes, 0, from->data};
    uint64_t sum = palate__model_checksum(mapping->data, from->header, from->header_bytes, at,
                                          &data, 1);
    char expected[PALATE__CHECKSUM_DIGITS + 1];
    snprintf(expected, sizeof expected, "%016" PRIx64, sum);
    if (memcmp(expected, from->header + at, PALATE__CHECKSUM_DIGITS) != 0)
        return refuse_damaged(from, "the checksum does not match");
    return PALATE_OK;
}

/* ---- Tensors ---- */

static palate_status read_tensor(const file *from, const palate__tensor *wanted, const void **data,
                                 size_t *rows, size_t *columns, size_t *end)
{
    json_t *entry = json_object_get(from->json, wanted->name);
    json_t *shape = json_object_get(entry, "shape");
    json_t *offsets = json_object_get(entry, "data_offsets");
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    size_t dimensions = wanted->columns == 0 ? 1 : 2;
    if (dtype == NULL || strcmp(dtype, palate__dtype_name(wanted->dtype)) != 0 ||
        json_array_size(shape) != dimensions || json_array_size(offsets) != 2)
        return refuse_damaged(from, wanted->name);
    json_int_t numbers[4] = {json_integer_value(json_array_get(shape, 0)),
                             dimensions == 2 ? json_integer_value(json_array_get(shape, 1)) : 1,
                             json_integer_value(json_array_get(offsets, 0)),
                             json_integer_value(json_array_get(offsets, 1))};
    size_t bytes = 0;
    for (int i = 0; i < 4; i++)
        if (numbers[i] < 0)
            return refuse_damaged(from, wanted->name);
    if (__builtin_mul_overflow((size_t)numbers[0], (size_t)numbers[1], &bytes) ||
        __builtin_mul_overflow(bytes, palate__dtype_bytes(wanted->dtype), &bytes) ||
        (size_t)numbers[2] != *end || (size_t)numbers[3] > from->data_bytes ||
        numbers[3] < numbers[2] || (size_t)(numbers[3] - numbers[2]) != bytes)
        return refuse_damaged(from, wanted->name);
    const char *at = from->data + numbers[2];
    if ((uintptr_t)at % palate__dtype_bytes(wanted->dtype) != 0)
        return refuse_damaged(from, wanted->name);
    *data = at;
    *rows = (size_t)numbers[0];
    *columns = (size_t)numbers[1];
    *end = (size_t)numbers[3];
    return PALATE_OK;
}

/* A tensor as found, with the shape it has. */
typedef struct found {
    const void *data;
    size_t rows, columns;
} found;

/* The tensors lie in the order of the layout, without gaps, to the end of the file. */
static palate_status read_tensors(const file *from, found out[PALATE__TENSOR_COUNT])
{
    palate_model shapes = {.factor_count = 1};
    palate__tensor wanted[PALATE__TENSOR_COUNT];
    size_t end = 0;
    palate__model_tensors(&shapes, wanted);
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++) {
        palate_status status = read_tensor(from, &wanted[t], &out[t].data, &out[t].rows,
                                           &out[t].columns, &end);
        if (status != PALATE_OK)
            return status;
    }
    if (end != from->data_bytes || json_object_size(from->json) != PALATE__TENSOR_COUNT + 1)
        return refuse_damaged(from, "the arrays do not fill the file");
    return PALATE_OK;
}

/* Where the arrays of a side stand among the tensors: see palate__model_tensors. */
enum { ENDS = 1, FACTORS = 3, OFFSETS = 5, TYPICAL = 7, COUNTS = 9, SLOTS = 11, ORDER = 13 };
enum { SEEN_BEGINS = 0, SEEN_ITEMS = 15, BYTES = 16 };

static palate_status take_side(const file *from, const found *tensors, size_t which,
                               uint32_t factor_count, palate__side *side)
{
    size_t count = tensors[FACTORS + which].rows;
    size_t slots = tensors[SLOTS + which].rows;
    bool fits = count >= 1 && count <= PALATE__IDS_MAX && slots > count && slots <= UINT32_MAX &&
                (slots & (slots - 1)) == 0 && tensors[ENDS + which].rows == count + 1 &&
                tensors[FACTORS + which].columns == factor_count &&
                tensors[OFFSETS + which].rows == count &&
                tensors[TYPICAL + which].rows == (size_t)factor_count + 1 &&
                tensors[COUNTS + which].rows == count && tensors[ORDER + which].rows == count;
    if (!fits)
        return refuse_damaged(from, "shapes that do not fit together");
    side->ids.count = (uint32_t)count;
    side->ids.slot_count = (uint32_t)slots;
    side->ids.bytes = tensors[BYTES + which].data;
    side->ids.ends = tensors[ENDS + which].data;
    side->ids.slots = tensors[SLOTS + which].data;
    side->ids.order = tensors[ORDER + which].data;
    side->factors = tensors[FACTORS + which].data;
    side->offsets = tensors[OFFSETS + which].data;
    side->typical = tensors[TYPICAL + which].data;
    side->counts = tensors[COUNTS + which].data;
    return PALATE_OK;
}

/* ---- Contents ---- */

static bool ids_are_valid(const palate__ids *ids, size_t bytes)
{
    if (ids->ends[0] != 0 || ids->ends[ids->count] != bytes)
        return false;
    for (uint32_t row = 0; row < ids->count; row++) {
        uint64_t begin = ids->ends[row];
        uint64_t end = ids->ends[row + 1];
        /* At least one byte and its zero, and no other zero. */
        if (end > bytes || end < begin + 2 ||
            memchr(ids->bytes + begin, '\0', (size_t)(end - begin)) != ids->bytes + end - 1)
            return false;
    }
    return true;
}

/* Every row is found under its id, in its slot. */
static bool slots_are_valid(const palate__ids *ids)
{
    uint32_t used = 0;
    for (uint32_t slot = 0; slot < ids->slot_count; slot++) {
        if (ids->slots[slot] == PALATE__NO_ID)
            continue;
        if (ids->slots[slot] >= ids->count)
            return false;
        used++;
    }
    if (used != ids->count)
        return false;
    for (uint32_t row = 0; row < ids->count; row++)
        if (palate__ids_find(ids, palate__ids_text(ids, row), palate__ids_bytes(ids, row)) != row)
            return false;
    return true;
}

static bool order_is_valid(palate_context *context, const palate__ids *ids, bool *out_of_memory)
{
    char *seen = palate__allocate_zeroed(context, ids->count, 1);
    bool valid = seen != NULL;
    *out_of_memory = seen == NULL;
    for (uint32_t place = 0; valid && place < ids->count; place++) {
        uint32_t row = ids->order[place];
        valid = row < ids->count && !seen[row];
        if (valid)
            seen[row] = 1;
    }
    palate__release(context, seen);
    return valid;
}

static bool all_finite(const float *values, size_t count, float least)
{
    bool valid = true;
    for (size_t i = 0; i < count; i++)
        valid &= values[i] >= least && values[i] <= 3.4e38F;
    return valid;
}

static palate_status check_side(const file *from, const palate_model *model,
                                const palate__side *side, size_t id_bytes)
{
    static const float ANY = -3.4e38F;
    size_t k = model->factor_count;
    bool out_of_memory = false;
    if (!ids_are_valid(&side->ids, id_bytes))
        return refuse_damaged(from, "ids");
    if (!slots_are_valid(&side->ids))
        return refuse_damaged(from, "index of ids");
    if (!order_is_valid(model->context, &side->ids, &out_of_memory))
        return out_of_memory ? palate__fail_memory(from->err, "loading a model")
                             : refuse_damaged(from, "order of ids");
    if (!all_finite(side->factors, side->ids.count * k, 0.0F) ||
        !all_finite(side->typical, k, 0.0F))
        return refuse_damaged(from, "factors that are negative or not finite");
    if (!all_finite(side->offsets, side->ids.count, ANY) || !all_finite(side->typical + k, 1, ANY))
        return refuse_damaged(from, "offsets that are not finite");
    return PALATE_OK;
}

static palate_status check_seen(const file *from, const palate_model *model, const found *tensors)
{
    const int64_t *begins = tensors[SEEN_BEGINS].data;
    const uint32_t *items = tensors[SEEN_ITEMS].data;
    uint32_t users = model->users.ids.count;
    if (tensors[SEEN_BEGINS].rows != (size_t)users + 1 || begins[0] != 0 ||
        begins[users] != (int64_t)tensors[SEEN_ITEMS].rows)
        return refuse_damaged(from, "seen items");
    for (uint32_t i = 0; i < users; i++) {
        if (begins[i + 1] < begins[i] || begins[i + 1] > begins[users])
            return refuse_damaged(from, "seen items");
        for (int64_t e = begins[i]; e < begins[i + 1]; e++)
            if (items[e] >= model->items.ids.count || (e > begins[i] && items[e] <= items[e - 1]))
                return refuse_damaged(from, "seen items");
    }
    return PALATE_OK;
}

/* ---- Metadata ---- */

/* "" is NaN. */
static palate_status read_real(const file *from, const char *key, bool may_be_unknown, double *out)
{
    const char *text = text_of(from, key);
    if (text != NULL && text[0] == '\0' && may_be_unknown) {
        *out = NAN;
        return PALATE_OK;
    }
    if (text == NULL || !palate__parse_real((palate__span){text, strlen(text)}, out) ||
        !isfinite(*out))
        return refuse_damaged(from, key);
    return PALATE_OK;
}

static palate_status read_seed(const file *from, uint64_t *out)
{
    const char *text = text_of(from, "seed");
    int consumed = 0;
    if (text == NULL || sscanf(text, "%" SCNu64 "%n", out, &consumed) != 1 ||
        text[consumed] != '\0')
        return refuse_damaged(from, "seed");
    return PALATE_OK;
}

static palate_status read_text(const file *from, palate_model *model, const char *key, char **field)
{
    const char *text = text_of(from, key);
    return text == NULL ? refuse_damaged(from, key)
                        : palate__model_set_text(model, field, text, from->err);
}

static palate_status read_numbers(const file *from, palate_model *model)
{
    palate_status status = PALATE_OK;
    palate_model_summary *about = &model->summary;
    PALATE_TRY(read_real(from, "scale_low", false, &about->scale.low));
    PALATE_TRY(read_real(from, "scale_high", false, &about->scale.high));
    PALATE_TRY(read_real(from, "mean", false, &about->mean));
    PALATE_TRY(read_real(from, "base", false, &about->base));
    PALATE_TRY(read_real(from, "train_rmse", true, &about->train_rmse));
    PALATE_TRY(read_real(from, "validation_rmse", true, &about->validation_rmse));
    PALATE_TRY(read_integer(from, "rating_count", &about->rating_count));
    PALATE_TRY(read_integer(from, "epochs", &about->epochs));
    PALATE_TRY(read_integer(from, "best_epoch", &about->best_epoch));
    PALATE_TRY(read_seed(from, &about->seed));
    const char *inferred = text_of(from, "scale_inferred");
    about->scale_inferred = inferred != NULL && strcmp(inferred, "true") == 0;
    if (about->scale.low > about->scale.high)
        PALATE_TRY(refuse_damaged(from, "scale"));
done:
    return status;
}

static palate_status read_names(const file *from, palate_model *model)
{
    const char *text = text_of(from, "factor_names");
    json_t *names = text == NULL ? NULL : json_loads(text, 0, NULL);
    palate_status status = PALATE_OK;
    if (json_array_size(names) != model->factor_count)
        PALATE_TRY(refuse_damaged(from, "factor_names"));
    for (uint32_t f = 0; f < model->factor_count; f++) {
        const char *name = json_string_value(json_array_get(names, f));
        if (name == NULL)
            PALATE_TRY(refuse_damaged(from, "factor_names"));
        PALATE_TRY(palate__model_set_text(model, &model->factor_names[f], name, from->err));
    }
done:
    json_decref(names);
    return status;
}

static double real_of(json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static palate_status read_log(const file *from, palate_model *model)
{
    const char *text = text_of(from, "log");
    json_t *log = text == NULL ? NULL : json_loads(text, 0, NULL);
    palate_status status = PALATE_OK;
    size_t count = json_array_size(log);
    if (!json_is_array(log))
        PALATE_TRY(refuse_damaged(from, "log"));
    model->log = palate__allocate_zeroed(model->context, count, sizeof *model->log);
    if (model->log == NULL)
        PALATE_TRY(palate__fail_memory(from->err, "loading a model"));
    model->log_count = count;
    for (size_t e = 0; e < count; e++) {
        json_t *row = json_array_get(log, e);
        model->log[e] = (palate_epoch){
            .epoch = json_integer_value(json_array_get(row, 0)),
            .objective = real_of(json_array_get(row, 1)),
            .train_rmse = real_of(json_array_get(row, 2)),
            .validation_rmse = real_of(json_array_get(row, 3)),
        };
    }
done:
    json_decref(log);
    return status;
}

static palate_status read_metadata(const file *from, palate_model *model)
{
    palate_status status = PALATE_OK;
    const char *fingerprint = text_of(from, "fingerprint");
    PALATE_TRY(read_text(from, model, "mode", &model->mode));
    PALATE_TRY(read_text(from, model, "rule", &model->rule));
    PALATE_TRY(read_text(from, model, "stopped_by", &model->stopped_by));
    PALATE_TRY(read_text(from, model, "palate_version", &model->version));
    PALATE_TRY(read_text(from, model, "options", &model->options_json));
    PALATE_TRY(read_numbers(from, model));
    PALATE_TRY(read_names(from, model));
    PALATE_TRY(read_log(from, model));
    if (fingerprint == NULL || strlen(fingerprint) >= sizeof model->fingerprint)
        PALATE_TRY(refuse_damaged(from, "fingerprint"));
    strcpy(model->fingerprint, fingerprint);
done:
    return status;
}

/* ---- All of it ---- */

static palate_status fill(const file *from, palate_context *context, const found *tensors,
                          palate_model **out)
{
    palate_status status = PALATE_OK;
    palate_model *model = NULL;
    size_t k = tensors[FACTORS].columns;
    if (k < 1 || k > UINT16_MAX)
        return refuse_damaged(from, "number of factors");
    PALATE_TRY(palate__model_create_empty(context, (uint32_t)k, &model, from->err));
    PALATE_TRY(take_side(from, tensors, 0, (uint32_t)k, &model->users));
    PALATE_TRY(take_side(from, tensors, 1, (uint32_t)k, &model->items));
    PALATE_TRY(check_side(from, model, &model->users, tensors[BYTES].rows));
    PALATE_TRY(check_side(from, model, &model->items, tensors[BYTES + 1].rows));
    PALATE_TRY(check_seen(from, model, tensors));
    model->seen_begins = tensors[SEEN_BEGINS].data;
    model->seen_items = tensors[SEEN_ITEMS].data;
    PALATE_TRY(read_metadata(from, model));
    *out = model;
    return PALATE_OK;
done:
    palate_model_free(model);
    return status;
}

palate_status palate_model_load(palate_context *context, const char *path, palate_model **out,
                                palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__mapping mapping = {0};
    file from = {.path = path, .err = err};
    found tensors[PALATE__TENSOR_COUNT];
    if (out != NULL)
        *out = NULL;
    if (path == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_load: %s is NULL",
                            path == NULL ? "path" : "out");
    PALATE_TRY(palate__map_file(context, path, &mapping, err));
    PALATE_TRY(read_sizes(&mapping, &from));
    PALATE_TRY(parse_header(&from));
    PALATE_TRY(check_version(&from));
    PALATE_TRY(check_checksum(&from, &mapping));
    PALATE_TRY(read_tensors(&from, tensors));
    PALATE_TRY(fill(&from, context, tensors, out));
    (*out)->mapping = mapping;
    mapping = (palate__mapping){0};
done:
    json_decref(from.json);
    palate__unmap(context, &mapping);
    return status;
}
