/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_TRAIN_NNDSVD_H
#define PALATE_TRAIN_NNDSVD_H

#include "train/training.h"

/* Starting rows out of a singular value decomposition, where options.init says so. */
palate_status palate__nndsvd_start(palate__training *training, palate_error *err);

#endif
