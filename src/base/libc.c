#include "base/libc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *libc_gnu_text(const char *result, char *text, size_t size)
{
  (void)text;
  (void)size;
  return result;
}

static const char *libc_posix_text(int result, char *text, size_t size)
{
  if (result)
    snprintf(text, size, "unknown error");
  return text;
}

const char *libc_error_text(int errnum, char *text, size_t size)
{
  return _Generic(strerror_r(errnum, text, size), char * : libc_gnu_text, int : libc_posix_text)(
      strerror_r(errnum, text, size), text, size);
}

static void libc_close_one(int fd, unsigned first, unsigned last)
{
  if (fd >= 0 && (unsigned)fd >= first && (unsigned)fd <= last)
    close(fd);
}

/* What is open, as the system lists it; without /proc all that may be: nobody opens more than the
 * limit, which may be a thousand million. */
static int libc_close_each(unsigned first, unsigned last)
{
  DIR *list = opendir("/proc/self/fd");
  const struct dirent *entry;
  struct rlimit limit;

  while (list && (entry = readdir(list))) {
    const int fd = entry->d_name[0] == '.' ? -1 : (int)strtol(entry->d_name, NULL, 10);

    if (fd != dirfd(list))
      libc_close_one(fd, first, last);
  }
  if (list)
    return closedir(list);
  if (getrlimit(RLIMIT_NOFILE, &limit))
    return -1;
  for (unsigned fd = first; fd <= last && fd < limit.rlim_max; fd++)
    close((int)fd);
  return 0;
}

int libc_close_range(unsigned first, unsigned last)
{
  if (syscall(SYS_close_range, first, last, 0) == 0)
    return 0;
  return errno == ENOSYS || errno == EPERM ? libc_close_each(first, last) : -1;
}

bool libc_is_there(int dir, const char *name)
{
  struct stat unused;

  return fstatat(dir, name, &unused, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The older call asks for the real user, who is the effective one: nobody installs this program to
 * run as another. */
bool libc_may_change(int dir)
{
  return faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0 ||
         (errno == EPERM && syscall(SYS_faccessat, dir, ".", W_OK | X_OK) == 0);
}

int libc_fstat(int fd, struct stat *out)
{
  /* Where the library's structure is the kernel's. */
#if defined(__x86_64__) || defined(__aarch64__)
  return (int)syscall(SYS_fstat, fd, out);
#else
  return fstat(fd, out);
#endif
}
