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

enum { FEW = 8 }; /* calls that are compared one after the other */

/* All rules for one call, in their order. */
struct filter_call {
  const struct rule *rules;
  size_t n;
};

/* ---- what is asked for ---- */

static void filter_want(struct filter_rules *rules, const struct rule *rule)
{
  if (rules->n < FILTER_RULES_MAX)
    rules->items[rules->n++] = *rule;
  else
    rules->overflow = true;
}

static void filter_want_all(struct filter_rules *rules, const struct rule *more, size_t n)
{
  for (size_t i = 0; i < n; i++)
    filter_want(rules, &more[i]);
}

static void filter_want_fetcher(struct filter_rules *rules, const struct confine_wanted *wanted)
{
  if (wanted->role == CONFINE_FETCHER || wanted->speaks)
    filter_want_all(rules, host_rules, ARRAY_LEN(host_rules));
  filter_want_all(rules, fetcher_rules, ARRAY_LEN(fetcher_rules));
  for (size_t i = 0; i < wanted->n_children; i++) {
    const struct rule end = { SYS_kill, 0, 0, UINT32_MAX, (uint32_t)wanted->children[i] };

    if (wanted->children[i] > 0)
      filter_want(rules, &end);
  }
}

void filter_choose(struct filter_rules *out, const struct confine_wanted *wanted)
{
  const enum confine_role role = wanted->role;
  const bool fetches = role == CONFINE_FETCHER || role == CONFINE_BROKER;
  const bool keeps = role == CONFINE_KEEPER || role == CONFINE_LOOKER || role == CONFINE_BROKER;
  const struct rule own_signals = { SYS_tgkill, 0, 0, UINT32_MAX, (uint32_t)getpid() };

  out->n = 0;
  out->overflow = false;
  out->otherwise = fetches || keeps ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS;
  if (role != CONFINE_PARSER)
    filter_want_all(out, opening_rules, ARRAY_LEN(opening_rules));
  if (role == CONFINE_WRITER)
    filter_want_all(out, report_modes, ARRAY_LEN(report_modes));
  if (role == CONFINE_KEEPER || role == CONFINE_BROKER)
    filter_want_all(out, store_modes, ARRAY_LEN(store_modes));
  if (role == CONFINE_BROKER)
    filter_want_all(out, broker_rules, ARRAY_LEN(broker_rules));
  if (fetches)
    filter_want_fetcher(out, wanted);
  if (role == CONFINE_WRITER || keeps)
    filter_want_all(out, writer_rules, ARRAY_LEN(writer_rules));
  if (keeps)
    filter_want_all(out, keeper_rules, ARRAY_LEN(keeper_rules));
  filter_want_all(out, parser_rules, ARRAY_LEN(parser_rules));
  filter_want(out, &own_signals);
}

/* ---- as a program ---- */

static void filter_add(struct filter_program *program, uint16_t code, uint8_t jump_true,
                       uint8_t jump_false, uint32_t k)
{
  if (program->len < FILTER_PROGRAM_MAX)
    program->code[program->len++] = (struct sock_filter) { code, jump_true, jump_false, k };
  else
    program->overflow = true;
}

