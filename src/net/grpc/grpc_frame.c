#include "net/grpc/grpc_frame.h"

#include <string.h>

enum { SLACK = 1024 * 1024 }; /* beyond one message: what arrived with its end */

void grpc_prefix(uint8_t out[GRPC_PREFIX_BYTES], uint32_t len)
{
  out[0] = 0;
  out[1] = (uint8_t)(len >> 24);
  out[2] = (uint8_t)(len >> 16);
  out[3] = (uint8_t)(len >> 8);
  out[4] = (uint8_t)len;
}

void grpc_frames_init(struct grpc_frames *frames, size_t max_message)
{
  *frames = (struct grpc_frames) {
    .bytes = BUF_INIT(max_message + GRPC_PREFIX_BYTES + SLACK),
    .max_message = max_message,
  };
}

void grpc_frames_release(struct grpc_frames *frames)
{
  buf_release(&frames->bytes);
  frames->start = 0;
}

size_t grpc_frames_left(const struct grpc_frames *frames)
{
  return frames->bytes.len - frames->start;
}

int grpc_frames_add(struct grpc_frames *frames, const void *bytes, size_t len, struct error *err)
{
  size_t left = grpc_frames_left(frames);

  if (frames->start) {
    memmove(frames->bytes.ptr, frames->bytes.ptr + frames->start, left);
    frames->bytes.len = left;
    frames->start = 0;
  }
  buf_add(&frames->bytes, bytes, len);
  if (frames->bytes.overflow)
    return error_set(err, ERROR_LIMIT, "more than %zu bytes came at once", frames->bytes.max);
  return 0;
}

int grpc_frames_next(struct grpc_frames *frames, struct str *message, struct error *err)
{
  size_t left = grpc_frames_left(frames);
  const uint8_t *prefix;
  uint32_t len;

  if (left < GRPC_PREFIX_BYTES)
    return 0;
  prefix = (const uint8_t *)frames->bytes.ptr + frames->start;
  len = (uint32_t)prefix[1] << 24 | (uint32_t)prefix[2] << 16 | (uint32_t)prefix[3] << 8 |
        (uint32_t)prefix[4];
  if (prefix[0] != 0)
    return error_set(err, ERROR_UNSUPPORTED, "a message with flag %u, expected an uncompressed one",
                     prefix[0]);
  if (len > frames->max_message)
    return error_set(err, ERROR_LIMIT, "a message of %u bytes, at most %zu are taken", len,
                     frames->max_message);
  if (left - GRPC_PREFIX_BYTES < len)
    return 0;
  *message = (struct str) { (const char *)prefix + GRPC_PREFIX_BYTES, len };
  frames->start += GRPC_PREFIX_BYTES + (size_t)len;
  return 1;
}
