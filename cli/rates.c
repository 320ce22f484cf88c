/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 1 << 18, LIST = 10, EPOCHS = 4, SINGLE_USERS = 64 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void add_seconds(double *seconds, size_t *count, double value)
{
    if (*count < RATES_REPEATS_MAX)
        seconds[(*count)++] = value;
}

/* ---- Reading ---- */

static palate_status read_file(const rates_data *data, const char *path, int threads,
                               double *seconds, size_t *count, palate_error *err)
{
    palate_read_options options;
    palate_ratings *ratings = NULL;
    palate_read_options_init(&options);
    options.threads = threads;
    const double began = seconds_now();
    const palate_status status = palate_ratings_read(data->context, path, &options, &ratings, err);
    add_seconds(seconds, count, seconds_now() - began);
    palate_ratings_free(ratings);
    return status;
}

static palate_status read_text(const rates_data *data, int threads, double *seconds, size_t *count,
                               palate_error *err)
{
    return read_file(data, data->ratings_path, threads, seconds, count, err);
}

static palate_status read_saved(const rates_data *data, int threads, double *seconds, size_t *count,
                                palate_error *err)
{
    return read_file(data, data->saved_path, threads, seconds, count, err);
}

static double text_bytes(const rates_data *data)
{
    return data->text_bytes;
}

static double saved_bytes(const rates_data *data)
{
    return data->saved_bytes;
}

static double one(const rates_data *data)
{
    (void)data;
    return 1.0;
}

/* ---- Training ---- */

static palate_status train(const rates_data *data, int threads, bool whole, palate_model **out,
                           palate_error *err)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = data->factors;
    options.threads = threads;
    options.epochs = EPOCHS;
    options.tolerance = 0.0;
    options.fast = true; /* Strengths by rule: no pilot runs first. */
    if (!whole) {
        options.link = PALATE_LINK_OFF;
        options.time = PALATE_TIME_OFF;
    }
    return palate_model_train(data->ratings, &options, out, err);
}

/* An epoch but the first, in which memory is touched for the first time. */
static palate_status time_epochs(const rates_data *data, int threads, bool whole, double *seconds,
                                 size_t *count, palate_error *err)
{
    palate_model *model = NULL;
    size_t epochs = 0;
    const palate_status status = train(data, threads, whole, &model, err);
    if (status != PALATE_OK)
        return status;
    const palate_epoch *log = palate_model_log(model, &epochs);
    for (size_t e = 1; e < epochs; e++)
        add_seconds(seconds, count, log[e].seconds - log[e - 1].seconds);
    palate_model_free(model);
    return PALATE_OK;
}

static palate_status update_rows(const rates_data *data, int threads, double *seconds,
                                 size_t *count, palate_error *err)
{
    return time_epochs(data, threads, false, seconds, count, err);
}

static palate_status run_epoch(const rates_data *data, int threads, double *seconds, size_t *count,
                               palate_error *err)
{
    return time_epochs(data, threads, true, seconds, count, err);
}

static double rating_count(const rates_data *data)
{
    return (double)palate_ratings_count(data->ratings);
}

/* By user, then by item. */
static double rating_count_twice(const rates_data *data)
{
    return 2.0 * rating_count(data);
}

/* Of a block of four coordinates for each rating: four products with the residual, ten of coordinates with each
 * other, four to move the residual; and one a coordinate before. */
static double update_multiply_adds(const rates_data *data)
{
    return 5.5 * (double)(data->factors + 1);
}

/* ---- Predictions ---- */

static palate_status predict(const rates_data *data, int threads, double *seconds, size_t *count,
                             palate_error *err)
{
    (void)threads;
    const palate_cells cells = {
        .count = data->pair_count, .users = data->users, .items = data->items};
    const double began = seconds_now();
    const palate_status status = palate_model_predict(data->model, &cells, data->scores, NULL, NULL,
                                                      err);
    add_seconds(seconds, count, seconds_now() - began);
    return status;
}

static double pair_count(const rates_data *data)
{
    return (double)data->pair_count;
}

/* ---- Lists ---- */

