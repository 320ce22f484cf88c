/* SPDX-License-Identifier: Apache-2.0 */
/* The older MovieLens files, without a header:
 *
 *     1::1193::5::978300760       ratings.dat of 1M and 10M
 *     196 TAB 242 TAB 3 TAB 881250949     u.data of 100K
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

static const palate__separator DOUBLE_COLON = {.character = ':', .doubled = true};
static const palate__separator TAB = {.character = '\t'};

static bool first_fields(palate__span text, palate__separator separator, palate__fields *fields)
{
    palate__cursor cursor = {text.text, text.text + text.bytes, 0};
    return palate__next_fields(&cursor, separator, NULL, fields);
}

static bool all_integers(const palate__fields *fields)
{
    int64_t number = 0;
    for (size_t c = 0; c < fields->count; c++)
        if (!palate__parse_integer(fields->fields[c], &number))
            return false;
    return true;
}

static int sniff(palate__span head, bool whole)
{
    (void)whole;
    palate__fields fields;
    if (first_fields(head, DOUBLE_COLON, &fields) && fields.count >= 3 && fields.count <= 4)
        return 90;
    if (first_fields(head, TAB, &fields) && fields.count == 4 && all_integers(&fields))
        return 90;
    return 0;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate__fields fields;
    palate__columns columns;
    palate__span text = {input->data, input->bytes};
    palate__separator separator = DOUBLE_COLON;
    if (!first_fields(text, separator, &fields))
        return PALATE_OK;
    if (fields.count == 1) {
        separator = TAB;
        first_fields(text, separator, &fields);
    }
    palate_status status = palate__choose_columns(options, NULL, fields.count, sink, &columns);
    if (status != PALATE_OK)
        return status;
    palate__cursor cursor = palate__cursor_of(input);
    return palate__read_lines(input, &cursor, separator, &columns, fields.count, sink);
}

const palate__reader palate__reader_movielens = {
    .name = "movielens",
    .help = "MovieLens ratings.dat (::) and u.data (tabs)",
    .sniff = sniff,
    .read = read_all,
};