static void filter_load_word(struct filter_program *program, size_t offset)
{
  filter_add(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static size_t filter_word_of(int argument, size_t word)
{
  return offsetof(struct seccomp_data, args) + (size_t)argument * sizeof(uint64_t) + word;
}

/* Of a rule for the call that is made. */
static void filter_add_rule(struct filter_program *program, const struct rule *rule)
{
  const uint32_t result = rule->refuse ? SECCOMP_RET_ERRNO | rule->refuse : SECCOMP_RET_ALLOW;
  const bool whole = !rule->mask && rule->value == WHOLE;

  if (rule->argument != NO_CONDITION && whole) {
    filter_load_word(program, filter_word_of(rule->argument, LOW_WORD));
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
    filter_load_word(program, filter_word_of(rule->argument, HIGH_WORD));
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
  } else if (rule->argument != NO_CONDITION) {
    filter_load_word(program, filter_word_of(rule->argument, LOW_WORD));
    if (rule->mask != UINT32_MAX)
      filter_add(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, rule->mask);
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, rule->value);
  }
  filter_add(program, BPF_RET | BPF_K, 0, 0, result);
}

/* Of all rules for the call that is made the first that holds. */
static void filter_add_call(struct filter_program *program, const struct filter_call *call,
                            uint32_t otherwise)
{
  bool open = true;

  for (size_t i = 0; i < call->n && open; i++) {
    filter_add_rule(program, &call->rules[i]);
    open = call->rules[i].argument != NO_CONDITION;
  }
  if (open)
    filter_add(program, BPF_RET | BPF_K, 0, 0, otherwise);
}

static bool filter_always_allows(const struct filter_call *call)
{
  return call->rules->argument == NO_CONDITION && !call->rules->refuse;
}

/* Has the comparison that is at `from` lead to what is added next where it holds. */
static void filter_lead_here(struct filter_program *program, size_t from)
{
  const size_t over = program->len - from - 1;

  if (from < FILTER_PROGRAM_MAX && over <= UINT8_MAX)
    program->code[from].jt = (uint8_t)over;
  else
    program->overflow = true;
}

/* A few calls, one after the other. */
static void filter_add_few(struct filter_program *program, const struct filter_call *calls,
                           size_t n, uint32_t otherwise)
{
  const size_t from = program->len;

  for (size_t i = 0; i < n; i++)
    filter_add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, calls[i].rules->call);
  filter_add(program, BPF_RET | BPF_K, 0, 0, otherwise);
  for (size_t i = 0; i < n; i++)
    if (filter_always_allows(&calls[i]))
      filter_lead_here(program, from + i);
  filter_add(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  for (size_t i = 0; i < n; i++)
    if (!filter_always_allows(&calls[i])) {
      filter_lead_here(program, from + i);
      filter_add_call(program, &calls[i], otherwise);
    }
}

/* The calls are in order. Each step leaves half of them: when a filter begins, the kernel goes
 * through it once for each call that there is, to know those that are always allowed, which would
 * take a third of what a fork takes if all were compared one after the other. */
static void filter_add_calls(struct filter_program *program, const struct filter_call *calls,
                             size_t n, uint32_t otherwise)
{
  const size_t middle = n / 2;
  size_t jump;

  if (n <= FEW) {
    filter_add_few(program, calls, n, otherwise);
    return;
  }
  filter_add(program, BPF_JMP | BPF_JGE | BPF_K, 0, 1, calls[middle].rules->call);
  jump = program->len;
  filter_add(program, BPF_JMP | BPF_JA, 0, 0, 0);
  filter_add_calls(program, calls, middle, otherwise);
  if (jump < FILTER_PROGRAM_MAX)
    program->code[jump].k = (uint32_t)(program->len - jump - 1);
  filter_add_calls(program, calls + middle, n - middle, otherwise);
}

/* By their calls; those of one call stay in their order. */
static void filter_sort(struct rule *rules, size_t n)
{
  for (size_t i = 1; i < n; i++) {
    const struct rule rule = rules[i];
    size_t at = i;

    for (; at > 0 && rules[at - 1].call > rule.call; at--)
      rules[at] = rules[at - 1];
    rules[at] = rule;
  }
}

/* How many calls there are rules for. */
static size_t filter_group(struct filter_call *calls, const struct rule *rules, size_t n)
{
  size_t n_calls = 0;

  for (size_t i = 0; i < n; i++) {
    if (i == 0 || rules[i].call != rules[i - 1].call)
      calls[n_calls++] = (struct filter_call) { &rules[i], 0 };
    calls[n_calls - 1].n++;
  }
  return n_calls;
}

bool filter_write(struct filter_program *out, struct filter_rules *rules)
{
  struct filter_call calls[FILTER_RULES_MAX];
  size_t n;

  out->len = 0;
  out->overflow = rules->overflow;
  filter_sort(rules->items, rules->n);
  n = filter_group(calls, rules->items, rules->n);
  filter_load_word(out, offsetof(struct seccomp_data, arch));
  filter_add(out, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, OUR_ARCH);
  filter_add(out, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  filter_load_word(out, offsetof(struct seccomp_data, nr));
  /* x32's calls have numbers of their own, which are in no list. */
  filter_add_calls(out, calls, n, rules->otherwise);
  return !out->overflow;
}

/* ---- in force ---- */

bool filter_is_possible(void)
{
  const unsigned action = SECCOMP_RET_KILL_PROCESS;

  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int filter_enter(const struct confine_wanted *wanted, struct error *err)
{
  struct filter_rules rules;
  struct filter_program program;
  struct sock_fprog filter = { .filter = program.code };

  filter_choose(&rules, wanted);
  if (!filter_write(&program, &rules))
    return error_set(err, ERROR_LIMIT, "the seccomp filter is too long");
  filter.len = program.len;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
    return error_sys(err, errno, "seccomp does not take its filter");
  return 0;
}
