/* The process that writes the report directory: it has that open, sockets to the process that
 * compares, and nothing else. Private to worker/. */
#ifndef DIFFOCI_WORKER_SCRIBE_H
#define DIFFOCI_WORKER_SCRIBE_H

#include "base/death.h"
#include "report/report.h"
#include "worker/worker.h"

struct scribe {
  pid_t pid;                       /* 0: there is none */
  int sockets[REPORT_DIR_SOCKETS]; /* of the other end, to be handed to the process that compares */
  int ending;
  struct error *why; /* memory that it shares: of what could not be done before it was confined */
  struct death_watch watch;
};

/* Starts it where the job has a report directory. Before there are threads. */
MUST_CHECK int scribe_start(struct scribe *out, const struct worker_job *job, struct error *err);
/* Closes the sockets, once the process that compares has them. */
void scribe_hand_over(struct scribe *scribe);
/* Waits for its end, once that of the process that compares has come. -1: it did not end as it
 * should, and *err says how. */
MUST_CHECK int scribe_end(struct scribe *scribe, struct error *err);

#endif
