/* The one memory budget: everything that grows with what an image holds (entries that wait for
 * their partners, names, overlays, rows of reports) is taken from it before it is allocated. Who
 * gets no more writes to an unlinked file (base/spool.h) or ends with budget_error. */
#ifndef DIFFOCI_BASE_BUDGET_H
#define DIFFOCI_BASE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"

struct budget {
  uint64_t limit; /* bytes */
  uint64_t used;  /* bytes; atomic */
  /* Gives back what is held only to save work, and returns whether it gave something; NULL: nothing
   * is. Called by any thread; set while there is one. */
  bool (*reclaim)(void *context);
  void *reclaim_context;
};

#define BUDGET_INIT(bytes) ((struct budget) { .limit = (bytes) })

/* What a comparison may use where nobody says otherwise: a quarter of the memory that this process
 * can have, at most 1 GiB, at least 64 MiB. That memory is the machine's, or less where a control
 * group says so: memory.max of cgroup v2, memory.limit_in_bytes of v1 (Linux,
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst), of the process's group and all
 * above it. root: the directory that /proc and /sys are looked for in, "" for the real ones. */
uint64_t budget_default(const char *root);

/* Takes so many bytes, if need be after a reclaim; false, and nothing is taken, if they would pass
 * the limit. A NULL budget has no limit. Any thread. */
MUST_CHECK bool budget_take(struct budget *budget, uint64_t bytes);
/* The same for what could go to a file instead: false also where more than half of the budget would
 * be taken then. So there is always some left for what cannot. */
MUST_CHECK bool budget_take_spare(struct budget *budget, uint64_t bytes);
/* Gives back what budget_take and budget_take_spare gave. Any thread. */
void budget_give(struct budget *budget, uint64_t bytes);
/* ERROR_LIMIT: "WHAT take more memory than the limit of 1024 MiB (see --memory-limit)", with KiB or
 * bytes where it is no whole number of the larger. Returns -1. */
int budget_error(const struct budget *budget, const char *what, struct error *err);

#endif
