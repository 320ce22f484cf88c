/* SPDX-License-Identifier: Apache-2.0 */
/* Features out of the columns of a table. */
#include "ratings/features.h"

#include "base/text.h"
#include "ratings/catalogue.h"
#include "ratings/lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column of numbers is cut into this many ranges; with no more different ones, each is a feature. */
enum { RANGES = 10 };

/* A row has a feature. */
typedef struct entry {
    uint32_t row, feature;
} entry;

/* Features while they are made. */
typedef struct making {
    const palate_catalogue *table;
    palate_features *to;
    size_t name_capacity;
    entry *entries;
    size_t entry_count, entry_capacity;
    palate_error *err;
} making;

static palate_status fail_memory(const making *at)
{
    return palate__fail_memory(at->err, "making features");
}

/* Larger memory for an array that is full, or NULL. */
static void *grow(const making *at, void *array, size_t count, size_t *capacity, size_t size)
{
    const size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *larger = palate__resize_array(at->to->context, array, count, wanted, size);
    if (larger != NULL)
        *capacity = wanted;
    return larger;
}

static palate_status add_entry(making *at, uint32_t row, uint32_t feature)
{
    if (at->entry_count == at->entry_capacity) {
        entry *larger = grow(at, at->entries, at->entry_count, &at->entry_capacity, sizeof *larger);
        if (larger == NULL)
            return fail_memory(at);
        at->entries = larger;
    }
    at->entries[at->entry_count++] = (entry){row, feature};
    return PALATE_OK;
}

/* "<column>: <value>" */
static palate_status add_feature(making *at, size_t column, const char *value)
{
    const char *name = at->table->names[column];
    const size_t bytes = strlen(name) + strlen(value) + 3;
    if (at->to->count == PALATE__IDS_MAX)
        return palate__fail(at->err, PALATE_E_UNSUPPORTED, "%s: more than %lu features",
                            at->table->path, (unsigned long)PALATE__IDS_MAX);
    if (at->to->count == at->name_capacity) {
        char **larger = grow(at, at->to->names, at->to->count, &at->name_capacity, sizeof *larger);
        if (larger == NULL)
            return fail_memory(at);
        at->to->names = larger;
    }
    char *text = palate__allocate(at->to->context, bytes);
    if (text == NULL)
        return fail_memory(at);
    snprintf(text, bytes, "%s: %s", name, value);
    at->to->names[at->to->count++] = text;
    return PALATE_OK;
}

/* What a row has in a column; "" where that is nothing. */
static const char *value_of(const making *at, uint32_t row, size_t column)
{
    const char *text = palate__catalogue_text(at->table, row, column);
    return strcmp(text, "(no genres listed)") == 0 ? "" : text;
}

/* ---- Words ---- */

static palate_status collect_words(making *at, size_t column, palate__id_builder *words)
{
    palate_status status = PALATE_OK;
    for (uint32_t row = 0; row < at->table->ids.count; row++) {
        const char *cell = value_of(at, row, column);
        palate__span word;
        while (palate__cell_next_word(&cell, &word)) {
            uint32_t number = 0;
            PALATE_TRY(palate__id_builder_add(words, word.text, word.bytes, &number, at->err));
            PALATE_TRY(add_entry(at, row, number));
        }
    }
done:
    return status;
}

typedef struct word {
    const char *text;
    uint32_t number;
} word;

static int compare_words(const void *a, const void *b)
{
    return strcmp(((const word *)a)->text, ((const word *)b)->text);
}

