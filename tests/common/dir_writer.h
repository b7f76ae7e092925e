/* Who writes the report directory, and has nothing but that and sockets: what the broker starts a
 * process for, here a thread. What fails ends the program. */
#ifndef DIFFOCI_TESTS_DIR_WRITER_H
#define DIFFOCI_TESTS_DIR_WRITER_H

#include <pthread.h>

#include "report/directory/dir.h"
#include "report/outfile.h"

struct dir_writer {
  struct outfile_keeper keeper;
  int ours[REPORT_DIR_SOCKETS], theirs[REPORT_DIR_SOCKETS];
  int directory;
  char *path; /* NULL: it was not begun */
  pthread_t thread;
};

/* From now on report directories are written by the writer, which stays where it is until
 * dir_writer_stop. One at a time. */
void dir_writer_start(struct dir_writer *writer);
/* After the report was freed. */
void dir_writer_stop(struct dir_writer *writer);

#endif
