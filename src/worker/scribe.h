/* The process that writes the report directory: it has that open, sockets to the process that
 * compares and to the broker, and nothing else. Private to worker/. */
#ifndef DIFFOCI_WORKER_SCRIBE_H
#define DIFFOCI_WORKER_SCRIBE_H

#include "base/death.h"
#include "report/report.h"
#include "worker/worker.h"

struct scribe {
  pid_t pid;                       /* 0: there is none */
  int sockets[REPORT_DIR_SOCKETS]; /* of the process that compares; of no meaning without a job's
                                      report directory */
  int theirs[REPORT_DIR_SOCKETS];  /* the other ends */
  int clearing, cleared;           /* the broker's end of one more, and the other; -1: closed */
  int ending;
  struct error *why; /* memory that it shares: of what could not be done before it was confined */
};

/* Makes its sockets where the job has a report directory: so that the process that compares, which
 * has more to do before it begins, can be started first. */
MUST_CHECK int scribe_connect(struct scribe *out, const struct worker_job *job, struct error *err);
/* Starts it then, and closes all sockets but the broker's, which that process has to have by now;
 * on failure, that too. Before there are threads. */
MUST_CHECK int scribe_start(struct scribe *scribe, const struct worker_job *job, struct error *err);
/* Closes all sockets of one that is not started. */
void scribe_drop(struct scribe *scribe);
/* Of the process that compares: has no more to write. Nothing without a report directory. */
void scribe_leave(const struct scribe *scribe, const struct worker_job *job);
/* Has it remove what an earlier report left, as report_dir_clear, once. */
MUST_CHECK int scribe_clear(struct scribe *scribe, struct error *err);
/* Waits for its end, once that of the process that compares has come. -1: it did not end as it
 * should, and *err says how; watch began before it did. */
MUST_CHECK int scribe_end(struct scribe *scribe, const struct death_watch *watch,
                          struct error *err);

#endif