/* Features in the order of the words; entries from `first` on, which have numbers of words, get theirs. */
static palate_status take_words(making *at, size_t column, const palate__id_builder *words,
                                size_t first)
{
    palate_status status = PALATE_OK;
    const uint32_t begin = at->to->count;
    word *sorted = palate__allocate_array(at->to->context, words->count, sizeof *sorted);
    uint32_t *feature_of = palate__allocate_array(at->to->context, words->count,
                                                  sizeof *feature_of);
    if (sorted == NULL || feature_of == NULL)
        PALATE_TRY(fail_memory(at));
    for (uint32_t number = 0; number < words->count; number++)
        sorted[number] = (word){palate__id_builder_text(words, number), number};
    if (words->count > 0)
        qsort(sorted, words->count, sizeof *sorted, compare_words);
    for (uint32_t place = 0; place < words->count; place++) {
        PALATE_TRY(add_feature(at, column, sorted[place].text));
        feature_of[sorted[place].number] = begin + place;
    }
    for (size_t e = first; e < at->entry_count; e++)
        at->entries[e].feature = feature_of[at->entries[e].feature];
done:
    palate__release(at->to->context, sorted);
    palate__release(at->to->context, feature_of);
    return status;
}

static palate_status add_words(making *at, size_t column)
{
    palate_status status = PALATE_OK;
    const size_t first = at->entry_count;
    palate__id_builder words = {.context = at->to->context};
    PALATE_TRY(collect_words(at, column, &words));
    PALATE_TRY(take_words(at, column, &words, first));
done:
    palate__id_builder_free(&words);
    return status;
}

/* ---- Numbers ---- */

/* A column of numbers. */
typedef struct numbers {
    double *of;     /* Each row's, NaN where it has none. */
    double *sorted; /* `count` of them. */
    size_t count;
} numbers;

