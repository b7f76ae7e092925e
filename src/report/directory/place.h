/* Where the report directory is written: by this process, or by one that has nothing else open. */
#ifndef DIFFOCI_REPORT_DIRECTORY_PLACE_H
#define DIFFOCI_REPORT_DIRECTORY_PLACE_H

#include "report/directory/extract.h"
#include "report/outfile.h"

enum { PLACE_SIDES = 2 };

struct dir_place;

struct dir_place_ops {
  int (*begin)(struct dir_place *place, struct error *err);
  struct outfile *(*file)(struct dir_place *place, const char *name, struct error *err);
  void (*in)(struct dir_place *place, int side, const char *directory);
  int (*entry)(struct dir_place *place, int side, const struct tar_entry *entry,
               const struct extract_content *content, struct error *err);
  int (*end)(struct dir_place *place, int side, struct error *err);
  void (*free)(struct dir_place *place);
};

struct dir_place {
  const struct dir_place_ops *ops;
  char *path;                  /* of the directory, for messages; owned */
  struct dir_place_side {      /* known when the side has ended */
    const struct notes *notes; /* what was left out, and why */
    size_t without_attributes;
  } sides[PLACE_SIDES];
};

/* By this process: directory is borrowed, path is its name. */
struct dir_place *dir_place_here(int directory, const char *path);
/* By the process at the other ends of these sockets (report_dir_serve), which are borrowed. */
struct dir_place *dir_place_there(const int *sockets, const char *path);
void dir_place_free(struct dir_place *place); /* NULL allowed */

/* Makes the directories of both sides, which are not there. The first thing. */
MUST_CHECK int dir_place_begin(struct dir_place *place, struct error *err);
/* Opens README.md or report.json, to be committed before another one is opened. Not while a side is
 * written. NULL with *err. */
struct outfile *dir_place_file(struct dir_place *place, const char *name, struct error *err);
/* The rest is as in extract.h, of one side; each side may be written by a thread of its own. Where
 * another process writes, an error of dir_place_entry may be told only by dir_place_end. */
void dir_place_in(struct dir_place *place, int side, const char *directory);
MUST_CHECK int dir_place_entry(struct dir_place *place, int side, const struct tar_entry *entry,
                               const struct extract_content *content, struct error *err);
/* Nothing more comes, also after an error. -1: something could not be written, and that was before
 * whatever else went wrong. */
MUST_CHECK int dir_place_end(struct dir_place *place, int side, struct error *err);

#endif
