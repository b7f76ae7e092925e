#include "base/confine/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define OUR_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define OUR_ARCH AUDIT_ARCH_S390X
#else
#error "no seccomp filter for this architecture: build with -Dsandbox=disabled, which says so"
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_WORD 4
#else
#define LOW_WORD 0
#endif
#define HIGH_WORD (4 - LOW_WORD)

#if defined(__s390x__)
#define CLONE_FLAGS 1 /* clone(2), "C library/kernel differences" */
#else
#define CLONE_FLAGS 0
#endif

/* TCGETS2, whose definition needs a struct of <asm/termbits.h>, which <sys/ioctl.h> does not go
 * with. */
#define TERMINAL_GET_2 0x802c542aU

enum { REFUSED = EACCES, NO_CONDITION = -1, PROGRAM_MAX = 1024 };

/* As the value, with no mask: all 64 bits of the argument have to be zero. */
#define WHOLE UINT32_MAX

/* A call, and what becomes of it. */
struct rule {
  unsigned call;
  uint16_t refuse; /* 0: it is allowed; else the errno that it returns */
  /* Only if (argument & mask) == value, of the lower 32 bits of one argument, which are all that
   * these calls look at; else the next rules count. NO_CONDITION: always. */
  int argument;
  uint32_t mask, value;
};

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
  ALLOW(sched_getaffinity),
  ALLOW(sched_setaffinity),
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
  ALLOW(clock_gettime),
  ALLOW(clock_nanosleep),
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

/* Also: files below its directory, which Landlock sees to. It does not see to modes, so that these
 * are only set of what is open, nor to times, which a symlink's name is needed for. */
static const struct rule writer_rules[] = {
  ALLOW(openat),
  ALLOW(openat2),
  ALLOW(newfstatat),
  ALLOW(statx),
  ALLOW(mkdirat),
  ALLOW(mknodat),
  ALLOW(symlinkat),
  ALLOW(linkat),
  ALLOW(unlinkat),
#ifdef SYS_renameat
  ALLOW(renameat),
#endif
  ALLOW(renameat2),
  ALLOW(fchmod),
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

struct program {
  struct sock_filter code[PROGRAM_MAX];
  unsigned short len;
};

static void filter_add(struct program *program, uint16_t code, uint8_t jump_true,
                       uint8_t jump_false, uint32_t k)
{
  if (program->len < PROGRAM_MAX)
    program->code[program->len++] = (struct sock_filter) { code, jump_true, jump_false, k };
}

static void filter_load_word(struct program *program, size_t offset)
{
  filter_add(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static size_t filter_word_of(int argument, size_t word)
{
  return offsetof(struct seccomp_data, args) + (size_t)argument * sizeof(uint64_t) + word;
}

static void filter_add_rule(struct program *program, const struct rule *rule)
{
  const uint32_t result = rule->refuse ? SECCOMP_RET_ERRNO | rule->refuse : SECCOMP_RET_ALLOW;
  const bool whole = !rule->mask && rule->value == WHOLE;

  if (rule->argument == NO_CONDITION) {
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, rule->call);
  } else if (whole) {
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 6, rule->call);
    filter_load_word(program, filter_word_of(rule->argument, LOW_WORD));
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
    filter_load_word(program, filter_word_of(rule->argument, HIGH_WORD));
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
  } else {
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, rule->call);
    filter_load_word(program, filter_word_of(rule->argument, LOW_WORD));
    filter_add(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, rule->mask);
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, rule->value);
  }
  filter_add(program, BPF_RET | BPF_K, 0, 0, result);
  if (rule->argument != NO_CONDITION) /* another rule may be for the same call */
    filter_load_word(program, offsetof(struct seccomp_data, nr));
}

static void filter_add_rules(struct program *program, const struct rule *rules, size_t n)
{
  for (size_t i = 0; i < n; i++)
    filter_add_rule(program, &rules[i]);
}

static void filter_build(struct program *program, enum confine_role role)
{
  const bool keeps = role == CONFINE_KEEPER || role == CONFINE_LOOKER;
  const struct rule own_signals = { SYS_tgkill, 0, 0, UINT32_MAX, (uint32_t)getpid() };

  filter_load_word(program, offsetof(struct seccomp_data, arch));
  filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, OUR_ARCH);
  filter_add(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  filter_load_word(program, offsetof(struct seccomp_data, nr));
  if (role != CONFINE_PARSER)
    filter_add_rules(program, writer_rules, ARRAY_LEN(writer_rules));
  if (keeps)
    filter_add_rules(program, keeper_rules, ARRAY_LEN(keeper_rules));
  filter_add_rules(program, parser_rules, ARRAY_LEN(parser_rules));
  filter_add_rule(program, &own_signals);
  /* x32's calls have numbers of their own, which are in no list. */
  filter_add(program, BPF_RET | BPF_K, 0, 0,
             keeps ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS);
}

bool filter_is_possible(void)
{
  const unsigned action = SECCOMP_RET_KILL_PROCESS;

  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int filter_enter(enum confine_role role, struct error *err)
{
  struct program program = { .len = 0 };
  struct sock_fprog filter = { .filter = program.code };

  filter_build(&program, role);
  filter.len = program.len;
  if (program.len == PROGRAM_MAX)
    return error_set(err, ERROR_LIMIT, "the seccomp filter is too long");
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
    return error_sys(err, errno, "seccomp does not take its filter");
  return 0;
}