static palate_status list_users(const rates_data *data, const uint32_t *users, size_t user_count,
                                int threads, palate_error *err)
{
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = LIST;
    options.threads = threads;
    return palate_model_recommend(data->model, users, user_count, &options, data->listed,
                                  data->scores, data->counts, err);
}

static size_t user_count(const rates_data *data)
{
    return palate_ratings_user_count(data->ratings);
}

static palate_status list_all(const rates_data *data, int threads, double *seconds, size_t *count,
                              palate_error *err)
{
    const double began = seconds_now();
    const palate_status status = list_users(data, data->users + data->pair_count, user_count(data),
                                            threads, err);
    add_seconds(seconds, count, seconds_now() - began);
    return status;
}

/* One after the other, those of the first pairs. */
static palate_status list_singly(const rates_data *data, int threads, double *seconds,
                                 size_t *count, palate_error *err)
{
    palate_status status = PALATE_OK;
    const double began = seconds_now();
    for (size_t u = 0; u < SINGLE_USERS && status == PALATE_OK; u++)
        status = list_users(data, &data->users[u], 1, threads, err);
    add_seconds(seconds, count, seconds_now() - began);
    return status;
}

static double all_users(const rates_data *data)
{
    return (double)user_count(data);
}

static double single_users(const rates_data *data)
{
    (void)data;
    return SINGLE_USERS;
}

/* ---- Loading ---- */

static palate_status load(const rates_data *data, int threads, double *seconds, size_t *count,
                          palate_error *err)
{
    (void)threads;
    palate_model *model = NULL;
    const double began = seconds_now();
    const palate_status status = palate_model_load(data->context, data->model_path, &model, err);
    add_seconds(seconds, count, seconds_now() - began);
    palate_model_free(model);
    return status;
}

static double model_bytes(const rates_data *data)
{
    return data->model_bytes;
}

/* ---- All kinds ---- */

static const rates_work WORKS[] = {
    {"reading text", "MB/s", "read_text_bytes", RATES_UNBOUND, true, false, text_bytes, one,
     read_text},
    {"opening converted ratings", "MB/s", "read_converted_bytes", RATES_BOUND_READING, true, false,
     saved_bytes, one, read_saved},
    {"row updates, a half-sweep", "M ratings/s", "row_update_ratings", RATES_BOUND_MULTIPLY_ADDS,
     true, false, rating_count_twice, update_multiply_adds, update_rows},
    {"an epoch of training", "M ratings/s", "epoch_ratings", RATES_UNBOUND, true, false,
     rating_count, one, run_epoch},
    {"predictions, pairs at random", "M pairs/s", "predictions", RATES_UNBOUND, false, false,
     pair_count, one, predict},
    {"top 10 of every user", "users/s", "lists", RATES_UNBOUND, true, true, all_users, one,
     list_all},
    {"top 10, one user after the other", "users/s", "single_lists", RATES_UNBOUND, false, true,
     single_users, one, list_singly},
    {"loading the model", "MB/s", "load_bytes", RATES_BOUND_READING, false, false, model_bytes, one,
     load},
};

const rates_work *rates_works(size_t *count)
{
    *count = sizeof WORKS / sizeof WORKS[0];
    return WORKS;
}

/* ---- What it is done with ---- */

