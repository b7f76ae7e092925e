/* Entries of layers written as files below one directory, whatever their names and types are.
 *
 * Nothing outside the directory is touched and nothing in it is followed. Of an entry's attributes
 * the permission bits and the mtime are set, of a directory the sticky bit, but never setuid and
 * setgid. What cannot be
 * written as it is (devices, names that lead outside, …) is left out with a note. */
#ifndef DIFFOCI_REPORT_DIRECTORY_EXTRACT_H
#define DIFFOCI_REPORT_DIRECTORY_EXTRACT_H

#include <stdbool.h>

#include "base/error.h"
#include "report/directory/notes.h"
#include "tar/tar.h"

struct extract;

/* Where the content of an entry comes from: as tar_read. */
struct extract_content {
  int (*next)(void *context, struct tar_chunk *chunk, struct error *err);
  void *context;
};

/* root: the directory, borrowed, empty. path: its name, for messages. plain: do without openat2(2).
 */
struct extract *extract_new(int root, const char *path, bool plain);
void extract_free(struct extract *extract); /* NULL allowed */

/* The directory below the root in which the entries that follow stand, relative and clean ("" or
 * "manifests-0/layers-1"). It is made when the first entry needs it. */
void extract_in(struct extract *extract, const char *directory);

/* Writes one entry. Where something stands at its name, or a file or symlink where it needs a
 * directory, that is replaced. A hard link is made if its target was written before. Fails only
 * where going on makes no sense (no space, no permission, the content cannot be read); the error
 * names the file. */
MUST_CHECK int extract_entry(struct extract *extract, const struct tar_entry *entry,
                             const struct extract_content *content, struct error *err);

/* Sets the modes and times of directories; nothing can be written after. */
void extract_finish(struct extract *extract);

/* What was left out, and why. Belongs to the extract. */
const struct notes *extract_notes(const struct extract *extract);
/* How many files there are whose mode or time could not be set. */
size_t extract_without_attributes(const struct extract *extract);

#endif
