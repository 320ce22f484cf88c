/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking an archive of a data set. Whatever it holds, nothing is made but files and folders within the folder it is
 * unpacked to, and these are no larger together than is allowed.
 */
#define _GNU_SOURCE
#include "memory_file.h"
#include "target.h"

#include "datasets/unpack.h"

#include <dirent.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

static void require(int holds)
{
    if (!holds)
        abort();
}

/* A folder of its own for the process, with nothing in it but the folder that is unpacked to. */
static char own_folder[] = "/tmp/fuzz-archive-XXXXXX";

static void remove_own_folder(void)
{
    palate__remove_folder(own_folder);
}

static const char *around(void)
{
    static bool made;
    if (!made)
        require(mkdtemp(own_folder) != NULL && atexit(remove_own_folder) == 0);
    made = true;
    return own_folder;
}

static uint64_t bytes_made;

static int look(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)path;
    (void)place;
    require(kind == FTW_D || (kind == FTW_F && S_ISREG(about->st_mode)));
    bytes_made += kind == FTW_F ? (uint64_t)about->st_size : 0;
    return 0;
}

static void look_around(const char *folder)
{
    DIR *listing = opendir(folder);
    const struct dirent *entry = NULL;
    require(listing != NULL);
    while ((entry = readdir(listing)) != NULL)
        require(entry->d_name[0] == '.' || strcmp(entry->d_name, "inside") == 0);
    closedir(listing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char inside[64];
    snprintf(inside, sizeof inside, "%s/inside", around());
    require(palate__make_folder(inside, NULL) == PALATE_OK);
    memory_file archive = open_bytes(data, bytes);
    const palate_status status = palate__unpack(NULL, archive.path, inside, NULL);
    require(status == PALATE_OK || status == PALATE_E_FORMAT || status == PALATE_E_IO);
    bytes_made = 0;
    require(nftw(inside, look, 16, FTW_PHYS) == 0);
    require(bytes_made <= ((uint64_t)64 << 20) + bytes * 50);
    look_around(around());
    close_bytes(archive);
    palate__remove_folder(inside);
    return 0;
}
