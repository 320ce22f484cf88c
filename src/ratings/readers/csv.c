/* SPDX-License-Identifier: Apache-2.0 */
/* Delimited text with or without a header: user,item,rating[,time] in any order and among others.
 *
 *     userId,movieId,rating,timestamp        the separator is the one of , tab ; | that cuts the
 *     1,31,2.5,1260759144                    first lines most evenly; fields may be quoted
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

/* The candidates, in order of preference. */
static const char CANDIDATES[] = ",\t;|";

static palate__separator separator_of(char character)
{
    return (palate__separator){.character = character, .quotes = true};
}

/* More fields are better, if all lines have as many. */
static size_t merit(const palate__look *look)
{
    return look->first.count < 2 ? 0 : look->first.count * 2 + (look->even ? 1000000 : 0);
}

/* Looks with every candidate. */
static palate__look look_at(palate__span head, bool is_all, char *separator)
{
    palate__look best = palate__look_at(head, is_all, separator_of(CANDIDATES[0]));
    *separator = CANDIDATES[0];
    for (const char *candidate = CANDIDATES + 1; *candidate != '\0'; candidate++) {
        palate__look look = palate__look_at(head, is_all, separator_of(*candidate));
        if (merit(&look) > merit(&best)) {
            best = look;
            *separator = *candidate;
        }
    }
    return best;
}

static bool names(const palate__fields *header, palate__role role)
{
    for (size_t c = 0; c < palate__fields_kept(header); c++)
        if (palate__names_role(header->fields[c], role))
            return true;
    return false;
}

/* Text that nobody else knows is read as this, so that the message can say what is missing. */
static int sniff(palate__span head, bool is_all)
{
    char separator;
    const palate__look look = look_at(head, is_all, &separator);
    if (look.lines == 0)
        return 0;
    if (names(&look.first, PALATE__ROLE_USER) && names(&look.first, PALATE__ROLE_ITEM))
        return 85;
    if (look.even && look.rated)
        return 60;
    return look.first.count > 1 ? 15 : 1;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    enum { HEAD_BYTES = 1 << 16 };
    char separator;
    const bool is_all = input->bytes <= HEAD_BYTES;
    look_at((palate__span){input->data, is_all ? input->bytes : HEAD_BYTES}, is_all, &separator);
    return palate__read_delimited(input, options,
                                  (palate__dialect){.separator = separator_of(separator)}, sink);
}

const palate__reader palate__reader_csv = {
    .name = "csv",
    .help = "comma, tab, semicolon or | between fields, with or without a header",
    .sniff = sniff,
    .read = read_all,
};
