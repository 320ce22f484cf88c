/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/filter.h"

#include "base/context.h"
#include "model/model.h"
#include "ratings/where.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static palate_status fail_memory(palate_error *err)
{
    return palate__fail_memory(err, "making a filter");
}

static palate_status check_arguments(const palate_filter *filter, const void *rest,
                                     const char *what, palate_error *err)
{
    if (filter == NULL || rest == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_filter: %s is NULL",
                            filter == NULL ? "filter" : what);
    return PALATE_OK;
}

/* ---- Making and releasing ---- */

palate_status palate_filter_create(const palate_model *model, palate_filter **out,
                                   palate_error *err)
{
    if (out != NULL)
        *out = NULL;
    if (model == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_filter_create: %s is NULL",
                            model == NULL ? "model" : "out");
    palate_filter *filter = palate__allocate_zeroed(model->context, 1, sizeof *filter);
    if (filter == NULL)
        return fail_memory(err);
    filter->model = model;
    filter->left = model->items.ids.count;
    filter->passes = palate__allocate(model->context, model->items.ids.count);
    if (filter->passes == NULL) {
        palate_filter_free(filter);
        return fail_memory(err);
    }
    memset(filter->passes, 1, model->items.ids.count);
    *out = filter;
    return PALATE_OK;
}

static void free_quota(palate_context *context, palate__quota *quota)
{
    palate__release(context, quota->begins);
    palate__release(context, quota->categories);
}

void palate_filter_free(palate_filter *filter)
{
    if (filter == NULL)
        return;
    palate_context *context = filter->model->context;
    for (size_t r = 0; r < filter->rule_count; r++)
        palate__release(context, palate__writable(filter->rules[r].text));
    for (size_t q = 0; q < filter->quota_count; q++)
        free_quota(context, &filter->quotas[q]);
    palate__release(context, filter->rules);
    palate__release(context, filter->quotas);
    palate__release(context, filter->passes);
    palate__release(context, filter);
}

const palate_filter_rule *palate_filter_rules(const palate_filter *filter, size_t *count)
{
    if (count != NULL)
        *count = filter == NULL ? 0 : filter->rule_count;
    return filter == NULL ? NULL : filter->rules;
}

int64_t palate_filter_left(const palate_filter *filter)
{
    return filter == NULL ? 0 : filter->left;
}

/* ---- Rules ---- */

/* "where year>=1990"; how many it takes away is to be counted. */
static palate_status add_rule(palate_filter *filter, const char *kind, const char *rest,
                              palate_error *err)
{
    palate_context *context = filter->model->context;
    const size_t bytes = strlen(kind) + strlen(rest) + 2;
    palate_filter_rule *rules = palate__resize_array(context, filter->rules, filter->rule_count,
                                                     filter->rule_count + 1, sizeof *rules);
    if (rules == NULL)
        return fail_memory(err);
    filter->rules = rules;
    char *text = palate__allocate(context, bytes);
    if (text == NULL)
        return fail_memory(err);
    snprintf(text, bytes, "%s%s%s", kind, rest[0] == '\0' ? "" : " ", rest);
    rules[filter->rule_count++] = (palate_filter_rule){text, 0};
    return PALATE_OK;
}

static void take_away(palate_filter *filter, uint32_t item)
{
    filter->rules[filter->rule_count - 1].removed += filter->passes[item];
    filter->left -= filter->passes[item];
    filter->passes[item] = 0;
}

/* Marks of the rows named; NULL after telling what is wrong. */
static unsigned char *mark_rows(const palate_filter *filter, const uint32_t *rows, size_t count,
                                palate_status *status, palate_error *err)
{
    const uint32_t n = filter->model->items.ids.count;
    unsigned char *marks = palate__allocate_zeroed(filter->model->context, n, 1);
    *status = marks == NULL ? fail_memory(err) : PALATE_OK;
    for (size_t r = 0; *status == PALATE_OK && r < count; r++) {
        if (rows[r] >= n)
            *status = palate__fail(err, PALATE_E_INVALID,
                                   "palate_filter: rows[%zu] is row %u, but the model has %u", r,
                                   rows[r], n);
        else
            marks[rows[r]] = 1;
    }
    if (*status == PALATE_OK)
        return marks;
    palate__release(filter->model->context, marks);
    return NULL;
}

