/* The process that writes the report directory, and has nothing else open. What it is told comes
 * from one that parses strangers' bytes. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/socket.h"
#include "base/thread.h"
#include "report/directory/frames.h"
#include "report/directory/place.h"
#include "report/report.h"
#include "tar/block.h"

struct serve_side {
  struct dir_place *place;
  int side, socket;
  struct buf payload;
  bool content_is_over; /* of the entry that is written */
  bool broken;          /* the content could not be read there, which is told there */
  pthread_t thread;
  bool has_thread;
};

/* Only says of a piece that its bytes are there. */
static struct block present;

/* ---- one entry ---- */

/* 1: a piece; 0: that was all; -1, also where the content ends too early. */
static int serve_next(void *context, struct tar_chunk *chunk, struct error *err)
{
  struct serve_side *serve = context;
  enum frame_kind kind;
  uint64_t zeros;
  int got;

  if (serve->content_is_over)
    return 0;
  got = frame_receive(serve->socket, &kind, &serve->payload, err);
  if (got > 0 && kind == FRAME_BYTES && serve->payload.len) {
    *chunk = (struct tar_chunk) { .bytes = (const unsigned char *)serve->payload.ptr,
                                  .len = serve->payload.len,
                                  .block = &present };
    return 1;
  }
  if (got > 0 && kind == FRAME_HOLE) {
    if (frame_take_number(buf_str(&serve->payload), &zeros, err))
      return -1;
    *chunk = (struct tar_chunk) { .len = zeros };
    return 1;
  }
  serve->content_is_over = true;
  if (got > 0 && kind == FRAME_WHOLE)
    return 0;
  serve->broken = got == 0 || (got > 0 && kind == FRAME_BROKEN);
  return got < 0 ? -1 : error_set(err, ERROR_CORRUPT, "a content that is not whole");
}

/* What the place did not want of it: a name that nothing can be written under. */
static int serve_pass_content(struct serve_side *serve, struct error *err)
{
  struct tar_chunk chunk;
  int got;

  do {
    got = serve_next(serve, &chunk, err);
  } while (got > 0);
  return got;
}

static int serve_entry(struct serve_side *serve, struct error *err)
{
  const struct extract_content content = { serve_next, serve };
  AUTO_BUF names = BUF_INIT(FRAME_MAX); /* the payload's room is for the content */
  struct tar_entry entry;
  int result;

  buf_add(&names, serve->payload.ptr, serve->payload.len);
  if (frame_take_entry(buf_str(&names), &entry, err))
    return -1;
  serve->content_is_over = !tar_entry_has_content(&entry);
  serve->broken = false;
  result = dir_place_entry(serve->place, serve->side, &entry, &content, err);
  if (result == 0)
    result = serve_pass_content(serve, err);
  return serve->broken ? 0 : result;
}

/* ---- one side ---- */

static int serve_in(struct serve_side *serve, struct error *err)
{
  AUTO_FREE char *directory = frame_take_text(buf_str(&serve->payload), err);

  if (!directory)
    return -1;
  if (!frame_is_directory(directory))
    return error_set(err, ERROR_CORRUPT, "a directory that is none of a report's");
  dir_place_in(serve->place, serve->side, directory);
  return 0;
}

/* 1: END; 0: nobody is there any more; -1. */
static int serve_frames(struct serve_side *serve, struct error *err)
{
  enum frame_kind kind;
  int got;

  while ((got = frame_receive(serve->socket, &kind, &serve->payload, err)) > 0 &&
         kind != FRAME_END) {
    int result = -1;

    if (kind == FRAME_ENTRY)
      result = serve_entry(serve, err);
    else if (kind == FRAME_IN)
      result = serve_in(serve, err);
    else
      error_set(err, ERROR_CORRUPT, "a message that does not belong there");
    if (result)
      return -1;
  }
  return got;
}

/* Whoever waits for an answer that could not be sent has to see that none comes: it sends nothing
 * more before, and this process ends only when it does. */
static void serve_send(int socket, enum frame_kind kind, const void *payload, size_t len)
{
  if (frame_send(socket, kind, payload, len) <= 0)
    shutdown(socket, SHUT_RDWR);
}

static void serve_answer(int socket, struct frame_result *result)
{
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);

  frame_put_result(&payload, result);
  serve_send(socket, result->failed ? FRAME_FAILED : FRAME_DONE, payload.ptr, payload.len);
}

