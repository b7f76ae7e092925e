/* The process that looks into files: strangers' bytes are parsed in a child that holds nothing but
 * a socket and may do nothing (base/confine/confine.h), with limits on its memory, its processor
 * time and what it writes. It gets two contents as file descriptors and gives rows back, whose form
 * is not trusted (diff/inside/inside_wire.h); what they say is. So where the answer is to be relied
 * on
 * (`alone`), each pair of files has a child of its own, which is ended when it has answered:
 * whoever takes it over can lie about these two. Else one child looks into one pair after the
 * other, and who takes it over can say of those that come after that nothing in them differs. If it
 * dies, the files were not looked into, and the next ones get a new child. Children are had by a
 * process that does nothing else and keeps account of their processor time. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_WORKER_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_WORKER_H

#include "base/confine/confine.h"
#include "diff/inside/inside_compare.h"
#include "diff/later.h"

struct inside_worker;

struct inside_worker_options {
  uint64_t max_bytes; /* that a file may have, and may come out of it */
  uint64_t seconds; /* of processor time for all files, at most UINT32_MAX; then no more are looked
                       into; what a child is waited for in vain counts, too */
  bool alone;       /* each pair of files has a process of its own */
  const struct confine_support *support; /* an empty one: confined by limits alone */
};

/* Forks; so before any thread is started. NULL with *err. */
struct inside_worker *inside_worker_start(const struct inside_worker_options *options,
                                          struct error *err);
void inside_worker_stop(struct inside_worker *worker); /* NULL allowed */

/* The socket to it, which whoever asks has to keep open. */
int inside_worker_socket(const struct inside_worker *worker);
/* The process, which inside_worker_stop ends and waits for. */
pid_t inside_worker_process(const struct inside_worker *worker);
/* How many bytes a file may have, and may come out of it. */
uint64_t inside_worker_max(const struct inside_worker *worker);

struct inside_job {
  struct later_content contents[2];
  struct str names[2];  /* of the files; only their ends are passed on if they are long */
  uint32_t ignore;      /* IGNORE_…, of those that --semantic implies */
  bool patch;           /* rows have patches, … */
  uint64_t patch_lines; /* … of so many lines; 0: all */
  bool heads;           /* rows have the beginnings of contents */
};

/* Looks into two files; the sink gets the rows. *result is always set: where looking failed it is
 * INSIDE_HERE with the reason. One thread at a time. */
void inside_worker_compare(struct inside_worker *worker, const struct inside_job *job,
                           struct inside_sink *sink, struct inside_result *result);

#endif
