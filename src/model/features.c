/* SPDX-License-Identifier: Apache-2.0 */
/* What a model keeps of the tables it was trained with. */
#include "model/model.h"

#include <string.h>

palate_status palate__side_name_features(palate_context *context, palate__side *side,
                                         palate_error *err)
{
    const char *name = side->feature_names;
    side->feature_name = palate__allocate_array(context, side->feature_count,
                                                sizeof *side->feature_name);
    if (side->feature_name == NULL)
        return palate__fail_memory(err, "making a model");
    for (uint32_t f = 0; f < side->feature_count; f++) {
        side->feature_name[f] = name;
        name += strlen(name) + 1;
    }
    return PALATE_OK;
}

/* Nothing was said of those that hold the typical row, bit for bit. */
bool palate__model_was_told(const palate_model *model, const palate__side *side, uint32_t row)
{
    const size_t k = model->factor_count;
    return side->feature_count > 0 &&
           (side->offsets[row] != side->typical[k] ||
            memcmp(side->factors + row * k, side->typical, k * sizeof *side->factors) != 0);
}

/* ---- Looking ---- */

static const palate__side *side_of(const palate_model *model, palate_side side)
{
    return side == PALATE_USERS ? &model->users : &model->items;
}

uint32_t palate_model_feature_count(const palate_model *model, palate_side side)
{
    return model == NULL ? 0 : side_of(model, side)->feature_count;
}

const char *palate_model_feature_name(const palate_model *model, palate_side side, uint32_t feature)
{
    if (feature >= palate_model_feature_count(model, side))
        return NULL;
    return side_of(model, side)->feature_name[feature];
}
