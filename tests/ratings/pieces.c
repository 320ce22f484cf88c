/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the pieces and threads, the same comes of a text. */
#include "ratings/outcome.h"

#include "ratings/pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* Text that grows. */
typedef struct writing {
    char *text;
    size_t bytes, room;
    bool by_user; /* Lines are sorted by user, but for a few. */
} writing;

static void add(writing *to, const char *text)
{
    const size_t bytes = strlen(text);
    assert_true(to->bytes + bytes < to->room);
    memcpy(to->text + to->bytes, text, bytes);
    to->bytes += bytes;
}

/* Lines of every kind: quotes with lines in them, blank ones, duplicates, wrong ones of all sorts. `odd` of a
 * hundred are not plain. */
static palate__span make_text(writing *to, size_t lines, uint32_t odd, uint32_t seed)
{
    static const char *const oddities[] = {
        "\n",
        "\r\n",
        "\"u\n7\",i1,3,5\n",
        "\"a \"\"quoted\"\" user\",\"i,2\",4,\n",
        "u1,\"i\n\n3\",2,9\r\n",
        "u1,i2\n",
        "u1,i2,many,7\n",
        ",i2,3,7\n",
        "u1,i2,3,noon\n",
        "\"u1\"x,i2,3,7\n",
        "u\xff,i2,3,7\n",
        "u3,i9,4e0,8\n",
        "u3,i9,77,8\n",
        "an id that is longer than seven bytes,i1,5,\n",
        "u5,i5,5,-12345678901\n",
    };
    char line[100];
    to->bytes = 0;
    add(to, "user,item,rating,time\n");
    for (size_t l = 0; l < lines; l++) {
        if (next_random(&seed) % 100 < odd) {
            add(to, oddities[next_random(&seed) % (sizeof oddities / sizeof oddities[0])]);
            continue;
        }
        uint32_t user = next_random(&seed) % (1 + (uint32_t)l / 7);
        if (to->by_user && next_random(&seed) % 40 != 0)
            user = (uint32_t)l / 50;
        snprintf(line, sizeof line, "u%u,i%u,%u.%u,%u%s", user, next_random(&seed) % 97,
                 1 + next_random(&seed) % 4, next_random(&seed) % 2 * 5, next_random(&seed),
                 next_random(&seed) % 30 == 0 ? "\r\n" : "\n");
        add(to, line);
    }
    return (palate__span){to->text, to->bytes};
}

static void compare(const palate__reader *reader, palate__span text, palate_read_options options,
                    bool told)
{
    static const size_t sizes[] = {1, 7, 64, 1000, 4096, 30000};
    options.threads = 1;
    outcome whole = outcome_of(reader, text, &options, told, SIZE_MAX);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        /* Tiny pieces of a large text take long. */
        if (text.bytes / sizes[s] > 20000)
            continue;
        for (options.threads = 1; options.threads <= 5; options.threads += 2) {
            outcome cut = outcome_of(reader, text, &options, told, sizes[s]);
            const char *difference = outcome_difference(&whole, &cut);
            if (difference != NULL)
                fail_msg("%s: with pieces of %zu bytes and %d threads: \"%s\", \"%s\"", difference,
                         sizes[s], (int)options.threads, whole.err.message, cut.err.message);
            outcome_free(&cut);
        }
    }
    outcome_free(&whole);
}

/* Every way to read a text: strict, lenient, with every problem told, with lines kept. */
static void compare_ways(const palate__reader *reader, palate__span text)
{
    palate_read_options options;
    palate_read_options_init(&options);
    compare(reader, text, options, false);
    compare(reader, text, options, true);
    options.lenient = true;
    options.keep_order = true;
    compare(reader, text, options, false);
    options.duplicates = PALATE_DUPLICATES_MEAN;
    options.scale = (palate_scale){1, 5};
    compare(reader, text, options, true);
    options.duplicates = PALATE_DUPLICATES_ERROR;
    compare(reader, text, options, true);
    options.lenient = false;
    compare(reader, text, options, false);
}

static void pieces_change_nothing(void **state)
{
    (void)state;
    writing to = {.text = malloc(1 << 20), .room = 1 << 20};
    assert_non_null(to.text);
    for (uint32_t seed = 1; seed <= 12; seed++)
        compare_ways(&palate__reader_csv, make_text(&to, seed * 40, seed % 4 * 12, seed));
    free(to.text);
}

