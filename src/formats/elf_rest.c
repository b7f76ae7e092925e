#include "formats/elf_rest.h"

#include <stdlib.h>

#include "base/digest.h"

int elf_told_init(struct elf_told *told, struct format_parts *parts, size_t n, struct error *err)
{
  *told = (struct elf_told) { .cap = n };
  told->pieces = format_memory(parts, n * sizeof(*told->pieces), err);
  return told->pieces ? 0 : -1;
}

void elf_told_add(struct elf_told *told, struct str piece)
{
  if (piece.len && told->n < told->cap)
    told->pieces[told->n++] = piece;
}

static int by_place(const void *a, const void *b)
{
  const struct str *piece_a = a;
  const struct str *piece_b = b;

  return (piece_a->ptr > piece_b->ptr) - (piece_a->ptr < piece_b->ptr);
}

/* Bytes that are not zero. True if there are some. */
static bool hash_gap(struct hasher *hasher, const char *from, const char *to)
{
  bool any = false;

  while (from < to) {
    const char *end;

    for (; from < to && !*from; from++)
      ;
    end = from < to ? memchr(from, '\0', (size_t)(to - from)) : NULL;
    end = end ? end : to;
    any = any || from < end;
    hasher_add(hasher, from, (size_t)(end - from));
    from = end;
  }
  return any;
}

int elf_add_rest(struct format_parts *parts, struct elf_told *told, struct error *err)
{
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  const char *at = parts->bytes.ptr;
  const char *const end = at + parts->bytes.len;
  char text[DIGEST_MAX_TEXT] = "";
  struct digest digest;
  bool any = false;

  if (told->n)
    qsort(told->pieces, told->n, sizeof(*told->pieces), by_place);
  for (size_t i = 0; i < told->n; i++) {
    const struct str piece = told->pieces[i];

    if (piece.ptr > at)
      any |= hash_gap(hasher, at, piece.ptr);
    at = MAX_OF(at, piece.ptr + piece.len);
  }
  any |= hash_gap(hasher, at, end);
  digest = hasher_finish(hasher);
  return format_add_field(
      parts, FORMAT_COUNTS, "outside of sections",
      any ? str_of(arena_strdup(&parts->arena, digest_hex(&digest, text))) : STR(""), err);
}
