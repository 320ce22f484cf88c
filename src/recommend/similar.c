/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest neighbours: every row is measured, in one order, in doubles. */
#include "palate/similar.h"

#include "base/context.h"
#include "model/model.h"

#include <math.h>
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

/* ---- Rows as they are compared ---- */

typedef struct work {
    const palate_model *model;
    const palate__side *own, *other;
    bool cosine;
    size_t k;
    double *spread; /* k: the square of how much a factor moves predictions. */
    double *query;  /* k: y of the row asked for. */
    double length;  /* Its length. */
} work;

/* The variance of each factor over the rows of the other side. */
static void fill_spread(work *of)
{
    const size_t count = of->other->ids.count;
    for (size_t f = 0; f < of->k; f++) {
        double sum = 0.0;
        double squares = 0.0;
        for (size_t row = 0; row < count; row++)
            sum += (double)of->other->factors[row * of->k + f];
        const double mean = sum / (double)count;
        for (size_t row = 0; row < count; row++) {
            const double away = (double)of->other->factors[row * of->k + f] - mean;
            squares += away * away;
        }
        of->spread[f] = squares / (double)count;
    }
}

/* A coordinate of a row, before it is stretched. */
static double away(const work *of, uint32_t row, size_t f)
{
    return (double)of->own->factors[row * of->k + f] - (double)of->own->typical[f];
}

static double length_of(const work *of, uint32_t row)
{
    double sum = 0.0;
    for (size_t f = 0; f < of->k; f++)
        sum += of->spread[f] * away(of, row, f) * away(of, row, f);
    return sqrt(sum);
}

/* What one factor adds to the measure of a row. */
static double part_of(const work *of, uint32_t row, size_t f)
{
    const double there = away(of, row, f);
    const double here = of->query[f];
    return of->spread[f] * (of->cosine ? here * there : (here - there) * (here - there));
}

/* The measure, or NaN where there is none. */
static double measure(const work *of, uint32_t row)
{
    const double lengths = of->cosine ? of->length * length_of(of, row) : 1.0;
    double sum = 0.0;
    for (size_t f = 0; f < of->k; f++)
        sum += part_of(of, row, f);
    if (!of->cosine)
        return sqrt(sum);
    return lengths > 0.0 ? fmax(-1.0, fmin(1.0, sum / lengths)) : (double)NAN;
}

static palate_status begin(work *of, const palate_model *model, uint32_t row,
                           const palate_similar_options *options, palate_error *err)
{
    const bool items = options->side == PALATE_SIMILAR_ITEMS;
    of->model = model;
    of->own = items ? &model->items : &model->users;
    of->other = items ? &model->users : &model->items;
    of->cosine = options->measure == PALATE_SIMILAR_COSINE;
    of->k = model->factor_count;
    if (row >= of->own->ids.count)
        return palate__fail(err, PALATE_E_INVALID, "the model has no row %u: it has %u %s", row,
                            of->own->ids.count, items ? "items" : "users");
    of->spread = palate__allocate_array(model->context, 2 * of->k, sizeof *of->spread);
    if (of->spread == NULL)
        return palate__fail_memory(err, "comparing rows");
    of->query = of->spread + of->k;
    fill_spread(of);
    for (size_t f = 0; f < of->k; f++)
        of->query[f] = away(of, row, f);
    of->length = length_of(of, row);
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
static size_t list_neighbours(const work *of, uint32_t row, int64_t support, neighbour *list)
{
    const bool counted = of->model->summary.rating_count > 0;
    size_t count = 0;
    for (uint32_t other = 0; other < of->own->ids.count; other++) {
        if (other == row || (counted && of->own->counts[other] < support))
            continue;
        const double value = measure(of, other);
        if (isfinite(value))
            list[count++] = (neighbour){of->cosine ? -value : value,
                                        palate__ids_text(&of->own->ids, other), other};
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
    list = palate__allocate_array(model->context, of.own->ids.count, sizeof *list);
    if (list == NULL)
        PALATE_TRY(palate__fail_memory(err, "comparing rows"));
    const size_t found = list_neighbours(&of, row, options->support, list);
    qsort(list, found, sizeof *list, compare_neighbours);
    *count = found < (size_t)options->count ? found : (size_t)options->count;
    for (size_t place = 0; place < *count; place++) {
        rows[place] = list[place].row;
        values[place] = of.cosine ? -list[place].value : list[place].value;
    }
done:
    if (of.spread != NULL)
        palate__release(model->context, of.spread);
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
    if (other >= of.own->ids.count)
        PALATE_TRY(palate__fail(err, PALATE_E_INVALID, "the model has no row %u", other));
    const double lengths = of.cosine ? of.length * length_of(&of, other) : 1.0;
    for (size_t f = 0; f < of.k; f++)
        factors[f] = lengths > 0.0 ? part_of(&of, other, f) / lengths : 0.0;
done:
    if (of.spread != NULL)
        palate__release(model->context, of.spread);
    return status;
}
