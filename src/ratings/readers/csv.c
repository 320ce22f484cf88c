/* SPDX-License-Identifier: Apache-2.0 */
/* Delimited text with or without a header: user,item,rating[,time] in any order and among others.
 *
 *     userId,movieId,rating,timestamp        the separator is the one of , tab ; | that occurs most
 *     1,31,2.5,1260759144                    in the first line; fields may be quoted (RFC 4180)
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

static const char SEPARATORS[] = "\t,;|";

static char most_frequent_separator(palate__span line)
{
    char best = '\0';
    size_t most = 0;
    for (const char *candidate = SEPARATORS; *candidate != '\0'; candidate++) {
        size_t count = 0;
        for (size_t i = 0; i < line.bytes; i++)
            count += line.text[i] == *candidate;
        if (count > most) {
            most = count;
            best = *candidate;
        }
    }
    return best;
}

static palate__span first_line(palate__span text)
{
    palate__cursor cursor = {text.text, text.text + text.bytes, 0};
    palate__span line = {text.text, 0};
    while (palate__next_line(&cursor, &line) && line.bytes == 0)
        continue;
    return line;
}

static int sniff(palate__span head, bool whole)
{
    (void)whole;
    return most_frequent_separator(first_line(head)) == '\0' ? 0 : 50;
}

static bool looks_like_header(const palate__fields *fields)
{
    double number = 0.0;
    size_t count = fields->count < PALATE__FIELDS_MAX ? fields->count : PALATE__FIELDS_MAX;
    for (size_t c = 0; c < count; c++)
        for (int role = 0; role < PALATE__ROLE_COUNT; role++)
            if (palate__names_role(fields->fields[c], (palate__role)role))
                return true;
    return count >= 3 && !palate__parse_real(palate__trim(fields->fields[2]), &number) &&
           palate__trim(fields->fields[2]).bytes > 0 &&
           !palate__parse_real(palate__trim(fields->fields[0]), &number) &&
           !palate__parse_real(palate__trim(fields->fields[1]), &number);
}

static palate_status choose_separator(const palate__input *input,
                                      const palate_read_options *options, palate__sink *sink,
                                      palate__separator *out)
{
    if (options->separator != NULL)
        return palate__given_separator(options->separator, sink, out);
    *out = (palate__separator){.quotes = true};
    out->character = most_frequent_separator(first_line((palate__span){input->data, input->bytes}));
    return PALATE_OK;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate__separator separator;
    palate__columns columns;
    palate__fields first;
    palate_status status = choose_separator(input, options, sink, &separator);
    if (status != PALATE_OK)
        return status;
    palate__cursor cursor = palate__cursor_of(input);
    palate__cursor before = cursor;
    char room[4096];
    palate__span line = first_line((palate__span){input->data, input->bytes});
    if (line.bytes > sizeof room)
        return palate__sink_problem(sink, 1, 0,
                                    "the first line is longer than %zu bytes; is this a table "
                                    "of ratings?",
                                    sizeof room);
    /* A quoted name of the header must not span lines: only the first line is looked at. */
    palate__cursor header_cursor = {line.text, line.text + line.bytes, 0};
    if (!palate__next_fields(&header_cursor, separator, room, &first))
        return PALATE_OK;
    bool header = options->header == PALATE_HEADER_YES ||
                  (options->header == PALATE_HEADER_AUTO && looks_like_header(&first));
    status = palate__choose_columns(options, header ? &first : NULL, first.count, sink, &columns);
    if (status != PALATE_OK)
        return status;
    while (header && palate__next_line(&cursor, &line) && line.bytes == 0)
        continue;
    return palate__read_lines(input, header ? &cursor : &before, separator, &columns, first.count,
                              sink);
}

const palate__reader palate__reader_csv = {
    .name = "csv",
    .help = "comma, tab, semicolon or | between fields, with or without a header",
    .sniff = sniff,
    .read = read_all,
};
