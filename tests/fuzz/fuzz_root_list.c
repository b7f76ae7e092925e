/* The list of a directory, as the process that has made it hands it over: what is taken has paths,
 * and of what is a link its target. The input is what stands behind the directory's own numbers. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/wire.h"
#include "source/archive/path.h"
#include "source/archive/root_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct root_list *list)
{
  for (size_t i = 0; i < list->n; i++) {
    const struct root_entry *entry = &list->items[i];

    if (!entry->path || !entry->path[0] || strlen(entry->path) > MEMBER_PATH_MAX ||
        (entry->is_second && !entry->link) || (S_ISLNK(entry->mode) && !entry->link) ||
        (entry->pax_len && memchr(entry->pax, 0x7f, entry->pax_len) == entry->pax + entry->pax_len))
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_BUF bytes = BUF_INIT(size + 2 * sizeof(int64_t));
  const int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct root_list *list;
  struct stat root;
  struct error err;
  char *told;

  if (fd < 0 || fstat(fd, &root))
    abort();
  wire_put_number(&bytes, (int64_t)root.st_dev);
  wire_put_number(&bytes, (int64_t)root.st_ino);
  buf_add(&bytes, data, size);
  list = root_list_read(fd, buf_str(&bytes), &err);
  if (!list)
    return 0;
  check(list);
  told = root_list_unseen(list);
  free(told);
  root_list_free(list);
  return 0;
}
