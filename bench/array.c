/* SPDX-License-Identifier: Apache-2.0 */
/* How fast text becomes an array of ratings in the order of its lines, ids numbered, and no more: what the readers of
 * programs do that make their matrix later. Over the insides of the library, linked statically; run by bench/run.py reading.
 *
 *     array FILE THREADS REPEATS
 *
 * Writes JSON: seconds are the median of wall time in a process that runs already, from opening the file to one numbering of
 * the ids of all threads.
 */
#define _GNU_SOURCE
#include "base/threads.h"
#include "ratings/input.h"
#include "ratings/numbers.h"
#include "ratings/readers/readers.h"
#include "ratings/sink.h"
#include "timing.h"

enum { REPEATS_MAX = 99, HEAD_BYTES = 1 << 16 };

/* The reader that is surest of the text. */
static const palate__reader *reader_of(const palate__input *input)
{
    const palate__reader *surest = NULL;
    const bool whole = input->bytes <= HEAD_BYTES;
    const palate__span head = {input->data, whole ? input->bytes : HEAD_BYTES};
    int most = 0;
    for (size_t i = 0; palate__readers[i] != NULL; i++) {
        const int sure = palate__readers[i]->sniff(head, whole);
        if (sure > most) {
            most = sure;
            surest = palate__readers[i];
        }
    }
    if (surest == NULL) {
        fprintf(stderr, "%s: the format is not recognised\n", input->path);
        exit(1);
    }
    return surest;
}

/* One numbering of each side, out of those of all threads. */
typedef struct merging {
    palate__store *store;
    palate__numbers sides[2];
} merging;

static void merge_side(size_t side, int thread, void *argument)
{
    (void)thread;
    merging *of = argument;
    palate_error err;
    demand(palate__numbers_make(of->store, (palate__of_side)side, &of->sides[side], &err), &err);
}

/* Seconds to read once. */
static double read_array(const char *path, const palate_read_options *options, int64_t *count)
{
    palate_error err;
    palate_read_report report;
    palate__source source;
    const double began = now();
    demand(palate__source_open(NULL, path, &source, &err), &err);
    palate__sink sink = palate__sink_make(NULL, path, options, &report, &err);
    demand(palate__sink_begin(&sink), &err);
    demand(reader_of(&source.input)->read(&source.input, options, &sink), &err);
    demand(palate__sink_end(&sink), &err);
    merging of = {.store = &sink.store};
    palate__parallel_for(palate__thread_count(options->threads), 2, merge_side, &of);
    const double seconds = now() - began;
    *count = sink.store.count;
    palate__numbers_free(&of.sides[PALATE__OF_USERS]);
    palate__numbers_free(&of.sides[PALATE__OF_ITEMS]);
    palate__store_free(&sink.store);
    palate__source_close(&source);
    return seconds;
}

int main(int argc, char **argv)
{
    double seconds[REPEATS_MAX];
    int64_t count = 0;
    palate_read_options options;
    palate_read_options_init(&options);
    const int repeats = argc == 4 ? atoi(argv[3]) : 0;
    if (repeats < 1 || repeats > REPEATS_MAX) {
        fputs("usage: array FILE THREADS REPEATS\n", stderr);
        return 2;
    }
    options.threads = atoi(argv[2]);
    for (int repeat = 0; repeat < repeats; repeat++)
        seconds[repeat] = read_array(argv[1], &options, &count);
    printf("{\"ratings\": %lld, \"seconds\": %.4f}\n", (long long)count, median(seconds, repeats));
    return 0;
}
