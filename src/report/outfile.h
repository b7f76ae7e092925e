/* A file that appears under its name only when it is complete. */
#ifndef DIFFOCI_REPORT_OUTFILE_H
#define DIFFOCI_REPORT_OUTFILE_H

#include <stdbool.h>

#include "base/error.h"
#include "report/writer.h"

struct outfile {
  struct writer writer;
  char *name;      /* as the caller gave it, for messages; owned */
  char *target;    /* what is replaced; owned; NULL: the file is written to directly. With a keeper:
                      the name that it knows the file by */
  char *temporary; /* owned; NULL when there is none (any more), or not yet */
  bool nameless;   /* the temporary file gets a name only when it is complete */
  int existing;    /* the target, opened to be written over; -1: it is replaced */
  int dir;         /* what target and temporary are relative to; borrowed */
  int ending;      /* of temporary: see ending_forget */
  const struct outfile_keeper *keeper; /* who opened it, and completes it; NULL: nobody else */
};

/* Where this process may not open files itself: who does it instead of outfile_open, but for "-".
 * It hands out a descriptor to write to (-1 with *err), and gives the file its name when all is
 * written. */
struct outfile_keeper {
  int (*open)(void *context, const char *path, struct error *err);
  int (*commit)(void *context, const char *path, struct error *err);
  int (*clear)(void *context, const char *path, struct error *err); /* report_dir_clear */
  /* To the process that writes the report directory, as for report_dir_serve; NULL: there is none.
   */
  const int *directory;
  void *context;
};
/* For the whole process and for good, as what it is confined by; before any thread is started. */
void outfile_set_keeper(const struct outfile_keeper *other);
const struct outfile_keeper *outfile_get_keeper(void); /* NULL: there is none */

/* Opens a file to be written. Where path is a regular file or nothing yet, a temporary file beside
 * it (beside what it points to, if it is a symlink) is made, with the mode that umask allows: one
 * without a name where the file system has that (O_TMPFILE), so that a signal leaves nothing. A
 * regular file that cannot be replaced, since its directory takes no other or it is mounted by
 * itself, is written over when all is there: only then can a failure leave it half written, which
 * the error says (but for want of room: that is taken before, where the file system can). Any other
 * kind of file (a pipe, a terminal), and what stdout goes to, is written to directly; so is stdout
 * itself for "-". NULL with an error that names the path. */
struct outfile *outfile_open(const char *path, struct error *err);
/* The same for a name in an open directory, which has to outlive the outfile: no link is followed,
 * whoever made it, and whatever stands at the name is replaced. label: the name in messages. */
struct outfile *outfile_open_at(int dir, const char *name, const char *label, struct error *err);
/* A file that another process opens and completes by this name. label: as above. */
struct outfile *outfile_open_kept(const struct outfile_keeper *by, const char *name,
                                  const char *label, struct error *err);
/* Whether outfile_open would succeed, as far as can be told without writing. -1: no. */
MUST_CHECK int outfile_check(const char *path, struct error *err);
/* Whether what is written goes to its reader at once, and cannot be taken back. */
bool outfile_is_direct(const struct outfile *file);
/* Writes out the rest and renames the file to its name; the outfile is freed in any case, and
 * removed if this fails. */
MUST_CHECK int outfile_commit(struct outfile *file, struct error *err);
/* Frees, and removes what was written (where it was a temporary file). NULL allowed. */
void outfile_abandon(struct outfile *file);

#endif
