/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "datasets/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>

enum { BUFFER_BYTES = 1 << 18 };

/* One algorithm at work; NULL: not to be had. */
static EVP_MD_CTX *begin(const EVP_MD *algorithm)
{
    EVP_MD_CTX *made = EVP_MD_CTX_new();
    if (made != NULL && EVP_DigestInit_ex(made, algorithm, NULL) == 1)
        return made;
    EVP_MD_CTX_free(made);
    return NULL;
}

static bool add(EVP_MD_CTX *digest, const void *bytes, size_t count)
{
    return digest == NULL || EVP_DigestUpdate(digest, bytes, count) == 1;
}

static bool write_digits(EVP_MD_CTX *digest, char *text)
{
    unsigned char value[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    text[0] = '\0';
    if (digest == NULL)
        return true;
    if (EVP_DigestFinal_ex(digest, value, &count) != 1)
        return false;
    for (unsigned b = 0; b < count; b++)
        snprintf(text + (size_t)2 * b, 3, "%02x", value[b]);
    return true;
}

palate_status palate__digest_file(palate_context *context, const char *path, palate__digests *out,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t count = 0;
    bool done = false;
    *out = (palate__digests){0};
    EVP_MD_CTX *sha256 = begin(EVP_sha256());
    EVP_MD_CTX *md5 = begin(EVP_md5());
    FILE *file = fopen(path, "rbe");
    char *buffer = palate__allocate(context, BUFFER_BYTES);
    if (file == NULL)
        PALATE_TRY(palate__fail_io(err, path, "open", errno));
    if (buffer == NULL || sha256 == NULL)
        PALATE_TRY(palate__fail_memory(err, "comparing checksums"));
    do {
        count = fread(buffer, 1, BUFFER_BYTES, file);
        out->bytes += (int64_t)count;
        done = add(sha256, buffer, count) && add(md5, buffer, count);
    } while (done && count == BUFFER_BYTES);
    if (ferror(file) != 0)
        PALATE_TRY(palate__fail_io(err, path, "read", errno));
    if (!done || !write_digits(sha256, out->sha256) || !write_digits(md5, out->md5))
        PALATE_TRY(palate__fail(err, PALATE_E_INTERNAL, "%s: its checksum cannot be taken", path));
done:
    palate__release(context, buffer);
    if (file != NULL)
        fclose(file);
    EVP_MD_CTX_free(md5);
    EVP_MD_CTX_free(sha256);
    return status;
}
