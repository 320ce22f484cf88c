/* SPDX-License-Identifier: Apache-2.0 */
/* "user item rating" between spaces or tabs, as LIBMF reads; a fourth field is a time. */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

static const palate__dialect DIALECT = {.separator = {.spaces = true}, .headless = true};

static int sniff(palate__span head, bool is_all)
{
    const palate__look look = palate__look_at(head, is_all, DIALECT.separator);
    const bool fits = look.rated && look.even && look.first.count <= 4;
    return fits ? 50 : 0;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    return palate__read_delimited(input, options, DIALECT, sink);
}

const palate__reader palate__reader_triples = {
    .name = "triples",
    .help = "user, item and rating between spaces, as LIBMF reads",
    .sniff = sniff,
    .read = read_all,
};
