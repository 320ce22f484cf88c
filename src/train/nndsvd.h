/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_TRAIN_NNDSVD_H
#define PALATE_TRAIN_NNDSVD_H

#include "train/training.h"

/* Whether options.init says that starting rows come out of a singular value decomposition; makes them then. */
bool palate__nndsvd_starts(const palate__training *training);
palate_status palate__nndsvd_start(palate__training *training, palate_error *err);

#endif
