/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/pieces.h"

#include "base/threads.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Pieces of a wave for each thread: at its end threads wait for the last. */
enum { PIECES_PER_THREAD = 16 };

/* After a wave with more problems than this the next is small: all problems of a wave are in memory. */
enum { MANY_PROBLEMS = 1000 };

typedef struct piece {
    const char *begin, *boundary; /* Lines that begin from `begin` on and before `boundary`. */
    const char *end;              /* Where the next piece begins. */
    palate__holding problems;
    palate__chunk *chunks;
    int shard;
    int64_t lines;
    palate_status status;
    palate_error err;
} piece;

typedef struct wave {
    const palate__input *input;
    const char *end; /* Of the text. */
    palate__separator separator;
    palate__piece_reader read;
    const void *argument;
    palate__sink *sink;
    palate__sink *sinks; /* One for each thread, that writes to its shard. */
    int threads;
    size_t piece_bytes;
    piece *pieces;
    size_t count, room;
    atomic_size_t failed; /* The first piece that ended reading; those after it are left. */
    int64_t lines;        /* Read in waves before. */
} wave;

/* ---- Cutting ---- */

/* Where a piece ends if a line begins where it does. */
static void find_end(size_t task, int thread, void *argument)
{
    (void)thread;
    const wave *of = argument;
    piece *at = &of->pieces[task];
    at->end = palate__line_from((palate__span){at->begin, (size_t)(of->end - at->begin)},
                                at->boundary, of->separator);
}

static const char *next_line(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline == NULL ? end : newline + 1;
}

/* Cuts up to `most` pieces. That a line begins after a line end is first taken for granted, so that all can
 * be looked at at once; where it turns out to lie within quotes, the piece is cut once more. */
static void cut(wave *of, const char *at, size_t most)
{
    of->count = 0;
    while (of->count < most && at < of->end) {
        const char *boundary = (size_t)(of->end - at) > of->piece_bytes ? at + of->piece_bytes
                                                                        : of->end;
        of->pieces[of->count++] = (piece){.begin = at, .boundary = boundary};
        at = next_line(boundary - 1, of->end);
    }
    palate__parallel_for(of->threads, of->count, find_end, of);
    for (size_t p = 1; p < of->count; p++) {
        const char *begin = of->pieces[p - 1].end;
        if (of->pieces[p].begin == begin)
            continue;
        of->pieces[p].begin = begin;
        find_end(p, 0, of);
    }
}

/* ---- Reading ---- */

static void note_failure(wave *of, size_t task)
{
    size_t first = atomic_load(&of->failed);
    while (task < first && !atomic_compare_exchange_weak(&of->failed, &first, task))
        ;
}

static void read_piece(size_t task, int thread, void *argument)
{
    wave *of = argument;
    piece *at = &of->pieces[task];
    palate__sink *sink = &of->sinks[thread];
    palate__cursor cursor;
    if (task > atomic_load(&of->failed))
        return;
    at->problems = (palate__holding){.context = of->sink->context};
    at->shard = thread;
    sink->err = &at->err;
    sink->holding = &at->problems;
    palate__cursor_set(&cursor, (palate__span){at->begin, (size_t)(of->end - at->begin)});
    cursor.stop = at->end;
    at->status = of->read(&cursor, sink, of->argument);
    if (at->status == PALATE_OK)
        at->status = palate__shard_close(sink->shard, &at->err);
    at->chunks = palate__shard_hand_over(sink->shard);
    at->lines = cursor.passed;
    if (at->status != PALATE_OK)
        note_failure(of, task);
    if (of->input->mapped) {
        const char *released = at->begin;
        palate__input_release(&released, at->end);
    }
}

/* ---- Handing over ---- */

static palate_status hand_over(const wave *of, const piece *from)
{
    palate_status status = PALATE_OK;
    palate__sink *sink = of->sink;
    PALATE_TRY(palate__sink_tell(sink, &from->problems, of->lines));
    if (from->status != PALATE_OK) {
        if (sink->err != NULL)
            *sink->err = from->err;
        PALATE_TRY(from->status);
    }
    palate__store_take(&sink->store, from->chunks, (uint32_t)from->shard, of->lines);
done:
    return status;
}

