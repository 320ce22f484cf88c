/* SPDX-License-Identifier: Apache-2.0 */
/* Which readers there are. Of equally sure ones the first wins. */
#include "ratings/readers/readers.h"

const palate__reader *const palate__readers[] = {
    &palate__reader_csv,     &palate__reader_movielens, &palate__reader_triples,
    &palate__reader_recbole, &palate__reader_dense,     &palate__reader_matrixmarket,
    &palate__reader_sqlite,  &palate__reader_palate,    NULL,
};
