#include "evidence/stored.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/civil.h"
#include "base/inflate.h"
#include "evidence/stored_form.h"

enum { PIECE = 64 * 1024, HEAD = 32 };

/* ---- a stream that is looked at on its way ---- */

struct watched {
  struct stream base;
  struct stream *inner; /* owned */
  unsigned char head[HEAD];
  size_t n_head;
  uint64_t bytes;
};

static ssize_t watched_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct watched *watched = (struct watched *)stream;
  ssize_t got = stream_read(watched->inner, buffer, size, err);

  if (got > 0 && watched->n_head < HEAD) {
    const size_t n = MIN_OF((size_t)got, HEAD - watched->n_head);

    memcpy(watched->head + watched->n_head, buffer, n);
    watched->n_head += n;
  }
  if (got > 0)
    watched->bytes += (uint64_t)got;
  return got;
}

static void watched_close(struct stream *stream)
{
  struct watched *watched = (struct watched *)stream;

  stream_close(watched->inner);
  free(watched);
}

static const struct stream_ops watched_ops = { watched_read, watched_close };

/* ---- one blob ---- */

/* Frame_Header_Descriptor and Window_Descriptor. */
static void read_zstd_head(struct stored_form *form, const unsigned char *head, size_t len)
{
  static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };

  if (len < 6 || memcmp(head, magic, sizeof(magic)) != 0)
    return;
  form->has_checksum = head[4] & 4;
  form->has_size = head[4] & 0x20 || head[4] >> 6;
  if (!(head[4] & 0x20))
    form->window = (UINT64_C(1) << (10 + (head[5] >> 3))) / 8 * (8 + (head[5] & 7));
}

static int read_other(struct stored_form *form, struct stream *blob, const struct limits *limits,
                      struct error *err)
{
  struct watched *watched = xcalloc(1, sizeof(*watched));
  AUTO_STREAM inflated = NULL;
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  AUTO_FREE unsigned char *piece = xmalloc(PIECE);
  ssize_t got;

  watched->base.ops = &watched_ops;
  watched->inner = blob;
  inflated = stream_inflated(&watched->base, limits->tar_bytes);
  while ((got = stream_read(inflated, piece, PIECE, err)) > 0)
    hasher_add(hasher, piece, (size_t)got);
  *form = (struct stored_form) { .bytes = watched->bytes, .inside = hasher_finish(hasher) };
  form->compression = compression_detect(watched->head, watched->n_head);
  if (form->compression == COMPRESSION_ZSTD)
    read_zstd_head(form, watched->head, watched->n_head);
  return got < 0 ? -1 : 0;
}

/* Which of the two ways to read it is known from its first bytes, which have to be put back. */
struct pushed {
  struct stream base;
  struct stream *inner; /* owned */
  unsigned char head[4];
  size_t at, n;
};

static ssize_t pushed_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct pushed *pushed = (struct pushed *)stream;
  const size_t n = MIN_OF(size, pushed->n - pushed->at);

  if (!n)
    return stream_read(pushed->inner, buffer, size, err);
  memcpy(buffer, pushed->head + pushed->at, n);
  pushed->at += n;
  return (ssize_t)n;
}

static void pushed_close(struct stream *stream)
{
  struct pushed *pushed = (struct pushed *)stream;

  stream_close(pushed->inner);
  free(pushed);
}

static const struct stream_ops pushed_ops = { pushed_read, pushed_close };

/* Owns the blob. */
static int read_form(struct stored_form *form, struct stream *blob, const struct limits *limits,
                     struct error *err)
{
  struct pushed *pushed = xcalloc(1, sizeof(*pushed));
  ssize_t got = stream_read_full(blob, pushed->head, sizeof(pushed->head), err);
  int status = -1;

  pushed->base.ops = &pushed_ops;
  pushed->inner = blob;
  pushed->n = got > 0 ? (size_t)got : 0;
  if (got >= 0 && compression_detect(pushed->head, pushed->n) == COMPRESSION_GZIP)
    status = stored_form_gzip(form, &pushed->base, limits->tar_bytes, err);
  else if (got >= 0)
    return read_other(form, &pushed->base, limits, err);
  stream_close(&pushed->base);
  return status;
}

/* ---- two ---- */

struct comparison {
  const struct stored_form *forms[2];
  struct values *values;
  struct arena *arena;
};

static void add_texts(const struct comparison *c, const char *name, const char *a, const char *b)
{
  if (strcmp(a, b) != 0)
    values_add(c->values, c->arena, name, str_of(a), str_of(b));
}

static void add_numbers(const struct comparison *c, const char *name, uint64_t a, uint64_t b)
{
  char texts[2][24];

  snprintf(texts[0], sizeof(texts[0]), "%" PRIu64, a);
  snprintf(texts[1], sizeof(texts[1]), "%" PRIu64, b);
  add_texts(c, name, texts[0], texts[1]);
}

