#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/socket.h"
#include "report/directory/frames.h"
#include "report/directory/place.h"
#include "report/report.h"

struct channel {
  int socket;
  int unsent; /* errno of what kept a frame from being sent, whose rest the other end waits for; 0:
                 none was, or the other end is closed and its answer tells why */
};

struct side_there {
  struct channel channel;
  struct notes notes;
};

struct place_there {
  struct dir_place base; /* first */
  struct channel whole;  /* for what is about the whole */
  bool lost;             /* an answer about the whole could not be received */
  struct side_there sides[PLACE_SIDES];
  struct outfile_keeper keeper; /* of the files beside the sides */
};

static int there_ended(const struct dir_place *place, struct error *err)
{
  return error_set(err, ERROR_IO, "%s: the process that writes it has ended", place->path);
}

/* As frame_send; nothing is sent any more behind a frame that was not. */
static int there_send(struct channel *channel, enum frame_kind kind, const void *bytes, size_t len)
{
  const int sent = channel->unsent ? -1 : frame_send(channel->socket, kind, bytes, len);

  if (sent <= 0 && !channel->unsent && errno != EPIPE)
    channel->unsent = errno;
  return sent;
}

static int there_unsent(const struct dir_place *place, int unsent, struct error *err)
{
  return error_sys(err, unsent, "%s: what is to be written there cannot be sent", place->path);
}

static int there_note(struct side_there *side, struct str line, struct error *err)
{
  struct notes *notes = &side->notes;
  AUTO_FREE char *text = frame_take_text(line, err);

  if (!text)
    return -1;
  if (notes->n >= NOTES_MAX)
    return error_set(err, ERROR_LIMIT, "more than %d notes", NOTES_MAX);
  notes->lines = xgrow(notes->lines, notes->n, &notes->cap, sizeof(*notes->lines));
  notes->lines[notes->n++] = arena_strdup(&notes->arena, text);
  return 0;
}

/* Up to FRAME_DONE or FRAME_FAILED, which is -1 with what it holds as *err. side: whose notes come
 * before; NULL: none do. */
static int there_answer(struct dir_place *place, int socket, struct side_there *side,
                        struct frame_result *result, struct error *err)
{
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);
  enum frame_kind kind;
  int got;

  while ((got = frame_receive(socket, &kind, &payload, err)) > 0 && kind == FRAME_NOTE && side)
    if (there_note(side, buf_str(&payload), err))
      return -1;
  if (got <= 0)
    return got < 0 ? -1 : there_ended(place, err);
  if (frame_take_result(kind, buf_str(&payload), result, err))
    return -1;
  if (result->failed)
    *err = result->error;
  return result->failed ? -1 : 0;
}

/* An answer that was not received may come yet, and would be taken for the next one's: nothing is
 * asked behind that. */
static int there_ask(struct place_there *there, enum frame_kind kind, const char *text,
                     struct error *err)
{
  struct frame_result result = { 0 };
  int status;

  if (there->lost)
    return there_ended(&there->base, err);
  if (there_send(&there->whole, kind, text, strlen(text)) <= 0)
    return there->whole.unsent ? there_unsent(&there->base, there->whole.unsent, err)
                               : there_ended(&there->base, err);
  status = there_answer(&there->base, there->whole.socket, NULL, &result, err);
  there->lost = status < 0 && !result.failed;
  return status;
}

static int there_begin(struct dir_place *place, struct error *err)
{
  return there_ask((struct place_there *)place, FRAME_BEGIN, "", err);
}

/* ---- files ---- */

static int there_open(void *context, const char *name, struct error *err)
{
  struct place_there *there = context;
  int fd;

  if (there_ask(there, FRAME_FILE, name, err))
    return -1;
  fd = socket_receive_fd(there->whole.socket);
  there->lost = fd < 0;
  return fd >= 0 ? fd : there_ended(&there->base, err);
}

