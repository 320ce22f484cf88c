/* SPDX-License-Identifier: Apache-2.0 */
/* Writing factors out for other programs: one file a format. */
#ifndef PALATE_MODEL_EXPORT_H
#define PALATE_MODEL_EXPORT_H

#include "model/model.h"

palate_status palate__export_csv(const palate_model *model, const char *path, palate_error *err);
palate_status palate__export_npz(const palate_model *model, const char *path, palate_error *err);

#endif
