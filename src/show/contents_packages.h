/* Which packages an image has: what package managers' files say that stand in its merged layers.
 * Private to src/show. */
#ifndef DIFFOCI_SHOW_CONTENTS_PACKAGES_H
#define DIFFOCI_SHOW_CONTENTS_PACKAGES_H

#include "base/spool.h"
#include "packages/list.h"
#include "tar/tar.h"

/* A file that may say something of packages, if the merged image has it. */
struct contents_database {
  uint64_t at; /* in the spool */
  size_t len;
  size_t token;    /* of its content */
  bool is_program; /* no package manager's: it may say itself what it was made of */
};

/* Those of all layers, which are read once: contents wait in a spool until it is known which of
 * them the image shows. */
struct contents_databases {
  struct spool *spool;             /* owned; NULL: none yet */
  struct contents_database *items; /* owned; by token */
  size_t n, cap;
};

void contents_databases_release(struct contents_databases *databases);
/* Keeps the content of the reader's current entry, whose content will go by this token, if the file
 * says something of packages, as Go's programs do of themselves. The reader is anywhere in the
 * content then. */
MUST_CHECK int contents_databases_keep(struct contents_databases *databases,
                                       struct tar_reader *reader, const struct tar_entry *entry,
                                       size_t token, struct budget *memory, struct error *err);
/* Reads the content of this token into the list, as the file at this path; nothing where it was not
 * kept. */
MUST_CHECK int contents_databases_read(const struct contents_databases *databases, size_t token,
                                       struct str path, struct package_list *list,
                                       struct error *err);

#endif
