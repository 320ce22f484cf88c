/* SPDX-License-Identifier: Apache-2.0 */
/* MovieLens without a header: user, item, rating, time.
 *
 *     1::1193::5::978300760             ratings.dat
 *     196 TAB 242 TAB 3 TAB 881250949   u.data, u1.base, u1.test
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

static const palate__dialect DAT = {
    .separator = {.character = ':', .doubled = true},
    .headless = true,
};
static const palate__dialect DATA = {
    .separator = {.character = '\t'},
    .headless = true,
};

static bool fits(palate__span head, bool is_all, const palate__dialect *dialect)
{
    const palate__look look = palate__look_at(head, is_all, dialect->separator);
    return look.whole && look.even && look.first.count == 4;
}

static int sniff(palate__span head, bool is_all)
{
    if (palate__look_at(head, is_all, DAT.separator).first.count >= 3)
        return 90;
    return fits(head, is_all, &DATA) ? 80 : 0;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    enum { HEAD_BYTES = 1 << 12 };
    const bool is_all = input->bytes <= HEAD_BYTES;
    palate__span head = {input->data, is_all ? input->bytes : HEAD_BYTES};
    const bool dat = palate__look_at(head, is_all, DAT.separator).first.count > 1;
    return palate__read_delimited(input, options, dat ? DAT : DATA, sink);
}

const palate__reader palate__reader_movielens = {
    .name = "movielens",
    .help = "MovieLens ratings.dat (::) and u.data (tabs)",
    .sniff = sniff,
    .read = read_all,
};
