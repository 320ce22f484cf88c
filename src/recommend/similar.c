/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest neighbours: every row is measured, in one order, in doubles. */
#include "palate/similar.h"

#include "base/context.h"
#include "recommend/space.h"

#include <stdlib.h>
#include <string.h>

/* ---- Options ---- */

static const palate_option OPTIONS[] = {
    {.name = "side",
     .aliases = "",
     .type = PALATE_OPTION_CHOICE,
     .offset = offsetof(palate_similar_options, side),
     .default_text = "items",
     .choices = "items|users",
     .placeholder = "SIDE",
     .help = "Whether items or users are compared"},
    {.name = "measure",
     .aliases = "metric",
     .type = PALATE_OPTION_CHOICE,
     .offset = offsetof(palate_similar_options, measure),
     .default_text = "cosine",
     .choices = "cosine|euclidean",
     .placeholder = "MEASURE",
     .help = "The cosine of their angle, or their distance"},
    {.name = "count",
     .aliases = "n top",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_similar_options, count),
     .default_text = "10",
     .min = 1,
     .max = 1000000,
     .placeholder = "N",
     .help = "How many to find"},
    {.name = "support",
     .aliases = "min-support min-ratings",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_similar_options, support),
     .default_text = "5",
     .min = 0,
     .max = 1000000000,
     .placeholder = "N",
     .help = "Leave out those with fewer ratings"},
};

static const palate_option_table TABLE = {
    .title = "What to compare",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_similar_options),
};

const palate_option_table *palate_similar_options_table(void)
{
    return &TABLE;
}

void palate_similar_options_init(palate_similar_options *options)
{
    palate_options_init(&TABLE, options);
}

/* ---- Measures ---- */

typedef struct work {
    palate__space space;
    bool cosine;
    uint32_t row; /* The one asked for. */
    double length;
} work;

/* What one factor adds to the measure of a row. */
static double part_of(const work *of, uint32_t row, size_t f)
{
    const double there = palate__space_away(&of->space, row, f);
    const double here = palate__space_away(&of->space, of->row, f);
    return of->space.spread[f] * (of->cosine ? here * there : (here - there) * (here - there));
}

/* What parts are divided by; 0 where there is no measure. */
static double divisor(const work *of, uint32_t row)
{
    return of->cosine ? of->length * palate__space_length(&of->space, row) : 1.0;
}

/* The measure, or NaN where there is none. */
static double measure(const work *of, uint32_t row)
{
    const double lengths = divisor(of, row);
    double sum = 0.0;
    for (size_t f = 0; f < of->space.k; f++)
        sum += part_of(of, row, f);
    if (!of->cosine)
        return sqrt(sum);
    return lengths > 0.0 ? fmax(-1.0, fmin(1.0, sum / lengths)) : (double)NAN;
}

static palate_status begin(work *of, const palate_model *model, uint32_t row,
                           const palate_similar_options *options, palate_error *err)
{
    const bool items = options->side == PALATE_SIMILAR_ITEMS;
    const uint32_t count = items ? model->items.ids.count : model->users.ids.count;
    if (row >= count)
        return palate__fail(err, PALATE_E_INVALID, "the model has no row %u: it has %u %s", row,
                            count, items ? "items" : "users");
    palate_status status = palate__space_begin(&of->space, model, items, err);
    if (status != PALATE_OK)
        return status;
    of->cosine = options->measure == PALATE_SIMILAR_COSINE;
    of->row = row;
    of->length = palate__space_length(&of->space, row);
    return PALATE_OK;
}

/* ---- The nearest ---- */

typedef struct neighbour {
    double value; /* Less is nearer. */
    const char *id;
    uint32_t row;
} neighbour;

static int compare_neighbours(const void *a, const void *b)
{
    const neighbour *left = a;
    const neighbour *right = b;
    if (left->value != right->value)
        return left->value < right->value ? -1 : 1;
    return strcmp(left->id, right->id);
}

/* All rows that may be among the nearest, in any order. Returns how many. */
static size_t list_neighbours(const work *of, int64_t support, neighbour *list)
{
    const palate__ids *ids = &of->space.own->ids;
    size_t count = 0;
    for (uint32_t other = 0; other < ids->count; other++) {
        if (other == of->row || !palate__space_counts(&of->space, other, support))
            continue;
        const double value = measure(of, other);
        if (isfinite(value))
            list[count++] = (neighbour){of->cosine ? -value : value, palate__ids_text(ids, other),
                                        other};
    }
    return count;
}

static palate_status check(const void *const *needed, size_t count, const char *what,
                           const palate_similar_options *options, palate_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (needed[i] == NULL)
            return palate__fail(err, PALATE_E_INVALID, "%s: an argument is NULL", what);
    return palate_options_check(&TABLE, options, err);
}

palate_status palate_model_similar(const palate_model *model, uint32_t row,
                                   const palate_similar_options *options, uint32_t *rows,
                                   double *values, size_t *count, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_similar_options defaults;
    neighbour *list = NULL;
    work of = {0};
    palate_similar_options_init(&defaults);
    options = options != NULL ? options : &defaults;
    if (count != NULL)
        *count = 0;
    const void *needed[] = {model, rows, values, count};
    PALATE_TRY(check(needed, 4, "palate_model_similar", options, err));
    PALATE_TRY(begin(&of, model, row, options, err));
    list = palate__allocate_array(model->context, of.space.own->ids.count, sizeof *list);
    if (list == NULL)
        PALATE_TRY(palate__fail_memory(err, "comparing rows"));
    const size_t found = list_neighbours(&of, options->support, list);
    qsort(list, found, sizeof *list, compare_neighbours);
    *count = found < (size_t)options->count ? found : (size_t)options->count;
    for (size_t place = 0; place < *count; place++) {
        rows[place] = list[place].row;
        values[place] = of.cosine ? -list[place].value : list[place].value;
    }
done:
    palate__space_end(&of.space);
    if (list != NULL)
        palate__release(model->context, list);
    return status;
}

palate_status palate_model_shared(const palate_model *model, uint32_t row, uint32_t other,
                                  const palate_similar_options *options, double *factors,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_similar_options defaults;
    work of = {0};
    palate_similar_options_init(&defaults);
    options = options != NULL ? options : &defaults;
    const void *needed[] = {model, factors};
    PALATE_TRY(check(needed, 2, "palate_model_shared", options, err));
    PALATE_TRY(begin(&of, model, row, options, err));
    if (other >= of.space.own->ids.count)
        PALATE_TRY(palate__fail(err, PALATE_E_INVALID, "the model has no row %u", other));
    const double lengths = divisor(&of, other);
    for (size_t f = 0; f < of.space.k; f++)
        factors[f] = lengths > 0.0 ? part_of(&of, other, f) / lengths : 0.0;
done:
    palate__space_end(&of.space);
    return status;
}
