/* SPDX-License-Identifier: Apache-2.0 */
/* RecBole's atomic files: tabs, and a header that gives each column's type.
 *
 *     user_id:token TAB item_id:token TAB rating:float TAB timestamp:float
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

#include <string.h>

static const palate__separator TAB = {.character = '\t'};

/* Cuts ":token" and the like off each name. False where one has no such type. */
static bool strip_types(palate__fields *header)
{
    static const char *const types[] = {":token", ":float", ":token_seq", ":float_seq"};
    if (header->count > PALATE__FIELDS_MAX)
        return false;
    for (size_t c = 0; c < header->count; c++) {
        palate__span *name = &header->fields[c];
        const char *colon = memchr(name->text, ':', name->bytes);
        bool typed = false;
        for (size_t t = 0; colon != NULL && t < sizeof types / sizeof types[0]; t++) {
            palate__span type = {colon, (size_t)(name->text + name->bytes - colon)};
            typed = typed || palate__same_word(type, types[t]);
        }
        if (!typed)
            return false;
        name->bytes = (size_t)(colon - name->text);
    }
    return true;
}

static int sniff(palate__span head, bool whole)
{
    (void)whole;
    palate__fields header;
    palate__cursor cursor = {head.text, head.text + head.bytes, 0};
    return palate__next_fields(&cursor, TAB, NULL, &header) && strip_types(&header) ? 100 : 0;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate__fields header;
    palate__columns columns;
    palate__cursor cursor = palate__cursor_of(input);
    if (!palate__next_fields(&cursor, TAB, NULL, &header))
        return PALATE_OK;
    if (!strip_types(&header))
        return palate__fail_at(palate__sink_error(sink), PALATE_E_FORMAT, cursor.line, 0,
                               "%s:%lld: every column of a RecBole file is named like "
                               "user_id:token; read the file as csv if it is another",
                               input->path, (long long)cursor.line);
    palate_status status = palate__choose_columns(options, &header, header.count, sink, &columns);
    if (status != PALATE_OK)
        return status;
    return palate__read_lines(input, &cursor, TAB, &columns, header.count, sink);
}

const palate__reader palate__reader_recbole = {
    .name = "recbole",
    .help = "RecBole .inter files with typed headers",
    .sniff = sniff,
    .read = read_all,
};
