/* SPDX-License-Identifier: Apache-2.0 */
/* Archives into folders, by libzip. */
#ifndef PALATE_DATASETS_UNPACK_H
#define PALATE_DATASETS_UNPACK_H

#include "base/context.h"

/* Unpacks the files of a zip into a folder that is there and empty. Refuses, before it writes anything,
 * an archive with a path that leads out of the folder, a link, too many entries, or more than 50 times
 * its own size in them (and more than 64 MB); and what turns out to be longer than the archive said. */
palate_status palate__unpack(palate_context *context, const char *archive, const char *folder,
                             palate_error *err);

/* Whether a path stays below the folder it is relative to, and is one that people read. */
bool palate__path_is_inside(const char *path);

/* Removes a folder and all in it, as far as it goes. */
void palate__remove_folder(const char *folder);

/* Makes a folder and those above it; fine where it is there. */
palate_status palate__make_folder(const char *folder, palate_error *err);

#endif