static void add_flags(const struct comparison *c, const char *name, bool a, bool b)
{
  add_texts(c, name, a ? "yes" : "no", b ? "yes" : "no");
}

static const char *time_text(char text[CIVIL_TEXT_MAX], uint32_t mtime)
{
  return mtime ? civil_rfc3339(mtime, text) : "0";
}

static const char *os_name(uint8_t os)
{
  static const char *const names[] = { "FAT",     "Amiga", "VMS",       "Unix",     "VM/CMS",
                                       "Atari",   "HPFS",  "Macintosh", "Z-System", "CP/M",
                                       "TOPS-20", "NTFS",  "QDOS",      "RISCOS" };

  return os < ARRAY_LEN(names) ? names[os] : os == 255 ? "unknown" : "(another number)";
}

static const char *xfl_name(uint8_t xfl)
{
  return xfl == 0 ? "0" : xfl == 2 ? "2 (slowest)" : xfl == 4 ? "4 (fastest)" : "(another number)";
}

static void add_name(const struct comparison *c, const char *name, const char *const texts[2],
                     const bool has[2])
{
  if (has[0] != has[1] || (has[0] && strcmp(texts[0], texts[1]) != 0))
    values_add(c->values, c->arena, name, has[0] ? str_of(texts[0]) : (struct str) { NULL, 0 },
               has[1] ? str_of(texts[1]) : (struct str) { NULL, 0 });
}

static void compare_gzip(const struct comparison *c)
{
  const struct stored_form *a = c->forms[0];
  const struct stored_form *b = c->forms[1];
  char times[2][CIVIL_TEXT_MAX];

  add_texts(c, "MTIME", time_text(times[0], a->gzip.mtime), time_text(times[1], b->gzip.mtime));
  add_name(c, "FNAME", (const char *[]) { a->gzip.name, b->gzip.name },
           (bool[]) { a->gzip.has_name, b->gzip.has_name });
  add_name(c, "FCOMMENT", (const char *[]) { a->gzip.comment, b->gzip.comment },
           (bool[]) { a->gzip.has_comment, b->gzip.has_comment });
  add_numbers(c, "bytes of FEXTRA", a->gzip.extra_bytes, b->gzip.extra_bytes);
  add_texts(c, "XFL", xfl_name(a->gzip.xfl), xfl_name(b->gzip.xfl));
  add_texts(c, "OS", os_name(a->gzip.os), os_name(b->gzip.os));
  add_flags(c, "checksum of the header", a->gzip.has_crc, b->gzip.has_crc);
  add_numbers(c, "members", a->members, b->members);
  add_numbers(c, "zero bytes behind the end", a->padding, b->padding);
  if (!digest_equal(&a->deflate, &b->deflate))
    add_texts(c, "level or compressor",
              arena_printf(c->arena, "%" PRIu64 " bytes", a->deflate_bytes),
              arena_printf(c->arena, "%" PRIu64 " other bytes", b->deflate_bytes));
}

static void compare_zstd(const struct comparison *c)
{
  const struct stored_form *a = c->forms[0];
  const struct stored_form *b = c->forms[1];

  add_numbers(c, "window", a->window, b->window);
  add_flags(c, "checksum", a->has_checksum, b->has_checksum);
  add_flags(c, "size in the header", a->has_size, b->has_size);
  add_texts(c, "level or compressor", arena_printf(c->arena, "%" PRIu64 " bytes", a->bytes),
            arena_printf(c->arena, "%" PRIu64 " other bytes", b->bytes));
}

static void compare_forms(const struct comparison *c)
{
  static const char *const names[] = {
    [COMPRESSION_NONE] = "none", [COMPRESSION_GZIP] = "gzip", [COMPRESSION_ZSTD] = "zstd"
  };
  const struct stored_form *a = c->forms[0];
  const struct stored_form *b = c->forms[1];

  add_texts(c, "algorithm", names[a->compression], names[b->compression]);
  if (a->compression != b->compression)
    add_numbers(c, "bytes", a->bytes, b->bytes);
  else if (a->compression == COMPRESSION_GZIP)
    compare_gzip(c);
  else if (a->compression == COMPRESSION_ZSTD)
    compare_zstd(c);
}

int stored_compare(struct stream *const blobs[2], const struct limits *limits, struct arena *arena,
                   struct stored_comparison *out, int *failed_side, struct error *err)
{
  AUTO_FREE struct stored_form *forms = xcalloc(2, sizeof(*forms));
  const struct comparison comparison = { { &forms[0], &forms[1] }, &out->values, arena };

  *out = (struct stored_comparison) { 0 };
  for (int side = 0; side < 2; side++) {
    if (read_form(&forms[side], blobs[side], limits, err) == 0)
      continue;
    *failed_side = side;
    if (side == 0)
      stream_close(blobs[1]);
    return -1;
  }
  out->same_inside = digest_equal(&forms[0].inside, &forms[1].inside);
  if (out->same_inside)
    compare_forms(&comparison);
  return 0;
}
