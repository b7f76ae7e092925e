#include "base/confine/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine/filter_rules.h"

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

enum { PROGRAM_MAX = 1024 };

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

static void filter_add_fetcher(struct program *program, const struct confine_wanted *wanted)
{
  if (wanted->role == CONFINE_FETCHER || wanted->speaks)
    filter_add_rules(program, host_rules, ARRAY_LEN(host_rules));
  filter_add_rules(program, fetcher_rules, ARRAY_LEN(fetcher_rules));
  for (size_t i = 0; i < wanted->n_children; i++) {
    const struct rule end = { SYS_kill, 0, 0, UINT32_MAX, (uint32_t)wanted->children[i] };

    if (wanted->children[i] > 0)
      filter_add_rule(program, &end);
  }
}

static void filter_build(struct program *program, const struct confine_wanted *wanted)
{
  const enum confine_role role = wanted->role;
  const bool fetches = role == CONFINE_FETCHER || role == CONFINE_BROKER;
  const bool keeps = role == CONFINE_KEEPER || role == CONFINE_LOOKER || role == CONFINE_BROKER;
  const struct rule own_signals = { SYS_tgkill, 0, 0, UINT32_MAX, (uint32_t)getpid() };

  filter_load_word(program, offsetof(struct seccomp_data, arch));
  filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, OUR_ARCH);
  filter_add(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  filter_load_word(program, offsetof(struct seccomp_data, nr));
  if (role != CONFINE_PARSER)
    filter_add_rules(program, opening_rules, ARRAY_LEN(opening_rules));
  if (role == CONFINE_WRITER)
    filter_add_rules(program, report_modes, ARRAY_LEN(report_modes));
  if (role == CONFINE_KEEPER || role == CONFINE_BROKER)
    filter_add_rules(program, store_modes, ARRAY_LEN(store_modes));
  if (role == CONFINE_BROKER)
    filter_add_rules(program, broker_rules, ARRAY_LEN(broker_rules));
  if (fetches)
    filter_add_fetcher(program, wanted);
  if (role == CONFINE_WRITER || keeps)
    filter_add_rules(program, writer_rules, ARRAY_LEN(writer_rules));
  if (keeps)
    filter_add_rules(program, keeper_rules, ARRAY_LEN(keeper_rules));
  filter_add_rules(program, parser_rules, ARRAY_LEN(parser_rules));
  filter_add_rule(program, &own_signals);
  /* x32's calls have numbers of their own, which are in no list. */
  filter_add(program, BPF_RET | BPF_K, 0, 0,
             fetches || keeps ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS);
}

bool filter_is_possible(void)
{
  const unsigned action = SECCOMP_RET_KILL_PROCESS;

  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int filter_enter(const struct confine_wanted *wanted, struct error *err)
{
  struct program program = { .len = 0 };
  struct sock_fprog filter = { .filter = program.code };

  filter_build(&program, wanted);
  filter.len = program.len;
  if (program.len == PROGRAM_MAX)
    return error_set(err, ERROR_LIMIT, "the seccomp filter is too long");
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
    return error_sys(err, errno, "seccomp does not take its filter");
  return 0;
}
