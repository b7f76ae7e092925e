#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/socket.h"
#include "base/tempfile.h"
#include "image/json.h"
#include "report/report.h"
#include "source/engine/engine.h"
#include "source/external.h"
#include "source/referrers.h"
#include "worker/broker.h"

enum { SHORT_BLOB = 16 * 1024 }; /* bytes */

/* Whether a socket has room for all that is sent before somebody reads. */
static bool answer_has_room(int socket, uint64_t bytes)
{
  int room = 0;
  socklen_t len = sizeof(room);

  return bytes <= SHORT_BLOB && getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, &len) == 0 &&
         room >= 4 * SHORT_BLOB;
}

bool broker_is_slow(const struct broker *broker, const struct wire_request *request, int socket)
{
  const enum wire_ask ask = request->ask;
  const struct source *source = request->side < 0 ? NULL : broker->sources[request->side];
  const bool is_root = source && source->is_root;
  const bool is_here = source && __atomic_load_n(&source->is_loaded, __ATOMIC_ACQUIRE);

  if (ask == WIRE_RESOLVE)
    return !is_root;
  if (ask == WIRE_BLOB)
    return !(is_root || is_here) || !answer_has_room(socket, request->blob.size);
  return ask == WIRE_ELSEWHERE || ask == WIRE_REFERRERS || ask == WIRE_MEND;
}

/* Who went away wants no answer. */
static void answer_done(int socket, const void *bytes, size_t len)
{
  const struct wire_answer answer = { .kind = WIRE_DONE, .len = (uint32_t)len };

  (void)!wire_answer_send(socket, &answer, bytes, -1);
}

static void answer_failed(int socket, const struct error *error)
{
  (void)!wire_failed_send(socket, error);
}

static void answer_file(int socket, int fd, uint64_t offset, uint64_t size)
{
  const struct wire_answer answer = { .kind = WIRE_FILE, .offset = offset, .size = size };

  (void)!wire_answer_send(socket, &answer, NULL, fd);
}

/* ---- opening an image ---- */

static void answer_open_place(struct broker *broker, int side, const struct argument *argument,
                              int socket)
{
  static const char directory = WIRE_PLACE_DIRECTORY;
  bool is_directory;
  struct error err;
  const int fd = source_open_place(argument, &is_directory, &err);

  if (fd < 0) {
    answer_failed(socket, &err);
  } else if (is_directory) {
    broker->directories[side] = members_of_directory(fd);
    answer_done(socket, &directory, 1);
  } else {
    answer_file(socket, fd, 0, 0);
    close(fd);
  }
}

static void answer_open_image(struct broker *broker, int side, int socket)
{
  const struct worker_job *job = broker->job;
  const struct argument *argument = &job->arguments[side];
  struct source *source;
  struct error err;
  AUTO_FREE char *answer = NULL;

  /* What is in the directory of a root file system is read here: the list of it has to be made. */
  if (argument->kind == ARGUMENT_FILE && !source_lists_root(argument)) {
    answer_open_place(broker, side, argument, socket);
    return;
  }
  source = job->open(job->context, side, &err);
  if (!source) {
    answer_failed(socket, &err);
    return;
  }
  source->progress = NULL; /* what is at hand is counted where it is read */
  broker->sources[side] = source;
  if (broker->sources[!side])
    source_engine_pair(broker->sources[0], broker->sources[1]);
  answer = xasprintf("%c%s", source->fetches_again ? WIRE_PLACE_SOURCE_FETCHES : WIRE_PLACE_SOURCE,
                     source->unseen ? source->unseen : "");
  answer_done(socket, answer, strlen(answer));
}

/* ---- what sources tell ---- */

/* What the answer mentions may be asked for from here on. */
static void answer_send_json(struct mentioned *mentioned, int socket, const json_t *json)
{
  AUTO_FREE char *text = json_dumps(json, JSON_COMPACT);
  struct error err;

  if (text)
    mentioned_add(mentioned, str_of(text));
  if (text && strlen(text) < UINT32_MAX)
    answer_done(socket, text, strlen(text));
  else {
    error_set(&err, ERROR_LIMIT, "a descriptor that cannot be passed on");
    answer_failed(socket, &err);
  }
}

