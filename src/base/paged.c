#include "base/paged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/tempfile.h"

enum {
  PIECE = 16 * 1024 * 1024, /* by which the file grows; as a multiple of any page */
  ALIGNMENT = _Alignof(max_align_t),
  /* A step touches a few pages, and the kernel maps up to 16 around each. */
  STEPS = 2048,
};

struct piece {
  char *start;
  size_t bytes;
  uint64_t offset; /* in the file */
};

struct paged {
  struct budget *memory;
  struct tempfile file;
  uint64_t size;  /* of the file */
  uint64_t taken; /* of the budget */
  struct piece *pieces;
  size_t n, cap;
  char *next;  /* in the last piece of PIECE bytes */
  size_t left; /* behind that */
  unsigned steps;
  bool failed;
  struct error error;
};

struct paged *paged_new(struct budget *memory)
{
  struct paged *paged = xcalloc(1, sizeof(*paged));

  paged->memory = memory;
  paged->file = TEMPFILE_INIT;
  return paged;
}

void paged_free(struct paged *paged)
{
  if (!paged)
    return;
  for (size_t i = 0; i < paged->n; i++)
    munmap(paged->pieces[i].start, paged->pieces[i].bytes);
  budget_give(paged->memory, paged->taken);
  free(paged->pieces);
  tempfile_close(&paged->file);
  free(paged);
}

static size_t paged_rounded(size_t bytes, size_t to)
{
  return (MAX_OF(bytes, (size_t)1) + to - 1) / to * to;
}

static struct piece *paged_piece_of(const struct paged *paged, const char *memory)
{
  for (size_t i = paged->n; i-- > 0;)
    if (memory >= paged->pieces[i].start &&
        memory < paged->pieces[i].start + paged->pieces[i].bytes)
      return &paged->pieces[i];
  return NULL;
}

/* Room on the disk now, since later there would be a signal instead of an error. */
static int paged_grow_file(struct paged *paged, size_t bytes, struct error *err)
{
  static const char zeros[64 * 1024];
  const uint64_t end = paged->size + bytes;

  if (paged->file.fd < 0 && tempfile_open(&paged->file, err))
    return -1;
  if (fallocate(paged->file.fd, 0, (off_t)paged->size, (off_t)bytes) == 0)
    return 0;
  if (errno != EOPNOTSUPP && errno != ENOSYS)
    return error_sys(err, errno, "a temporary file in %s ($TMPDIR names another folder)",
                     paged->file.directory);
  for (uint64_t at = paged->size; at < end; at += sizeof(zeros))
    if (tempfile_write(&paged->file, zeros, sizeof(zeros), at, err))
      return -1;
  return 0;
}

/* A new piece of the file, bytes being a multiple of PIECE; NULL if there is none. */
static struct piece *paged_add_piece(struct paged *paged, size_t bytes)
{
  char *start;

  if (paged->failed)
    return NULL;
  if (paged_grow_file(paged, bytes, &paged->error)) {
    paged->failed = true;
    return NULL;
  }
  start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, paged->file.fd, (off_t)paged->size);
  if (start == MAP_FAILED) {
    error_sys(&paged->error, errno, "mapping a temporary file in %s", paged->file.directory);
    paged->failed = true;
    return NULL;
  }
  paged->pieces = xgrow(paged->pieces, paged->n, &paged->cap, sizeof(*paged->pieces));
  paged->pieces[paged->n] = (struct piece) { start, bytes, paged->size };
  paged->size += bytes;
  return &paged->pieces[paged->n++];
}

static void *paged_from_file(struct paged *paged, size_t bytes)
{
  const size_t size = paged_rounded(bytes, ALIGNMENT);
  struct piece *piece;
  void *memory;

  if (size > PIECE / 4) { /* it has a piece to itself */
    piece = paged_add_piece(paged, paged_rounded(size, PIECE));
    return piece ? piece->start : NULL;
  }
  if (paged->left < size) {
    piece = paged_add_piece(paged, PIECE);
    if (!piece)
      return NULL;
    paged->next = piece->start;
    paged->left = piece->bytes;
  }
  memory = paged->next;
  paged->next += size;
  paged->left -= size;
  return memory;
}

void *paged_give(struct paged *paged, size_t bytes)
{
  void *memory = NULL;

  if (budget_take_spare(paged->memory, bytes))
    paged->taken += bytes;
  else
    memory = paged_from_file(paged, bytes);
  return memory ? memory : xcalloc(MAX_OF(bytes, (size_t)1), 1);
}

void paged_drop(struct paged *paged, void *memory, size_t bytes)
{
  struct piece *piece = paged_piece_of(paged, memory);

  if (!piece) {
    const uint64_t taken = memory ? MIN_OF(paged->taken, (uint64_t)bytes) : 0;

    free(memory);
    budget_give(paged->memory, taken);
    paged->taken -= taken;
    return;
  }
  if (bytes <= PIECE / 4)
    return;
  /* What this does not do costs room on the disk until the end. */
  (void)!fallocate(paged->file.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)piece->offset,
                   (off_t)piece->bytes);
  munmap(piece->start, piece->bytes);
  *piece = paged->pieces[--paged->n];
}

int paged_check(const struct paged *paged, struct error *err)
{
  if (paged->failed)
    *err = paged->error;
  return paged->failed ? -1 : 0;
}

void paged_step(struct paged *paged)
{
  if (!paged->n || ++paged->steps < STEPS)
    return;
  paged->steps = 0;
  for (size_t i = 0; i < paged->n; i++)
    madvise(paged->pieces[i].start, paged->pieces[i].bytes, MADV_DONTNEED);
}
