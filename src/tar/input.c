/* The tar reader's input: blocks, one after the other. */
#include "tar/reader.h"

int tar_wrap(uint64_t offset, struct error *err)
{
  return error_wrap(err, "at byte %llu of the tar stream", (unsigned long long)offset);
}

/* 1: there is at least a byte at pos; 0: the stream has ended. */
int tar_more(struct tar_reader *reader, struct error *err)
{
  while (!reader->block || reader->pos == reader->block->len) {
    struct block *next = NULL;

    if (reader->ended)
      return 0;
    block_unref(steal_pointer(&reader->block));
    if (reader->source.next(reader->source.context, &next, err) < 0) {
      reader->ended = true;
      return -1;
    }
    reader->ended = !next;
    reader->block = next;
    reader->pos = 0;
  }
  return 1;
}

void tar_advance(struct tar_reader *reader, size_t n)
{
  reader->pos += n;
  reader->offset += n;
}

/* Copies up to n bytes, fewer at the end of the stream; *got says how many. */
int tar_take(struct tar_reader *reader, void *to, size_t n, size_t *got, struct error *err)
{
  for (*got = 0; *got < n;) {
    int result = tar_more(reader, err);
    size_t piece;

    if (result <= 0)
      return result;
    piece = MIN_OF(n - *got, reader->block->len - reader->pos);
    memcpy((char *)to + *got, reader->block->bytes + reader->pos, piece);
    tar_advance(reader, piece);
    *got += piece;
  }
  return 0;
}

/* Over what is left of the block, then by the source's own way if it has one. */
int tar_skip(struct tar_reader *reader, uint64_t *n, struct error *err)
{
  while (*n) {
    size_t there = reader->block ? reader->block->len - reader->pos : 0;
    size_t piece = (size_t)MIN_OF(*n, (uint64_t)there);
    uint64_t left;
    int result;

    tar_advance(reader, piece);
    *n -= piece;
    left = *n;
    if (left && reader->source.skip && !reader->ended) {
      reader->source.skip(reader->source.context, n);
      reader->offset += left - *n;
    }
    result = *n ? tar_more(reader, err) : 1;
    if (result <= 0)
      return result;
  }
  return 0;
}
