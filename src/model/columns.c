/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller can ask of a model for whole columns of ids. */
#include "model/model.h"

#include "palate/columns.h"
#include "ratings/arrays.h"

static palate_status find_all(const palate__ids *known, const palate_column *ids, const char *role,
                              uint32_t *rows, palate_error *err)
{
    palate_status status = palate__check_ids(ids, role, err);
    if (status != PALATE_OK)
        return status;
    for (size_t e = 0; e < ids->count; e++) {
        char room[PALATE__WHOLE_BYTES];
        bool within = false;
        const palate__span id = palate__id_entry(ids, e, room, &within);
        rows[e] = palate__ids_find(known, id.text, id.bytes);
    }
    return PALATE_OK;
}

palate_status palate_model_find_users(const palate_model *model, const palate_column *ids,
                                      uint32_t *rows, palate_error *err)
{
    if (model == NULL || ids == NULL || (rows == NULL && ids->count > 0))
        return palate__fail(err, PALATE_E_INVALID, "palate_model_find_users: an argument is NULL");
    return find_all(&model->users.ids, ids, "users", rows, err);
}

palate_status palate_model_find_items(const palate_model *model, const palate_column *ids,
                                      uint32_t *rows, palate_error *err)
{
    if (model == NULL || ids == NULL || (rows == NULL && ids->count > 0))
        return palate__fail(err, PALATE_E_INVALID, "palate_model_find_items: an argument is NULL");
    return find_all(&model->items.ids, ids, "items", rows, err);
}

static palate_id_list list(const palate__ids *ids)
{
    return (palate_id_list){ids->count, ids->bytes, ids->ends, ids->order};
}

palate_id_list palate_model_user_ids(const palate_model *model)
{
    return model == NULL ? (palate_id_list){0} : list(&model->users.ids);
}

palate_id_list palate_model_item_ids(const palate_model *model)
{
    return model == NULL ? (palate_id_list){0} : list(&model->items.ids);
}
