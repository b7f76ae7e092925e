/* What confined processes may call: the rows that seccomp filters are made of. Private to
 * base/confine, and included by filter.c alone. */
#ifndef DIFFOCI_BASE_CONFINE_FILTER_RULES_H
#define DIFFOCI_BASE_CONFINE_FILTER_RULES_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/confine/filter.h"

#if defined(__s390x__)
#define CLONE_FLAGS 1 /* clone(2), "C library/kernel differences" */
#else
#define CLONE_FLAGS 0
#endif

/* TCGETS2, whose definition needs a struct of <asm/termbits.h>, which <sys/ioctl.h> does not go
 * with. */
#define TERMINAL_GET_2 0x802c542aU

/* Set in the numbers of clocks that are made of those of processes, threads and descriptors
 * (clock_getcpuclockid(3)). */
#define CLOCKS_OF_OTHERS 0x80000000U

enum { REFUSED = EACCES };

#define ALLOW(name)                                                                                \
  {                                                                                                \
    SYS_##name, 0, NO_CONDITION, 0, 0                                                              \
  }
#define ALLOW_IF(name, arg, bits, wanted)                                                          \
  {                                                                                                \
    SYS_##name, 0, (arg), (bits), (wanted)                                                         \
  }
#define REFUSE(name, error)                                                                        \
  {                                                                                                \
    SYS_##name, (error), NO_CONDITION, 0, 0                                                        \
  }

#define REFUSE_IF(name, error, arg, bits, wanted)                                                  \
  {                                                                                                \
    SYS_##name, (error), (arg), (bits), (wanted)                                                   \
  }
#define ALLOW_IF_NULL(name, arg)                                                                   \
  {                                                                                                \
    SYS_##name, 0, (arg), 0, WHOLE                                                                 \
  }

/* Those that are called most come first. */
static const struct rule parser_rules[] = {
  ALLOW(futex),
  ALLOW(read),
  ALLOW(pread64),
  ALLOW(write),
  ALLOW(pwrite64),
  /* Memory, but none that is executable, and shared only that of files, which is no limit's. */
  REFUSE_IF(mmap, EPERM, 3, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS),
  ALLOW_IF(mmap, 2, PROT_EXEC, 0),
  ALLOW_IF(mprotect, 2, PROT_EXEC, 0),
  ALLOW(munmap),
  ALLOW(mremap),
  ALLOW(madvise),
  ALLOW(brk),
  /* Threads of this process: clone3 hides its flags in memory, so that the C library has to use
   * clone. */
  REFUSE(clone3, ENOSYS),
  ALLOW_IF(clone, CLONE_FLAGS, CLONE_THREAD, CLONE_THREAD),
  ALLOW(set_robust_list),
#ifdef SYS_rseq
  ALLOW(rseq),
#endif
  ALLOW(sched_yield),
  /* Of the thread itself. The library looks at others where it tells their stacks, and can do
   * without. */
  ALLOW_IF(sched_setaffinity, 0, UINT32_MAX, 0),
  ALLOW_IF(sched_getaffinity, 0, UINT32_MAX, 0),
  REFUSE(sched_getaffinity, ENOSYS),
  ALLOW(gettid),
  ALLOW(getpid),
  ALLOW(exit),
  ALLOW(exit_group),
  /* What is open, and what is handed over a socket that is. */
  ALLOW(close),
  ALLOW(lseek),
  ALLOW(fstat),
  ALLOW(readv),
  ALLOW(writev),
  ALLOW(recvmsg),
  ALLOW(sendmsg),
  ALLOW(recvfrom),
  ALLOW_IF_NULL(sendto, 4), /* to where the socket leads */
  ALLOW(ppoll),
#ifdef SYS_poll
  ALLOW(poll),
#endif
  ALLOW(ftruncate),
  ALLOW(fallocate),
  ALLOW(memfd_create),
  ALLOW_IF(fcntl, 1, UINT32_MAX, F_DUPFD_CLOEXEC),
  ALLOW_IF(fcntl, 1, UINT32_MAX, F_GETFL),
  ALLOW(dup3), /* standard output, to a pager and back */
  ALLOW_IF(ioctl, 1, UINT32_MAX, TCGETS),
  ALLOW_IF(ioctl, 1, UINT32_MAX, TERMINAL_GET_2), /* isatty of glibc 2.42 */
  /* Signals of its own; those to itself, of abort(3), are added when the filter is made. */
  ALLOW(rt_sigaction),
  ALLOW(rt_sigprocmask),
  ALLOW(rt_sigreturn),
  ALLOW(sigaltstack),
  ALLOW(restart_syscall),
  /* Time, chance, and what there is. */
  ALLOW_IF(clock_gettime, 0, CLOCKS_OF_OTHERS, 0),
  ALLOW_IF(clock_nanosleep, 0, CLOCKS_OF_OTHERS, 0),
  ALLOW(nanosleep),
  ALLOW(gettimeofday),
  ALLOW(getrandom),
  ALLOW(getrusage),
  ALLOW_IF(prlimit64, 0, UINT32_MAX, 0), /* its own limits, which it cannot raise */
  ALLOW(sysinfo),
  ALLOW(uname),
  ALLOW(geteuid),
  ALLOW(getuid),
  /* Libraries try these and do without. */
  REFUSE(openat, REFUSED),
  REFUSE(newfstatat, REFUSED),
  REFUSE(statx, REFUSED),
  REFUSE(readlinkat, REFUSED),
  REFUSE(faccessat, REFUSED),
  REFUSE(getcwd, REFUSED),
  REFUSE(prctl, EINVAL),
#ifdef SYS_open
  REFUSE(open, REFUSED),
  REFUSE(stat, REFUSED),
  REFUSE(lstat, REFUSED),
  REFUSE(access, REFUSED),
  REFUSE(readlink, REFUSED),
#endif
};

