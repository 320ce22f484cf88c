/* SPDX-License-Identifier: Apache-2.0 */
/* How fast lists and predictions come, over the public interface alone; run by bench/run.py topn.
 *
 *     topn MODEL time ITEMS THREADS [FOLDER]   measures; writes what others need to FOLDER
 *     topn MODEL save USERS ITEMS FILE         a larger model of the same kind
 *     topn MODEL libmf FILE                    its factors as the text that LIBMF reads
 *
 * A catalogue of more ITEMS than MODEL has is made of MODEL's and of perturbed ones: from items a and
 * b drawn at random, w a + (1 - w) b with w within .7..1 and noise of .3 standard deviations in each
 * factor, reflected at 0. Nothing is seen then: models from given factors have no ratings.
 *
 * Writes JSON. Seconds are the least of some runs, but the times of single users are medians.
 */
#define _GNU_SOURCE
#include "timing.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LIST = 10, SINGLE_USERS = 1000, PAIRS = 4000000, ID_BYTES = 16 };

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* ---- Random numbers: xorshift64*, the same every time ---- */

static uint64_t state = 88172645463325252U;

static double uniform(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 2685821657736338717U) >> 11) * 0x1p-53;
}

static uint32_t below(uint32_t count)
{
    return (uint32_t)(uniform() * count);
}

static double gauss(void)
{
    return sqrt(-2.0 * log(1.0 - uniform())) * cos(6.283185307179586 * uniform());
}

/* ---- Larger models ---- */

typedef struct side {
    const float *factors, *offsets;
    uint32_t count;
} side;

static double *deviations(const side *from, uint32_t k)
{
    double *out = allocate(k, sizeof *out);
    for (uint32_t f = 0; f < k; f++) {
        double sum = 0.0, squares = 0.0;
        for (uint32_t row = 0; row < from->count; row++) {
            sum += (double)from->factors[(size_t)row * k + f];
            squares += pow((double)from->factors[(size_t)row * k + f], 2.0);
        }
        out[f] = sqrt(squares / from->count - pow(sum / from->count, 2.0));
    }
    return out;
}

/* The rows there are, and perturbed ones up to `count`. */
static side grow(const side *from, uint32_t k, uint32_t count)
{
    double *deviation = deviations(from, k);
    float *factors = allocate((size_t)count * k, sizeof *factors);
    float *offsets = allocate(count, sizeof *offsets);
    const uint32_t kept = from->count < count ? from->count : count;
    memcpy(factors, from->factors, (size_t)kept * k * sizeof *factors);
    memcpy(offsets, from->offsets, kept * sizeof *offsets);
    for (uint32_t row = kept; row < count; row++) {
        const uint32_t a = below(from->count), b = below(from->count);
        const double w = 0.7 + 0.3 * uniform();
        for (uint32_t f = 0; f < k; f++)
            factors[(size_t)row * k + f] = (float)fabs(
                w * (double)from->factors[(size_t)a * k + f] +
                (1.0 - w) * (double)from->factors[(size_t)b * k + f] +
                0.3 * deviation[f] * gauss());
        offsets[row] = (float)(w * (double)from->offsets[a] + (1.0 - w) * (double)from->offsets[b]);
    }
    free(deviation);
    return (side){factors, offsets, count};
}

static const char **name_rows(uint32_t count)
{
    char *texts = allocate(count, ID_BYTES);
    const char **names = allocate(count, sizeof *names);
    for (uint32_t row = 0; row < count; row++) {
        names[row] = texts + (size_t)row * ID_BYTES;
        snprintf(texts + (size_t)row * ID_BYTES, ID_BYTES, "%u", row);
    }
    return names;
}

static palate_model *enlarge(const palate_model *from, uint32_t user_count, uint32_t item_count)
{
    palate_model_summary about;
    palate_model *made = NULL;
    palate_error err;
    palate_model_info(from, &about);
    const side old_users = {palate_model_user_factors(from), palate_model_user_offsets(from),
                            about.user_count};
    const side old_items = {palate_model_item_factors(from), palate_model_item_offsets(from),
                            about.item_count};
    const side users = grow(&old_users, about.factor_count, user_count);
    const side items = grow(&old_items, about.factor_count, item_count);
    const char **user_ids = name_rows(user_count), **item_ids = name_rows(item_count);
    const palate_factors given = {.user_count = user_count,
                                  .item_count = item_count,
                                  .factor_count = about.factor_count,
                                  .user_factors = users.factors,
                                  .item_factors = items.factors,
                                  .user_offsets = users.offsets,
                                  .item_offsets = items.offsets,
                                  .base = about.base,
                                  .user_ids = user_ids,
                                  .item_ids = item_ids,
                                  .scale = about.scale};
    demand(palate_model_from_factors(NULL, &given, &made, &err), &err);
    free((void *)(uintptr_t)users.factors);
    free((void *)(uintptr_t)users.offsets);
    free((void *)(uintptr_t)items.factors);
    free((void *)(uintptr_t)items.offsets);
    free((void *)(uintptr_t)user_ids[0]);
    free((void *)(uintptr_t)item_ids[0]);
    free(user_ids);
    free(item_ids);
    return made;
}

