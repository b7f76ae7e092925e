/* The confined process's end of the wire: sources, files and reports that the broker opens. Private
 * to worker/. */
#ifndef DIFFOCI_WORKER_CLIENT_H
#define DIFFOCI_WORKER_CLIENT_H

#include <pthread.h>

#include "net/progress.h"
#include "source/open.h"
#include "worker/wire.h"

/* What the broker says to the user if this process dies: the blob of each side that was opened
 * last. In memory that both processes share; the broker takes it for no more than what to say. */
struct worker_note {
  struct digest last[WIRE_SIDES];
  struct progress_view progress; /* of what the process reads itself; only to be shown */
};

struct client_side { /* for struct source_options */
  struct client *client;
  int side;
};

struct client {
  int channel;
  pthread_mutex_t lock; /* of the channel: a request and the socket that comes for it; of lost */
  int lost;             /* errno of what kept such a socket from being received; 0: nothing did */
  struct worker_note *note;
  struct progress *progress; /* owned */
  int terminal; /* while there is a pager: what standard output was; -1: there is none */
  struct client_side sides[WIRE_SIDES];
};

void client_init(struct client *out, int channel, struct worker_note *note);

/* The image of one side, whatever it is: archives and directories are read here, everything else by
 * the broker, and so is what options would have fetched. */
struct source *client_source(struct client *client, int side, const struct argument *argument,
                             const struct source_options *options, struct error *err);

/* A blob that no image has that this process was given, from its urls: as in struct source_options,
 * with the client as context. */
struct stream *client_fetch(void *context, const struct descriptor *blob, struct error *err);

/* The same image, with a note of each blob that is opened. Owns inner. */
struct source *noted_source(struct source *inner, struct digest *last);

/* Files that this process cannot open. As what they stand in for. */
int client_temporary(void *context, struct error *err);
int client_output(void *context, const char *path, struct error *err);
int client_commit(void *context, const char *path, struct error *err);
int client_clear(void *context, const char *path, struct error *err);

/* For struct worker_user, with the client as context. */
void client_quiet(void *client);
void client_warn(void *client, const char *line);
void client_page(void *context, bool begin);
/* The last thing: how it ended; err with -1. */
void client_end(struct client *client, int status, const struct error *err);

#endif
