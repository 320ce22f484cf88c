/* SPDX-License-Identifier: Apache-2.0 */
#include "model/layout.h"

#define XXH_STATIC_LINKING_ONLY
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <xxhash.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h> /* The library's functions as wide as the machine: twice as fast. */
#endif

/* ---- Tensors ---- */

const palate__element_type palate__element_types[PALATE__ELEMENT_COUNT] = {
    [PALATE__U8] = {"U8", 1},   [PALATE__U32] = {"U32", 4}, [PALATE__F32] = {"F32", 4},
    [PALATE__U64] = {"U64", 8}, [PALATE__I64] = {"I64", 8},
};

#define AT(member) offsetof(palate_model, member)

/* Widest elements first, so that each tensor is aligned without gaps. */
const palate__tensor palate__tensors[PALATE__TENSOR_COUNT] = {
    {"user_id_ends", PALATE__U64, {PALATE__USERS_AND_ONE}, AT(users.ids.ends), false},
    {"item_id_ends", PALATE__U64, {PALATE__ITEMS_AND_ONE}, AT(items.ids.ends), false},
    {"seen_begins", PALATE__I64, {PALATE__USERS_AND_ONE}, AT(seen_begins), false},
    {"seen_times", PALATE__I64, {PALATE__SEEN}, AT(seen_times), true},
    {"moment_begins", PALATE__I64, {PALATE__MOMENT_USERS_AND_ONE}, AT(moment_begins), true},
    {"moment_times", PALATE__I64, {PALATE__MOMENTS}, AT(moment_times), true},
    {"user_factors", PALATE__F32, {PALATE__USERS, PALATE__FACTORS}, AT(users.factors), false},
    {"item_factors", PALATE__F32, {PALATE__ITEMS, PALATE__FACTORS}, AT(items.factors), false},
    {"user_offsets", PALATE__F32, {PALATE__USERS}, AT(users.offsets), false},
    {"item_offsets", PALATE__F32, {PALATE__ITEMS}, AT(items.offsets), false},
    {"user_typical", PALATE__F32, {PALATE__FACTORS_AND_ONE}, AT(users.typical), false},
    {"item_typical", PALATE__F32, {PALATE__FACTORS_AND_ONE}, AT(items.typical), false},
    {"seen_ratings", PALATE__F32, {PALATE__SEEN}, AT(seen_ratings), true},
    {"moment_values", PALATE__F32, {PALATE__MOMENTS}, AT(moment_values), true},
    {"user_link", PALATE__F32, {PALATE__USER_LINKS, PALATE__FACTORS}, AT(users.link), true},
    {"item_link", PALATE__F32, {PALATE__ITEM_LINKS, PALATE__FACTORS}, AT(items.link), true},
    {"user_feature_link",
     PALATE__F32,
     {PALATE__USER_FEATURES, PALATE__FACTORS_AND_ONE},
     AT(users.feature_link),
     true},
    {"item_feature_link",
     PALATE__F32,
     {PALATE__ITEM_FEATURES, PALATE__FACTORS_AND_ONE},
     AT(items.feature_link),
     true},
    {"user_lambda", PALATE__F32, {PALATE__LAMBDAS}, AT(users.lambda), true},
    {"item_lambda", PALATE__F32, {PALATE__LAMBDAS}, AT(items.lambda), true},
    {"user_variances", PALATE__F32, {PALATE__UNSURE_USERS}, AT(users.variances), true},
    {"item_variances", PALATE__F32, {PALATE__UNSURE_ITEMS}, AT(items.variances), true},
    {"user_sample_offsets",
     PALATE__F32,
     {PALATE__SAMPLED_USERS, PALATE__SAMPLES},
     AT(users.sample_offsets),
     true},
    {"item_sample_offsets",
     PALATE__F32,
     {PALATE__SAMPLED_ITEMS, PALATE__SAMPLES},
     AT(items.sample_offsets),
     true},
    {"user_counts", PALATE__U32, {PALATE__USERS}, AT(users.counts), false},
    {"item_counts", PALATE__U32, {PALATE__ITEMS}, AT(items.counts), false},
    {"user_id_slots", PALATE__U32, {PALATE__USER_SLOTS}, AT(users.ids.slots), false},
    {"item_id_slots", PALATE__U32, {PALATE__ITEM_SLOTS}, AT(items.ids.slots), false},
    {"user_order", PALATE__U32, {PALATE__USERS}, AT(users.ids.order), false},
    {"item_order", PALATE__U32, {PALATE__ITEMS}, AT(items.ids.order), false},
    {"seen_items", PALATE__U32, {PALATE__SEEN}, AT(seen_items), false},
    {"user_ids", PALATE__U8, {PALATE__USER_ID_BYTES}, AT(users.ids.bytes), false},
    {"item_ids", PALATE__U8, {PALATE__ITEM_ID_BYTES}, AT(items.ids.bytes), false},
    {"user_feature_names", PALATE__U8, {PALATE__USER_FEATURE_BYTES}, AT(users.feature_names), true},
    {"item_feature_names", PALATE__U8, {PALATE__ITEM_FEATURE_BYTES}, AT(items.feature_names), true},
};

