/* SPDX-License-Identifier: Apache-2.0 */
/* How fast palate works here: the measurements of palate bench. */
#ifndef PALATE_CLI_RATES_H
#define PALATE_CLI_RATES_H

#include "message.h"
#include "progress.h"

/* 1, 2, 4, ... and all; and times a measurement is repeated at most. */
enum { RATES_THREADS_MAX = 16, RATES_REPEATS_MAX = 99 };

/* What the work is done with. */
typedef struct rates_data {
    palate_context *context;
    char *ratings_path; /* Text. */
    char *saved_path;   /* The same, as palate convert has it. */
    char *model_path;
    double text_bytes, saved_bytes, model_bytes;
    int64_t factors;
    palate_ratings *ratings;
    palate_model *model;
    uint32_t *users, *items; /* `pair_count` pairs at random, then every user once. */
    size_t pair_count;
    uint32_t *listed; /* Room for a list of every user. */
    float *scores;
    uint32_t *counts;
} rates_data;

/* What a rate is a share of. */
typedef enum rates_bound {
    RATES_UNBOUND, /* Of nothing that could be said in one number. */
    RATES_BOUND_MULTIPLY_ADDS,
    RATES_BOUND_READING
} rates_bound;

/* One kind of work. */
typedef struct rates_work {
    const char *name;
    const char *unit; /* What is counted a second, in millions unless `single`. */
    const char *key;  /* Of JSON. */
    rates_bound bound;
    bool by_threads; /* More threads are faster. */
    bool single;
    /* How much is done at once, in what is counted. */
    double (*amount)(const rates_data *data);
    /* Of the bound, for each that is counted: multiply-adds or bytes. */
    double (*cost)(const rates_data *data);
    /* Does it, and adds the seconds each time took to a list. */
    palate_status (*run)(const rates_data *data, int threads, double *seconds, size_t *count,
                         palate_error *err);
} rates_work;

/* All kinds, `*count` of them. */
const rates_work *rates_works(size_t *count);

/* Makes ratings of a preset up in a folder, reads them, trains a model. Returns the exit status. */
int rates_prepare(rates_data *out, palate_context *context, const char *folder, const char *preset,
                  int64_t factors);
void rates_release(rates_data *data);

/* What a measurement came to. */
typedef struct rate {
    int threads;
    double per_second; /* Median. */
    double low, high;  /* Of a quarter of the repeats it was less, of a quarter more. */
    double share;      /* Of the bound, or NAN. */
    size_t repeats;
} rate;

/* Repeats the work for so many seconds, three times at least. PALATE_E_STOPPED: somebody asked to stop. */
palate_status rates_measure(const rates_work *work, const rates_data *data, int threads,
                            const palate_machine_peaks *peaks, double seconds, rate *out,
                            palate_error *err);

#endif