/* ---- Many ratings: several chunks, several parts of rows ---- */

/* What by_user must hold, entry by entry, worked out pair by pair. */
typedef struct expected {
    const palate_ratings *ratings;
    float *values;
    int64_t *times;
    int64_t *pairs; /* How many there were. */
} expected;

static int64_t entry_of(const palate_ratings *ratings, const palate_pair *pair)
{
    const uint32_t row = palate_ratings_find_user(ratings, pair->user, pair->user_bytes);
    const uint32_t column = palate_ratings_find_item(ratings, pair->item, pair->item_bytes);
    const palate__matrix *matrix = &ratings->by_user;
    assert_true(row != PALATE_NO_ROW && column != PALATE_NO_ROW);
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++)
        if (matrix->columns[e] == column)
            return e;
    fail_msg("%.*s did not rate %.*s", (int)pair->user_bytes, pair->user, (int)pair->item_bytes,
             pair->item);
    return -1;
}

/* The latest counts; where times are missing or equal, the last. */
static bool take_pair(const palate_pair *pair, void *user)
{
    expected *to = user;
    const int64_t e = entry_of(to->ratings, pair);
    if (to->pairs[e]++ == 0 || pair->time == PALATE_NO_TIME || pair->time >= to->times[e]) {
        to->values[e] = (float)pair->rating;
        to->times[e] = pair->time;
    }
    return true;
}

static void check_every_rating(palate__span text, const palate_ratings *ratings)
{
    const char *path = "pieces.csv";
    const size_t count = (size_t)palate_ratings_count(ratings);
    expected of = {ratings, calloc(count, sizeof(float)), calloc(count, sizeof(int64_t)),
                   calloc(count, sizeof(int64_t))};
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.text, 1, text.bytes, file), text.bytes);
    fclose(file);
    assert_int_equal(palate_pairs_read(NULL, path, NULL, take_pair, &of, NULL, NULL), PALATE_OK);
    int64_t duplicates = 0;
    for (size_t e = 0; e < count; e++) {
        assert_true(of.pairs[e] > 0);
        duplicates += of.pairs[e] - 1;
    }
    assert_int_equal(duplicates, ratings->report.duplicate_count);
    assert_memory_equal(of.values, ratings->by_user.values, count * sizeof(float));
    assert_memory_equal(of.times, ratings->times, count * sizeof(int64_t));
    remove(path);
    free(of.values);
    free(of.times);
    free(of.pairs);
}

static void compare_many(bool by_user)
{
    enum { LINES = 150000, ROOM = LINES * 30 };
    writing to = {.text = malloc(ROOM), .room = ROOM, .by_user = by_user};
    palate_read_options options;
    palate_read_options_init(&options);
    assert_non_null(to.text);
    const palate__span text = make_text(&to, LINES, 0, 77);
    outcome whole = outcome_of(&palate__reader_csv, text, &options, false, SIZE_MAX);
    assert_int_equal(whole.status, PALATE_OK);
    check_every_rating(text, whole.ratings);
    for (options.threads = 1; options.threads <= 4; options.threads++) {
        outcome cut = outcome_of(&palate__reader_csv, text, &options, false, 100003);
        assert_null(outcome_difference(&whole, &cut));
        outcome_free(&cut);
    }
    outcome_free(&whole);
    free(to.text);
}

static void many_ratings(void **state)
{
    (void)state;
    compare_many(false);
}

/* Most rows lie as a whole in one chunk, some with duplicates; the others have a stray line elsewhere. */
static void many_ratings_by_user(void **state)
{
    (void)state;
    compare_many(true);
}

/* A row of more ratings than a chunk holds, most of them duplicates, from one chunk to the next; those after it lie in
 * runs of 1 to 5. */
static palate__span make_long_row(writing *to, uint32_t longest)
{
    char line[100];
    to->bytes = 0;
    add(to, "user,item,rating,time\n");
    for (uint32_t l = 0; l < longest + 20000; l++) {
        const uint32_t user = l < longest ? 0 : 1 + l / (1 + l / 1000 % 5) % 3000;
        snprintf(line, sizeof line, "u%u,i%u,%u,%u\n", user, l * 31 % 3001, 1 + l % 5, l % 1001);
        add(to, line);
    }
    return (palate__span){to->text, to->bytes};
}

