#include "report/directory/frames.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/socket.h"
#include "base/wire.h"
#include "report/directory/entry_path.h"

struct frame_head {
  uint32_t kind, len;
};

int frame_send(int socket, enum frame_kind kind, const void *bytes, size_t len)
{
  const struct frame_head head = { kind, (uint32_t)len };

  if (len > FRAME_MAX) {
    errno = EMSGSIZE;
    return -1;
  }
  if (socket_send(socket, &head, sizeof(head)) <= 0)
    return -1;
  return len ? socket_send(socket, bytes, len) : 1;
}

static int frame_odd(struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "an odd message about the report directory");
}

int frame_receive(int socket, enum frame_kind *kind, struct buf *payload, struct error *err)
{
  struct frame_head head;
  int got = socket_receive(socket, &head, sizeof(head));

  buf_clear(payload);
  *kind = FRAME_KINDS;
  if (got <= 0)
    return got < 0 && errno != ECONNRESET ? error_sys(err, errno, "a socket") : 0;
  if (head.kind < FRAME_BEGIN || head.kind >= FRAME_KINDS || head.len > FRAME_MAX)
    return frame_odd(err);
  *kind = (enum frame_kind)head.kind;
  if (!head.len)
    return 1;
  got = socket_receive(socket, buf_reserve(payload, head.len), head.len);
  if (got <= 0)
    return got < 0 && errno != ECONNRESET ? error_sys(err, errno, "a socket") : 0;
  payload->len = head.len;
  payload->ptr[head.len] = '\0';
  return 1;
}

/* ---- entries ---- */

/* With the NUL behind it, so that a view of it is a string, too. */
static void frame_put_name(struct buf *out, struct str name)
{
  wire_put_number(out, (int64_t)name.len + 1);
  buf_add(out, name.ptr, name.len);
  buf_putc(out, '\0');
}

static struct str frame_take_name(struct wire_reader *reader)
{
  struct str name = wire_take_str(reader, LIMIT_PAX_BYTES + 1);

  if (!name.len || name.ptr[name.len - 1]) {
    reader->bad = true;
    return STR("");
  }
  name.len--;
  return name;
}

void frame_put_entry(struct buf *out, const struct tar_entry *entry)
{
  wire_put_number(out, (unsigned char)entry->type);
  wire_put_number(out, entry->mode);
  wire_put_number(out, entry->mtime.set);
  wire_put_number(out, entry->mtime.seconds);
  wire_put_number(out, entry->mtime.nanoseconds);
  wire_put_number(out, entry->device_major);
  wire_put_number(out, entry->device_minor);
  frame_put_name(out, entry->name);
  frame_put_name(out, entry->link_name);
}

int frame_take_entry(struct str payload, struct tar_entry *out, struct error *err)
{
  struct wire_reader reader = { payload, false };

  *out = (struct tar_entry) { .type = (char)wire_take_within(&reader, 0, UINT8_MAX) };
  out->mode = wire_take_number(&reader);
  out->mtime.set = wire_take_within(&reader, 0, 1) != 0;
  out->mtime.seconds = wire_take_number(&reader);
  out->mtime.nanoseconds = (int32_t)wire_take_within(&reader, INT32_MIN, INT32_MAX);
  out->device_major = wire_take_number(&reader);
  out->device_minor = wire_take_number(&reader);
  out->name = frame_take_name(&reader);
  out->link_name = frame_take_name(&reader);
  return wire_is_done(&reader) ? 0 : frame_odd(err);
}

/* ---- numbers, texts, results ---- */

int frame_take_number(struct str payload, uint64_t *out, struct error *err)
{
  if (payload.len != sizeof(*out))
    return frame_odd(err);
  memcpy(out, payload.ptr, sizeof(*out));
  return 0;
}

char *frame_take_text(struct str payload, struct error *err)
{
  if (payload.len <= FRAME_TEXT_MAX && (!payload.len || !memchr(payload.ptr, '\0', payload.len)))
    return payload.len ? str_dup(payload) : xstrdup("");
  frame_odd(err);
  return NULL;
}

void frame_put_result(struct buf *out, const struct frame_result *result)
{
  wire_put_number(out, (int64_t)result->without_attributes);
  wire_put_number(out, (int64_t)result->more_notes);
  if (!result->failed)
    return;
  wire_put_number(out, result->error.code);
  wire_put_number(out, result->error.sys);
  wire_put_str(out, str_of(result->error.message));
}

int frame_take_result(enum frame_kind kind, struct str payload, struct frame_result *out,
                      struct error *err)
{
  struct wire_reader reader = { payload, false };

  *out = (struct frame_result) { .failed = kind == FRAME_FAILED };
  out->without_attributes = (size_t)wire_take_within(&reader, 0, INT64_MAX);
  out->more_notes = (size_t)wire_take_within(&reader, 0, INT64_MAX);
  if (out->failed) {
    struct str message;

    out->error.code = (enum error_code)wire_take_within(&reader, ERROR_NONE, ERROR_CANCELLED);
    out->error.sys = (int)wire_take_within(&reader, 0, INT16_MAX);
    message = wire_take_str(&reader, sizeof(out->error.message) - 1);
    if (message.ptr)
      memcpy(out->error.message, message.ptr, message.len);
  }
  return (kind == FRAME_DONE || kind == FRAME_FAILED) && wire_is_done(&reader) ? 0 : frame_odd(err);
}

/* ---- what names may be ---- */

bool frame_is_directory(const char *text)
{
  AUTO_BUF path = BUF_INIT(FRAME_TEXT_MAX);

  return !*text || (!entry_path_add(&path, str_of(text)) && !path.overflow &&
                    str_equal(buf_str(&path), str_of(text)));
}

bool frame_is_file(const char *text)
{
  return strcmp(text, "README.md") == 0 || strcmp(text, "report.json") == 0;
}
