/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: the file is mapped, checked whole, and used where it lies. A file is believed in nothing:
 * not that its bytes are those that were written (checksum), nor that the header describes them, nor
 * that what they hold is a model.
 */
#include "base/threads.h"
#include "model/layout.h"
#include "ratings/extents.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A file being loaded. */
typedef struct loading {
    palate_model *model;
    const char *path;
    palate__span file;
    size_t header_bytes;
    size_t digits; /* Where those of the checksum are; 0: it is not being computed. */
    uint64_t checksum;
    palate__aside checking;
    json_t *root;
    palate__sizes sizes;
    palate_error *err;
} loading;

static palate_status damaged(const loading *l, const char *format, ...) PALATE__PRINTF(2, 3);

static palate_status damaged(const loading *l, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return palate__fail(l->err, PALATE_E_FORMAT, "%s: the model file is damaged: %s", l->path,
                        what);
}

static palate_status no_model(const loading *l, const char *why)
{
    return palate__fail(l->err, PALATE_E_FORMAT, "%s: not a palate model: %s", l->path, why);
}

/* ---- The bytes ---- */

/* Steps over `text` at `*at`. */
static bool take(palate__span file, size_t *at, const char *text)
{
    const size_t bytes = strlen(text);
    if (file.bytes - *at < bytes || memcmp(file.text + *at, text, bytes) != 0)
        return false;
    *at += bytes;
    return true;
}

/* Reads a number without sign, which ends with the quote of its string. */
static bool take_version(palate__span file, size_t *at, int64_t *version)
{
    const size_t begin = *at;
    while (*at < file.bytes && file.text[*at] >= '0' && file.text[*at] <= '9')
        ++*at;
    return palate__parse_integer((palate__span){file.text + begin, *at - begin}, version);
}

/* Finds the place of the checksum's digits, in a file of this format version. */
static palate_status check_start(const loading *l, size_t *digits)
{
    int64_t version = 0;
    *digits = PALATE__LENGTH_BYTES;
    if (l->file.bytes == 0)
        return no_model(l, "the file is empty");
    if (l->file.bytes < PALATE__LENGTH_BYTES || !take(l->file, digits, PALATE__HEADER_START))
        return no_model(l, "it does not begin as one; models are made by `palate train`");
    if (!take_version(l->file, digits, &version) || version < 1)
        return damaged(l, "its format version is not a number");
    if (version > PALATE__FORMAT_VERSION)
        return palate__fail(l->err, PALATE_E_FORMAT,
                            "%s: written by a newer palate (format %" PRId64
                            ", this one reads up to %d): update palate",
                            l->path, version, PALATE__FORMAT_VERSION);
    if (!take(l->file, digits, PALATE__HEADER_CHECKSUM) ||
        l->file.bytes - *digits < PALATE__CHECKSUM_DIGITS)
        return damaged(l, "its checksum is missing");
    return PALATE_OK;
}

static palate_status check_length(loading *l, size_t digits)
{
    uint64_t length = 0;
    memcpy(&length, l->file.text, PALATE__LENGTH_BYTES);
    const uint64_t room = l->file.bytes - PALATE__LENGTH_BYTES;
    if (length > room)
        return damaged(l, "its header would take %" PRIu64 " bytes, but only %" PRIu64 " follow",
                       length, room);
    if (length > PALATE__HEADER_BYTES_MAX)
        return damaged(l, "its header would take %" PRIu64 " bytes, more than %d", length,
                       PALATE__HEADER_BYTES_MAX);
    if ((length + PALATE__LENGTH_BYTES) % PALATE__FILE_ALIGNMENT != 0 ||
        length + PALATE__LENGTH_BYTES < digits + PALATE__CHECKSUM_DIGITS)
        return damaged(l, "its header cannot have %" PRIu64 " bytes", length);
    l->header_bytes = (size_t)length;
    return PALATE_OK;
}

static palate__span data_of(const loading *l)
{
    const size_t begin = PALATE__LENGTH_BYTES + l->header_bytes;
    return (palate__span){l->file.text + begin, l->file.bytes - begin};
}

static void compute_checksum(void *argument)
{
    loading *l = argument;
    const palate__span data = data_of(l);
    const palate__span start = {l->file.text, PALATE__LENGTH_BYTES + l->header_bytes};
    l->checksum = palate__model_checksum(start, l->digits, &data, 1);
}

/* Computes the checksum, beside all that follows where the file is large: 50 MB take 4 ms, as long as
 * the rest. */
static void begin_checksum(loading *l, size_t digits)
{
    enum { LARGE_BYTES = 1 << 20 };
    l->digits = digits;
    if (l->file.bytes < LARGE_BYTES)
        compute_checksum(l);
    else
        palate__aside_begin(&l->checking, compute_checksum, l);
}