static void a_row_longer_than_chunks(void **state)
{
    (void)state;
    enum { ROOM = 4 << 20, LONGEST = 2 * PALATE__CHUNK_RATINGS + 1000 };
    static const int policies[] = {PALATE_DUPLICATES_LAST, PALATE_DUPLICATES_MEAN,
                                   PALATE_DUPLICATES_ERROR};
    writing to = {.text = malloc(ROOM), .room = ROOM};
    palate_read_options options;
    palate_read_options_init(&options);
    assert_non_null(to.text);
    const palate__span text = make_long_row(&to, LONGEST);
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        options.duplicates = policies[p];
        options.keep_order = options.lenient = p > 0;
        options.threads = 1;
        outcome whole = outcome_of(&palate__reader_csv, text, &options, false, SIZE_MAX);
        assert_int_equal(whole.status, PALATE_OK);
        if (p == 0)
            check_every_rating(text, whole.ratings);
        for (options.threads = 1; options.threads <= 3; options.threads++) {
            outcome cut = outcome_of(&palate__reader_csv, text, &options, false, 300007);
            assert_null(outcome_difference(&whole, &cut));
            outcome_free(&cut);
        }
        outcome_free(&whole);
    }
    free(to.text);
}

/* `step` says in which order lines are; which of two ratings of an item counts is told by their times. */
static palate__span make_ordered(writing *to, uint32_t step)
{
    enum { USERS = 900, LINES = 100003 }; /* A prime. */
    char line[100];
    to->bytes = 0;
    add(to, "user,item,rating,time\n");
    for (uint32_t l = 0; l < LINES; l++) {
        const uint32_t e = (uint32_t)((uint64_t)l * step % LINES);
        snprintf(line, sizeof line, "u%u,i%u,%u,%u\n", e / (LINES / USERS),
                 e % (LINES / USERS) * 7 % (100 + e % 300), 1 + e % 5, e);
        add(to, line);
    }
    return (palate__span){to->text, to->bytes};
}

static void assert_same_rows(const palate_ratings *a, const palate_ratings *b)
{
    const size_t count = (size_t)palate_ratings_count(a);
    assert_true(a->fingerprint == b->fingerprint);
    assert_memory_equal(a->times, b->times, count * sizeof *a->times);
    assert_memory_equal(a->by_item.columns, b->by_item.columns, count * sizeof(uint32_t));
    assert_memory_equal(a->by_item.values, b->by_item.values, count * sizeof(float));
}

static void runs_and_shuffled_lines_say_the_same(void **state)
{
    (void)state;
    enum { ROOM = 4 << 20 };
    static const uint32_t steps[] = {100002, 2, 41, 61803};
    writing to = {.text = malloc(ROOM), .room = ROOM};
    palate_read_options options;
    palate_read_options_init(&options);
    assert_non_null(to.text);
    outcome sorted = outcome_of(&palate__reader_csv, make_ordered(&to, 1), &options, false,
                                1 << 19);
    assert_int_equal(sorted.status, PALATE_OK);
    check_every_rating((palate__span){to.text, to.bytes}, sorted.ratings);
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        const palate__span text = make_ordered(&to, steps[s]);
        for (options.threads = 1; options.threads <= 3; options.threads += 2) {
            outcome other = outcome_of(&palate__reader_csv, text, &options, false, 400009);
            assert_int_equal(other.status, PALATE_OK);
            assert_same_rows(sorted.ratings, other.ratings);
            outcome_free(&other);
        }
    }
    outcome_free(&sorted);
    free(to.text);
}

/* A quote that opens and is closed far away, or never: what follows it may or may not be lines. */
static void quotes_over_many_pieces(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "user,item,rating\na,x,1\n\"b\nb,y,2\nc,z,3\nb\",y,4\nd,x,5\n",
        "user,item,rating\na,x,1\n\"b,y,2\nc,z,3\nd,y,4\ne,x,5\n",
        "user,item,rating\na,x,1\nb,\"y,2\nc,z,3\nd,\"y,4\ne,x,5\n",
        "user,item,rating\na,x,1\n\"b\n\n\n\n\n\n\n\n\n\n\n\",y,4\n\"d\",\"x\",\"5\"\n",
        "user,item,rating\n\"\",x,1\nb,\"\"\"\n\"\"\",4\n\"\n\n\"\"\n",
        "a,x,1\n\"",
        "\"user\n\",item,rating\na,x,1\n",
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        compare_ways(&palate__reader_csv, palate__text_span(texts[t]));
}