static int compare_numbers(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* False: there is something else, too. */
static bool collect_numbers(const making *at, size_t column, numbers *out)
{
    for (uint32_t row = 0; row < at->table->ids.count; row++) {
        const palate__span cell = palate__text_span(value_of(at, row, column));
        out->of[row] = NAN;
        if (cell.bytes == 0)
            continue;
        if (!palate__parse_real(cell, &out->of[row]) || !isfinite(out->of[row]))
            return false;
        out->sorted[out->count++] = out->of[row];
    }
    qsort(out->sorted, out->count, sizeof *out->sorted, compare_numbers);
    return true;
}

static size_t count_different(const numbers *all)
{
    size_t count = all->count > 0;
    for (size_t n = 1; n < all->count; n++)
        count += all->sorted[n] != all->sorted[n - 1];
    return count;
}

static palate_status add_range(making *at, size_t column, double low, double high)
{
    char text[80];
    char first[32];
    char last[32];
    palate__format_real(low, first, sizeof first);
    palate__format_real(high, last, sizeof last);
    if (low < high)
        snprintf(text, sizeof text, "%s to %s", first, last);
    else
        snprintf(text, sizeof text, "%s", first);
    return add_feature(at, column, text);
}

/* Cuts what is left into as many parts as are left; equal numbers are not cut apart. */
static palate_status add_ranges(making *at, size_t column, const numbers *all)
{
    palate_status status = PALATE_OK;
    const uint32_t first = at->to->count;
    double highs[RANGES] = {0.0};
    size_t count = 0;
    for (size_t begin = 0, end = 0; begin < all->count; begin = end) {
        const size_t share = (all->count - begin) / (RANGES - count);
        end = begin + (share > 0 ? share : 1);
        while (end < all->count && all->sorted[end] == all->sorted[end - 1])
            end++;
        highs[count++] = all->sorted[end - 1];
        PALATE_TRY(add_range(at, column, all->sorted[begin], all->sorted[end - 1]));
    }
    for (uint32_t row = 0; row < at->table->ids.count; row++) {
        uint32_t range = 0;
        if (isnan(all->of[row]))
            continue;
        while (range + 1 < count && all->of[row] > highs[range])
            range++;
        PALATE_TRY(add_entry(at, row, first + range));
    }
done:
    return status;
}

/* `*done`: the column is one of numbers that are many. */
static palate_status add_numbers(making *at, size_t column, bool *done)
{
    palate_status status = PALATE_OK;
    palate_context *context = at->to->context;
    const size_t rows = at->table->ids.count;
    numbers all = {.of = palate__allocate_array(context, rows, sizeof(double)),
                   .sorted = palate__allocate_array(context, rows, sizeof(double))};
    *done = false;
    if (all.of == NULL || all.sorted == NULL)
        PALATE_TRY(fail_memory(at));
    *done = collect_numbers(at, column, &all) && count_different(&all) > RANGES;
    if (*done)
        PALATE_TRY(add_ranges(at, column, &all));
done:
    palate__release(context, all.of);
    palate__release(context, all.sorted);
    return status;
}

/* ---- The columns asked for ---- */

/* Splits "year:category"; the name is cut off in place. */
static palate_status take_kind(const making *at, char *name, bool *as_words)
{
    char *colon = strrchr(name, ':');
    *as_words = false;
    if (colon == NULL || palate_catalogue_find_column(at->table, name) != PALATE_NO_COLUMN)
        return PALATE_OK;
    *as_words = palate__text_alike(palate__trim(palate__text_span(colon + 1)),
                                   palate__text_span("category"));
    if (!*as_words)
        return palate__fail(at->err, PALATE_E_INVALID,
                            "columns: \"%.80s\": after the colon only \"category\" is known", name);
    while (colon > name && colon[-1] == ' ')
        colon--;
    *colon = '\0';
    return PALATE_OK;
}

static palate_status add_column(making *at, char *name, bool *taken)
{
    palate_status status = PALATE_OK;
    bool as_words = false;
    bool done = false;
    PALATE_TRY(take_kind(at, name, &as_words));
    const size_t column = palate_catalogue_find_column(at->table, name);
    if (column == PALATE_NO_COLUMN)
        PALATE_TRY(palate__catalogue_no_column(at->table, name, at->err));
    if (taken[column])
        PALATE_TRY(palate__fail(at->err, PALATE_E_INVALID, "columns: %s is named twice",
                                at->table->names[column]));
    taken[column] = true;
    if (!as_words)
        PALATE_TRY(add_numbers(at, column, &done));
    if (!done)
        PALATE_TRY(add_words(at, column));
done:
    return status;
}

static palate_status add_columns(making *at, const char *columns)
{
    palate_status status = PALATE_OK;
    palate_context *context = at->to->context;
    bool *taken = palate__allocate_zeroed(context, at->table->column_count, sizeof *taken);
    char *name = NULL;
    if (taken == NULL)
        PALATE_TRY(fail_memory(at));
    for (const char *next = columns; next != NULL;) {
        const char *comma = strchr(next, ',');
        const size_t bytes = comma == NULL ? strlen(next) : (size_t)(comma - next);
        const palate__span part = palate__trim((palate__span){next, bytes});
        name = palate__copy_text(context, part.text, part.bytes);
        if (name == NULL)
            PALATE_TRY(fail_memory(at));
        PALATE_TRY(add_column(at, name, taken));
        palate__release(context, name);
        name = NULL;
        next = comma == NULL ? NULL : comma + 1;
    }
    if (at->entry_count == 0)
        PALATE_TRY(palate__fail(at->err, PALATE_E_INVALID, "%s: there is nothing in \"%.200s\"",
                                at->table->path, columns));
done:
    palate__release(context, name);
    palate__release(context, taken);
    return status;
}

/* ---- The matrix ---- */

static int compare_columns(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Sorts a row's features and drops those named twice; returns how many are left. */
static int64_t tidy_row(uint32_t *features, int64_t count)
{
    int64_t kept = 0;
    qsort(features, (size_t)count, sizeof *features, compare_columns);
    for (int64_t e = 0; e < count; e++)
        if (kept == 0 || features[e] != features[kept - 1])
            features[kept++] = features[e];
    return kept;
}

static void tidy_rows(palate__matrix *matrix)
{
    int64_t to = 0;
    int64_t begin = 0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        const int64_t end = matrix->begins[row + 1];
        const int64_t count = tidy_row(matrix->columns + begin, end - begin);
        memmove(matrix->columns + to, matrix->columns + begin,
                (size_t)count * sizeof *matrix->columns);
        begin = end;
        to += count;
        matrix->begins[row + 1] = to;
    }
}

static palate_status fill_matrix(making *at)
{
    palate__matrix *matrix = &at->to->features_of;
    palate_status status = palate__matrix_allocate(at->to->context, at->table->ids.count,
                                                   at->to->count, (int64_t)at->entry_count, matrix,
                                                   at->err);
    if (status != PALATE_OK)
        return status;
    for (size_t e = 0; e < at->entry_count; e++)
        matrix->begins[at->entries[e].row]++;
    palate__matrix_place_rows(matrix);
    for (size_t e = 0; e < at->entry_count; e++) {
        const int64_t place = matrix->begins[at->entries[e].row]++;
        matrix->columns[place] = at->entries[e].feature;
        matrix->values[place] = 1.0F;
    }
    /* Each row's begin has moved to its end. */
    for (uint32_t row = matrix->row_count; row > 0; row--)
        matrix->begins[row] = matrix->begins[row - 1];
    matrix->begins[0] = 0;
    tidy_rows(matrix);
    return PALATE_OK;
}

static palate_status copy_ids(making *at)
{
    palate_status status = PALATE_OK;
    const palate__id_builder *from = &at->table->ids;
    palate_context *context = at->to->context;
    palate__id_builder ids = {.context = context};
    uint32_t *row_of = palate__allocate_array(context, from->count, sizeof *row_of);
    if (row_of == NULL)
        PALATE_TRY(fail_memory(at));
    for (uint32_t row = 0; row < from->count; row++) {
        uint32_t number = 0;
        PALATE_TRY(palate__id_builder_add(&ids, palate__id_builder_text(from, row),
                                          palate__id_builder_bytes(from, row), &number, at->err));
    }
    PALATE_TRY(palate__id_builder_freeze(&ids, NULL, true, row_of, &at->to->ids, at->err));
done:
    palate__id_builder_free(&ids);
    palate__release(context, row_of);
    return status;
}

/* ---- The public calls ---- */

static palate_status check(const palate_catalogue *table, const char *columns,
                           palate_features **out, palate_error *err)
{
    const char *missing = out == NULL       ? "out"
                          : table == NULL   ? "table"
                          : columns == NULL ? "columns"
                                            : NULL;
    if (out != NULL)
        *out = NULL;
    if (missing != NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_features_create: %s is NULL", missing);
    if (table->column_count == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "%s: of this table only titles were read: read it with "
                            "palate_catalogue_read_columns()",
                            table->path);
    return PALATE_OK;
}

palate_status palate_features_create(const palate_catalogue *table, const char *columns,
                                     palate_features **out, palate_error *err)
{
    palate_status status = check(table, columns, out, err);
    if (status != PALATE_OK)
        return status;
    palate_features *made = palate__allocate_zeroed(table->context, 1, sizeof *made);
    making at = {.table = table, .to = made, .err = err};
    if (made == NULL)
        return palate__fail_memory(err, "making features");
    made->context = table->context;
    made->path = palate__copy_text(made->context, table->path, strlen(table->path));
    if (made->path == NULL)
        PALATE_TRY(fail_memory(&at));
    PALATE_TRY(add_columns(&at, columns));
    PALATE_TRY(fill_matrix(&at));
    PALATE_TRY(copy_ids(&at));
    *out = made;
    made = NULL;
done:
    palate__release(table->context, at.entries);
    palate_features_free(made);
    return status;
}

void palate_features_free(palate_features *features)
{
    if (features == NULL)
        return;
    palate_context *context = features->context;
    for (uint32_t f = 0; f < features->count; f++)
        palate__release(context, features->names[f]);
    palate__release(context, features->names);
    palate__release(context, features->path);
    palate__ids_free(context, &features->ids);
    palate__matrix_free(context, &features->features_of);
    palate__release(context, features);
}

uint32_t palate_features_count(const palate_features *features)
{
    return features == NULL ? 0 : features->count;
}

const char *palate_features_name(const palate_features *features, uint32_t feature)
{
    return feature < palate_features_count(features) ? features->names[feature] : NULL;
}

/* ---- With ratings ---- */

static const palate__ids *ids_of(const palate_ratings *ratings, palate_side side)
{
    return side == PALATE_USERS ? &ratings->users : &ratings->items;
}

/* "1", "2", "3" */
static void show_ids(const palate__ids *ids, char *text, size_t size)
{
    enum { SHOWN = 3 };
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t place = 0; place < ids->count && place < SHOWN && length < size; place++) {
        char id[PALATE__SHOWN_BYTES];
        const uint32_t row = ids->order[place];
        palate__text_for_message(
            (palate__span){palate__ids_text(ids, row), palate__ids_bytes(ids, row)}, id, sizeof id);
        int written = snprintf(text + length, size - length, "%s\"%s\"", place == 0 ? "" : ", ",
                               id);
        length += written > 0 ? (size_t)written : 0;
    }
}

static palate_status fail_match(const palate_features *features, const palate_ratings *ratings,
                                palate_side side, palate_error *err)
{
    char of_table[250];
    char of_ratings[250];
    show_ids(&features->ids, of_table, sizeof of_table);
    show_ids(ids_of(ratings, side), of_ratings, sizeof of_ratings);
    return palate__fail(err, PALATE_E_INVALID,
                        "%s: none of its ids is that of %s in the ratings: the table has %s, the "
                        "ratings have %s; is the id its first column?",
                        features->path, side == PALATE_USERS ? "a user" : "an item", of_table,
                        of_ratings);
}

/* The row of an id of the table among others. */
static uint32_t find(const palate_features *features, uint32_t table_row, const palate__ids *among)
{
    return palate__ids_find(among, palate__ids_text(&features->ids, table_row),
                            palate__ids_bytes(&features->ids, table_row));
}

palate_status palate_features_compare(const palate_features *features,
                                      const palate_ratings *ratings, palate_side side,
                                      palate_features_match *out, palate_error *err)
{
    const char *missing = features == NULL ? "features" : ratings == NULL ? "ratings" : NULL;
    if (out != NULL)
        *out = (palate_features_match){0};
    if (missing != NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_features_compare: %s is NULL", missing);
    const palate__ids *ids = ids_of(ratings, side);
    palate_features_match match = {.row_count = features->ids.count};
    for (uint32_t row = 0; row < features->ids.count; row++)
        match.matched_count += find(features, row, ids) != PALATE_NO_ROW;
    match.missing_count = ids->count - match.matched_count;
    if (out != NULL)
        *out = match;
    return match.matched_count > 0 ? PALATE_OK : fail_match(features, ratings, side, err);
}

/* Places the rows that only the table has after the others. */
static palate_status place_others(const palate_features *features, const uint32_t *others,
                                  uint32_t other_count, uint32_t *places, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = features->context;
    palate__id_builder ids = {.context = context};
    uint32_t *place_of = palate__allocate_array(context, other_count, sizeof *place_of);
    if (place_of == NULL)
        PALATE_TRY(palate__fail_memory(err, "matching ids of a table"));
    for (uint32_t o = 0; o < other_count; o++) {
        uint32_t number = 0;
        PALATE_TRY(palate__id_builder_add(&ids, palate__ids_text(&features->ids, others[o]),
                                          palate__ids_bytes(&features->ids, others[o]), &number,
                                          err));
    }
    PALATE_TRY(palate__id_builder_order(&ids, NULL, place_of, err));
    for (uint32_t o = 0; o < other_count; o++)
        places[place_of[o]] = others[o];
done:
    palate__id_builder_free(&ids);
    palate__release(context, place_of);
    return status;
}

palate_status palate__features_find(const palate_features *features, const palate_ratings *ratings,
                                    palate_side side, palate__table_rows *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = features->context;
    const palate__ids *ids = ids_of(ratings, side);
    const size_t most = (size_t)ids->count + features->ids.count;
    uint32_t *others = palate__allocate_array(context, features->ids.count, sizeof *others);
    uint32_t other_count = 0;
    *out = (palate__table_rows){.count = ids->count};
    out->of = palate__allocate_array(context, most, sizeof *out->of);
    if (others == NULL || out->of == NULL)
        PALATE_TRY(palate__fail_memory(err, "matching ids of a table"));
    for (uint32_t row = 0; row < ids->count; row++)
        out->of[row] = PALATE_NO_ROW;
    for (uint32_t table_row = 0; table_row < features->ids.count; table_row++) {
        const uint32_t row = find(features, table_row, ids);
        if (row == PALATE_NO_ROW)
            others[other_count++] = table_row;
        else
            out->of[row] = table_row;
    }
    if (other_count == features->ids.count)
        PALATE_TRY(fail_match(features, ratings, side, err));
    if ((size_t)ids->count + other_count > PALATE__IDS_MAX)
        PALATE_TRY(palate__fail(err, PALATE_E_UNSUPPORTED,
                                "%s: together with the ratings it has more than %lu ids",
                                features->path, (unsigned long)PALATE__IDS_MAX));
    PALATE_TRY(place_others(features, others, other_count, out->of + ids->count, err));
    out->count += other_count;
done:
    palate__release(context, others);
    return status;
}

/* Adds the ids of the ratings, then those that only the table has, in the orders in which people know
 * them. `row_of` has, from ids->count on, the row of each row of the table, PALATE_NO_ROW for those of
 * the ratings; `row_of[number]` receives where each goes. */
static palate_status add_ids(const palate_features *features, const palate__ids *ids,
                             uint32_t *row_of, palate__id_builder *to, palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t number = 0;
    for (uint32_t place = 0; place < ids->count; place++) {
        const uint32_t row = ids->order[place];
        PALATE_TRY(palate__id_builder_add(to, palate__ids_text(ids, row),
                                          palate__ids_bytes(ids, row), &number, err));
        row_of[number] = row;
    }
    for (uint32_t table_row = 0; table_row < features->ids.count; table_row++) {
        if (row_of[ids->count + table_row] == PALATE_NO_ROW)
            continue;
        const uint32_t row = row_of[ids->count + table_row];
        PALATE_TRY(palate__id_builder_add(to, palate__ids_text(&features->ids, table_row),
                                          palate__ids_bytes(&features->ids, table_row), &number,
                                          err));
        row_of[number] = row; /* Never beyond the place that was read. */
    }
done:
    return status;
}

palate_status palate__features_ids(const palate_features *features, const palate__ids *ids,
                                   const palate__table_rows *rows, palate__ids *out,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = features->context;
    palate__id_builder all = {.context = context};
    const size_t most = (size_t)ids->count + features->ids.count;
    uint32_t *row_of = palate__allocate_array(context, most, sizeof *row_of);
    if (row_of == NULL)
        PALATE_TRY(palate__fail_memory(err, "matching ids of a table"));
    memset(row_of, 0xFF, most * sizeof *row_of);
    for (uint32_t row = ids->count; row < rows->count; row++)
        row_of[ids->count + rows->of[row]] = row;
    PALATE_TRY(add_ids(features, ids, row_of, &all, err));
    PALATE_TRY(palate__id_builder_freeze_as(&all, row_of, out, err));
done:
    palate__id_builder_free(&all);
    palate__release(context, row_of);
    return status;
}