/* What is wrong with the bytes says more than what comes of it: this error replaces others. */
static palate_status check_checksum(loading *l, palate_status status)
{
    char expected[PALATE__CHECKSUM_DIGITS + 1];
    if (l->digits == 0)
        return status;
    palate__aside_end(&l->checking);
    snprintf(expected, sizeof expected, "%016" PRIx64, l->checksum);
    if (memcmp(l->file.text + l->digits, expected, PALATE__CHECKSUM_DIGITS) == 0)
        return status;
    return damaged(l,
                   "its checksum is %.*s, but its content gives %s: it was cut short or "
                   "changed after it was written",
                   (int)PALATE__CHECKSUM_DIGITS, l->file.text + l->digits, expected);
}

static palate_status parse_header(loading *l)
{
    json_error_t error;
    l->root = json_loadb(l->file.text + PALATE__LENGTH_BYTES, l->header_bytes,
                         JSON_REJECT_DUPLICATES, &error);
    if (l->root != NULL)
        return PALATE_OK;
    if (json_error_code(&error) == json_error_out_of_memory)
        return palate__fail_memory(l->err, "loading a model");
    return damaged(l, "its header is not JSON as it should be: %s", error.text);
}

static palate_status read_header(loading *l)
{
    palate_status status = PALATE_OK;
    size_t digits = 0;
    PALATE_TRY(check_start(l, &digits));
    PALATE_TRY(check_length(l, digits));
    begin_checksum(l, digits);
    PALATE_TRY(parse_header(l));
done:
    return status;
}

/* ---- Tensors ---- */

/* Tensors, those palate does not know included, fill the data without gap or overlap. */
static palate_status check_extents(loading *l)
{
    palate_status status = PALATE_OK;
    size_t count = 0;
    uint64_t reached = 0;
    palate_context *context = l->model->context;
    palate__extent *extents = palate__allocate_array(context, json_object_size(l->root),
                                                     sizeof *extents);
    if (extents == NULL)
        return palate__fail_memory(l->err, "loading a model");
    const char *wrong = palate__extents_list(l->root, extents, &count);
    if (wrong != NULL)
        PALATE_TRY(damaged(l, "the data_offsets of tensor '%.80s' are none", wrong));
    wrong = palate__extents_follow(extents, count, &reached);
    if (wrong != NULL)
        PALATE_TRY(damaged(l, "its tensors %s at byte %" PRIu64 " of the data", wrong, reached));
    if (reached != data_of(l).bytes)
        PALATE_TRY(damaged(l, "its tensors take %" PRIu64 " bytes, but it has %zu", reached,
                           data_of(l).bytes));
done:
    palate__release(context, extents);
    return status;
}

/* Takes a length for a dimension, or compares it with that taken before. */
static bool bind(palate__sizes *sizes, palate__dimension dimension, uint64_t length)
{
    if (sizes->of[dimension] == UINT64_MAX)
        sizes->of[dimension] = length;
    return sizes->of[dimension] == length;
}

static palate_status check_shape(loading *l, const palate__tensor *tensor, const json_t *shape)
{
    const size_t rank = tensor->shape[1] == PALATE__NO_DIMENSION ? 1 : 2;
    if (!json_is_array(shape) || json_array_size(shape) != rank)
        return damaged(l, "tensor '%s' has no shape of %zu lengths", tensor->name, rank);
    for (size_t d = 0; d < rank; d++) {
        uint64_t length = 0;
        if (!palate__whole_number(json_array_get(shape, d), &length))
            return damaged(l, "a length of tensor '%s' is not a whole number", tensor->name);
        if (!bind(&l->sizes, tensor->shape[d], length))
            return damaged(l, "tensor '%s' has length %" PRIu64 " where others have %" PRIu64,
                           tensor->name, length, l->sizes.of[tensor->shape[d]]);
    }
    return PALATE_OK;
}

/* The extent has the bytes that the shape says. */
static bool fits(const palate__tensor *tensor, const palate__sizes *sizes, const palate__extent *at)
{
    uint64_t bytes = palate__element_types[tensor->element].bytes;
    for (size_t d = 0; d < 2; d++)
        if (__builtin_mul_overflow(bytes, sizes->of[tensor->shape[d]], &bytes))
            return false;
    return bytes == at->end - at->begin;
}