static char *path_in(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static double file_bytes(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 ? (double)file.st_size : 0.0;
}

/* The same pairs every time (Knuth's constants), and each user once. */
static void draw_pairs(rates_data *data)
{
    const uint32_t item_count = palate_ratings_item_count(data->ratings);
    uint64_t state = 1;
    for (size_t p = 0; p < data->pair_count; p++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        data->users[p] = (uint32_t)((state >> 32) * user_count(data) >> 32);
        state = state * 6364136223846793005U + 1442695040888963407U;
        data->items[p] = (uint32_t)((state >> 32) * item_count >> 32);
    }
    for (size_t u = 0; u < user_count(data); u++)
        data->users[data->pair_count + u] = (uint32_t)u;
}

static bool find_memory(rates_data *data)
{
    const size_t list = user_count(data) * LIST;
    data->pair_count = PAIRS;
    data->users = calloc(PAIRS + user_count(data), sizeof *data->users);
    data->items = calloc(PAIRS, sizeof *data->items);
    data->listed = calloc(list, sizeof *data->listed);
    data->scores = calloc(list > PAIRS ? list : PAIRS, sizeof *data->scores);
    data->counts = calloc(user_count(data), sizeof *data->counts);
    return data->users != NULL && data->items != NULL && data->listed != NULL &&
           data->scores != NULL && data->counts != NULL;
}

static palate_status make_files(rates_data *data, const char *preset, palate_error *err)
{
    palate_synth_options options;
    palate_status status = palate_synth_preset(&options, preset, err);
    if (status == PALATE_OK)
        status = palate_synth_write(data->context, &options, data->ratings_path, NULL, err);
    if (status == PALATE_OK)
        status = palate_ratings_read(data->context, data->ratings_path, NULL, &data->ratings, err);
    if (status == PALATE_OK)
        status = palate_ratings_save(data->ratings, data->saved_path, err);
    if (status == PALATE_OK)
        status = train(data, 0, true, &data->model, err);
    if (status == PALATE_OK)
        status = palate_model_save(data->model, data->model_path, err);
    return status;
}

int rates_prepare(rates_data *out, palate_context *context, const char *folder, const char *preset,
                  int64_t factors)
{
    palate_error err;
    *out = (rates_data){.context = context, .factors = factors};
    out->ratings_path = path_in(folder, "ratings.csv");
    out->saved_path = path_in(folder, "converted.ratings");
    out->model_path = path_in(folder, "model.palate");
    if (out->ratings_path == NULL || out->saved_path == NULL || out->model_path == NULL)
        return message_error("out of memory");
    if (make_files(out, preset, &err) != PALATE_OK)
        return message_failed(&err);
    out->text_bytes = file_bytes(out->ratings_path);
    out->saved_bytes = file_bytes(out->saved_path);
    out->model_bytes = file_bytes(out->model_path);
    if (!find_memory(out))
        return message_error("out of memory");
    draw_pairs(out);
    /* The index of items is made when lists enough have been asked for. */
    if (list_users(out, out->users + out->pair_count, user_count(out), 0, &err) != PALATE_OK)
        return message_failed(&err);
    return EXIT_DONE;
}

static void remove_file(char *path)
{
    if (path != NULL)
        (void)unlink(path);
    free(path);
}

void rates_release(rates_data *data)
{
    remove_file(data->ratings_path);
    remove_file(data->saved_path);
    remove_file(data->model_path);
    palate_ratings_free(data->ratings);
    palate_model_free(data->model);
    free(data->users);
    free(data->items);
    free(data->listed);
    free(data->scores);
    free(data->counts);
}

/* ---- Measuring ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double share_of(const rates_work *work, const rates_data *data, double per_second,
                       const palate_machine_peaks *peaks)
{
    switch (work->bound) {
    case RATES_BOUND_MULTIPLY_ADDS:
        return per_second * work->cost(data) / peaks->multiply_adds;
    case RATES_BOUND_READING:
        return per_second * work->cost(data) / peaks->read_bytes;
    default:
        return NAN;
    }
}

palate_status rates_measure(const rates_work *work, const rates_data *data, int threads,
                            const palate_machine_peaks *peaks, double seconds, rate *out,
                            palate_error *err)
{
    enum { LEAST = 3 };
    double list[RATES_REPEATS_MAX];
    size_t count = 0;
    const double end = seconds_now() + seconds;
    while (count < LEAST || (count < RATES_REPEATS_MAX && seconds_now() < end)) {
        if (!progress_goes_on())
            return PALATE_E_STOPPED;
        const palate_status status = work->run(data, threads, list, &count, err);
        if (status != PALATE_OK)
            return status;
    }
    qsort(list, count, sizeof *list, by_value);
    const double amount = work->amount(data);
    const double per_second = amount / list[count / 2];
    *out = (rate){.threads = threads,
                  .per_second = per_second,
                  .low = amount / list[count - 1 - count / 4],
                  .high = amount / list[count / 4],
                  .share = share_of(work, data, per_second, peaks),
                  .repeats = count};
    return PALATE_OK;
}
