/* The seccomp filter: which system calls a confined process may make. Private to base/confine, and
 * open to its test. */
#ifndef DIFFOCI_BASE_CONFINE_FILTER_H
#define DIFFOCI_BASE_CONFINE_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

#include "base/confine/confine.h"

enum { FILTER_RULES_MAX = 256, FILTER_PROGRAM_MAX = 1024 };

enum { NO_CONDITION = -1 };
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

/* Of those for a call the first counts that holds. */
struct filter_rules {
  struct rule items[FILTER_RULES_MAX];
  size_t n;
  bool overflow;      /* there was no room for one more */
  uint32_t otherwise; /* what becomes of all else: a value that a filter returns */
};

struct filter_program {
  struct sock_filter code[FILTER_PROGRAM_MAX];
  unsigned short len;
  bool overflow; /* there was no room, or a jump was too far */
};

/* What a process that is confined so may call. */
void filter_choose(struct filter_rules *out, const struct confine_wanted *wanted);
/* As a program for seccomp(2); sorts the rules. false: it is too long. */
bool filter_write(struct filter_program *out, struct filter_rules *rules);

/* Whether the kernel has filters that end a process; false with errno. */
bool filter_is_possible(void);
/* From here on a call that is not in the list ends the process (SIGSYS), or fails with EPERM, as
 * the role has it. no_new_privs has to be set. */
MUST_CHECK int filter_enter(const struct confine_wanted *wanted, struct error *err);

#endif