enum { SET_IDS = S_ISUID | S_ISGID };

/* Before the others, of all that may open files, since Landlock does not see this. None is cut by
 * being opened: it knows that right from its third version (Linux 6.2) on. None is opened neither
 * for reading nor for writing (the access mode 3 of open(2)), which takes no right of it: what is
 * open can be given a mode. None is made that has the rights of its owner. openat2 has its flags in
 * memory, where no filter can look. */
static const struct rule opening_rules[] = {
  REFUSE_IF(openat, REFUSED, 2, O_TRUNC, O_TRUNC),
  REFUSE_IF(openat, REFUSED, 2, O_ACCMODE, O_ACCMODE),
  REFUSE_IF(openat, REFUSED, 3, S_ISUID, S_ISUID),
  REFUSE_IF(openat, REFUSED, 3, S_ISGID, S_ISGID),
#ifdef SYS_open
  REFUSE_IF(open, REFUSED, 1, O_TRUNC, O_TRUNC),
  REFUSE_IF(open, REFUSED, 1, O_ACCMODE, O_ACCMODE),
  REFUSE_IF(open, REFUSED, 2, S_ISUID, S_ISUID),
  REFUSE_IF(open, REFUSED, 2, S_ISGID, S_ISGID),
#endif
  REFUSE(openat2, ENOSYS),
};

/* Also: files below its directory, which Landlock sees to. It does not see to modes, so that these
 * are only set of what is open, nor to times, which a symlink's name is needed for. */
static const struct rule writer_rules[] = {
  ALLOW(openat),
  ALLOW(newfstatat),
  ALLOW(statx),
  ALLOW(mkdirat),
  ALLOW_IF(mknodat, 2, SET_IDS, 0),
  ALLOW(symlinkat),
  ALLOW(linkat),
  ALLOW(unlinkat),
#ifdef SYS_renameat
  ALLOW(renameat),
#endif
  ALLOW(renameat2),
  ALLOW(utimensat),
  ALLOW(getdents64),
  ALLOW(readlinkat),
  ALLOW(faccessat),
  ALLOW(shutdown), /* whoever has to be told that nothing more is read */
#ifdef SYS_faccessat2
  ALLOW(faccessat2),
#endif
#ifdef SYS_mkdir
  ALLOW(mkdir),
  ALLOW(open),
  ALLOW(stat),
  ALLOW(lstat),
#endif
  ALLOW_IF(fcntl, 1, UINT32_MAX, F_SETFD),
};

