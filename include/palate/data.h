/* SPDX-License-Identifier: Apache-2.0 */
/* Well-known data sets: where they are, what their publishers allow, and how to get them. */
#ifndef PALATE_DATA_H
#define PALATE_DATA_H

#include "palate/context.h"
#include "palate/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A data set that palate knows. None is part of palate: each is fetched from its home. */
typedef struct palate_data_set {
    const char *name;     /**< Such as "ml-100k"; the name of its folder, too. */
    const char *title;    /**< Such as "MovieLens 100K". */
    int64_t user_count;   /**< Users that rated something. */
    int64_t item_count;   /**< Items that somebody rated. */
    int64_t rating_count; /**< Ratings. */
    palate_scale scale;   /**< The scale people rated on. */
    const char *url;      /**< Of the archive, a zip. */
    int64_t bytes;        /**< Size of the archive; 0: not known. */
    const char *sha256;   /**< Of the archive, 64 hexadecimal digits; NULL: not known. */
    const char *md5;      /**< As its publisher states it, 32 digits; NULL: not stated. */
    const char *ratings;  /**< Path of the ratings within the archive. */
    const char *items;    /**< Of a table of the items, their id first; NULL: there is none. */
    const char *users;    /**< Of a table of the users; NULL: there is none. */
    const char *terms; /**< What its publisher allows, in short; with where that is said in full. */
    const char *citation; /**< What a publication has to cite. */
} palate_data_set;

/** @return How many data sets palate knows. */
PALATE_API size_t palate_data_count(void);

/** @return A data set, 0..palate_data_count() - 1, or NULL. */
PALATE_API const palate_data_set *palate_data_at(size_t place);

/** @param[out] err  NULL, or told which there are, the nearest first.
 * @return The data set of a name, or NULL: there is none, an error of status PALATE_E_INVALID. */
PALATE_API const palate_data_set *palate_data_find(const char *name, palate_error *err);

/** How far a download has come. */
typedef struct palate_data_progress {
    int64_t bytes;  /**< Here, those of an earlier attempt included. */
    int64_t total;  /**< Size of the archive; 0: not known. */
    double seconds; /**< Since fetching began. */
    double rate;    /**< Bytes a second, of late; 0: not known yet. */
} palate_data_progress;

/** Called a few times a second by the calling thread. @return false to stop. */
typedef bool (*palate_data_callback)(const palate_data_progress *progress, void *user);

/** How to get a data set. Fill with palate_data_options_init(). */
typedef struct palate_data_options {
    /** A folder, made where it is missing, that has a folder for each set. Needed. */
    const char *folder;
    /** True once a person has seen palate_data_set.terms and accepts them; else nothing is fetched. */
    bool accept_terms;
    /** Base address of a mirror, to which the last part of palate_data_set.url is added; NULL: the
     * set's home. */
    const char *url;
    const char *archive; /**< The archive, if it is here already; then nothing is fetched. */
    const char
        *checksum;  /**< SHA-256 that the archive must have instead of the set's own, or "none". */
    double timeout; /**< Seconds without a byte after which a connection is given up, 1..3600. */
    palate_data_callback on_progress; /**< NULL, or called with `user`. */
    void *user;
} palate_data_options;

PALATE_API const palate_option_table *palate_data_options_table(void);
PALATE_API void palate_data_options_init(palate_data_options *options);

/** What getting came to. */
typedef struct palate_data_report {
    bool was_there;  /**< It had been got before: nothing was done, and bytes is 0, sha256 "". */
    int64_t bytes;   /**< Of the archive. */
    char sha256[65]; /**< Of the archive. */
    bool verified;   /**< There was a checksum to compare with. */
    double seconds;  /**< Wall time of all. */
} palate_data_report;

/** @return Whether a set is in a folder: palate_data_set.ratings is at FOLDER/NAME/RATINGS. */
PALATE_API bool palate_data_has(const palate_data_set *set, const char *folder);

/**
 * Fetch a data set, unless it is there, into FOLDER/NAME/, where its files then have the paths that
 * they have in the archive.
 *
 * Fetched by HTTPS (a mirror may have HTTP) with libcurl, which honours the environment's proxies; at
 * most 5 redirections, never from HTTPS to HTTP. A transfer that breaks off is taken up where it
 * stopped, in this call and in later ones, where there is a checksum to tell whether that went well.
 * Size and checksum are compared with the set's own; where none is known, with the one that lies beside
 * the archive (URL.md5), if any. An archive whose paths lead out of the folder, that has links, or that
 * unpacks to more than 50 times its size, and to more than 64 MB, is refused. The folder appears whole or not at all, also when
 * several processes get the same set at once.
 *
 * @param context  NULL, or where memory comes from; the log is told what could not be verified.
 * @param set      Of palate_data_find().
 * @param[out] report  NULL, or filled.
 * @return PALATE_OK; PALATE_E_INVALID (an option, terms not accepted); PALATE_E_IO (no connection, no
 * such address, a full disk); PALATE_E_FORMAT (not the archive it should be); PALATE_E_STOPPED (what was
 * fetched is kept, to go on with); PALATE_E_UNSUPPORTED (libcurl is missing, or this palate was built
 * without downloads; an archive that is here works all the same); PALATE_E_NOMEM.
 * @threads Reentrant; whoever comes second to the same set waits, and finds it there.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_data_get(palate_context *context,
                                                           const palate_data_set *set,
                                                           const palate_data_options *options,
                                                           palate_data_report *report,
                                                           palate_error *err);

/** @return Whether this palate was built to fetch: else palate_data_get() takes archives that are
 * here. */
PALATE_API bool palate_data_can_fetch(void);

#ifdef __cplusplus
}
#endif

#endif
