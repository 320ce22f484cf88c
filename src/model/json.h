/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text that is whole or not there. */
#ifndef PALATE_MODEL_JSON_H
#define PALATE_MODEL_JSON_H

#include "base/context.h"

#include <jansson.h>

/* The compact text of a value, zero-terminated, `*bytes` bytes without the zero (NULL: not wanted);
 * released with palate__release(). NULL when memory runs out, or for a NULL value. */
char *palate__json_text(palate_context *context, const json_t *value, size_t *bytes);

#endif
