/* The program that a seccomp filter is does what its rules say, one after the other, for every call
 * and for arguments on both sides of every condition. The program is run here as the kernel would
 * (Documentation/networking/filter.rst). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/confine/filter.h"

enum { CALLS_MAX = 1100, ARGUMENTS = 6, NO_RESULT = 0x0badbad };

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
  uint32_t word;

  assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
  memcpy(&word, (const char *)data + offset, sizeof(word));
  return word;
}

static bool holds(const struct sock_filter *step, uint32_t value)
{
  switch (BPF_OP(step->code)) {
  case BPF_JEQ:
    return value == step->k;
  case BPF_JGE:
    return value >= step->k;
  default:
    fail_msg("an operation that is not known here: %#x", step->code);
    return false;
  }
}

static uint32_t run(const struct filter_program *program, const struct seccomp_data *data)
{
  uint32_t value = 0;

  for (size_t at = 0; at < program->len; at++) {
    const struct sock_filter *step = &program->code[at];

    if (step->code == (BPF_LD | BPF_W | BPF_ABS))
      value = load(data, step->k);
    else if (step->code == (BPF_ALU | BPF_AND | BPF_K))
      value &= step->k;
    else if (step->code == (BPF_RET | BPF_K))
      return step->k;
    else if (step->code == (BPF_JMP | BPF_JA))
      at += step->k;
    else
      at += holds(step, value) ? step->jt : step->jf;
  }
  return NO_RESULT;
}

static bool rule_holds(const struct rule *rule, const struct seccomp_data *data)
{
  const uint64_t given = rule->argument == NO_CONDITION ? 0 : data->args[rule->argument];

  if ((uint32_t)data->nr != rule->call)
    return false;
  if (rule->argument == NO_CONDITION)
    return true;
  if (!rule->mask && rule->value == WHOLE)
    return given == 0;
  return ((uint32_t)given & rule->mask) == rule->value;
}

static uint32_t wanted_result(const struct filter_rules *rules, const struct seccomp_data *data)
{
  for (size_t i = 0; i < rules->n; i++)
    if (rule_holds(&rules->items[i], data))
      return rules->items[i].refuse ? SECCOMP_RET_ERRNO | rules->items[i].refuse
                                    : SECCOMP_RET_ALLOW;
  return rules->otherwise;
}

static void compare(const struct filter_rules *rules, const struct filter_program *program,
                    struct seccomp_data *data, uint32_t call)
{
  data->nr = (int)call;
  if (run(program, data) != wanted_result(rules, data))
    fail_msg("call %u with %#llx, %#llx, %#llx, %#llx: %#x, wanted %#x", call, data->args[0],
             data->args[1], data->args[2], data->args[3], run(program, data),
             wanted_result(rules, data));
}

/* Every call with arguments that the conditions of all rules are about: what a rule wants, and what
 * is next to that in one bit. */
static void compare_all(const struct filter_rules *rules, const struct filter_program *program,
                        struct seccomp_data *data)
{
  for (uint32_t call = 0; call < CALLS_MAX; call++) {
    memset(data->args, 0, sizeof(data->args));
    compare(rules, program, data, call);
    compare(rules, program, data, call | 0x40000000U); /* x32 */
    memset(data->args, 0xff, sizeof(data->args));
    compare(rules, program, data, call);
  }
  for (size_t i = 0; i < rules->n; i++) {
    const struct rule *rule = &rules->items[i];

    for (int bit = -1; rule->argument != NO_CONDITION && bit < 64; bit++) {
      const uint64_t value = rule->mask ? rule->value : 0;

      memset(data->args, 0, sizeof(data->args));
      data->args[rule->argument] = bit < 0 ? value : value ^ (UINT64_C(1) << bit);
      compare(rules, program, data, rule->call);
    }
  }
}

static void test_role(const struct confine_wanted *wanted)
{
  static struct filter_rules rules, sorted;
  static struct filter_program program;
  struct seccomp_data data = { 0 };

  filter_choose(&rules, wanted);
  sorted = rules;
  assert_true(filter_write(&program, &sorted));
  assert_in_range(program.len, 100, FILTER_PROGRAM_MAX);
  data.arch = program.code[1].k;
  compare_all(&rules, &program, &data);
  data.nr = SYS_read;
  data.arch = AUDIT_ARCH_I386;
  assert_int_equal(run(&program, &data), SECCOMP_RET_KILL_PROCESS);
}

static void test_all(void **state)
{
  static const enum confine_role roles[] = { CONFINE_PARSER, CONFINE_WRITER,  CONFINE_KEEPER,
                                             CONFINE_LOOKER, CONFINE_FETCHER, CONFINE_BROKER };

  (void)state;
  for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
    for (int speaks = 0; speaks < 2; speaks++) {
      const struct confine_wanted wanted = {
        .role = roles[i], .speaks = speaks, .children = { 17, 0, 70000 }, .n_children = 3
      };

      test_role(&wanted);
    }
}

/* What is in the lists, in a few words: so that a program and rules that are both empty are not
 * taken for right. */
static void test_some(void **state)
{
  static struct filter_rules rules;
  static struct filter_program program;
  const struct confine_wanted wanted = { .role = CONFINE_PARSER };
  struct seccomp_data data = { 0 };

  (void)state;
  filter_choose(&rules, &wanted);
  assert_true(filter_write(&program, &rules));
  data.arch = program.code[1].k;
  data.nr = SYS_read;
  assert_int_equal(run(&program, &data), SECCOMP_RET_ALLOW);
  data.nr = SYS_execve;
  assert_int_equal(run(&program, &data), SECCOMP_RET_KILL_PROCESS);
  data.nr = SYS_socket;
  assert_int_equal(run(&program, &data), SECCOMP_RET_KILL_PROCESS);
  data.nr = SYS_openat;
  assert_int_equal(run(&program, &data), SECCOMP_RET_ERRNO | EACCES);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_all), cmocka_unit_test(test_some) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
