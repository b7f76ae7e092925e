/* Preloaded into a program, makes one of its calls fail: FAULT="CLASS N ERRNO" in the environment
 * makes the N-th call (from 1, over all threads) of a class return what it returns when it fails,
 * with that errno. With N = 0 none fails. FAULT_COUNT names a file; when the program ends, how many
 * calls of the class there were is written into it. The classes are the first arguments of `fails`
 * below. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
  char class[16];
  long chosen;
  int error;
  long seen; /* atomic */
  int count; /* the file of FAULT_COUNT, opened before the program may open files no more; -1 */
  bool ready;
} fault;

__attribute__((constructor)) static void begin(void)
{
  const char *text = getenv("FAULT");
  const char *path = getenv("FAULT_COUNT");

  fault.count = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
  if (text && sscanf(text, "%15s %ld %d", fault.class, &fault.chosen, &fault.error) == 3)
    fault.ready = true;
}

__attribute__((destructor)) static void end(void)
{
  fault.ready = false;
  if (fault.count < 0)
    return;
  dprintf(fault.count, "%ld\n", fault.seen);
  close(fault.count);
}

static bool fails(const char *class)
{
  if (!fault.ready || strcmp(class, fault.class) != 0 ||
      __atomic_add_fetch(&fault.seen, 1, __ATOMIC_RELAXED) != fault.chosen)
    return false;
  errno = fault.error;
  return true;
}

/* glibc's own names, since dlsym allocates. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
  return fails("memory") ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
  return fails("memory") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
  return fails("memory") ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
  return fails("memory") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
  void *memory = fails("memory") ? NULL : __libc_memalign(alignment, size);

  if (!memory)
    return ENOMEM;
  *out = memory;
  return 0;
}

/* A function that calls the one behind it unless it is to fail. */
#define WRAP(class, type, name, failure, parameters, arguments)                                    \
  type name parameters                                                                             \
  {                                                                                                \
    static type(*next) parameters;                                                                 \
                                                                                                   \
    if (!next) {                                                                                   \
      void *found = dlsym(RTLD_NEXT, #name);                                                       \
                                                                                                   \
      memcpy(&next, &found, sizeof(found));                                                        \
    }                                                                                              \
    return fails(class) ? (failure) : next arguments;                                              \
  }

WRAP("read", ssize_t, read, -1, (int fd, void *buffer, size_t n), (fd, buffer, n))
WRAP("read", ssize_t, pread64, -1, (int fd, void *buffer, size_t n, off64_t at),
     (fd, buffer, n, at))
WRAP("read", ssize_t, getrandom, -1, (void *buffer, size_t n, unsigned flags), (buffer, n, flags))
WRAP("read", size_t, fread, 0, (void *buffer, size_t size, size_t n, FILE *file),
     (buffer, size, n, file))
WRAP("write", ssize_t, write, -1, (int fd, const void *buffer, size_t n), (fd, buffer, n))
WRAP("write", ssize_t, pwrite64, -1, (int fd, const void *buffer, size_t n, off64_t at),
     (fd, buffer, n, at))
WRAP("write", ssize_t, writev, -1, (int fd, const struct iovec *parts, int n), (fd, parts, n))
WRAP("write", size_t, fwrite, 0, (const void *buffer, size_t size, size_t n, FILE *file),
     (buffer, size, n, file))
WRAP("write", int, fflush, EOF, (FILE * file), (file))
WRAP("write", int, ftruncate64, -1, (int fd, off64_t size), (fd, size))
WRAP("write", int, fallocate64, -1, (int fd, int mode, off64_t at, off64_t size),
     (fd, mode, at, size))
WRAP("open", FILE *, fopen64, NULL, (const char *path, const char *mode), (path, mode))
WRAP("open", DIR *, fdopendir, NULL, (int fd), (fd))
WRAP("open", int, dup2, -1, (int from, int to), (from, to))
WRAP("rename", int, rename, -1, (const char *from, const char *to), (from, to))
WRAP("rename", int, renameat, -1, (int d, const char *from, int e, const char *to),
     (d, from, e, to))
WRAP("rename", int, linkat, -1, (int d, const char *from, int e, const char *to, int flags),
     (d, from, e, to, flags))
WRAP("rename", int, mkdirat, -1, (int d, const char *path, mode_t mode), (d, path, mode))
WRAP("rename", int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP("rename", int, unlinkat, -1, (int d, const char *path, int flags), (d, path, flags))
WRAP("rename", int, fchmodat, -1, (int d, const char *path, mode_t mode, int flags),
     (d, path, mode, flags))
WRAP("sync", int, fsync, -1, (int fd), (fd))
WRAP("sync", int, fdatasync, -1, (int fd), (fd))
WRAP("sync", int, syncfs, -1, (int fd), (fd))
WRAP("stat", int, fstat64, -1, (int fd, struct stat64 *out), (fd, out))
WRAP("stat", int, stat64, -1, (const char *path, struct stat64 *out), (path, out))
WRAP("stat", int, fstatat64, -1, (int d, const char *path, struct stat64 *out, int flags),
     (d, path, out, flags))
WRAP("stat", struct dirent64 *, readdir64, NULL, (DIR * directory), (directory))
WRAP("lock", int, flock, -1, (int fd, int operation), (fd, operation))
WRAP("memory", void *, mmap64, MAP_FAILED,
     (void *at, size_t size, int protection, int flags, int fd, off64_t from),
     (at, size, protection, flags, fd, from))
WRAP("thread", int, pthread_create, fault.error,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument),
     (thread, attributes, run, argument))
WRAP("thread", pid_t, fork, -1, (void), ())
WRAP("socket", int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))
WRAP("socket", int, connect, -1, (int fd, const struct sockaddr *to, socklen_t size),
     (fd, to, size))
WRAP("socket", ssize_t, send, -1, (int fd, const void *buffer, size_t n, int flags),
     (fd, buffer, n, flags))
WRAP("socket", ssize_t, recv, -1, (int fd, void *buffer, size_t n, int flags),
     (fd, buffer, n, flags))
WRAP("socket", int, poll, -1, (struct pollfd * set, nfds_t n, int timeout), (set, n, timeout))

/* Those with a mode that is there only if the flags say so. */
#define WRAP_OPEN(name, parameters, arguments)                                                     \
  int name parameters                                                                              \
  {                                                                                                \
    static int(*next) parameters;                                                                  \
    mode_t mode;                                                                                   \
    va_list rest;                                                                                  \
                                                                                                   \
    va_start(rest, flags);                                                                         \
    mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;                             \
    va_end(rest);                                                                                  \
    if (!next) {                                                                                   \
      void *found = dlsym(RTLD_NEXT, #name);                                                       \
                                                                                                   \
      memcpy(&next, &found, sizeof(found));                                                        \
    }                                                                                              \
    return fails("open") ? -1 : next arguments;                                                    \
  }

WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat64, (int d, const char *path, int flags, ...), (d, path, flags, mode))