palate__sizes palate__model_sizes(const palate_model *model)
{
    const palate__ids *users = &model->users.ids;
    const palate__ids *items = &model->items.ids;
    const bool moves = model->moment_begins != NULL;
    return (palate__sizes){{
        [PALATE__NO_DIMENSION] = 1,
        [PALATE__USERS] = users->count,
        [PALATE__USERS_AND_ONE] = (uint64_t)users->count + 1,
        [PALATE__USER_SLOTS] = users->slot_count,
        [PALATE__USER_ID_BYTES] = users->ends[users->count],
        [PALATE__ITEMS] = items->count,
        [PALATE__ITEMS_AND_ONE] = (uint64_t)items->count + 1,
        [PALATE__ITEM_SLOTS] = items->slot_count,
        [PALATE__ITEM_ID_BYTES] = items->ends[items->count],
        [PALATE__FACTORS] = model->factor_count,
        [PALATE__FACTORS_AND_ONE] = (uint64_t)model->factor_count + 1,
        [PALATE__SEEN] = (uint64_t)model->seen_begins[users->count],
        [PALATE__MOMENT_USERS_AND_ONE] = moves ? (uint64_t)users->count + 1 : 0,
        [PALATE__MOMENTS] = moves ? (uint64_t)model->moment_begins[users->count] : 0,
        [PALATE__USER_LINKS] = model->users.link != NULL ? items->count : 0,
        [PALATE__ITEM_LINKS] = model->items.link != NULL ? users->count : 0,
        [PALATE__LAMBDAS] = model->users.lambda != NULL ? (uint64_t)model->factor_count + 1 : 0,
        [PALATE__UNSURE_USERS] = model->users.variances != NULL ? users->count : 0,
        [PALATE__UNSURE_ITEMS] = model->items.variances != NULL ? items->count : 0,
        [PALATE__SAMPLED_USERS] = model->sample_count > 0 ? users->count : 0,
        [PALATE__SAMPLED_ITEMS] = model->sample_count > 0 ? items->count : 0,
        [PALATE__SAMPLES] = model->sample_count,
        [PALATE__USER_FEATURES] = model->users.feature_link != NULL
                                      ? (uint64_t)model->users.feature_count + 1
                                      : 0,
        [PALATE__USER_FEATURE_BYTES] = model->users.feature_bytes,
        [PALATE__ITEM_FEATURES] = model->items.feature_link != NULL
                                      ? (uint64_t)model->items.feature_count + 1
                                      : 0,
        [PALATE__ITEM_FEATURE_BYTES] = model->items.feature_bytes,
    }};
}

palate__span palate__tensor_span(const palate_model *model, const palate__tensor *tensor,
                                 const palate__sizes *sizes)
{
    const char *data = NULL;
    memcpy(&data, (const char *)model + tensor->offset, sizeof data);
    const uint64_t count = sizes->of[tensor->shape[0]] * sizes->of[tensor->shape[1]];
    const size_t bytes = (size_t)(count * palate__element_types[tensor->element].bytes);
    return (palate__span){data, data == NULL ? 0 : bytes};
}

/* ---- Facts ---- */

const palate__fact palate__facts[PALATE__FACT_COUNT] = {
    {"palate_version", PALATE__FACT_TEXT, AT(version)},
    {"mode", PALATE__FACT_TEXT, AT(mode)},
    {"rule", PALATE__FACT_TEXT, AT(rule)},
    {"rating_count", PALATE__FACT_INTEGER, AT(summary.rating_count)},
    {"scale_low", PALATE__FACT_REAL, AT(summary.scale.low)},
    {"scale_high", PALATE__FACT_REAL, AT(summary.scale.high)},
    {"scale_inferred", PALATE__FACT_BOOL, AT(summary.scale_inferred)},
    {"mean", PALATE__FACT_REAL, AT(summary.mean)},
    {"base", PALATE__FACT_REAL, AT(summary.base)},
    {"seed", PALATE__FACT_SEED, AT(summary.seed)},
    {"epochs", PALATE__FACT_INTEGER, AT(summary.epochs)},
    {"best_epoch", PALATE__FACT_INTEGER, AT(summary.best_epoch)},
    {"stopped_by", PALATE__FACT_TEXT, AT(stopped_by)},
    {"train_rmse", PALATE__FACT_REAL, AT(summary.train_rmse)},
    {"validation_rmse", PALATE__FACT_REAL, AT(summary.validation_rmse)},
    {"fingerprint", PALATE__FACT_FINGERPRINT, AT(fingerprint)},
    {"options", PALATE__FACT_TEXT, AT(options_json)},
    {"gain", PALATE__FACT_LATER, AT(gain)},
    {"anchor", PALATE__FACT_LATER, AT(anchor)},
    {"user_bias_mean", PALATE__FACT_LATER, AT(user_bias_mean)},
    {"item_bias_mean", PALATE__FACT_LATER, AT(item_bias_mean)},
    {"noise", PALATE__FACT_LATER, AT(noise)},
    {"drift_scale", PALATE__FACT_LATER, AT(drift_scale)},
    {"drift_lambda", PALATE__FACT_LATER, AT(drift_lambda)},
    {"blend", PALATE__FACT_LATER, AT(blend)},
    {"updated_count", PALATE__FACT_LATER, AT(updated_count)},
    {"tuning", PALATE__FACT_LATER_TEXT, AT(tuning_json)},
    {"missing", PALATE__FACT_LATER_TEXT, AT(missing)},
    {"user_l1", PALATE__FACT_LATER, AT(user_l1)},
    {"item_l1", PALATE__FACT_LATER, AT(item_l1)},
};