static palate_status add_list(palate_filter *filter, const uint32_t *rows, size_t count,
                              bool allowed, palate_error *err)
{
    palate_status status = check_arguments(filter, count > 0 ? (const void *)rows : filter, "rows",
                                           err);
    if (status != PALATE_OK)
        return status;
    unsigned char *marks = mark_rows(filter, rows, count, &status, err);
    if (status == PALATE_OK)
        status = add_rule(filter, allowed ? "allow" : "deny", "", err);
    for (uint32_t j = 0; status == PALATE_OK && j < filter->model->items.ids.count; j++)
        if ((marks[j] != 0) != allowed)
            take_away(filter, j);
    palate__release(filter->model->context, marks);
    return status;
}

palate_status palate_filter_allow(palate_filter *filter, const uint32_t *rows, size_t count,
                                  palate_error *err)
{
    return add_list(filter, rows, count, true, err);
}

palate_status palate_filter_deny(palate_filter *filter, const uint32_t *rows, size_t count,
                                 palate_error *err)
{
    return add_list(filter, rows, count, false, err);
}

static palate_status check_table(const palate_catalogue *table, palate_error *err)
{
    if (table == NULL || palate_catalogue_column_count(table) == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_filter: the table has no columns; read it by "
                            "palate_catalogue_read_columns()");
    return PALATE_OK;
}

palate_status palate_filter_where(palate_filter *filter, const palate_catalogue *table,
                                  const char *condition, palate_filter_keep keep, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__where where = {0};
    const bool wanted = keep == PALATE_FILTER_WHERE;
    PALATE_TRY(check_arguments(filter, condition, "condition", err));
    PALATE_TRY(check_table(table, err));
    PALATE_TRY(palate__where_begin(&where, filter->model->context, table, condition, err));
    PALATE_TRY(add_rule(filter, wanted ? "where" : "without", condition, err));
    const palate__ids *ids = &filter->model->items.ids;
    for (uint32_t j = 0; j < ids->count; j++)
        if (filter->passes[j] != 0 &&
            palate__where_holds(&where, palate__ids_text(ids, j)) != wanted)
            take_away(filter, j);
done:
    palate__where_end(&where);
    return status;
}

palate_status palate_filter_support(palate_filter *filter, int64_t ratings, palate_error *err)
{
    palate_status status = PALATE_OK;
    char text[40];
    snprintf(text, sizeof text, "%" PRId64, ratings);
    PALATE_TRY(check_arguments(filter, filter, "filter", err));
    PALATE_TRY(add_rule(filter, "min-support", text, err));
    for (uint32_t j = 0; j < filter->model->items.ids.count; j++)
        if ((int64_t)filter->model->items.counts[j] < ratings)
            take_away(filter, j);
done:
    return status;
}

/* ---- Quotas ---- */

/* "genres=2": the column, and how many. */
static palate_status read_quota(const palate_catalogue *table, const char *quota, size_t *column,
                                uint32_t *most, palate_error *err)
{
    char name[200];
    char shown[PALATE__SHOWN_BYTES];
    int64_t number = 0;
    const char *sign = strrchr(quota, '=');
    palate__text_for_message(palate__text_span(quota), shown, sizeof shown);
    const size_t bytes = sign == NULL ? 0 : (size_t)(sign - quota);
    if (bytes == 0 || bytes >= sizeof name ||
        !palate__parse_integer(palate__text_span(sign + 1), &number) || number < 0 ||
        number > UINT32_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "quota '%s': give COLUMN=N, as in genres=2: at most 2 of each genre",
                            shown);
    memcpy(name, quota, bytes);
    name[bytes] = '\0';
    *most = (uint32_t)number;
    *column = palate_catalogue_find_column(table, name);
    return *column == PALATE_NO_COLUMN ? palate__catalogue_no_column(table, name, err) : PALATE_OK;
}

