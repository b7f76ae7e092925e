/* What the system says of its memory: /proc, and control groups (Linux,
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst). root: the directory that /proc
 * and /sys are looked for in, "" for the real ones. */
#ifndef DIFFOCI_BASE_MACHINE_H
#define DIFFOCI_BASE_MACHINE_H

#include <stdint.h>

/* The memory that this process can have, in bytes: the machine's, or less where a control group
 * says so: memory.max of cgroup v2, memory.limit_in_bytes of v1, of the process's group and all
 * above it. UINT64_MAX: nobody says. */
uint64_t machine_memory(const char *root);
/* How many processes the kernel has ended for want of memory: in the process's control group (v2),
 * and in all of the machine. UINT64_MAX: nobody says. */
uint64_t machine_group_kills(const char *root);
uint64_t machine_kills(const char *root);

#endif
