/* What an attacker would try inside a confined process: attack.c says how. */
#ifndef DIFFOCI_TESTS_WORKER_ATTACK_H
#define DIFFOCI_TESTS_WORKER_ATTACK_H

#include <sys/types.h>

struct attack {
  const char *name;
  int (*run)(void); /* >= 0: it was done, which no attack may be; -1: errno says why not */
};

/* Tables, which an attack without a name ends. */
extern const struct attack attacks_on_files[], attacks_on_processes[], attacks_on_system[];

extern const char *victim; /* the directory that an attack must not get at; "file" is beside it */
extern pid_t parent;       /* of the process that the attack runs in */

#endif