/* Numbers of the categories of an item, each once, to `to`; only counts where that is NULL. */
static palate_status list_categories(palate__id_builder *names, const char *cell, uint32_t *to,
                                     size_t *count, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__span word;
    *count = 0;
    while (cell != NULL && palate__cell_next_word(&cell, &word)) {
        uint32_t number = 0;
        size_t place = 0;
        PALATE_TRY(palate__id_builder_add(names, word.text, word.bytes, &number, err));
        while (to != NULL && place < *count && to[place] != number)
            place++;
        if (to == NULL || place == *count) {
            if (to != NULL)
                to[place] = number;
            ++*count;
        }
    }
done:
    return status;
}

/* Where each item's begin, by how many words its cell has: some may be named twice. Returns how many those
 * are in all. */
static palate_status count_categories(const palate_filter *filter, const palate_catalogue *table,
                                      size_t column, palate__id_builder *names,
                                      palate__quota *quota, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__ids *ids = &filter->model->items.ids;
    quota->begins[0] = 0;
    for (uint32_t j = 0; j < ids->count; j++) {
        size_t count = 0;
        const char *cell = palate_catalogue_value(table, palate__ids_text(ids, j), column);
        PALATE_TRY(list_categories(names, cell, NULL, &count, err));
        quota->begins[j + 1] = quota->begins[j] + count;
    }
done:
    return status;
}

static palate_status fill_categories(const palate_filter *filter, const palate_catalogue *table,
                                     size_t column, palate__id_builder *names, palate__quota *quota,
                                     palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__ids *ids = &filter->model->items.ids;
    size_t end = 0;
    for (uint32_t j = 0; j < ids->count; j++) {
        size_t count = 0;
        const char *cell = palate_catalogue_value(table, palate__ids_text(ids, j), column);
        quota->begins[j] = end;
        PALATE_TRY(list_categories(names, cell, quota->categories + end, &count, err));
        end += count;
    }
    quota->begins[ids->count] = end;
    quota->category_count = names->count;
done:
    return status;
}

static palate_status make_quota(const palate_filter *filter, const palate_catalogue *table,
                                size_t column, palate__quota *quota, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = filter->model->context;
    const size_t n = filter->model->items.ids.count;
    palate__id_builder names = {.context = context};
    quota->begins = palate__allocate_array(context, n + 1, sizeof *quota->begins);
    if (quota->begins == NULL)
        PALATE_TRY(fail_memory(err));
    PALATE_TRY(count_categories(filter, table, column, &names, quota, err));
    quota->categories = palate__allocate_array(context, quota->begins[n],
                                               sizeof *quota->categories);
    if (quota->categories == NULL)
        PALATE_TRY(fail_memory(err));
    PALATE_TRY(fill_categories(filter, table, column, &names, quota, err));
done:
    palate__id_builder_free(&names);
    return status;
}

palate_status palate_filter_quota(palate_filter *filter, const palate_catalogue *table,
                                  const char *quota, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__quota made = {0};
    size_t column = 0;
    PALATE_TRY(check_arguments(filter, quota, "quota", err));
    PALATE_TRY(check_table(table, err));
    PALATE_TRY(read_quota(table, quota, &column, &made.most, err));
    PALATE_TRY(make_quota(filter, table, column, &made, err));
    palate__quota *quotas = palate__resize_array(filter->model->context, filter->quotas,
                                                 filter->quota_count, filter->quota_count + 1,
                                                 sizeof *quotas);
    if (quotas == NULL)
        PALATE_TRY(fail_memory(err));
    filter->quotas = quotas;
    PALATE_TRY(add_rule(filter, "quota", quota, err));
    quotas[filter->quota_count++] = made;
    made = (palate__quota){0};
done:
    if (filter != NULL)
        free_quota(filter->model->context, &made);
    return status;
}