/* Modes of what is open, which is any that it may read. */
static const struct rule report_modes[] = {
  ALLOW_IF(fchmod, 1, SET_IDS, 0),
};
static const struct rule store_modes[] = {
  ALLOW_IF(fchmod, 1, UINT32_MAX, 0444),
  ALLOW_IF(fchmod, 1, UINT32_MAX, 0644),
};

/* Also: what the store's protocol is made of (store/store.h), and drawing how far it is. */
static const struct rule keeper_rules[] = {
  ALLOW(flock),
  ALLOW(fsync),
  ALLOW(fdatasync),
  ALLOW(utimensat),
  ALLOW(getegid),
  ALLOW(getgid),
  ALLOW_IF(ioctl, 1, UINT32_MAX, TIOCGWINSZ),
};

/* Hosts, over TCP and UDP. No sockets but these: a container engine's would give all that root has.
 * Libraries may still have to be loaded, such as those that find names. */
static const struct rule host_rules[] = {
  ALLOW_IF(socket, 0, UINT32_MAX, AF_INET),
  ALLOW_IF(socket, 0, UINT32_MAX, AF_INET6),
  ALLOW(connect),
  ALLOW(sendto),
  ALLOW(sendmmsg),
  ALLOW(recvmmsg),
  ALLOW_IF(mmap, 3, MAP_ANONYMOUS | MAP_SHARED, 0),
};

/* What a process does that waits for several others, and reads files that Landlock lets it read. */
static const struct rule fetcher_rules[] = {
  /* Those of datagrams could be connected to others. */
  ALLOW_IF(socketpair, 1, 0xf, SOCK_STREAM),
  ALLOW(getsockname),
  ALLOW(getpeername),
  ALLOW(getsockopt),
  ALLOW(setsockopt),
  ALLOW(shutdown),
  ALLOW(pselect6),
  ALLOW(epoll_create1),
  ALLOW(epoll_ctl),
  ALLOW(epoll_pwait),
  ALLOW(eventfd2),
  ALLOW(pipe2),
#ifdef SYS_select
  ALLOW(select),
#endif
#ifdef SYS_epoll_wait
  ALLOW(epoll_wait),
#endif
  ALLOW_IF(fcntl, 1, UINT32_MAX, F_SETFL),
  ALLOW_IF(fcntl, 1, UINT32_MAX, F_GETFD),
  ALLOW_IF(fcntl, 1, UINT32_MAX, F_SETFD),
  ALLOW_IF(ioctl, 1, UINT32_MAX, FIONREAD),
  ALLOW_IF(ioctl, 1, UINT32_MAX, FIONBIO),
  ALLOW_IF(ioctl, 1, UINT32_MAX, TIOCGWINSZ),
  ALLOW(openat),
  ALLOW(newfstatat),
  ALLOW(statx),
  ALLOW(getdents64),
  ALLOW(readlinkat),
  ALLOW(faccessat),
#ifdef SYS_faccessat2
  ALLOW(faccessat2),
#endif
#ifdef SYS_open
  ALLOW(open),
  ALLOW(stat),
  ALLOW(lstat),
  ALLOW(access),
  ALLOW(readlink),
#endif
  ALLOW(statfs),
  ALLOW(getegid),
  ALLOW(getgid),
  ALLOW(getppid),
  ALLOW(wait4),
  ALLOW(waitid),
  ALLOW(rt_sigtimedwait),
  ALLOW(rt_sigpending),
};

/* Reports in the working directory, and temporary files where one cannot be without a name. */
static const struct rule broker_rules[] = {
  ALLOW(getcwd),
#ifdef SYS_unlink
  ALLOW(unlink),
  ALLOW(rename),
#endif
};

#endif