static void other_formats(void **state)
{
    (void)state;
    static const char *const data = "1\t2\t3\t4\n2\t2\t5\t4\n\n1\t3\t4\t\n7\t\"\t4\t1\n3\t2\t1\t9";
    static const char *const dat = "1::2::3::4\n2::2::5::4\n\n1::3::4::\n7:::1::4::1\n3::2::1::9";
    static const char *const spaces = "1 2 3\n2  2 5 \n \n1\t3\t4\r\n7 x 4\n3 2 1 9\n  \n";
    compare_ways(&palate__reader_movielens, palate__text_span(data));
    compare_ways(&palate__reader_movielens, palate__text_span(dat));
    compare_ways(&palate__reader_triples, palate__text_span(spaces));
    compare_ways(&palate__reader_csv, palate__text_span(""));
    compare_ways(&palate__reader_csv, palate__text_span("user,item,rating\n\n\n\n"));
}

/* ---- Out of memory ---- */

typedef struct rationed {
    atomic_long asked, balance;
    long failing; /* Which of the allocations asked for fails. */
} rationed;

static void *allocate(size_t bytes, void *user)
{
    rationed *ration = user;
    if (atomic_fetch_add(&ration->asked, 1) + 1 == ration->failing)
        return NULL;
    atomic_fetch_add(&ration->balance, 1);
    return malloc(bytes);
}

static void release(void *memory, void *user)
{
    rationed *ration = user;
    atomic_fetch_sub(&ration->balance, 1);
    free(memory);
}

/* Reads with one allocation failing; false when none did. */
static bool fails_well(palate__span text, const palate_read_options *options, bool told,
                       long failing)
{
    rationed ration = {.failing = failing};
    palate_allocator allocator = {allocate, release, &ration};
    palate_context *context = NULL;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL),
                     failing == 1 ? PALATE_E_NOMEM : PALATE_OK);
    if (context == NULL)
        return true;
    outcome found = outcome_with(context, &palate__reader_csv, text, options, told, 40);
    const bool reached = atomic_load(&ration.asked) >= failing;
    assert_int_equal(found.status, reached ? PALATE_E_NOMEM : PALATE_OK);
    assert_int_equal(found.ratings != NULL, !reached);
    outcome_free(&found);
    palate_context_free(context);
    assert_int_equal(atomic_load(&ration.balance), 0);
    return reached;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const palate__span text = palate__text_span(
        "user,item,rating,time\na,x,1,5\nb,y,2,5\n\nc,\"z \"\"3\"\"\",3,\na,x,2,6\nmany,x,?,6\n"
        "a rather long id,x,2,6\na,y,2,6\na,x,3,6\nc,\"z \"\"3\"\"\",4,\n");
    palate_read_options options;
    palate_read_options_init(&options);
    options.keep_order = true;
    options.duplicates = PALATE_DUPLICATES_ERROR;
    for (options.threads = 1; options.threads <= 3; options.threads++) {
        long failing = 1;
        while (fails_well(text, &options, true, failing))
            failing++;
        assert_true(failing > 30);
    }
}

/* Where a line begins, against reading from the beginning. */
static void lines_are_found(void **state)
{
    (void)state;
    const palate__separator quoted = {.character = ',', .quotes = true};
    writing to = {.text = malloc(1 << 16), .room = 1 << 16};
    assert_non_null(to.text);
    for (uint32_t seed = 1; seed <= 20; seed++) {
        const palate__span text = make_text(&to, 40, 20, seed);
        for (size_t boundary = 0; boundary <= text.bytes; boundary++) {
            palate__cursor cursor;
            palate__fields fields;
            palate__cursor_set(&cursor, text);
            cursor.stop = text.text + boundary;
            while (palate__next_fields(&cursor, quoted, &fields))
                ;
            assert_ptr_equal(palate__line_from(text, text.text + boundary, quoted), cursor.at);
        }
    }
    free(to.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_longer_than_chunks),
        cmocka_unit_test(runs_and_shuffled_lines_say_the_same),
        cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(many_ratings),
        cmocka_unit_test(many_ratings_by_user),
        cmocka_unit_test(quotes_over_many_pieces),
        cmocka_unit_test(other_formats),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(lines_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
