/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a model file. The checksum would keep every mutation out, so it is put right first; header
 * and data are mutated apart, so that one stays whole while the other is tried.
 */
#define _GNU_SOURCE
#include "memory_file.h"
#include "target.h"

#include "model/checksum.h"
#include "palate/palate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- A look at everything a model offers ---- */

static void look_at_side(const palate_model *model, uint32_t count,
                         uint32_t (*at)(const palate_model *, uint32_t),
                         const char *(*id)(const palate_model *, uint32_t),
                         uint32_t (*find)(const palate_model *, const char *, size_t))
{
    for (uint32_t place = 0; place < count; place++) {
        const uint32_t row = at(model, place);
        if (find(model, id(model, row), PALATE_TEXT) != row)
            abort();
    }
}

static void look_at_features(const palate_model *model, palate_side side)
{
    const uint32_t count = palate_model_feature_count(model, side);
    for (uint32_t f = 0; f <= count; f++) {
        const char *name = palate_model_feature_name(model, side, f);
        if ((name == NULL) != (f == count) || (name != NULL && strlen(name) > (size_t)1 << 30))
            abort();
    }
}

static void use(const palate_model *model)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    look_at_features(model, PALATE_USERS);
    look_at_features(model, PALATE_ITEMS);
    look_at_side(model, about.user_count, palate_model_user_at, palate_model_user_id,
                 palate_model_find_user);
    look_at_side(model, about.item_count, palate_model_item_at, palate_model_item_id,
                 palate_model_find_item);
    for (uint32_t i = 0; i < about.user_count; i++) {
        uint32_t items[3];
        float scores[3];
        uint32_t count = 0;
        palate_recommend_options options;
        palate_recommend_options_init(&options);
        options.count = 3;
        options.threads = 1;
        if (palate_model_recommend(model, &i, 1, &options, items, scores, &count, NULL) !=
            PALATE_OK)
            abort();
        const float prediction = palate_model_predict_one(model, palate_model_user_id(model, i),
                                                          palate_model_item_id(model, 0));
        if (!isfinite(prediction))
            abort();
    }
    if (palate_model_save(model, "/dev/null", NULL) != PALATE_OK)
        abort();
}

/* ---- The target ---- */

static void load(const char *data, size_t count)
{
    const memory_file file = open_bytes(data, count);
    palate_model *model = NULL;
    if (palate_model_load(NULL, file.path, &model, NULL) == PALATE_OK)
        use(model);
    palate_model_free(model);
    close_bytes(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count)
{
    bytes file = {malloc(count + 1), count};
    if (file.data == NULL)
        return 0;
    memcpy(file.data, data, count);
    put_right_checksum(file);
    load(file.data, file.count);
    free(file.data);
    return 0;
}

/* ---- Mutation ---- */

#ifdef PALATE_FUZZ

/* Length of the header's text, the padding left out. */
static size_t header_text(const uint8_t *file, size_t count, size_t *data_begin)
{
    uint64_t length = 0;
    memcpy(&length, file, sizeof length);
    if (length > count - sizeof length)
        length = count - sizeof length;
    *data_begin = sizeof length + (size_t)length;
    while (length > 0 && file[sizeof length + length - 1] == ' ')
        length--;
    return (size_t)length;
}

/* Puts a header and data together again, as a file of the right shape. 0 where there is no room. */
static size_t assemble(uint8_t *file, size_t room, const uint8_t *header, size_t header_count,
                       const uint8_t *data, size_t data_count)
{
    const size_t start = (8 + header_count + 63) / 64 * 64;
    const uint64_t length = start - 8;
    if (start + data_count > room)
        return 0;
    memcpy(file, &length, 8);
    memset(file + 8, ' ', (size_t)length);
    memcpy(file + 8, header, header_count);
    memcpy(file + start, data, data_count);
    return start + data_count;
}

size_t LLVMFuzzerCustomMutator(uint8_t *file, size_t count, size_t room, unsigned seed)
{
    if (count < 16 || seed % 16 == 0)
        return LLVMFuzzerMutate(file, count, room);
    size_t data_begin = 0;
    size_t header_count = header_text(file, count, &data_begin);
    size_t data_count = count - data_begin;
    uint8_t *header = malloc(2 * room + 1);
    if (header == NULL)
        return count;
    uint8_t *data = header + room;
    memcpy(header, file + 8, header_count);
    memcpy(data, file + data_begin, data_count);
    if (seed % 2 == 0 && data_count > 0)
        LLVMFuzzerMutate(data, data_count, data_count); /* Of the same length, or it is refused. */
    else
        header_count = LLVMFuzzerMutate(header, header_count, room);
    const size_t made = assemble(file, room, header, header_count, data, data_count);
    free(header);
    return made > 0 ? made : count;
}

#endif
