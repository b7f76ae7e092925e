/* Preloaded into a program, makes one of its calls fail. FAULT="CLASS N WHAT PROCESS" in the
 * environment: of all the calls of a class that a process makes (from 1, over all threads) the
 * N-th, or with "N+" each from the N-th on. The processes are numbered in the order in which they
 * are forked, from 0 for the first; without PROCESS it is each of them. A program that is executed
 * is none of them, and runs as ever. The classes are those of `classes` below. WHAT is an errno,
 * with which the call fails, or "kill", "exit" (with status 0) or "hang", which becomes of the
 * process (hang: of the thread) in place of the call; "short": a call that may do less than it is
 * asked to does no more than one byte; "again": one that may wait is interrupted (EINTR) about
 * every second time.
 *
 * FAULT_PAGE names a file of at least sizeof(struct page) bytes, which all processes map: what
 * calls there were, and what failed, is there for whoever started them. tests/faults/pages.py reads
 * it. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const classes[] = { "memory", "read", "write",  "open",   "rename", "sync",
                                       "stat",   "lock", "thread", "socket", "confine" };
enum class {
  MEMORY,
  READ,
  WRITE,
  OPEN,
  RENAME,
  SYNC,
  STAT,
  LOCK,
  THREAD,
  SOCKET,
  CONFINE,
  CLASSES
};
enum what { WHAT_ERRNO, WHAT_KILL, WHAT_EXIT, WHAT_HANG, WHAT_SHORT, WHAT_AGAIN };
enum { PROCESSES = 32, DESCRIPTORS = 1024 };

/* What all processes share. */
struct page {
  uint32_t forked, struck; /* processes; calls that failed. Atomic, as all here */
  char function[24];       /* the first that failed */
  struct process {
    uint32_t pid, parent; /* the parent's number */
    uint32_t calls[CLASSES];
  } processes[PROCESSES];
};

static struct {
  int class; /* -1: none fails */
  long from, to;
  enum what what;
  int error;
  long only; /* the process; -1: each */
  struct page *page;
  unsigned self;              /* the number of this process */
  bool whole[DESCRIPTORS];    /* a socket whose messages are whole or not sent */
  pthread_mutex_t never_free; /* locked */
} fault = { .class = -1, .only = -1, .never_free = PTHREAD_MUTEX_INITIALIZER };

static void read_what(const char *word)
{
  static const char *const words[] = { "", "kill", "exit", "hang", "short", "again" };

  for (size_t i = 1; i < sizeof(words) / sizeof(*words); i++)
    if (strcmp(words[i], word) == 0)
      fault.what = (enum what)i;
  fault.error = fault.what == WHAT_AGAIN ? EINTR : (int)strtol(word, NULL, 10);
}

static void read_fault(const char *text)
{
  char class[16], number[16], what[16];

  if (sscanf(text, "%15s %15s %15s %ld", class, number, what, &fault.only) < 3)
    return;
  fault.from = strtol(number, NULL, 10);
  fault.to = strchr(number, '+') ? INT32_MAX : fault.from;
  read_what(what);
  for (int i = 0; i < CLASSES; i++)
    if (strcmp(classes[i], class) == 0)
      fault.class = i;
}

__attribute__((constructor)) static void begin(void)
{
  const char *text = getenv("FAULT");
  const char *path = getenv("FAULT_PAGE");
  const int fd = text && path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  struct page *page;

  if (!text)
    return;
  page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
              MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
  if (fd >= 0)
    close(fd);
  if (page == MAP_FAILED)
    abort();
  pthread_mutex_lock(&fault.never_free);
  page->processes[0].pid = (uint32_t)getpid();
  read_fault(text);
  unsetenv("FAULT"); /* for what is executed */
  fault.page = page;
}

static void become(void)
{
  if (fault.what == WHAT_KILL)
    kill(getpid(), SIGKILL);
  if (fault.what == WHAT_EXIT)
    _exit(0);
  if (fault.what == WHAT_HANG)
    pthread_mutex_lock(&fault.never_free);
}

/* About every second, but no loop of so many calls meets the same one each time. */
static bool is_interrupted(uint32_t number)
{
  return number * 2654435769u >> 31;
}

/* Whether it is this call. */
static bool struck(enum class class, const char *function)
{
  struct page *page = fault.page;
  long number;

  if (!page || fault.self >= PROCESSES)
    return false;
  number = __atomic_add_fetch(&page->processes[fault.self].calls[class], 1, __ATOMIC_RELAXED);
  if ((int)class != fault.class || (fault.only >= 0 && fault.only != (long)fault.self) ||
      number < fault.from || number > fault.to ||
      (fault.what == WHAT_AGAIN && !is_interrupted((uint32_t)number)))
    return false;
  if (__atomic_add_fetch(&page->struck, 1, __ATOMIC_RELAXED) == 1)
    snprintf(page->function, sizeof(page->function), "%s", function);
  return true;
}

