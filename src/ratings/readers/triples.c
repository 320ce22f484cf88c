/* SPDX-License-Identifier: Apache-2.0 */
/* "user item rating" between spaces or tabs, as LIBMF reads. */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

static const palate__separator SPACES = {.spaces = true};

static bool first_fields(palate__span text, palate__fields *fields)
{
    palate__cursor cursor = {text.text, text.text + text.bytes, 0};
    return palate__next_fields(&cursor, SPACES, NULL, fields);
}

static int sniff(palate__span head, bool whole)
{
    (void)whole;
    double rating = 0.0;
    palate__fields fields;
    bool fits = first_fields(head, &fields) && fields.count >= 3 && fields.count <= 4 &&
                palate__parse_real(fields.fields[2], &rating);
    return fits ? 60 : 0;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate__fields fields;
    palate__columns columns;
    if (!first_fields((palate__span){input->data, input->bytes}, &fields))
        return PALATE_OK;
    palate_status status = palate__choose_columns(options, NULL, fields.count, sink, &columns);
    if (status != PALATE_OK)
        return status;
    palate__cursor cursor = palate__cursor_of(input);
    return palate__read_lines(input, &cursor, SPACES, &columns, fields.count, sink);
}

const palate__reader palate__reader_triples = {
    .name = "triples",
    .help = "user, item and rating between spaces, as LIBMF reads",
    .sniff = sniff,
    .read = read_all,
};
