#include "diff/inside/inside_files.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"

enum { PAGE = 64 * 1024 }; /* a multiple of the page size of every machine */

struct pass {
  struct content_visitor visitor; /* first */
  int fd;
  uint64_t end; /* of the file */
  struct inside_wanted *next, *stop;
};

static int inside_files_by_place(const void *a, const void *b)
{
  const struct inside_wanted *wanted_a = a;
  const struct inside_wanted *wanted_b = b;

  if (wanted_a->layer != wanted_b->layer)
    return (uintptr_t)wanted_a->layer < (uintptr_t)wanted_b->layer ? -1 : 1;
  return (wanted_a->position > wanted_b->position) - (wanted_a->position < wanted_b->position);
}

static int write_all(int fd, const unsigned char *bytes, size_t len, uint64_t at, struct error *err)
{
  while (len) {
    const ssize_t n = pwrite(fd, bytes, len, (off_t)at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return error_sys(err, errno, "a temporary file");
    bytes += n;
    len -= (size_t)n;
    at += (uint64_t)n;
  }
  return 0;
}

static int inside_files_visit(struct content_visitor *visitor, const struct tar_entry *entry,
                              struct tar_reader *reader, struct error *err)
{
  struct pass *pass = (struct pass *)visitor;
  struct inside_wanted *wanted = pass->next;
  const uint64_t start = (pass->end + PAGE - 1) / PAGE * PAGE;
  uint64_t size = 0;
  struct tar_chunk chunk;
  int got;

  while ((got = tar_read(reader, &chunk, err)) > 0) {
    if (size + chunk.len > wanted->max)
      break;
    if (write_all(pass->fd, chunk.bytes, chunk.len, start + size, err))
      return -1;
    size += chunk.len;
  }
  for (; pass->next < pass->stop && pass->next->position == entry->index; pass->next++)
    if (got == 0)
      *pass->next->content = (struct inside_content) { pass->fd, start, size };
  if (got == 0)
    pass->end = start + size;
  return got < 0 ? -1 : 0;
}

static void read_layer(struct pass *pass, const struct diff_options *options, int side)
{
  const size_t n = (size_t)(pass->stop - pass->next);
  const struct descriptor *layer = pass->next->layer;
  AUTO_FREE uint64_t *positions = xcalloc(n, sizeof(*positions));
  size_t n_positions = 0;
  struct error err;

  for (size_t i = 0; i < n; i++)
    if (!n_positions || positions[n_positions - 1] != pass->next[i].position)
      positions[n_positions++] = pass->next[i].position;
  (void)!diff_visit_layer(options->sources[side], layer, positions, n_positions, options->limits,
                          &pass->visitor, &err);
}

void inside_files_read(const struct diff_options *options, int side, struct inside_wanted *wanted,
                       size_t n, int *fd)
{
  struct pass pass = { .visitor = { inside_files_visit } };
  size_t at = 0;

  for (size_t i = 0; i < n; i++)
    wanted[i].content->fd = -1;
  if (*fd < 0)
    *fd = memfd_create("contents", MFD_CLOEXEC);
  if (*fd < 0 || options->sources[side]->fetches_again)
    return;
  pass.fd = *fd;
  qsort(wanted, n, sizeof(*wanted), inside_files_by_place);
  while (at < n) {
    pass.next = &wanted[at];
    while (at < n && wanted[at].layer == pass.next->layer)
      at++;
    pass.stop = &wanted[at];
    read_layer(&pass, options, side);
  }
}
