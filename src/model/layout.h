/* SPDX-License-Identifier: Apache-2.0 */
/* The model file: the safetensors layout (docs/formats/model.md).
 *
 *     8 bytes   length of the header, little-endian
 *     header    JSON: name -> {dtype, shape, data_offsets}, and "__metadata__": text -> text;
 *               padded with spaces so that the data begins at a multiple of 64
 *     data      the arrays, one after the other, widest elements first, so that all are aligned
 */
#ifndef PALATE_MODEL_LAYOUT_H
#define PALATE_MODEL_LAYOUT_H

#include "model/model.h"

#define PALATE__FORMAT_NAME "palate-model"
#define PALATE__FORMAT_VERSION 1

/* The header of a file without a checksum has these digits; XXH3-64 of such a file is its checksum. */
#define PALATE__CHECKSUM_KEY "\"checksum\":\""
enum { PALATE__CHECKSUM_DIGITS = 16, PALATE__DATA_ALIGNMENT = 64 };

/* Headers beyond this are not read: they hold options and names, not data. */
enum { PALATE__HEADER_MAX = 100 * 1000 * 1000 };

typedef enum palate__dtype {
    PALATE__I64,
    PALATE__U64,
    PALATE__F32,
    PALATE__U32,
    PALATE__U8
} palate__dtype;

typedef struct palate__tensor {
    const char *name;
    palate__dtype dtype;
    size_t rows;
    size_t columns; /* 0: the tensor has one dimension. */
    const void *data;
} palate__tensor;

enum { PALATE__TENSOR_COUNT = 18 };

/* Every array of a model, in the order of the file. */
void palate__model_tensors(const palate_model *model, palate__tensor out[PALATE__TENSOR_COUNT]);

const char *palate__dtype_name(palate__dtype dtype);
size_t palate__dtype_bytes(palate__dtype dtype);

static inline size_t palate__tensor_elements(const palate__tensor *tensor)
{
    return tensor->columns == 0 ? tensor->rows : tensor->rows * tensor->columns;
}

/* XXH3-64 of a file whose checksum digits, at `digits` within the header, count as zeros. `prefix`
 * is the 8 bytes of the length. */
uint64_t palate__model_checksum(const char prefix[8], const char *header, size_t header_bytes,
                                size_t digits, const palate__tensor *tensors, size_t count);

#endif
