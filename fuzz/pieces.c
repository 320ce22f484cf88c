/* SPDX-License-Identifier: Apache-2.0 */
/* Text read in pieces by several threads, against the same text read in one. The first byte picks the
 * format, the second the options, the third the size of pieces and the threads; the rest is the text.
 */
#include "ratings/outcome.h"
#include "target.h"

enum { HEAD_BYTES = 3 };

static palate_read_options choose_options(const uint8_t *head)
{
    static const char *const separators[] = {NULL, NULL, ",", "\\t", "::", "space", ";", "\r"};
    palate_read_options options;
    palate_read_options_init(&options);
    options.separator = separators[head[0] / 8 % 8];
    options.header = head[1] % 3;
    options.duplicates = head[1] / 4 % 3;
    options.lenient = head[1] / 16 % 2 == 1;
    options.keep_order = head[1] / 32 % 2 == 1;
    if (head[1] / 64 % 2 == 1)
        options.scale = (palate_scale){1, 5};
    return options;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const palate__reader *const readers[] = {&palate__reader_csv, &palate__reader_movielens,
                                                    &palate__reader_triples,
                                                    &palate__reader_recbole};
    if (bytes < HEAD_BYTES)
        return 0;
    const palate__reader *reader = readers[data[0] % 4];
    const palate__span text = {(const char *)data + HEAD_BYTES, bytes - HEAD_BYTES};
    const bool told = data[1] >= 128;
    palate_read_options options = choose_options(data);
    options.threads = 1;
    outcome whole = outcome_of(reader, text, &options, told, SIZE_MAX);
    options.threads = 1 + data[2] % 4;
    outcome cut = outcome_of(reader, text, &options, told, (size_t)1 + data[2] / 4);
    if (outcome_difference(&whole, &cut) != NULL)
        abort();
    outcome_free(&whole);
    outcome_free(&cut);
    return 0;
}
