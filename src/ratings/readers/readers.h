/* SPDX-License-Identifier: Apache-2.0 */
/* The readers there are, one file each. */
#ifndef PALATE_RATINGS_READERS_READERS_H
#define PALATE_RATINGS_READERS_READERS_H

#include "ratings/reader.h"

extern const palate__reader palate__reader_csv;
extern const palate__reader palate__reader_movielens;
extern const palate__reader palate__reader_triples;
extern const palate__reader palate__reader_recbole;
extern const palate__reader palate__reader_matrixmarket;
extern const palate__reader palate__reader_dense;
extern const palate__reader palate__reader_sqlite;
extern const palate__reader palate__reader_palate;

#endif