/* What may become of a call beside that it fails: each may be interrupted, or do less. */
enum { MAY_WAIT = 1, MAY_BE_SHORT = 2 };

/* As fails, of a call that may do all that; of one that may do less, *n is less then. */
static bool disturbed(enum class class, const char *function, int may, size_t *n)
{
  if (!struck(class, function) || (fault.what == WHAT_AGAIN && !(may & MAY_WAIT)))
    return false;
  if (fault.what == WHAT_SHORT) {
    if (may & MAY_BE_SHORT && *n > 1)
      *n = 1;
    return false;
  }
  become();
  errno = fault.error;
  return true;
}

static bool fails(enum class class, const char *function)
{
  return disturbed(class, function, 0, NULL);
}

/* glibc's own names, since dlsym allocates. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
  return fails(MEMORY, "malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
  return fails(MEMORY, "calloc") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
  return fails(MEMORY, "realloc") ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
  size_t bytes;

  if (__builtin_mul_overflow(n, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  return fails(MEMORY, "reallocarray") ? NULL : __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t size)
{
  return fails(MEMORY, "aligned_alloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
  void *memory = fails(MEMORY, "posix_memalign") ? NULL : __libc_memalign(alignment, size);

  if (!memory)
    return ENOMEM;
  *out = memory;
  return 0;
}

/* Sets `next`, a pointer to a function, to the one behind it. */
#define FIND_NEXT(name)                                                                            \
  if (!next) {                                                                                     \
    void *found = dlsym(RTLD_NEXT, #name);                                                         \
                                                                                                   \
    memcpy(&next, &found, sizeof(found));                                                          \
  }

/* A function that calls the one behind it unless it is to fail. */
#define WRAP(class, type, name, failure, parameters, arguments)                                    \
  type name parameters                                                                             \
  {                                                                                                \
    static type(*next) parameters;                                                                 \
                                                                                                   \
    FIND_NEXT(name)                                                                                \
    return fails(class, #name) ? (failure) : next arguments;                                       \
  }

/* The same, which may wait. */
#define WRAP_WAIT(class, name, waits, parameters, arguments)                                       \
  int name parameters                                                                              \
  {                                                                                                \
    static int(*next) parameters;                                                                  \
                                                                                                   \
    FIND_NEXT(name)                                                                                \
    return disturbed(class, #name, (waits) ? MAY_WAIT : 0, NULL) ? -1 : next arguments;            \
  }

/* The same, of n bytes. */
#define WRAP_BYTES(class, name, may, parameters, arguments)                                        \
  ssize_t name parameters                                                                          \
  {                                                                                                \
    static ssize_t(*next) parameters;                                                              \
                                                                                                   \
    FIND_NEXT(name)                                                                                \
    return disturbed(class, #name, may, &n) ? -1 : next arguments;                                 \
  }

/* What may become of a call with this descriptor and these flags. */
static int bytes_may(int fd, int flags)
{
  if (flags & MSG_DONTWAIT)
    return 0;
  return fd >= 0 && fd < DESCRIPTORS && fault.whole[fd] ? MAY_WAIT : MAY_WAIT | MAY_BE_SHORT;
}

WRAP_BYTES(READ, read, bytes_may(fd, 0), (int fd, void *buffer, size_t n), (fd, buffer, n))
WRAP_BYTES(READ, pread64, MAY_BE_SHORT, (int fd, void *buffer, size_t n, off64_t at),
           (fd, buffer, n, at))
WRAP_BYTES(READ, getrandom, 0, (void *buffer, size_t n, unsigned flags), (buffer, n, flags))
WRAP(READ, size_t, fread, 0, (void *buffer, size_t size, size_t n, FILE *file),
     (buffer, size, n, file))
WRAP_BYTES(WRITE, write, bytes_may(fd, 0), (int fd, const void *buffer, size_t n), (fd, buffer, n))
WRAP_BYTES(WRITE, pwrite64, MAY_BE_SHORT, (int fd, const void *buffer, size_t n, off64_t at),
           (fd, buffer, n, at))
WRAP(WRITE, ssize_t, writev, -1, (int fd, const struct iovec *parts, int n), (fd, parts, n))
WRAP(WRITE, size_t, fwrite, 0, (const void *buffer, size_t size, size_t n, FILE *file),
     (buffer, size, n, file))
WRAP(WRITE, int, fflush, EOF, (FILE * file), (file))
WRAP(WRITE, int, ftruncate64, -1, (int fd, off64_t size), (fd, size))
WRAP(WRITE, int, fallocate64, -1, (int fd, int mode, off64_t at, off64_t size),
     (fd, mode, at, size))
WRAP(OPEN, FILE *, fopen64, NULL, (const char *path, const char *mode), (path, mode))
WRAP(OPEN, DIR *, fdopendir, NULL, (int fd), (fd))
WRAP(OPEN, DIR *, opendir, NULL, (const char *path), (path))
WRAP(OPEN, int, dup, -1, (int fd), (fd))
WRAP(OPEN, int, dup2, -1, (int from, int to), (from, to))
WRAP(OPEN, int, dup3, -1, (int from, int to, int flags), (from, to, flags))
WRAP(OPEN, int, pipe2, -1, (int ends[2], int flags), (ends, flags))
WRAP(OPEN, int, memfd_create, -1, (const char *name, unsigned flags), (name, flags))
WRAP(OPEN, int, mkostemp64, -1, (char *path, int flags), (path, flags))
WRAP(OPEN, int, __open64_2, -1, (const char *path, int flags), (path, flags))
WRAP(RENAME, int, rename, -1, (const char *from, const char *to), (from, to))
WRAP(RENAME, int, renameat, -1, (int d, const char *from, int e, const char *to), (d, from, e, to))
WRAP(RENAME, int, linkat, -1, (int d, const char *from, int e, const char *to, int flags),
     (d, from, e, to, flags))
WRAP(RENAME, int, symlinkat, -1, (const char *to, int d, const char *path), (to, d, path))
WRAP(RENAME, int, mkdirat, -1, (int d, const char *path, mode_t mode), (d, path, mode))
WRAP(RENAME, int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP(RENAME, int, unlink, -1, (const char *path), (path))
WRAP(RENAME, int, unlinkat, -1, (int d, const char *path, int flags), (d, path, flags))
WRAP(RENAME, int, fchmod, -1, (int fd, mode_t mode), (fd, mode))
WRAP(RENAME, int, fchmodat, -1, (int d, const char *path, mode_t mode, int flags),
     (d, path, mode, flags))
WRAP(RENAME, int, futimens, -1, (int fd, const struct timespec times[2]), (fd, times))
WRAP(RENAME, int, utimensat, -1,
     (int d, const char *path, const struct timespec times[2], int flags), (d, path, times, flags))
WRAP(SYNC, int, fsync, -1, (int fd), (fd))
WRAP(SYNC, int, fdatasync, -1, (int fd), (fd))
WRAP(SYNC, int, syncfs, -1, (int fd), (fd))
WRAP(STAT, int, fstat64, -1, (int fd, struct stat64 *out), (fd, out))
WRAP(STAT, int, stat64, -1, (const char *path, struct stat64 *out), (path, out))
WRAP(STAT, int, fstatat64, -1, (int d, const char *path, struct stat64 *out, int flags),
     (d, path, out, flags))
WRAP(STAT, int, fstatfs64, -1, (int fd, struct statfs64 *out), (fd, out))
WRAP(STAT, off64_t, lseek64, -1, (int fd, off64_t to, int from), (fd, to, from))
WRAP(STAT, ssize_t, readlinkat, -1, (int d, const char *path, char *out, size_t n),
     (d, path, out, n))
WRAP(STAT, struct dirent64 *, readdir64, NULL, (DIR * directory), (directory))
WRAP(LOCK, int, flock, -1, (int fd, int operation), (fd, operation))
WRAP(MEMORY, void *, mmap64, MAP_FAILED,
     (void *at, size_t size, int protection, int flags, int fd, off64_t from),
     (at, size, protection, flags, fd, from))
WRAP(THREAD, int, pthread_create, fault.error,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument),
     (thread, attributes, run, argument))
WRAP(THREAD, int, posix_spawnp, fault.error,
     (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const *words, char *const *environment),
     (pid, file, actions, attributes, words, environment))
WRAP(SOCKET, int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(SOCKET, int, connect, -1, (int fd, const struct sockaddr *to, socklen_t size), (fd, to, size))
WRAP_BYTES(SOCKET, send, bytes_may(fd, flags), (int fd, const void *buffer, size_t n, int flags),
           (fd, buffer, n, flags))
WRAP_BYTES(SOCKET, recv, bytes_may(fd, flags), (int fd, void *buffer, size_t n, int flags),
           (fd, buffer, n, flags))
WRAP_WAIT(SOCKET, poll, timeout != 0, (struct pollfd * set, nfds_t n, int timeout),
          (set, n, timeout))
WRAP_WAIT(SOCKET, ppoll, true,
          (struct pollfd * set, nfds_t n, const struct timespec *timeout, const sigset_t *mask),
          (set, n, timeout, mask))
WRAP_WAIT(SOCKET, __ppoll_chk, true,
          (struct pollfd * set, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
           size_t size),
          (set, n, timeout, mask, size))
WRAP(CONFINE, int, setrlimit64, -1, (__rlimit_resource_t resource, const struct rlimit64 *limit),
     (resource, limit))

/* Of one part, as ours have it. */
#define WRAP_MESSAGE(name, type, then)                                                             \
  ssize_t name(int fd, type *message, int flags)                                                   \
  {                                                                                                \
    static ssize_t (*next)(int, type *, int);                                                      \
    struct iovec *part = message->msg_iovlen == 1 ? message->msg_iov : NULL;                       \
    struct iovec given = { NULL, 0 };                                                              \
    ssize_t n;                                                                                     \
                                                                                                   \
    FIND_NEXT(name)                                                                                \
    if (part)                                                                                      \
      given = *part;                                                                               \
    if (disturbed(SOCKET, #name, bytes_may(fd, flags), part ? &part->iov_len : &given.iov_len))    \
      return -1;                                                                                   \
    n = next(fd, message, flags);                                                                  \
    if (part)                                                                                      \
      *part = given;                                                                               \
    if (n > 0)                                                                                     \
      then;                                                                                        \
    return n;                                                                                      \
  }

/* In the first process, which may ask that, whatever it is confined to: what sort of a socket one
 * is that was received. */
static void note_received(const struct msghdr *message)
{
  const struct cmsghdr *header = fault.self == 0 ? CMSG_FIRSTHDR(message) : NULL;
  socklen_t len = sizeof(int);
  int type;
  int fd;

  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len < CMSG_LEN(sizeof(fd)))
    return;
  memcpy(&fd, CMSG_DATA(header), sizeof(fd));
  if (fd < DESCRIPTORS && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0)
    fault.whole[fd] = type != SOCK_STREAM;
}

WRAP_MESSAGE(sendmsg, const struct msghdr, (void)0)
WRAP_MESSAGE(recvmsg, struct msghdr, note_received(message))

int socketpair(int domain, int type, int protocol, int ends[2])
{
  static int (*next)(int, int, int, int *);

  FIND_NEXT(socketpair)
  if (fails(SOCKET, "socketpair") || next(domain, type, protocol, ends))
    return -1;
  for (int i = 0; i < 2; i++)
    if (ends[i] < DESCRIPTORS)
      fault.whole[ends[i]] = (type & 0xf) != SOCK_STREAM;
  return 0;
}

int close(int fd)
{
  static int (*next)(int);

  FIND_NEXT(close)
  if (fd >= 0 && fd < DESCRIPTORS)
    fault.whole[fd] = false;
  return next(fd);
}

/* Its number is chosen before, so that it knows it. */
pid_t fork(void)
{
  static pid_t (*next)(void);
  unsigned number;
  pid_t pid;

  FIND_NEXT(fork)
  if (!fault.page)
    return next();
  if (fails(THREAD, "fork"))
    return -1;
  number = __atomic_add_fetch(&fault.page->forked, 1, __ATOMIC_RELAXED);
  pid = next();
  if (pid == 0) {
    if (number < PROCESSES) {
      fault.page->processes[number].parent = fault.self;
      fault.page->processes[number].pid = (uint32_t)getpid();
    }
    fault.self = number;
  }
  return pid;
}

/* Those of which some calls are of no interest. */

int prctl(int option, ...)
{
  static int (*next)(int, ...);
  unsigned long given[4];
  va_list rest;

  va_start(rest, option);
  for (int i = 0; i < 4; i++)
    given[i] = va_arg(rest, unsigned long);
  va_end(rest);
  FIND_NEXT(prctl)
  return option != PR_SET_NAME && fails(CONFINE, "prctl")
             ? -1
             : next(option, given[0], given[1], given[2], given[3]);
}

long syscall(long number, ...)
{
  static long (*next)(long, ...);
  long given[6];
  va_list rest;

  va_start(rest, number);
  for (int i = 0; i < 6; i++)
    given[i] = va_arg(rest, long);
  va_end(rest);
  FIND_NEXT(syscall)
  return fails(CONFINE, "syscall")
             ? -1
             : next(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

int fcntl64(int fd, int command, ...)
{
  static int (*next)(int, int, ...);
  long given;
  va_list rest;

  va_start(rest, command);
  given = va_arg(rest, long);
  va_end(rest);
  FIND_NEXT(fcntl64)
  return command == F_DUPFD_CLOEXEC && fails(OPEN, "fcntl") ? -1 : next(fd, command, given);
}

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
    FIND_NEXT(name)                                                                                \
    return fails(OPEN, #name) ? -1 : next arguments;                                               \
  }

WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat64, (int d, const char *path, int flags, ...), (d, path, flags, mode))
