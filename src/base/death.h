/* Why a child of ours ended, as far as its parent can know. */
#ifndef DIFFOCI_BASE_DEATH_H
#define DIFFOCI_BASE_DEATH_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What is to be known before: noted when the child is started. */
struct death_watch {
  uint64_t group_kills, kills; /* as machine_group_kills and machine_kills */
  uint64_t cpu_seconds;        /* that the child may use; 0: no limit */
};

/* cpu_seconds: the limit that the child sets itself; 0: none. root: as in machine.h. */
void death_watch(struct death_watch *out, uint64_t cpu_seconds, const char *root);

enum death_cause {
  DEATH_BY_ITSELF,    /* it ended with a status */
  DEATH_BY_FAULT,     /* a signal that a fault of its own brings */
  DEATH_BY_FILTER,    /* it made a call that it may not (SIGSYS) */
  DEATH_BY_ABORT,     /* it gave up (SIGABRT) */
  DEATH_BY_PROCESSOR, /* its processor time was used up */
  DEATH_BY_GROUP, /* killed, and the kernel ended a process of its control group for want of memory
                   */
  DEATH_BY_MACHINE, /* the same, somewhere on the machine */
  DEATH_BY_OTHERS,  /* a signal that a process sent */
};

/* Of a child that has ended so (wait4(2)). root: as before. */
enum death_cause death_cause(const struct death_watch *watch, int status, const struct rusage *used,
                             const char *root);
/* In words, behind "ended with signal 9": "it did …"; "" where the signal says it. */
const char *death_words(enum death_cause cause);

/* Waits a moment for a process that has closed its end of a socket, which is its last act, or near
 * it, so that how it ended can be told. One that was taken over may have other plans. */
void death_let_end(pid_t pid);

#endif
