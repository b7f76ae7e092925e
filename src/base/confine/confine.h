/* Taking privileges away from a process that parses strangers' bytes. What it has open stays open;
 * it cannot open, make, start, signal or reach anything else. Linux: Landlock
 * (Documentation/userspace-api/landlock.rst), seccomp filters
 * (Documentation/userspace-api/seccomp_filter.rst), no_new_privs, setrlimit(2), capset(2). */
#ifndef DIFFOCI_BASE_CONFINE_CONFINE_H
#define DIFFOCI_BASE_CONFINE_CONFINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum { CONFINE_MISSING_MAX = 320 }; /* bytes of confine_describe's text */

/* What this kernel, and whatever this process is confined by already, offers. */
struct confine_support {
  bool built;           /* false: built with -Dsandbox=disabled, and all below is empty */
  int landlock_abi;     /* the version of its interface; 0: there is none */
  bool seccomp;         /* filters that end the process */
  char missing[2][128]; /* of Landlock, of seccomp: why not; "" where it is there */
};

/* Asks; changes nothing. */
void confine_look(struct confine_support *out);
/* Whether nothing is missing. */
bool confine_is_whole(const struct confine_support *support);
/* All that is missing, in words: "Landlock (…), seccomp (…)"; "nothing". */
void confine_describe(const struct confine_support *support, char *text, size_t size);

/* Limits of setrlimit(2), for good; 0: as it is. */
struct confine_limits {
  uint64_t address_space; /* bytes; not set where a sanitizer needs terabytes */
  uint64_t cpu_seconds;
  uint64_t file_bytes; /* the largest file that can be written */
  uint64_t open_files;
};

/* What a confined process may do beside computing. */
enum confine_role {
  CONFINE_PARSER, /* read and write what it has open or is handed; make threads and memory */
  CONFINE_WRITER, /* also make and remove files below one directory */
  /* Also keep a store below its directories: lock, sync and rename files there. What is not in the
   * filter's list fails with EPERM, and does not end the process. */
  CONFINE_KEEPER,
  CONFINE_LOOKER, /* the same, but only read what is there */
  /* Speak to hosts over TCP and UDP, and read the files that this takes; signal and wait for one
   * child. What is not in the filter's list fails with EPERM. */
  CONFINE_FETCHER,
  /* What a keeper may and, where it says so, what a fetcher may: of what starts a confined process
   * and opens for it what the user named. What is not in the filter's list fails with EPERM. */
  CONFINE_BROKER,
};

enum { CONFINE_DIRECTORIES_MAX = 8, CONFINE_CHILDREN_MAX = 4 };

struct confine_wanted {
  enum confine_role role;
  /* Descriptors of the directories below which a writer, keeper, looker or broker finds files; 0
   * to CONFINE_DIRECTORIES_MAX of them. */
  int directories[CONFINE_DIRECTORIES_MAX];
  size_t n_directories;
  /* Files, and directories with all below them, that a fetcher or broker reads, those that are
   * there. */
  const char *const *readable;
  size_t n_readable;
  /* The same that a broker also writes: in directories it makes and removes files. */
  const char *const *writable;
  size_t n_writable;
  /* Directories in which a broker makes files without a name (O_TMPFILE), which takes the right to
   * read and write files below them, but no other. */
  const char *const *nameless;
  size_t n_nameless;
  /* Those that a fetcher or broker waits for and ends. */
  pid_t children[CONFINE_CHILDREN_MAX];
  size_t n_children;
  bool speaks; /* of a broker: also to hosts */
  struct confine_limits limits;
};

/* Takes the privileges away, for good: of the calling thread and those it will start, so to be
 * called before there are others. Also removes the capabilities (whoever finds files keeps root's
 * right to them) and the core file. What the kernel does not offer is left out, if support says so;
 * whatever else does not work is an error, after which the process must not go on with strangers'
 * bytes. */
MUST_CHECK int confine_enter(const struct confine_wanted *wanted,
                             const struct confine_support *support, struct error *err);
/* Makes the values of all environment variables empty, but of those that are no secrets and that
 * the process still needs: tokens and passwords stand there, and what a process writes that parses
 * strangers' bytes may be published. needed: n names of others that it needs; those that begin with
 * DIFFOCI_ are needed with any. */
void confine_forget_environment(const char *const *needed, size_t n);
/* Has descriptor fd lead to nothing: /dev/null, or where there is none an empty file in memory. 0,
 * or -1 with errno. */
MUST_CHECK int confine_put_nothing(int fd);
/* Closes all descriptors but those in keep, n of them, in any order, and 0 to 2. */
MUST_CHECK int confine_close_others(const int *keep, size_t n, struct error *err);

#endif
