/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/told.h"

#include "base/context.h"
#include "ratings/catalogue.h"

#include <math.h>
#include <string.h>

/* "1990 to 1994" */
static void read_range(palate__told_feature *feature)
{
    static const char between[] = " to ";
    const char *at = strstr(feature->word.text, between);
    feature->low = feature->high = NAN;
    if (at == NULL)
        return;
    const palate__span low = {feature->word.text, (size_t)(at - feature->word.text)};
    double numbers[2];
    if (palate__parse_real(low, &numbers[0]) &&
        palate__parse_real(palate__text_span(at + sizeof between - 1), &numbers[1])) {
        feature->low = numbers[0];
        feature->high = numbers[1];
    }
}

/* "genres: Drama". The name of a column may hold ": " itself. */
static void read_feature(const palate__told *told, const char *name, palate__told_feature *feature)
{
    char column[200];
    *feature = (palate__told_feature){.column = PALATE_NO_COLUMN, .word = palate__text_span(name)};
    for (const char *at = strstr(name, ": ");
         at != NULL && feature->column == PALATE_NO_COLUMN && (size_t)(at - name) < sizeof column;
         at = strstr(at + 1, ": ")) {
        memcpy(column, name, (size_t)(at - name));
        column[at - name] = '\0';
        feature->column = palate_catalogue_find_column(told->table, column);
        feature->word = palate__text_span(at + 2);
    }
    if (feature->column != PALATE_NO_COLUMN)
        read_range(feature);
}

palate_status palate__told_begin(palate__told *told, const palate_model *model,
                                 const palate__side *side, const palate_catalogue *table,
                                 palate_error *err)
{
    const char *things = side == &model->users ? "users" : "items";
    size_t found = 0;
    *told = (palate__told){model, side, table, NULL};
    if (side->feature_link == NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "the model has learned nothing from a table of %s; leave it out",
                            things);
    told->features = palate__allocate_array(model->context, side->feature_count,
                                            sizeof *told->features);
    if (told->features == NULL)
        return palate__fail_memory(err, "reading a table");
    for (uint32_t f = 0; f < side->feature_count; f++) {
        read_feature(told, side->feature_name[f], &told->features[f]);
        found += told->features[f].column != PALATE_NO_COLUMN;
    }
    if (found > 0)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_INVALID,
                        "the table has none of the columns that the model has learned from, such "
                        "as that of \"%.80s\"",
                        side->feature_count > 0 ? side->feature_name[0] : "");
}

void palate__told_end(palate__told *told)
{
    if (told->features != NULL)
        palate__release(told->model->context, told->features);
    told->features = NULL;
}

static bool is_in(const palate__told_feature *feature, palate__span word)
{
    double number = 0.0;
    if (!isnan(feature->low) && palate__parse_real(word, &number))
        return number >= feature->low && number <= feature->high;
    return word.bytes == feature->word.bytes &&
           memcmp(word.text, feature->word.text, word.bytes) == 0;
}

static bool has(const palate__told *told, const char *id, const palate__told_feature *feature)
{
    const char *cell = palate_catalogue_value(told->table, id, feature->column);
    palate__span word;
    while (cell != NULL && palate__cell_next_word(&cell, &word))
        if (is_in(feature, word))
            return true;
    return false;
}

/* The sum over the row's features, over the square root of how many these are: as in training. */
void palate__told_of(const palate__told *told, uint32_t row, float *out)
{
    const size_t width = (size_t)told->model->factor_count + 1;
    const char *id = palate__ids_text(&told->side->ids, row);
    size_t count = 0;
    memset(out, 0, width * sizeof *out);
    for (uint32_t f = 0; f < told->side->feature_count; f++) {
        if (!has(told, id, &told->features[f]))
            continue;
        const float *a = told->side->feature_link + (1 + (size_t)f) * width;
        for (size_t i = 0; i < width; i++)
            out[i] += a[i];
        count++;
    }
    for (size_t i = 0; count > 0 && i < width; i++)
        out[i] = (float)((double)out[i] / sqrt((double)count));
}