static void answer_resolve(struct source *source, struct mentioned *mentioned, int socket)
{
  struct descriptor root;
  struct error err;

  if (source_resolve(source, &root, &err)) {
    answer_failed(socket, &err);
    return;
  }
  answer_send_json(mentioned, socket, root.json);
  descriptor_release(&root);
}

static void answer_list_referrers(const struct broker *broker, struct source *source,
                                  struct mentioned *mentioned, const struct descriptor *subject,
                                  int socket)
{
  AUTO_JSON list = json_array();
  struct referrers found;
  struct error err;

  if (broker->job->has_no_documents && !mentioned_has(mentioned, &subject->digest)) {
    error_set(&err, ERROR_PERMISSION, "what is to be referred to is in no document of the image");
    answer_failed(socket, &err);
    return;
  }
  if (source_referrers(source, subject, &found, &err)) {
    answer_failed(socket, &err);
    return;
  }
  for (size_t i = 0; i < found.n; i++)
    json_array_append(list, found.items[i].json);
  referrers_release(&found);
  answer_send_json(mentioned, socket, list);
}

static void answer_mend(struct source *source, int socket)
{
  struct error err;
  const int result = source_mend(source, &err);
  const char byte = (char)result;

  if (result < 0)
    answer_failed(socket, &err);
  else
    answer_done(socket, &byte, 1);
}

/* ---- files of a directory ---- */

static void answer_send_member(struct members *members, const char *path, int socket)
{
  struct error err;
  uint64_t size;
  AUTO_STREAM stream = members_open(members, str_of(path), &size, &err);
  struct stream_range range;

  if (stream && stream_is_range(stream, &range))
    answer_file(socket, range.fd, range.offset, range.length);
  else
    answer_failed(socket, &err);
}

/* ---- files to write ---- */

static void answer_send_temporary(int socket)
{
  struct tempfile made = TEMPFILE_INIT;
  struct error err;

  if (tempfile_open(&made, &err))
    answer_failed(socket, &err);
  else
    answer_file(socket, made.fd, 0, 0);
  tempfile_close(&made);
}

/* The place of this report among those that the user wants; -1: they do not. */
static int answer_output_of(const struct broker *broker, const char *path)
{
  for (size_t i = 0; i < broker->job->n_outputs && i < BROKER_OUTPUTS_MAX; i++)
    if (strcmp(broker->job->outputs[i], path) == 0)
      return (int)i;
  return -1;
}

static void answer_open_output(struct outfile **place, const char *path, int socket)
{
  struct error err;

  outfile_abandon(*place);
  *place = outfile_open(path, &err);
  if (*place)
    answer_file(socket, (*place)->writer.fd, 0, 0);
  else
    answer_failed(socket, &err);
}

static void answer_commit_output(struct outfile **place, int socket)
{
  struct error err;

  if (!*place || outfile_commit(steal_pointer(place), &err) == 0)
    answer_done(socket, NULL, 0);
  else
    answer_failed(socket, &err);
}

static void answer_clear_directory(struct scribe *scribe, int socket)
{
  struct error err;

  if (scribe_clear(scribe, &err))
    answer_failed(socket, &err);
  else
    answer_done(socket, NULL, 0);
}

/* ---- the user's terminal ---- */

static void answer_start_pager(struct broker *broker, int socket)
{
  broker->pages = broker->job->page(broker->job->context, true);
  if (broker->pages)
    answer_file(socket, STDOUT_FILENO, 0, 0);
  else
    answer_done(socket, NULL, 0);
}

static void answer_end_pager(struct broker *broker, int socket)
{
  broker->pages = broker->job->page(broker->job->context, false);
  answer_done(socket, NULL, 0);
}

/* ---- all of them ---- */

