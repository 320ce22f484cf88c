/* SPDX-License-Identifier: Apache-2.0 */
/* RecBole's atomic files: tabs, and a header that gives each column's type.
 *
 *     user_id:token TAB item_id:token TAB rating:float TAB timestamp:float
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

static const palate__dialect DIALECT = {.separator = {.character = '\t'}, .typed = true};

static int sniff(palate__span head, bool is_all)
{
    palate__look look = palate__look_at(head, is_all, DIALECT.separator);
    return look.lines > 0 && palate__strip_types(&look.first) ? 100 : 0;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    return palate__read_delimited(input, options, DIALECT, sink);
}

const palate__reader palate__reader_recbole = {
    .name = "recbole",
    .help = "RecBole .inter files with typed headers",
    .sniff = sniff,
    .read = read_all,
};