/* ---- Lists ---- */

typedef struct lists {
    const palate_model *model;
    palate_recommend_options options;
    uint32_t *users; /* All, in random order. */
    uint32_t user_count;
    uint32_t *items;
    float *scores;
    uint32_t *counts;
} lists;

static lists prepare(const palate_model *model, int threads)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    lists out = {.model = model,
                 .users = allocate(about.user_count, sizeof(uint32_t)),
                 .user_count = about.user_count,
                 .items = allocate((size_t)about.user_count * LIST, sizeof(uint32_t)),
                 .scores = allocate((size_t)about.user_count * LIST, sizeof(float)),
                 .counts = allocate(about.user_count, sizeof(uint32_t))};
    palate_recommend_options_init(&out.options);
    out.options.count = LIST;
    out.options.threads = threads;
    for (uint32_t i = 0; i < out.user_count; i++) {
        const uint32_t j = below(i + 1);
        out.users[i] = out.users[j];
        out.users[j] = i;
    }
    return out;
}

/* Seconds for `count` users from `first` on. */
static double recommend(const lists *of, uint32_t first, uint32_t count)
{
    palate_error err;
    const double began = now();
    demand(palate_model_recommend(of->model, of->users + first, count, &of->options,
                                  of->items + (size_t)first * LIST,
                                  of->scores + (size_t)first * LIST, of->counts + first, &err),
           &err);
    return now() - began;
}

/* So few users that no index is made for them yet. */
static void time_scans(const lists *of)
{
    enum { USERS = 128, RUNS = 4 };
    double least = INFINITY;
    for (uint32_t run = 0; run < RUNS; run++)
        least = fmin(least, recommend(of, run * USERS, USERS));
    printf("\"scan_users_per_second\": %.6g, ", USERS / least);
}

/* The first call makes the index. */
static void time_all(const lists *of)
{
    enum { RUNS = 5 };
    const double first = recommend(of, 0, of->user_count);
    double least = INFINITY;
    for (int run = 0; run < RUNS; run++)
        least = fmin(least, recommend(of, 0, of->user_count));
    printf("\"users_per_second\": %.6g, \"index_seconds\": %.3g, ", of->user_count / least,
           first - least);
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void time_single_users(const lists *of)
{
    static double micros[SINGLE_USERS];
    const uint32_t count = of->user_count < SINGLE_USERS ? of->user_count : SINGLE_USERS;
    for (uint32_t i = 0; i < count; i++)
        micros[i] = 1e6 * recommend(of, i, 1);
    qsort(micros, count, sizeof *micros, compare);
    printf("\"single_us\": %.4g, \"single_us_p99\": %.4g, ", micros[count / 2],
           micros[count * 99 / 100]);
}

/* ---- Predictions ---- */

static double predict(const palate_model *model, const uint32_t *users, const uint32_t *items)
{
    palate_error err;
    const palate_cells cells = {.count = PAIRS, .users = users, .items = items};
    float *predictions = allocate(PAIRS, sizeof *predictions);
    double least = INFINITY;
    for (int run = 0; run < 4; run++) {
        const double began = now();
        demand(palate_model_predict(model, &cells, predictions, NULL, NULL, &err), &err);
        if (run > 0)
            least = fmin(least, now() - began);
    }
    free(predictions);
    return PAIRS / least;
}

static void time_pairs(const palate_model *model)
{
    palate_model_summary about;
    uint32_t *users = allocate(PAIRS, sizeof *users);
    uint32_t *items = allocate(PAIRS, sizeof *items);
    palate_model_info(model, &about);
    for (size_t p = 0; p < PAIRS; p++) {
        users[p] = below(about.user_count);
        items[p] = below(about.item_count);
    }
    printf("\"random_pairs_per_second\": %.4g, ", predict(model, users, items));
    for (size_t p = 0; p < PAIRS; p++)
        users[p] = (uint32_t)(p / 128 % about.user_count);
    printf("\"pairs_by_user_per_second\": %.4g, ", predict(model, users, items));
    free(users);
    free(items);
}

/* ---- What others need: raw numbers, little-endian ---- */

static void write_raw(const char *folder, const char *name, const void *data, size_t bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (out == NULL || fwrite(data, 1, bytes, out) != bytes || fclose(out) != 0) {
        perror(path);
        exit(1);
    }
}

/* The items' offsets as one more factor, of which each user has 1: the same lists. */
static void write_side(const char *folder, const char *name, const float *factors,
                       const float *offsets, uint32_t count, uint32_t k)
{
    float *rows = allocate((size_t)count * (k + 1), sizeof *rows);
    for (uint32_t row = 0; row < count; row++) {
        memcpy(rows + (size_t)row * (k + 1), factors + (size_t)row * k, k * sizeof *rows);
        rows[(size_t)row * (k + 1) + k] = offsets == NULL ? 1.0F : offsets[row];
    }
    write_raw(folder, name, rows, (size_t)count * (k + 1) * sizeof *rows);
    free(rows);
}

static void write_seen(const char *folder, const palate_model *model, uint32_t user_count)
{
    int64_t *begins = allocate((size_t)user_count + 1, sizeof *begins);
    for (uint32_t user = 0; user < user_count; user++) {
        int64_t count = 0;
        (void)palate_model_seen(model, user, &count);
        begins[user + 1] = begins[user] + count;
    }
    int64_t count = 0;
    const uint32_t *seen = palate_model_seen(model, 0, &count);
    write_raw(folder, "seen_begins", begins, ((size_t)user_count + 1) * sizeof *begins);
    write_raw(folder, "seen", seen, (size_t)begins[user_count] * sizeof *seen);
    free(begins);
}

static void write_all(const char *folder, const lists *of)
{
    palate_model_summary about;
    palate_model_info(of->model, &about);
    write_side(folder, "users", palate_model_user_factors(of->model), NULL, about.user_count,
               about.factor_count);
    write_side(folder, "items", palate_model_item_factors(of->model),
               palate_model_item_offsets(of->model), about.item_count, about.factor_count);
    write_seen(folder, of->model, about.user_count);
    write_raw(folder, "order", of->users, of->user_count * sizeof *of->users);
    write_raw(folder, "lists", of->items, (size_t)of->user_count * LIST * sizeof *of->items);
}

/* ---- All ---- */

static int measure(palate_model *model, const char *const *words)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    const uint32_t item_count = (uint32_t)strtoul(words[0], NULL, 10);
    if (item_count > about.item_count) {
        palate_model *larger = enlarge(model, about.user_count, item_count);
        palate_model_free(model);
        model = larger;
    }
    palate_model_info(model, &about);
    lists of = prepare(model, atoi(words[1]));
    printf("{\"users\": %u, \"items\": %u, \"factors\": %u, \"kernels\": \"%s\", ",
           about.user_count, about.item_count, about.factor_count, palate_kernels_name());
    time_scans(&of);
    time_all(&of);
    if (words[2] != NULL)
        write_all(words[2], &of);
    of.options.threads = 1;
    time_single_users(&of);
    time_pairs(model);
    printf("\"list\": %d}\n", LIST);
    free(of.users);
    free(of.items);
    free(of.scores);
    free(of.counts);
    palate_model_free(model);
    return 0;
}