static void serve_side_answer(const struct serve_side *serve, struct frame_result *result)
{
  const struct dir_place_side *side = &serve->place->sides[serve->side];

  for (size_t i = 0; i < side->notes->n; i++)
    serve_send(serve->socket, FRAME_NOTE, side->notes->lines[i], strlen(side->notes->lines[i]));
  result->without_attributes = side->without_attributes;
  result->more_notes = side->notes->more;
  serve_answer(serve->socket, result);
}

static void *serve_run_side(void *context)
{
  struct serve_side *serve = context;
  struct frame_result result = { 0 };
  struct error err;
  int got;

  dir_place_in(serve->place, serve->side, "");
  got = serve_frames(serve, &result.error);
  result.failed = got < 0;
  /* Whoever goes on sending is to look at the answer. */
  if (got < 0)
    shutdown(serve->socket, SHUT_RD);
  if (dir_place_end(serve->place, serve->side, &err) && !result.failed) {
    result.failed = true;
    result.error = err;
  }
  if (got != 0)
    serve_side_answer(serve, &result);
  return NULL;
}

/* ---- the whole ---- */

struct serve {
  struct dir_place *place;
  int socket;
  struct outfile *file; /* handed out, not complete */
  struct serve_side sides[PLACE_SIDES];
  bool begun;
};

static int serve_begin(struct serve *serve, struct error *err)
{
  if (serve->begun)
    return error_set(err, ERROR_CORRUPT, "the report directory is begun already");
  if (dir_place_begin(serve->place, err))
    return -1;
  serve->begun = true;
  return 0;
}

/* Once it is begun: who waits for that need not wait for threads. One that cannot be had is the
 * side's answer. */
static void serve_start_sides(struct serve *serve, const int *sockets)
{
  for (int side = 0; side < PLACE_SIDES; side++) {
    struct frame_result result = { .failed = true };

    serve->sides[side] = (struct serve_side) {
      .place = serve->place, .side = side, .socket = sockets[side], .payload = BUF_INIT(FRAME_MAX)
    };
    serve->sides[side].has_thread =
        thread_start(&serve->sides[side].thread, serve_run_side, &serve->sides[side]);
    if (serve->sides[side].has_thread)
      continue;
    error_set(&result.error, ERROR_IO, "a thread cannot be started");
    shutdown(sockets[side], SHUT_RD);
    serve_answer(sockets[side], &result);
  }
}

static int serve_open_file(struct serve *serve, struct str payload, struct error *err)
{
  AUTO_FREE char *name = frame_take_text(payload, err);

  if (!name)
    return -1;
  if (!frame_is_file(name) || serve->file)
    return error_set(err, ERROR_CORRUPT, "a file that is none of a report's");
  serve->file = dir_place_file(serve->place, name, err);
  return serve->file ? 0 : -1;
}

static int serve_commit(struct serve *serve, struct error *err)
{
  if (!serve->file)
    return error_set(err, ERROR_CORRUPT, "no file is open");
  return outfile_commit(steal_pointer(&serve->file), err);
}

static void serve_whole(struct serve *serve, const int *sockets)
{
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);
  struct error err;
  enum frame_kind kind;

  while (frame_receive(serve->socket, &kind, &payload, &err) > 0) {
    struct frame_result result = { 0 };
    int status = -1;

    if (kind == FRAME_BEGIN)
      status = serve_begin(serve, &result.error);
    else if (kind == FRAME_FILE)
      status = serve_open_file(serve, buf_str(&payload), &result.error);
    else if (kind == FRAME_COMMIT)
      status = serve_commit(serve, &result.error);
    else
      error_set(&result.error, ERROR_CORRUPT, "a message that does not belong there");
    result.failed = status != 0;
    serve_answer(serve->socket, &result);
    if (status == 0 && kind == FRAME_BEGIN)
      serve_start_sides(serve, sockets);
    if (status == 0 && kind == FRAME_FILE && socket_send_fd(serve->socket, serve->file->writer.fd))
      return;
  }
}

void report_dir_serve(int directory, const char *path, const int *sockets)
{
  struct serve serve = { .place = dir_place_here(directory, path), .socket = sockets[PLACE_SIDES] };

  serve_whole(&serve, sockets);
  /* Whoever waits for an answer that does not come sees that, and ends the sides. */
  shutdown(serve.socket, SHUT_RDWR);
  for (int side = 0; side < PLACE_SIDES; side++) {
    if (serve.sides[side].has_thread)
      pthread_join(serve.sides[side].thread, NULL);
    buf_release(&serve.sides[side].payload);
  }
  outfile_abandon(serve.file);
  dir_place_free(serve.place);
}
