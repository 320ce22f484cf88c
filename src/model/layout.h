/* SPDX-License-Identifier: Apache-2.0 */
/* What a model file holds, in the order in which it holds it: docs/formats/model.md. Saving and
 * loading walk the same two tables.
 *
 *     header length (8 bytes, little-endian) | header, JSON padded with spaces | tensors
 *     0                                        8                                 a multiple of 64
 */
#ifndef PALATE_MODEL_LAYOUT_H
#define PALATE_MODEL_LAYOUT_H

#include "base/text.h"
#include "model/model.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files are little-endian and mapped as they are"
#endif

enum {
    PALATE__FILE_ALIGNMENT = 64,
    PALATE__LENGTH_BYTES = 8,
    PALATE__CHECKSUM_DIGITS = 16,
    PALATE__HEADER_BYTES_MAX = 100000000, /* As in the safetensors library. */
    PALATE__FORMAT_VERSION = 2            /* 1 had none of the optional tensors and facts. */
};

/* How every header begins; after it come the digits of the checksum. */
#define PALATE__HEADER_START "{\"__metadata__\":{\"format\":\"palate-model\",\"format_version\":\""
#define PALATE__HEADER_CHECKSUM "\",\"checksum\":\""

/* ---- Tensors ---- */

typedef enum palate__element {
    PALATE__U8,
    PALATE__U32,
    PALATE__F32,
    PALATE__U64,
    PALATE__I64,
    PALATE__ELEMENT_COUNT
} palate__element;

typedef struct palate__element_type {
    const char *name; /* As in the header. */
    size_t bytes;
} palate__element_type;

extern const palate__element_type palate__element_types[PALATE__ELEMENT_COUNT];

/* Lengths that tensors share. */
typedef enum palate__dimension {
    PALATE__NO_DIMENSION,
    PALATE__USERS,
    PALATE__USERS_AND_ONE, /* m + 1 */
    PALATE__USER_SLOTS,
    PALATE__USER_ID_BYTES,
    PALATE__ITEMS,
    PALATE__ITEMS_AND_ONE,
    PALATE__ITEM_SLOTS,
    PALATE__ITEM_ID_BYTES,
    PALATE__FACTORS,
    PALATE__FACTORS_AND_ONE,
    PALATE__SEEN,
    /* Of optional tensors; 0 where these are not there. */
    PALATE__MOMENT_USERS_AND_ONE, /* m + 1 */
    PALATE__MOMENTS,
    PALATE__USER_LINKS,    /* n */
    PALATE__ITEM_LINKS,    /* m */
    PALATE__LAMBDAS,       /* k + 1 */
    PALATE__UNSURE_USERS,  /* m */
    PALATE__UNSURE_ITEMS,  /* n */
    PALATE__SAMPLED_USERS, /* m */
    PALATE__SAMPLED_ITEMS, /* n */
    PALATE__SAMPLES,
    PALATE__USER_FEATURES, /* And one: rows of the link. */
    PALATE__USER_FEATURE_BYTES,
    PALATE__ITEM_FEATURES,
    PALATE__ITEM_FEATURE_BYTES,
    PALATE__DIMENSION_COUNT
} palate__dimension;

typedef struct palate__tensor {
    const char *name;
    palate__element element;
    palate__dimension shape[2]; /* The second may be PALATE__NO_DIMENSION. */
    size_t offset;              /* Of the pointer in palate_model. */
    bool optional;              /* Left out of the file where the pointer is NULL. */
} palate__tensor;

enum { PALATE__TENSOR_COUNT = 35 };
extern const palate__tensor palate__tensors[PALATE__TENSOR_COUNT];

typedef struct palate__sizes {
    uint64_t of[PALATE__DIMENSION_COUNT]; /* PALATE__NO_DIMENSION: 1. */
} palate__sizes;

palate__sizes palate__model_sizes(const palate_model *model);

/* The bytes of a model's tensor. */
palate__span palate__tensor_span(const palate_model *model, const palate__tensor *tensor,
                                 const palate__sizes *sizes);

/* ---- Facts: the numbers and texts of a model, strings in the header ---- */

typedef enum palate__fact_kind {
    PALATE__FACT_TEXT,        /* char * */
    PALATE__FACT_FINGERPRINT, /* char[17] */
    PALATE__FACT_INTEGER,     /* int64_t */
    PALATE__FACT_SEED,        /* uint64_t */
    PALATE__FACT_REAL,        /* double; NaN is "" */
    PALATE__FACT_LATER, /* The same, since format 2: as in an empty model where it is missing. */
    PALATE__FACT_LATER_TEXT, /* char *, since format 2. */
    PALATE__FACT_BOOL        /* bool */
} palate__fact_kind;

typedef struct palate__fact {
    const char *name;
    palate__fact_kind kind;
    size_t offset; /* In palate_model. */
} palate__fact;

enum { PALATE__FACT_COUNT = 30 };
extern const palate__fact palate__facts[PALATE__FACT_COUNT];

/* Enough for any fact but a text. */
enum { PALATE__FACT_BYTES = 40 };

/* A fact as text; `buffer` is used for what is not a text already. */
const char *palate__fact_format(const palate_model *model, const palate__fact *fact,
                                char buffer[PALATE__FACT_BYTES]);

/* The other way. PALATE_E_FORMAT, without a message, for text that is no such fact. */
palate_status palate__fact_parse(palate_model *model, const palate__fact *fact, const char *text,
                                 palate_error *err);

/* ---- Checks ---- */

/* XXH3-64 of the length, the header with the checksum's digits taken as zeros, and the data, which
 * may be in parts. `start` holds length and header, `digits` is where the digits begin in it. */
uint64_t palate__model_checksum(palate__span start, size_t digits, const palate__span *data,
                                size_t part_count);

/*
 * Is all of a model as it must be for every other function to trust it: ids, factors, seen items,
 * scale? Sizes are checked against each other first, and nothing outside of them is read.
 * Otherwise `failure` with "<where>: <what is wrong>", or PALATE_E_NOMEM.
 */
palate_status palate__model_check(const palate_model *model, const palate__sizes *sizes,
                                  const char *where, palate_status failure, palate_error *err);

#endif