/* Returns the problems there were in `*problems`. */
static palate_status hand_over_all(wave *of, int64_t *problems)
{
    palate_status status = PALATE_OK;
    *problems = 0;
    for (size_t p = 0; p < of->count; p++) {
        piece *from = &of->pieces[p];
        *problems += from->problems.count;
        if (status == PALATE_OK)
            status = hand_over(of, from);
        of->lines += from->lines;
        palate__holding_free(&from->problems);
    }
    return status;
}

/* ---- All of it ---- */

static int choose_threads(const palate__sink *sink, size_t bytes)
{
    const int threads = palate__thread_count(sink->options->threads);
    const size_t pieces = 1 + bytes / sink->piece_bytes;
    return pieces < (size_t)threads ? (int)pieces : threads;
}

/* Ratings the text may have, rather more than less: lines are mostly shortest at its beginning. No rating is shorter than
 * two ids, what is between them, and an end. */
static int64_t guess_ratings(const char *at, const char *end)
{
    enum { HEAD_BYTES = 1 << 16, MORE = 16, SHORTEST = 4 };
    const size_t bytes = (size_t)(end - at);
    if (bytes == 0)
        return 0;
    const size_t head = bytes < HEAD_BYTES ? bytes : HEAD_BYTES;
    size_t lines = 1;
    for (size_t i = 0; i < head; i++)
        lines += at[i] == '\n';
    const double guess = (double)bytes / (double)head * (double)lines;
    return (int64_t)fmin(guess + guess / MORE, (double)bytes / SHORTEST);
}

static palate_status begin(wave *of, const char *at, palate_error *err)
{
    palate__sink *sink = of->sink;
    of->room = (size_t)of->threads * PIECES_PER_THREAD;
    of->pieces = palate__allocate_array(sink->context, of->room, sizeof *of->pieces);
    of->sinks = palate__allocate_array(sink->context, (size_t)of->threads, sizeof *of->sinks);
    if (of->pieces == NULL || of->sinks == NULL)
        return palate__fail_memory(err, "reading ratings");
    palate_status status = palate__store_shards(&sink->store, (uint32_t)of->threads, err);
    if (status != PALATE_OK)
        return status;
    const int64_t ratings = guess_ratings(at, of->end);
    if (ratings > PALATE__CHUNK_RATINGS && sink->store.reserve == NULL)
        status = palate__store_reserve(&sink->store, ratings, err);
    sink->shard = &sink->store.shards[0];
    for (int thread = 0; thread < of->threads; thread++) {
        of->sinks[thread] = *sink;
        of->sinks[thread].shard = &sink->store.shards[thread];
    }
    return status;
}

palate_status palate__read_pieces(const palate__input *input, const char *at, int64_t lines,
                                  palate__separator separator, palate__piece_reader read,
                                  const void *argument, palate__sink *sink)
{
    palate_status status = PALATE_OK;
    const char *end = input->data + input->bytes;
    int64_t problems = 0;
    wave of = {.input = input,
               .end = end,
               .separator = separator,
               .read = read,
               .argument = argument,
               .sink = sink,
               .threads = choose_threads(sink, (size_t)(end - at)),
               .piece_bytes = sink->piece_bytes,
               .lines = lines};
    PALATE_TRY(begin(&of, at, sink->err));
    for (size_t most = (size_t)of.threads; at < end;
         most = most * 2 < of.room ? most * 2 : of.room) {
        cut(&of, at, problems > MANY_PROBLEMS ? (size_t)of.threads : most);
        atomic_store(&of.failed, SIZE_MAX);
        palate__parallel_for(of.threads, of.count, read_piece, &of);
        PALATE_TRY(hand_over_all(&of, &problems));
        at = of.pieces[of.count - 1].end;
    }
    palate__sink_count_lines(sink, of.lines);
done:
    palate__release(sink->context, of.pieces);
    palate__release(sink->context, of.sinks);
    return status;
}
