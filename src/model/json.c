/* SPDX-License-Identifier: Apache-2.0 */
/* jansson's own json_dumps() forgets a failure to grow its buffer while it writes the key of an
 * object (2.14) and hands out text with a hole. Here the buffer is ours, and remembers.
 */
#include "model/json.h"

#include <string.h>

enum { FIRST_CAPACITY = 256 };

typedef struct buffer {
    palate_context *context;
    char *text;
    size_t bytes, capacity;
    bool failed;
} buffer;

static bool grow(buffer *to, size_t bytes)
{
    size_t capacity = to->capacity;
    while (capacity - to->bytes < bytes) {
        if (capacity > SIZE_MAX / 2)
            return false;
        capacity *= 2;
    }
    char *larger = palate__resize_array(to->context, to->text, to->bytes, capacity, 1);
    if (larger == NULL)
        return false;
    to->text = larger;
    to->capacity = capacity;
    return true;
}

/* jansson calls this with each piece of text. */
static int append(const char *text, size_t bytes, void *user)
{
    buffer *to = user;
    if (to->capacity - to->bytes < bytes && !grow(to, bytes))
        to->failed = true;
    if (to->failed)
        return -1;
    memcpy(to->text + to->bytes, text, bytes);
    to->bytes += bytes;
    return 0;
}

char *palate__json_text(palate_context *context, const json_t *value, size_t *bytes)
{
    buffer to = {.context = context, .capacity = FIRST_CAPACITY};
    to.text = palate__allocate(context, to.capacity);
    if (to.text == NULL)
        return NULL;
    bool whole = json_dump_callback(value, append, &to, JSON_COMPACT | JSON_ENCODE_ANY) == 0 &&
                 append("", 1, &to) == 0;
    if (!whole || to.failed) {
        palate__release(context, to.text);
        return NULL;
    }
    if (bytes != NULL)
        *bytes = to.bytes - 1;
    return to.text;
}