static palate_status attach_tensor(loading *l, const palate__tensor *tensor)
{
    const palate__element_type *type = &palate__element_types[tensor->element];
    const json_t *entry = json_object_get(l->root, tensor->name);
    const char *found = json_string_value(json_object_get(entry, "dtype"));
    palate__extent at = {0};
    if (entry == NULL && tensor->optional)
        return PALATE_OK;
    if (entry == NULL)
        return damaged(l, "tensor '%s' is missing", tensor->name);
    if (found == NULL || strcmp(found, type->name) != 0)
        return damaged(l, "tensor '%s' has dtype %.20s, not %s", tensor->name,
                       found == NULL ? "none" : found, type->name);
    palate_status status = check_shape(l, tensor, json_object_get(entry, "shape"));
    if (status != PALATE_OK)
        return status;
    if (!palate__extent_read(entry, &at) || !fits(tensor, &l->sizes, &at))
        return damaged(l, "tensor '%s' has not the bytes that its shape says", tensor->name);
    if (at.begin % type->bytes != 0)
        return damaged(l, "tensor '%s' is not aligned to its elements", tensor->name);
    const char *data = data_of(l).text + at.begin;
    memcpy((char *)l->model + tensor->offset, &data, sizeof data);
    return PALATE_OK;
}

static palate_status attach_tensors(loading *l)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(check_extents(l));
    memset(&l->sizes, 0xFF, sizeof l->sizes);
    l->sizes.of[PALATE__NO_DIMENSION] = 1;
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++)
        PALATE_TRY(attach_tensor(l, &palate__tensors[t]));
    for (size_t d = 0; d < PALATE__DIMENSION_COUNT; d++)
        if (l->sizes.of[d] == UINT64_MAX) /* Of no tensor that is there. */
            l->sizes.of[d] = 0;
done:
    return status;
}

/* ---- Metadata ---- */

/* A string of the metadata, or NULL. */
static const char *metadata(const loading *l, const char *key)
{
    return json_string_value(json_object_get(json_object_get(l->root, "__metadata__"), key));
}

static palate_status read_facts(loading *l)
{
    for (size_t f = 0; f < PALATE__FACT_COUNT; f++) {
        const palate__fact *fact = &palate__facts[f];
        const char *text = metadata(l, fact->name);
        if (text == NULL &&
            (fact->kind == PALATE__FACT_LATER || fact->kind == PALATE__FACT_LATER_TEXT))
            continue;
        if (text == NULL)
            return damaged(l, "'%s' is missing from its metadata", fact->name);
        palate_status status = palate__fact_parse(l->model, fact, text, l->err);
        if (status == PALATE_E_FORMAT)
            return damaged(l, "'%s' is '%.80s', which cannot be", fact->name, text);
        if (status != PALATE_OK)
            return status;
    }
    return PALATE_OK;
}

/* JSON within a string of the metadata. */
static palate_status parse_within(const loading *l, const char *key, json_t **out)
{
    json_error_t error;
    const char *text = metadata(l, key);
    if (text == NULL)
        return damaged(l, "'%s' is missing from its metadata", key);
    *out = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (*out != NULL)
        return PALATE_OK;
    if (json_error_code(&error) == json_error_out_of_memory)
        return palate__fail_memory(l->err, "loading a model");
    return damaged(l, "'%s' in its metadata is not JSON: %s", key, error.text);
}

static palate_status check_options(const loading *l)
{
    json_t *options = NULL;
    palate_status status = parse_within(l, "options", &options);
    if (status == PALATE_OK && !json_is_object(options))
        status = damaged(l, "'options' in its metadata is not an object");
    json_decref(options);
    return status;
}

static palate_status check_tuning(const loading *l)
{
    json_t *tuning = NULL;
    if (metadata(l, "tuning") == NULL)
        return PALATE_OK;
    palate_status status = parse_within(l, "tuning", &tuning);
    if (status == PALATE_OK && !json_is_array(tuning))
        status = damaged(l, "'tuning' in its metadata is not a list");
    json_decref(tuning);
    return status;
}

static palate_status read_names(loading *l)
{
    palate_status status = PALATE_OK;
    json_t *names = NULL;
    PALATE_TRY(parse_within(l, "factor_names", &names));
    if (json_array_size(names) != l->model->factor_count)
        PALATE_TRY(damaged(l, "it names %zu factors of %lu", json_array_size(names),
                           (unsigned long)l->model->factor_count));
    for (uint32_t f = 0; f < l->model->factor_count; f++) {
        const char *name = json_string_value(json_array_get(names, f));
        if (name == NULL)
            PALATE_TRY(damaged(l, "the name of factor %lu is not a text", (unsigned long)f + 1));
        PALATE_TRY(palate__model_set_text(l->model, &l->model->factor_names[f], name, l->err));
    }
done:
    json_decref(names);
    return status;
}