const char *palate__fact_format(const palate_model *model, const palate__fact *fact,
                                char buffer[PALATE__FACT_BYTES])
{
    const void *at = (const char *)model + fact->offset;
    buffer[0] = '\0';
    switch (fact->kind) {
    case PALATE__FACT_TEXT:
    case PALATE__FACT_LATER_TEXT:
        return *(char *const *)at;
    case PALATE__FACT_FINGERPRINT:
        return at;
    case PALATE__FACT_INTEGER:
        snprintf(buffer, PALATE__FACT_BYTES, "%" PRId64, *(const int64_t *)at);
        break;
    case PALATE__FACT_SEED:
        snprintf(buffer, PALATE__FACT_BYTES, "%" PRIu64, *(const uint64_t *)at);
        break;
    case PALATE__FACT_REAL:
    case PALATE__FACT_LATER:
        if (!isnan(*(const double *)at))
            palate__format_real(*(const double *)at, buffer, PALATE__FACT_BYTES);
        break;
    case PALATE__FACT_BOOL:
        return *(const bool *)at ? "true" : "false";
    }
    return buffer;
}

static bool parse_seed(palate__span text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        uint64_t digit = (uint64_t)(unsigned char)text.text[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = value;
    return text.bytes > 0;
}

static bool parse_optional_real(palate__span text, double *out)
{
    *out = NAN;
    return text.bytes == 0 || (palate__parse_real(text, out) && isfinite(*out));
}

static bool parse_bool(const char *text, bool *out)
{
    *out = strcmp(text, "true") == 0;
    return *out || strcmp(text, "false") == 0;
}

/* "" or 16 hexadecimal digits. */
static bool parse_fingerprint(palate__span text, char out[17])
{
    bool right = text.bytes == 0 || text.bytes == 16;
    if (right && strspn(text.text, "0123456789abcdef") == text.bytes) {
        memcpy(out, text.text, text.bytes + 1);
        return true;
    }
    return false;
}

palate_status palate__fact_parse(palate_model *model, const palate__fact *fact, const char *text,
                                 palate_error *err)
{
    void *at = (char *)model + fact->offset;
    const palate__span span = {text, strlen(text)};
    bool understood = false;
    switch (fact->kind) {
    case PALATE__FACT_TEXT:
    case PALATE__FACT_LATER_TEXT:
        return palate__model_set_text(model, at, text, err);
    case PALATE__FACT_FINGERPRINT:
        understood = parse_fingerprint(span, at);
        break;
    case PALATE__FACT_INTEGER:
        understood = palate__parse_integer(span, at) && *(int64_t *)at >= 0;
        break;
    case PALATE__FACT_SEED:
        understood = parse_seed(span, at);
        break;
    case PALATE__FACT_REAL:
    case PALATE__FACT_LATER:
        understood = parse_optional_real(span, at);
        break;
    case PALATE__FACT_BOOL:
        understood = parse_bool(text, at);
        break;
    }
    return understood ? PALATE_OK : PALATE_E_FORMAT;
}

/* ---- Checksum ---- */

uint64_t palate__model_checksum(palate__span start, size_t digits, const palate__span *data,
                                size_t part_count)
{
    static const char zeros[PALATE__CHECKSUM_DIGITS + 1] = "0000000000000000";
    const size_t after = digits + PALATE__CHECKSUM_DIGITS;
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, start.text, digits);
    XXH3_64bits_update(&state, zeros, PALATE__CHECKSUM_DIGITS);
    XXH3_64bits_update(&state, start.text + after, start.bytes - after);
    for (size_t p = 0; p < part_count; p++)
        XXH3_64bits_update(&state, data[p].text, data[p].bytes);
    return XXH3_64bits_digest(&state);
}
