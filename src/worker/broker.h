/* The broker's end of the wire: it has the arguments, the network, the store, the engines and the
 * file system, and opens for the confined process what that asks for, if that may have it. Private
 * to worker/. */
#ifndef DIFFOCI_WORKER_BROKER_H
#define DIFFOCI_WORKER_BROKER_H

#include <pthread.h>

#include "report/outfile.h"
#include "worker/mentioned.h"
#include "worker/scribe.h"
#include "worker/wire.h"
#include "worker/worker.h"

enum {
  BROKER_BUSY_MAX = 256,   /* requests that are answered at once; more make the confined one wait */
  BROKER_OUTPUTS_MAX = 16, /* reports that go to files */
};

struct broker {
  const struct worker_job *job;
  int channel;
  struct scribe *scribe;                   /* borrowed; NULL: there is no report directory */
  struct source *sources[WIRE_SIDES];      /* what is no file; owned */
  struct mentioned mentioned[WIRE_SIDES];  /* by the documents of each image */
  struct members *directories[WIRE_SIDES]; /* owned; NULL: it is none */
  struct outfile
      *outputs[BROKER_OUTPUTS_MAX]; /* owned; by the place of job->outputs; NULL: not open */
  pthread_mutex_t lock;             /* of what follows */
  pthread_cond_t idle;              /* busy went down */
  unsigned busy;                    /* answers that are given by threads */
  pthread_t done[BROKER_BUSY_MAX];  /* threads that gave theirs and are to be joined */
  unsigned n_done;
  bool pages; /* a pager runs */
  /* Sources are asked for blobs by many threads at once, but for nothing else beside that. */
  pthread_rwlock_t quiet[WIRE_SIDES];
};

void broker_init(struct broker *out, const struct worker_job *job, int channel);
/* Serves until the other process has ended, or says how it did. 1: it said so, *status and, with
 * -1, *err are what it said. 0: it ended without a word. -1 with *err: it asked for something that
 * it may not have. */
MUST_CHECK int broker_serve(struct broker *broker, int *status, struct error *err);
/* Waits for the answers that are still given. false: some are stuck, as at a server that does not
 * answer; then what they use has to stay. */
bool broker_wait(struct broker *broker);
/* What is written and was not completed is gone. */
void broker_drop_outputs(struct broker *broker);
/* Frees what is open; nothing may be answered any more. */
void broker_release(struct broker *broker);

/* Whether it asks for what it was given: another request is none of the process that we started. */
bool broker_allows(const struct broker *broker, const struct wire_request *request);
/* Answers one request that is allowed on a socket of its own, which is closed. */
void broker_answer(struct broker *broker, struct wire_request *request, int socket);
/* Whether it may learn anything of the blob in the request: a document of the image mentions it
 * that it was given. */
bool broker_may_see(struct broker *broker, const struct wire_request *request);
/* The answers with the bytes of a blob: of a source, and from its urls. */
void broker_answer_blob(struct broker *broker, struct wire_request *request, int socket);
void broker_answer_elsewhere(const struct broker *broker, const struct wire_request *request,
                             int socket);
/* Whether an answer may take long: then it is given in a thread. What is short and here, in a root
 * file system or saved by an engine, does not, and to start one would. */
bool broker_is_slow(const struct broker *broker, const struct wire_request *request, int socket);

#endif