static double real_or_nan(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static palate_status read_log(loading *l)
{
    palate_status status = PALATE_OK;
    json_t *log = NULL;
    palate_model *model = l->model;
    PALATE_TRY(parse_within(l, "log", &log));
    if (!json_is_array(log))
        PALATE_TRY(damaged(l, "its log is not a list"));
    const size_t count = json_array_size(log);
    model->log = palate__allocate_zeroed(model->context, count, sizeof *model->log);
    if (model->log == NULL)
        PALATE_TRY(palate__fail_memory(l->err, "loading a model"));
    for (size_t e = 0; e < count; e++) {
        const json_t *row = json_array_get(log, e);
        uint64_t epoch = 0;
        if (json_array_size(row) != 4 || !palate__whole_number(json_array_get(row, 0), &epoch))
            PALATE_TRY(damaged(l, "entry %zu of its log is none", e + 1));
        model->log[e] = (palate_epoch){.epoch = (int64_t)epoch,
                                       .objective = real_or_nan(json_array_get(row, 1)),
                                       .train_rmse = real_or_nan(json_array_get(row, 2)),
                                       .validation_rmse = real_or_nan(json_array_get(row, 3))};
    }
    model->log_count = count;
done:
    json_decref(log);
    return status;
}

/* ---- The model ---- */

/* The number of factors, before there is a model whose tensors could say so. */
static palate_status read_factor_count(const loading *l, uint32_t *out)
{
    const json_t *shape = json_object_get(json_object_get(l->root, "user_factors"), "shape");
    uint64_t count = 0;
    if (!palate__whole_number(json_array_get(shape, 1), &count) || count < 1 ||
        count > PALATE__FACTORS_MAX)
        return damaged(l, "its number of factors is not within 1..%lu",
                       (unsigned long)PALATE__FACTORS_MAX);
    *out = (uint32_t)count;
    return PALATE_OK;
}

/* Counts for the check to find them in; in a model that is not sound they may be cut. */
static void set_counts(palate_model *model, const palate__sizes *sizes)
{
    model->users.ids.count = (uint32_t)sizes->of[PALATE__USERS];
    model->items.ids.count = (uint32_t)sizes->of[PALATE__ITEMS];
    model->users.ids.slot_count = (uint32_t)sizes->of[PALATE__USER_SLOTS];
    model->items.ids.slot_count = (uint32_t)sizes->of[PALATE__ITEM_SLOTS];
    model->sample_count = (uint32_t)sizes->of[PALATE__SAMPLES];
    model->users.feature_bytes = sizes->of[PALATE__USER_FEATURE_BYTES];
    model->items.feature_bytes = sizes->of[PALATE__ITEM_FEATURE_BYTES];
}

/* Of names that have been checked. */
static palate_status name_features(loading *l, palate__side *side)
{
    uint64_t count = 0;
    for (uint64_t b = 0; b < side->feature_bytes; b++)
        count += side->feature_names[b] == '\0';
    side->feature_count = (uint32_t)count;
    return palate__side_name_features(l->model->context, side, l->err);
}

static palate_status fill(loading *l)
{
    palate_status status = PALATE_OK;
    char where[PALATE_MESSAGE_BYTES];
    snprintf(where, sizeof where, "%s: the model file is damaged", l->path);
    PALATE_TRY(attach_tensors(l));
    PALATE_TRY(read_facts(l));
    PALATE_TRY(check_options(l));
    PALATE_TRY(check_tuning(l));
    PALATE_TRY(read_names(l));
    PALATE_TRY(read_log(l));
    set_counts(l->model, &l->sizes);
    PALATE_TRY(palate__model_check(l->model, &l->sizes, where, PALATE_E_FORMAT, l->err));
    PALATE_TRY(name_features(l, &l->model->users));
    PALATE_TRY(name_features(l, &l->model->items));
done:
    return status;
}

static palate_status read_all(loading *l, palate_context *context)
{
    palate_status status = PALATE_OK;
    uint32_t factor_count = 0;
    PALATE_TRY(read_header(l));
    PALATE_TRY(read_factor_count(l, &factor_count));
    PALATE_TRY(palate__model_create_empty(context, factor_count, &l->model, l->err));
    PALATE_TRY(fill(l));
done:
    return check_checksum(l, status);
}

palate_status palate_model_load(palate_context *context, const char *path, palate_model **out,
                                palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__mapping mapping = {0};
    loading l = {.path = path, .err = err};
    if (out != NULL)
        *out = NULL;
    if (out == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_load: %s is NULL",
                            out == NULL ? "out" : "path");
    PALATE_TRY(palate__map_file(context, path, &mapping, err));
    palate__mapping_expect(&mapping);
    l.file = (palate__span){mapping.data, mapping.bytes};
    PALATE_TRY(read_all(&l, context));
    l.model->mapping = mapping;
    mapping = (palate__mapping){0};
    *out = l.model;
    l.model = NULL;
done:
    palate_model_free(l.model);
    json_decref(l.root);
    palate__unmap(context, &mapping);
    return status;
}
