/* --sandbox: whether what parses images is confined. */
#ifndef DIFFOCI_CLI_SANDBOX_H
#define DIFFOCI_CLI_SANDBOX_H

#include "base/confine/confine.h"
#include "cli/flag.h"
#include "store/store.h"

enum sandbox_mode {
  SANDBOX_AUTO,
  SANDBOX_REQUIRE,
  SANDBOX_OFF
}; /* the order of the flag's words */

/* The flag, whose value (unsigned) is at this offset. */
#define SANDBOX_FLAG(at)                                                                           \
  {                                                                                                \
    .name = "sandbox", .kind = FLAG_CHOICE, .value = "WHEN", .choices = "auto|require|off",        \
    .environment = "DIFFOCI_SANDBOX", .fallback = "auto",                                          \
    .help = "whether images are parsed by a process that may do nothing else",                     \
    .detail = "auto confines it by what this system has of Landlock and seccomp; require ends "    \
              "with an error where one is missing. See SANDBOX.",                                  \
    .offset = (at),                                                                                \
  }

/* The same of a command that needs nothing but its store. */
#define SANDBOX_STORE_FLAG(at)                                                                     \
  {                                                                                                \
    .name = "sandbox", .kind = FLAG_CHOICE, .value = "WHEN", .choices = "auto|require|off",        \
    .environment = "DIFFOCI_SANDBOX", .fallback = "auto",                                          \
    .help = "whether this command may reach nothing but the store",                                \
    .detail = "auto confines it by what this system has of Landlock and seccomp; require ends "    \
              "with an error where one is missing. See SANDBOX.",                                  \
    .offset = (at),                                                                                \
  }

/* What a process that parses is to be confined by: of off, nothing (all of *out is zero).
 * ERROR_UNSUPPORTED names what require lacks; of auto, --debug says it. */
MUST_CHECK int sandbox_choose(enum sandbox_mode mode, struct confine_support *out,
                              struct error *err);

/* Opens what the store needs, and adds the directories below which it is. */
MUST_CHECK int sandbox_add_store(struct confine_wanted *wanted, struct store *store,
                                 struct error *err);

/* Confines this process, for good, to what it has open, such as connections to containerd, and to
 * the directories of the stores: it may keep them, or only read them if `reads`. Before there are
 * threads. As sandbox_choose; -1 also where it does not work. */
MUST_CHECK int sandbox_keep(enum sandbox_mode mode, struct store *const *stores, int n, bool reads,
                            struct error *err);

#endif