bool broker_allows(const struct broker *broker, const struct wire_request *request)
{
  const int side = request->side;

  if (request->ask == WIRE_ELSEWHERE && !external_has(&request->blob))
    return false;
  if (request->ask == WIRE_ELSEWHERE && side == 0 && broker->job->n_arguments == 0)
    return broker->job->options->fetch != NULL;
  if (side > 0 && (size_t)side >= broker->job->n_arguments)
    return false;
  switch (request->ask) {
  case WIRE_OPEN:
    return (size_t)side < broker->job->n_arguments && !broker->sources[side] &&
           !broker->directories[side];
  case WIRE_RESOLVE:
  case WIRE_BLOB:
  case WIRE_AT_HAND:
  case WIRE_REFERRERS:
  case WIRE_MEND:
    return broker->sources[side] != NULL;
  case WIRE_MEMBER:
    return broker->directories[side] != NULL;
  case WIRE_ELSEWHERE:
    return broker->job->options->fetch && broker->job->arguments[side].kind == ARGUMENT_FILE;
  case WIRE_CLEAR:
    return broker->scribe && broker->job->report_dir &&
           strcmp(broker->job->report_dir, request->text) == 0;
  case WIRE_OUTPUT:
  case WIRE_COMMIT:
    return answer_output_of(broker, request->text) >= 0;
  case WIRE_QUIET:
    return broker->job->quiet != NULL;
  case WIRE_WARN:
    return broker->job->warn != NULL;
  case WIRE_PAGER:
    return broker->job->page && !broker->pages;
  case WIRE_PAGER_END:
    return broker->pages;
  default:
    return true;
  }
}

static void answer_ask_source(struct broker *broker, struct wire_request *request, int socket)
{
  struct source *source = broker->sources[request->side];
  struct mentioned *mentioned = &broker->mentioned[request->side];
  pthread_rwlock_t *quiet = &broker->quiet[request->side];
  char byte;

  if (request->ask != WIRE_BLOB && request->ask != WIRE_AT_HAND)
    pthread_rwlock_wrlock(quiet);
  else
    pthread_rwlock_rdlock(quiet);
  switch (request->ask) {
  case WIRE_RESOLVE:
    answer_resolve(source, mentioned, socket);
    break;
  case WIRE_MEND:
    answer_mend(source, socket);
    break;
  case WIRE_REFERRERS:
    answer_list_referrers(broker, source, mentioned, &request->blob, socket);
    break;
  case WIRE_BLOB:
    broker_answer_blob(broker, request, socket);
    break;
  default:
    byte = broker_may_see(broker, request) && source_at_hand(source, &request->blob) ? 1 : 0;
    answer_done(socket, &byte, 1);
    break;
  }
  pthread_rwlock_unlock(quiet);
}

static void answer_give(struct broker *broker, struct wire_request *request, int socket)
{
  switch (request->ask) {
  case WIRE_OPEN:
    answer_open_image(broker, request->side, socket);
    break;
  case WIRE_RESOLVE:
  case WIRE_BLOB:
  case WIRE_AT_HAND:
  case WIRE_REFERRERS:
  case WIRE_MEND:
    answer_ask_source(broker, request, socket);
    break;
  case WIRE_ELSEWHERE:
    broker_answer_elsewhere(broker, request, socket);
    break;
  case WIRE_MEMBER:
    answer_send_member(broker->directories[request->side], request->text, socket);
    break;
  case WIRE_TEMPORARY:
    answer_send_temporary(socket);
    break;
  case WIRE_OUTPUT:
    answer_open_output(&broker->outputs[answer_output_of(broker, request->text)], request->text,
                       socket);
    break;
  case WIRE_COMMIT:
    answer_commit_output(&broker->outputs[answer_output_of(broker, request->text)], socket);
    break;
  case WIRE_CLEAR:
    answer_clear_directory(broker->scribe, socket);
    break;
  case WIRE_QUIET:
    broker->job->quiet(broker->job->context);
    answer_done(socket, NULL, 0);
    break;
  case WIRE_WARN:
    broker->job->warn(broker->job->context, request->text);
    answer_done(socket, NULL, 0);
    break;
  case WIRE_PAGER:
    answer_start_pager(broker, socket);
    break;
  case WIRE_PAGER_END:
    answer_end_pager(broker, socket);
    break;
  default:
    break;
  }
}

void broker_answer(struct broker *broker, struct wire_request *request, int socket)
{
  answer_give(broker, request, socket);
  close(socket);
}