static int save(palate_model *model, const char *const *words)
{
    palate_error err;
    palate_model *larger = enlarge(model, (uint32_t)strtoul(words[0], NULL, 10),
                                   (uint32_t)strtoul(words[1], NULL, 10));
    demand(palate_model_save(larger, words[2], &err), &err);
    palate_model_free(larger);
    palate_model_free(model);
    return 0;
}

static void write_libmf_side(FILE *out, char letter, const float *factors, uint32_t count,
                             uint32_t k)
{
    for (uint32_t row = 0; row < count; row++) {
        fprintf(out, "%c%u T ", letter, row);
        for (uint32_t f = 0; f < k; f++)
            fprintf(out, "%g ", (double)factors[(size_t)row * k + f]);
        fputc('\n', out);
    }
}

static int write_libmf(palate_model *model, const char *const *words)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    FILE *out = fopen(words[0], "w");
    if (out == NULL) {
        perror(words[0]);
        return 1;
    }
    fprintf(out, "f 0\nm %u\nn %u\nk %u\nb %g\n", about.user_count, about.item_count,
            about.factor_count, about.mean);
    write_libmf_side(out, 'p', palate_model_user_factors(model), about.user_count,
                     about.factor_count);
    write_libmf_side(out, 'q', palate_model_item_factors(model), about.item_count,
                     about.factor_count);
    palate_model_free(model);
    return fclose(out) == 0 ? 0 : 1;
}

int main(int count, char **words)
{
    palate_error err;
    palate_model *model = NULL;
    static const struct {
        const char *name;
        int words;
        int (*run)(palate_model *model, const char *const *words);
    } jobs[] = {{"time", 5, measure}, {"save", 6, save}, {"libmf", 4, write_libmf}};
    size_t j = 0;
    while (j < 3 && (count < jobs[j].words || strcmp(words[2], jobs[j].name) != 0))
        j++;
    if (j == 3) {
        fputs("usage: topn MODEL time ITEMS THREADS [FOLDER] | MODEL save USERS ITEMS FILE | "
              "MODEL libmf FILE\n",
              stderr);
        return 2;
    }
    demand(palate_model_load(NULL, words[1], &model, &err), &err);
    return jobs[j].run(model, (const char *const *)words + 3);
}
