/* SPDX-License-Identifier: Apache-2.0 */
/* Saving: header, then the arrays as they lie in memory. Equal models give equal bytes, so nothing
 * about the run itself (times, machine) is written.
 */
#include "model/json.h"
#include "model/layout.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- The header ---- */

static json_t *log_json(const palate_model *model)
{
    json_t *log = json_array();
    for (size_t e = 0; log != NULL && e < model->log_count; e++) {
        const palate_epoch *epoch = &model->log[e];
        const double values[] = {epoch->objective, epoch->train_rmse, epoch->validation_rmse};
        json_t *row = json_pack("[I]", (json_int_t)epoch->epoch);
        for (size_t v = 0; row != NULL && v < sizeof values / sizeof values[0]; v++) {
            json_t *value = isfinite(values[v]) ? json_real(values[v]) : json_null();
            if (json_array_append_new(row, value) != 0) {
                json_decref(row);
                row = NULL;
            }
        }
        if (json_array_append_new(log, row) != 0) {
            json_decref(log);
            log = NULL;
        }
    }
    return log;
}

static json_t *names_json(const palate_model *model)
{
    json_t *names = json_array();
    for (uint32_t f = 0; names != NULL && f < model->factor_count; f++)
        if (json_array_append_new(names, json_string(model->factor_names[f])) != 0) {
            json_decref(names);
            names = NULL;
        }
    return names;
}

/* Sets a key to the text of `value`, which is released. */
static bool set_text(palate_context *context, json_t *object, const char *key, json_t *value)
{
    char *text = palate__json_text(context, value, NULL);
    json_decref(value);
    bool done = text != NULL && json_object_set_new(object, key, json_string(text)) == 0;
    palate__release(context, text);
    return done;
}

/* Begins as PALATE__HEADER_START does; the checksum's digits are put in later. */
static json_t *metadata_json(const palate_model *model)
{
    char version[16];
    snprintf(version, sizeof version, "%d", PALATE__FORMAT_VERSION);
    json_t *object = json_pack("{ss ss ss}", "format", "palate-model", "format_version", version,
                               "checksum", "0000000000000000");
    bool done = object != NULL;
    for (size_t f = 0; done && f < PALATE__FACT_COUNT; f++) {
        char buffer[PALATE__FACT_BYTES];
        const char *text = palate__fact_format(model, &palate__facts[f], buffer);
        done = json_object_set_new(object, palate__facts[f].name, json_string(text)) == 0;
    }
    done = done && set_text(model->context, object, "factor_names", names_json(model)) &&
           set_text(model->context, object, "log", log_json(model));
    if (done)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *tensor_json(const palate__tensor *tensor, const palate__sizes *sizes, size_t begin,
                           size_t end)
{
    const char *type = palate__element_types[tensor->element].name;
    json_int_t first = (json_int_t)sizes->of[tensor->shape[0]];
    json_int_t second = (json_int_t)sizes->of[tensor->shape[1]];
    json_int_t from = (json_int_t)begin;
    json_int_t to = (json_int_t)end;
    if (tensor->shape[1] == PALATE__NO_DIMENSION)
        return json_pack("{ss s[I] s[II]}", "dtype", type, "shape", first, "data_offsets", from,
                         to);
    return json_pack("{ss s[II] s[II]}", "dtype", type, "shape", first, second, "data_offsets",
                     from, to);
}

static json_t *header_json(const palate_model *model, const palate__sizes *sizes,
                           const palate__span *parts)
{
    json_t *object = json_object();
    bool done = object != NULL &&
                json_object_set_new(object, "__metadata__", metadata_json(model)) == 0;
    size_t begin = 0;
    for (size_t t = 0; done && t < PALATE__TENSOR_COUNT; t++) {
        size_t end = begin + parts[t].bytes;
        if (palate__tensors[t].optional && parts[t].text == NULL)
            continue;
        json_t *entry = tensor_json(&palate__tensors[t], sizes, begin, end);
        done = json_object_set_new(object, palate__tensors[t].name, entry) == 0;
        begin = end;
    }
    if (done)
        return object;
    json_decref(object);
    return NULL;
}

/* The file up to its data: length and padded header, allocated. */
static palate_status make_start(const palate_model *model, palate__span json, char **out,
                                size_t *bytes, palate_error *err)
{
    const size_t length = json.bytes;
    const size_t unpadded = PALATE__LENGTH_BYTES + length;
    *bytes = (unpadded + PALATE__FILE_ALIGNMENT - 1) / PALATE__FILE_ALIGNMENT *
             PALATE__FILE_ALIGNMENT;
    const uint64_t header_bytes = *bytes - PALATE__LENGTH_BYTES;
    if (header_bytes > PALATE__HEADER_BYTES_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "the model cannot be saved: its factor names, options and log take %zu "
                            "bytes, more than %d",
                            length, PALATE__HEADER_BYTES_MAX);
    *out = palate__allocate(model->context, *bytes);
    if (*out == NULL)
        return palate__fail_memory(err, "saving a model");
    memcpy(*out, &header_bytes, PALATE__LENGTH_BYTES);
    memcpy(*out + PALATE__LENGTH_BYTES, json.text, length);
    memset(*out + unpadded, ' ', *bytes - unpadded);
    return PALATE_OK;
}

static size_t digits_place(void)
{
    char version[16];
    int version_bytes = snprintf(version, sizeof version, "%d", PALATE__FORMAT_VERSION);
    return PALATE__LENGTH_BYTES + strlen(PALATE__HEADER_START) + (size_t)version_bytes +
           strlen(PALATE__HEADER_CHECKSUM);
}

static void put_checksum(char *start, size_t bytes, const palate__span *parts)
{
    char digits[PALATE__CHECKSUM_DIGITS + 1];
    const size_t place = digits_place();
    snprintf(
        digits, sizeof digits, "%016" PRIx64,
        palate__model_checksum((palate__span){start, bytes}, place, parts, PALATE__TENSOR_COUNT));
    memcpy(start + place, digits, PALATE__CHECKSUM_DIGITS);
}

/* ---- The file ---- */

static palate_status write_file(palate_context *context, const char *path, palate__span start,
                                const palate__span *parts, palate_error *err)
{
    palate__output output = {0};
    palate_status status = palate__output_open(context, path, &output, err);
    if (status != PALATE_OK)
        return status;
    palate__output_write(&output, start);
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++)
        palate__output_write(&output, parts[t]);
    return palate__output_commit(&output, err);
}

palate_status palate_model_save(const palate_model *model, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__span parts[PALATE__TENSOR_COUNT];
    json_t *header = NULL;
    char *json = NULL;
    char *start = NULL;
    size_t json_bytes = 0;
    size_t start_bytes = 0;
    if (model == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_save: %s is NULL",
                            model == NULL ? "model" : "path");
    const palate__sizes sizes = palate__model_sizes(model);
    PALATE_TRY(
        palate__model_check(model, &sizes, "the model cannot be saved", PALATE_E_INTERNAL, err));
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++)
        parts[t] = palate__tensor_span(model, &palate__tensors[t], &sizes);
    header = header_json(model, &sizes, parts);
    json = palate__json_text(model->context, header, &json_bytes);
    if (json == NULL)
        PALATE_TRY(palate__fail_memory(err, "saving a model"));
    PALATE_TRY(make_start(model, (palate__span){json, json_bytes}, &start, &start_bytes, err));
    put_checksum(start, start_bytes, parts);
    PALATE_TRY(write_file(model->context, path, (palate__span){start, start_bytes}, parts, err));
done:
    palate__release(model->context, start);
    palate__release(model->context, json);
    json_decref(header);
    return status;
}
