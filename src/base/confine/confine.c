#include "base/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine/filter.h"
#include "base/confine/landlock.h"
#include "base/confine/sanitizer.h"
#include "base/libc.h"

enum { LANDLOCK, SECCOMP };

static void confine_missing(struct confine_support *support, int part, int errnum)
{
  char text[96];

  snprintf(support->missing[part], sizeof(support->missing[part]), "%s (%s)",
           part == LANDLOCK ? "Landlock" : "seccomp", libc_error_text(errnum, text, sizeof(text)));
}

void confine_look(struct confine_support *out)
{
  *out = (struct confine_support) { .built = HAVE_SANDBOX };
  if (!out->built) {
    snprintf(out->missing[LANDLOCK], sizeof(out->missing[LANDLOCK]),
             "built with -Dsandbox=disabled");
    return;
  }
  out->landlock_abi = landlock_version();
  if (!out->landlock_abi)
    confine_missing(out, LANDLOCK, errno);
  out->seccomp = filter_is_possible();
  if (!out->seccomp)
    confine_missing(out, SECCOMP, errno);
}

bool confine_is_whole(const struct confine_support *support)
{
  return support->landlock_abi > 0 && support->seccomp;
}

void confine_describe(const struct confine_support *support, char *text, size_t size)
{
  if (confine_is_whole(support))
    snprintf(text, size, "nothing");
  else
    snprintf(text, size, "%s%s%s", support->missing[0],
             support->missing[0][0] && support->missing[1][0] ? ", " : "", support->missing[1]);
}

static int confine_set_limits_of(int resource, uint64_t soft, uint64_t hard, const char *what,
                                 struct error *err)
{
  struct rlimit limit;

  if (getrlimit(resource, &limit))
    return error_sys(err, errno, "the limit of %s", what);
  /* What is limited more already stays so. */
  limit.rlim_max = MIN_OF(limit.rlim_max, (rlim_t)hard);
  limit.rlim_cur = MIN_OF(limit.rlim_cur, MIN_OF(limit.rlim_max, (rlim_t)soft));
  return setrlimit(resource, &limit) ? error_sys(err, errno, "the limit of %s", what) : 0;
}

static int confine_set_limit(int resource, uint64_t value, const char *what, struct error *err)
{
  return confine_set_limits_of(resource, value, value, what, err);
}

static int confine_set_limits(const struct confine_limits *limits, struct error *err)
{
  if (confine_set_limit(RLIMIT_CORE, 0, "core files", err))
    return -1;
  /* SIGXCPU says what it is about; SIGKILL is for who does not heed it. */
  if (limits->cpu_seconds && confine_set_limits_of(RLIMIT_CPU, limits->cpu_seconds,
                                                   limits->cpu_seconds + 1, "processor time", err))
    return -1;
  if (limits->file_bytes &&
      confine_set_limit(RLIMIT_FSIZE, limits->file_bytes, "files' sizes", err))
    return -1;
  if (limits->open_files && confine_set_limit(RLIMIT_NOFILE, limits->open_files, "open files", err))
    return -1;
  if (!SANITIZED && limits->address_space &&
      confine_set_limit(RLIMIT_AS, limits->address_space, "memory", err))
    return -1;
  return 0;
}

/* The second is all of it that who makes backups may have been given. */
#define FILE_CAPABILITIES (1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER)

/* Root's reports may go where only root can write: Landlock says where that is. What opens for
 * others what the user named needs root's right to it also where there is no Landlock. */
static int confine_drop_capabilities(bool finds_files, struct error *err)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct kept[_LINUX_CAPABILITY_U32S_3];

  if (syscall(SYS_capget, &header, kept))
    return error_sys(err, errno, "capabilities cannot be dropped");
  for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
    const uint32_t files = finds_files && i == 0 ? FILE_CAPABILITIES : 0;

    kept[i].effective &= files;
    kept[i].permitted &= files;
    kept[i].inheritable = 0;
  }
  return syscall(SYS_capset, &header, kept)
             ? error_sys(err, errno, "capabilities cannot be dropped")
             : 0;
}

#if SANITIZED
/* At the end leaks are looked for by a process that traces this one, which cannot be started then
 * (sanitizer/lsan_interface.h). */
int __lsan_is_turned_off(void);
static int filtered;

int __lsan_is_turned_off(void)
{
  return filtered;
}
#endif

int confine_enter(const struct confine_wanted *wanted, const struct confine_support *support,
                  struct error *err)
{
  const bool finds_files = wanted->role != CONFINE_PARSER && wanted->role != CONFINE_FETCHER;

  if (confine_set_limits(&wanted->limits, err))
    return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    return error_sys(err, errno, "no_new_privs");
  if (confine_drop_capabilities(
          finds_files && (support->landlock_abi || wanted->role == CONFINE_BROKER), err))
    return -1;
  if (support->landlock_abi && landlock_enter(support->landlock_abi, wanted, err))
    return -1;
#if SANITIZED
  filtered = support->seccomp;
#endif
  return support->seccomp ? filter_enter(wanted, err) : 0;
}

int confine_put_nothing(int fd)
{
  AUTO_CLOSE int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

  if (nothing < 0)
    nothing = memfd_create("nothing", MFD_CLOEXEC);
  if (nothing == fd)
    nothing = -1;
  else if (nothing < 0 || dup2(nothing, fd) < 0)
    return -1;
  return 0;
}

static int confine_by_number(const void *a, const void *b)
{
  return *(const int *)a - *(const int *)b;
}

int confine_close_others(const int *keep, size_t n, struct error *err)
{
  enum { KEPT_MAX = 32 };
  int sorted[KEPT_MAX];
  unsigned from = STDERR_FILENO + 1;

  if (n > KEPT_MAX)
    return error_set(err, ERROR_LIMIT, "too many descriptors to keep");
  for (size_t i = 0; i < n; i++)
    sorted[i] = keep[i];
  qsort(sorted, n, sizeof(*sorted), confine_by_number);
  for (size_t i = 0; i < n; i++) {
    const unsigned kept = (unsigned)sorted[i];

    if (kept > from && libc_close_range(from, kept - 1))
      return error_sys(err, errno, "descriptors cannot be closed");
    if (kept >= from)
      from = kept + 1;
  }
  return libc_close_range(from, ~0U) ? error_sys(err, errno, "descriptors cannot be closed") : 0;
}
