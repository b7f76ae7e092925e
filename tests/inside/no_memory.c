/* Preloaded into a program, makes one allocation of libsquashfs fail: NO_MEMORY=N in the
 * environment is the N-th (from 1) in each process; 0: none. */
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static struct {
  uintptr_t from, to; /* where the library's code lies */
  long chosen, seen;
} library;

static int find(struct dl_phdr_info *info, size_t size, void *context)
{
  (void)size;
  (void)context;
  if (!strstr(info->dlpi_name, "libsquashfs"))
    return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const uintptr_t at = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

    if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
      continue;
    library.from = at;
    library.to = at + info->dlpi_phdr[i].p_memsz;
  }
  return 1;
}

__attribute__((constructor)) static void begin(void)
{
  const char *text = getenv("NO_MEMORY");

  library.chosen = text ? strtol(text, NULL, 10) : 0;
  dl_iterate_phdr(find, NULL);
}

static bool fails(const void *caller)
{
  const uintptr_t at = (uintptr_t)caller;

  return at >= library.from && at < library.to &&
         __atomic_add_fetch(&library.seen, 1, __ATOMIC_RELAXED) == library.chosen;
}

void *malloc(size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}
