/* Values written one after the other, for another process of ours on the same machine: the order of
 * bytes is the machine's. Reading trusts nothing: after the first fault all that is read is zero or
 * empty, and `bad` is set. */
#ifndef DIFFOCI_BASE_WIRE_H
#define DIFFOCI_BASE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

void wire_put_number(struct buf *out, int64_t number);
/* Its length and its bytes; ptr NULL, no text, is not the same as an empty one. */
void wire_put_str(struct buf *out, struct str s);

struct wire_reader {
  struct str rest; /* what was not read yet; borrowed */
  bool bad;
};

int64_t wire_take_number(struct wire_reader *reader);
/* A number from least to most; another is a fault, and least is returned. */
int64_t wire_take_within(struct wire_reader *reader, int64_t least, int64_t most);
void wire_take_bytes(struct wire_reader *reader, void *to, size_t len);
/* A view of at most max bytes; ptr NULL if there is none. */
struct str wire_take_str(struct wire_reader *reader, size_t max);
/* All was read, and nothing was wrong. */
bool wire_is_done(const struct wire_reader *reader);

#endif
