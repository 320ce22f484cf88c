/* SPDX-License-Identifier: Apache-2.0 */
#include "model/export.h"

palate_status palate_model_export(const palate_model *model, palate_export_format format,
                                  const char *path, palate_error *err)
{
    if (model == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_export: %s is NULL",
                            model == NULL ? "model" : "path");
    switch (format) {
    case PALATE_EXPORT_CSV:
        return palate__export_csv(model, path, err);
    case PALATE_EXPORT_NPZ:
        return palate__export_npz(model, path, err);
    }
    return palate__fail(err, PALATE_E_INVALID, "palate_model_export: there is no format %d",
                        (int)format);
}
