/* SPDX-License-Identifier: Apache-2.0 */
#include "naming.h"

#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names that somebody gives ---- */

/* The factor that `bytes` bytes of text name, by number or by name; factor_count: none. */
static uint32_t find_factor(const palate_model *model, uint32_t factor_count, const char *text,
                            size_t bytes)
{
    char *end = NULL;
    for (uint32_t f = 0; f < factor_count; f++) {
        const char *name = palate_model_factor_name(model, f);
        if (strlen(name) == bytes && memcmp(name, text, bytes) == 0)
            return f;
    }
    const unsigned long number = bytes > 0 && text[0] >= '0' && text[0] <= '9'
                                     ? strtoul(text, &end, 10)
                                     : 0;
    return number >= 1 && number <= factor_count && end == text + bytes ? (uint32_t)number - 1
                                                                        : factor_count;
}

static const char *nearest_name(const palate_model *model, uint32_t factor_count, const char *typed)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (uint32_t f = 0; f < factor_count; f++) {
        const char *name = palate_model_factor_name(model, f);
        const size_t distance = palate_text_distance(typed, name);
        nearest = distance < least ? name : nearest;
        least = distance < least ? distance : least;
    }
    return nearest;
}

static bool tell_unknown(const palate_model *model, uint32_t factor_count, const char *label,
                         int bytes)
{
    char typed[128];
    snprintf(typed, sizeof typed, "%.*s", bytes, label);
    const char *meant = nearest_name(model, factor_count, typed);
    message_error("--label %s: the model has no factor \"%s\"; its factors are 1 to %lu, or their "
                  "names%s%s%s",
                  label, typed, (unsigned long)factor_count, meant == NULL ? "" : "; did you mean ",
                  meant == NULL ? "" : meant, meant == NULL ? "" : "?");
    return false;
}

bool naming_label(palate_model *model, const char *label)
{
    palate_error err;
    palate_model_summary summary;
    palate_model_info(model, &summary);
    const char *sign = strchr(label, '=');
    if (sign == NULL) {
        message_error("--label %s: what is it called? give FACTOR=NAME, as 3='Film noir'", label);
        return false;
    }
    const uint32_t f = find_factor(model, summary.factor_count, label, (size_t)(sign - label));
    if (f == summary.factor_count)
        return tell_unknown(model, f, label, (int)(sign - label));
    if (palate_model_name_factor(model, f, sign + 1, &err) == PALATE_OK)
        return true;
    message_failed(&err);
    return false;
}

/* ---- Names that are suggested ---- */

static bool is_unnamed(const palate_model *model, uint32_t f)
{
    return strncmp(palate_model_factor_name(model, f), "factor ", 7) == 0;
}

static palate_status collect(palate_context *context, const naming_sources *sources,
                             palate_words **out, palate_error *err)
{
    palate_status status = palate_words_create(context, out, err);
    if (status == PALATE_OK && sources->items != NULL)
        status = palate_words_add_table(*out, sources->items, NULL, err);
    if (status == PALATE_OK && sources->tags != NULL)
        status = palate_words_add_tags(*out, sources->tags, err);
    return status;
}

/* Names that will be replaced are taken away first, so that none stands in another's way. */
static palate_status take_away(palate_model *model, uint32_t factor_count, palate_error *err)
{
    for (uint32_t f = 0; f < factor_count; f++) {
        const palate_status status = palate_model_name_factor(model, f, NULL, err);
        if (status != PALATE_OK)
            return status;
    }
    return PALATE_OK;
}

static palate_status apply(palate_model *model, uint32_t factor_count, const palate_naming *naming,
                           palate_error *err)
{
    for (uint32_t f = 0; f < factor_count; f++) {
        const char *name = palate_naming_name(naming, f);
        if (name == NULL || !is_unnamed(model, f))
            continue;
        const palate_status status = palate_model_name_factor(model, f, name, err);
        if (status != PALATE_OK)
            return status;
    }
    return PALATE_OK;
}

bool naming_suggest(palate_context *context, palate_model *model, const naming_sources *sources,
                    naming_outcome *out)
{
    palate_error err;
    palate_model_summary summary;
    palate_naming_options options;
    *out = (naming_outcome){0};
    if (sources->which == NAMING_NONE || (sources->items == NULL && sources->tags == NULL))
        return true;
    palate_model_info(model, &summary);
    palate_naming_options_init(&options);
    options.support = sources->support;
    palate_status status = collect(context, sources, &out->words, &err);
    if (status == PALATE_OK && sources->which == NAMING_ALL)
        status = take_away(model, summary.factor_count, &err);
    if (status == PALATE_OK)
        status = palate_naming_create(model, out->words, &options, &out->naming, &err);
    if (status == PALATE_OK)
        status = apply(model, summary.factor_count, out->naming, &err);
    if (status != PALATE_OK)
        message_failed(&err);
    return status == PALATE_OK;
}

void naming_release(naming_outcome *outcome)
{
    palate_naming_free(outcome->naming);
    palate_words_free(outcome->words);
}
