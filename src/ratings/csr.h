/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings out of a sparse matrix (palate/columns.h). */
#ifndef PALATE_RATINGS_CSR_H
#define PALATE_RATINGS_CSR_H

#include "palate/columns.h"
#include "ratings/sink.h"

palate_status palate__csr_check(const palate_csr *matrix, palate_error *err);

/* Of a matrix that was checked, into a sink that nothing was read into. */
palate_status palate__csr_build(const palate_csr *matrix, palate__sink *sink, palate_ratings **out,
                                palate_error *err);

#endif
