/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a model file. */
#include "model/layout.h"

#include "base/text.h"
#include "model/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- Metadata: text by text ---- */

static int set_text(json_t *metadata, const char *key, const char *text)
{
    return json_object_set_new(metadata, key, json_string(text));
}

static int set_real(json_t *metadata, const char *key, double value)
{
    char text[40];
    palate__format_real(value, text, sizeof text);
    return set_text(metadata, key, isnan(value) ? "" : text);
}

static int set_number(json_t *metadata, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return set_text(metadata, key, text);
}

static int set_seed(json_t *metadata, uint64_t seed)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    return set_text(metadata, "seed", text);
}

/* A JSON value as the text of a metadata entry. Takes the value. */
static int set_json(const palate_model *model, json_t *metadata, const char *key, json_t *value)
{
    char *text = palate__json_text(model->context, value, NULL);
    int failed = text == NULL ? -1 : set_text(metadata, key, text);
    palate__release(model->context, text);
    json_decref(value);
    return failed;
}

static json_t *names_json(const palate_model *model)
{
    json_t *names = json_array();
    for (uint32_t f = 0; f < model->factor_count; f++)
        if (json_array_append_new(names, json_string(model->factor_names[f])) != 0) {
            json_decref(names);
            return NULL;
        }
    return names;
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* [[epoch, objective, train RMSE, validation RMSE], ...]; no seconds: the same training gives the same bytes. */
static json_t *log_json(const palate_model *model)
{
    json_t *log = json_array();
    for (size_t e = 0; e < model->log_count; e++) {
        const palate_epoch *epoch = &model->log[e];
        json_t *row = json_pack("[I, o, o, o]", (json_int_t)epoch->epoch,
                                real_or_null(epoch->objective), real_or_null(epoch->train_rmse),
                                real_or_null(epoch->validation_rmse));
        if (row == NULL || json_array_append_new(log, row) != 0) {
            json_decref(log);
            return NULL;
        }
    }
    return log;
}

static json_t *make_metadata(const palate_model *model)
{
    const palate_model_summary *about = &model->summary;
    json_t *metadata = json_object();
    int failed = metadata == NULL;
    failed |= set_text(metadata, "format", PALATE__FORMAT_NAME);
    failed |= set_number(metadata, "format_version", PALATE__FORMAT_VERSION);
    failed |= set_text(metadata, "checksum", "0000000000000000");
    failed |= set_text(metadata, "palate_version", model->version);
    failed |= set_text(metadata, "mode", model->mode);
    failed |= set_text(metadata, "rule", model->rule);
    failed |= set_text(metadata, "stopped_by", model->stopped_by);
    failed |= set_text(metadata, "fingerprint", model->fingerprint);
    failed |= set_text(metadata, "options", model->options_json);
    failed |= set_json(model, metadata, "factor_names", names_json(model));
    failed |= set_json(model, metadata, "log", log_json(model));
    failed |= set_real(metadata, "scale_low", about->scale.low);
    failed |= set_real(metadata, "scale_high", about->scale.high);
    failed |= set_text(metadata, "scale_inferred", about->scale_inferred ? "true" : "false");
    failed |= set_real(metadata, "mean", about->mean);
    failed |= set_real(metadata, "base", about->base);
    failed |= set_seed(metadata, about->seed);
    failed |= set_number(metadata, "rating_count", about->rating_count);
    failed |= set_number(metadata, "epochs", about->epochs);
    failed |= set_number(metadata, "best_epoch", about->best_epoch);
    failed |= set_real(metadata, "train_rmse", about->train_rmse);
    failed |= set_real(metadata, "validation_rmse", about->validation_rmse);
    if (failed == 0)
        return metadata;
    json_decref(metadata);
    return NULL;
}

/* ---- Header ---- */

static json_t *tensor_json(const palate__tensor *tensor, size_t begin, size_t end)
{
    json_t *shape = tensor->columns == 0 ? json_pack("[I]", (json_int_t)tensor->rows)
                                         : json_pack("[I, I]", (json_int_t)tensor->rows,
                                                     (json_int_t)tensor->columns);
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", palate__dtype_name(tensor->dtype), "shape",
                     shape, "data_offsets", (json_int_t)begin, (json_int_t)end);
}

static json_t *make_header(const palate_model *model, const palate__tensor *tensors)
{
    json_t *header = json_object();
    size_t at = 0;
    int failed = header == NULL;
    failed |= json_object_set_new(header, "__metadata__", make_metadata(model));
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++) {
        size_t bytes = palate__tensor_elements(&tensors[t]) * palate__dtype_bytes(tensors[t].dtype);
        failed |= json_object_set_new(header, tensors[t].name,
                                      tensor_json(&tensors[t], at, at + bytes));
        at += bytes;
    }
    if (failed == 0)
        return header;
    json_decref(header);
    return NULL;
}

/* The header with its padding and checksum, and the 8 bytes before it. NULL: out of memory. */
static char *write_header(const palate_model *model, const palate__tensor *tensors, char prefix[8],
                          size_t *bytes)
{
    json_t *json = make_header(model, tensors);
    size_t length = 0;
    char *text = palate__json_text(model->context, json, &length);
    json_decref(json);
    if (text == NULL)
        return NULL;
    size_t padded = (8 + length + PALATE__DATA_ALIGNMENT - 1) / PALATE__DATA_ALIGNMENT *
                        PALATE__DATA_ALIGNMENT -
                    8;
    char *header = palate__resize_array(model->context, text, length, padded + 1, 1);
    if (header == NULL) {
        palate__release(model->context, text);
        return NULL;
    }
    memset(header + length, ' ', padded - length);
    header[padded] = '\0';
    for (int i = 0; i < 8; i++)
        prefix[i] = (char)((uint64_t)padded >> (8 * i));
    size_t digits = (size_t)(strstr(header, PALATE__CHECKSUM_KEY) - header) +
                    strlen(PALATE__CHECKSUM_KEY);
    uint64_t sum = palate__model_checksum(prefix, header, padded, digits, tensors,
                                          PALATE__TENSOR_COUNT);
    char written[PALATE__CHECKSUM_DIGITS + 1];
    snprintf(written, sizeof written, "%016" PRIx64, sum);
    memcpy(header + digits, written, PALATE__CHECKSUM_DIGITS);
    *bytes = padded;
    return header;
}

palate_status palate_model_save(const palate_model *model, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__output output = {0};
    palate__tensor tensors[PALATE__TENSOR_COUNT];
    char prefix[8];
    size_t header_bytes = 0;
    char *header = NULL;
    if (model == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_save: %s is NULL",
                            model == NULL ? "model" : "path");
    palate__model_tensors(model, tensors);
    header = write_header(model, tensors, prefix, &header_bytes);
    if (header == NULL)
        return palate__fail_memory(err, "writing a model");
    PALATE_TRY(palate__output_open(model->context, path, &output, err));
    fwrite(prefix, 1, sizeof prefix, output.stream);
    fwrite(header, 1, header_bytes, output.stream);
    /* A failed write stays in the stream's error flag, which commit looks at. */
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++)
        fwrite(tensors[t].data, palate__dtype_bytes(tensors[t].dtype),
               palate__tensor_elements(&tensors[t]), output.stream);
    status = palate__output_commit(&output, err);
done:
    palate__release(model->context, header);
    return status;
}