static int there_commit(void *context, const char *name, struct error *err)
{
  (void)name;
  return there_ask(context, FRAME_COMMIT, "", err);
}

static struct outfile *there_file(struct dir_place *place, const char *name, struct error *err)
{
  AUTO_FREE char *path = xasprintf("%s/%s", place->path, name);

  return outfile_open_kept(&((struct place_there *)place)->keeper, name, path, err);
}

/* ---- a side ---- */

/* What fails to be sent is told at the end. */
static void there_in(struct dir_place *place, int side, const char *directory)
{
  struct place_there *there = (struct place_there *)place;

  (void)!there_send(&there->sides[side].channel, FRAME_IN, directory, strlen(directory));
}

static int there_send_piece(struct side_there *side, const struct tar_chunk *chunk)
{
  const uint64_t hole = chunk->len;
  size_t sent = 0;

  if (!chunk->block)
    return there_send(&side->channel, FRAME_HOLE, &hole, sizeof(hole));
  while (sent < chunk->len) {
    const size_t len = MIN_OF(chunk->len - sent, (size_t)FRAME_MAX);

    if (there_send(&side->channel, FRAME_BYTES, chunk->bytes + sent, len) <= 0)
      return -1;
    sent += len;
  }
  return 1;
}

static int there_send_content(struct dir_place *place, struct side_there *side,
                              const struct extract_content *content, struct error *err)
{
  struct tar_chunk chunk;
  int got;

  while ((got = content->next(content->context, &chunk, err)) > 0)
    if (there_send_piece(side, &chunk) <= 0)
      return there_ended(place, err);
  if (got == 0 && there_send(&side->channel, FRAME_WHOLE, NULL, 0) <= 0)
    return there_ended(place, err);
  if (got < 0)
    (void)!there_send(&side->channel, FRAME_BROKEN, NULL, 0);
  return got;
}

static int there_entry(struct dir_place *place, int side, const struct tar_entry *entry,
                       const struct extract_content *content, struct error *err)
{
  struct side_there *there = &((struct place_there *)place)->sides[side];
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);

  frame_put_entry(&payload, entry);
  if (payload.overflow)
    return error_set(err, ERROR_LIMIT, "an entry with names of over %d bytes", FRAME_MAX);
  if (there_send(&there->channel, FRAME_ENTRY, payload.ptr, payload.len) <= 0)
    return there_ended(place, err);
  return tar_entry_has_content(entry) ? there_send_content(place, there, content, err) : 0;
}

static int there_end(struct dir_place *place, int side, struct error *err)
{
  struct side_there *there = &((struct place_there *)place)->sides[side];
  struct frame_result result = { 0 };
  int status;

  (void)!there_send(&there->channel, FRAME_END, NULL, 0);
  if (there->channel.unsent)
    return there_unsent(place, there->channel.unsent, err);
  status = there_answer(place, there->channel.socket, there, &result, err);
  there->notes.more = result.more_notes;
  place->sides[side].without_attributes = result.without_attributes;
  return status;
}

static void there_free(struct dir_place *place)
{
  struct place_there *there = (struct place_there *)place;

  for (int side = 0; side < PLACE_SIDES; side++)
    notes_release(&there->sides[side].notes);
  free(there);
}

struct dir_place *dir_place_there(const int *sockets, const char *path)
{
  static const struct dir_place_ops ops = { there_begin, there_file, there_in,
                                            there_entry, there_end,  there_free };
  struct place_there *there = xcalloc(1, sizeof(*there));

  *there = (struct place_there) {
    .base = { .ops = &ops, .path = xstrdup(path) },
    .whole.socket = sockets[PLACE_SIDES],
    .keeper = { there_open, there_commit, NULL, NULL, there },
  };
  for (int side = 0; side < PLACE_SIDES; side++) {
    there->sides[side].channel.socket = sockets[side];
    there->base.sides[side].notes = &there->sides[side].notes;
  }
  return &there->base;
}
