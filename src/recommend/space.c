/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/space.h"

#include "base/context.h"

#include <string.h>

/* The variance of each factor over the rows of the other side. */
static void fill_spread(palate__space *space)
{
    const size_t count = space->other->ids.count;
    for (size_t f = 0; f < space->k; f++) {
        double sum = 0.0;
        double squares = 0.0;
        for (size_t row = 0; row < count; row++)
            sum += (double)space->other->factors[row * space->k + f];
        const double mean = sum / (double)count;
        for (size_t row = 0; row < count; row++) {
            const double away = (double)space->other->factors[row * space->k + f] - mean;
            squares += away * away;
        }
        space->spread[f] = squares / (double)count;
    }
}

palate_status palate__space_begin(palate__space *space, const palate_model *model, bool of_items,
                                  palate_error *err)
{
    *space = (palate__space){.model = model,
                             .own = of_items ? &model->items : &model->users,
                             .other = of_items ? &model->users : &model->items,
                             .k = model->factor_count};
    space->spread = palate__allocate_array(model->context, space->k, sizeof *space->spread);
    if (space->spread == NULL)
        return palate__fail_memory(err, "comparing rows");
    fill_spread(space);
    return PALATE_OK;
}

void palate__space_end(palate__space *space)
{
    if (space->spread != NULL)
        palate__release(space->model->context, space->spread);
    space->spread = NULL;
}

int palate__compare_standings(const void *a, const void *b)
{
    const palate__standing *left = a;
    const palate__standing *right = b;
    if (left->value != right->value)
        return left->value > right->value ? -1 : 1;
    return strcmp(left->id, right->id);
}
