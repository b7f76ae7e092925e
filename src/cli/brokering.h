/* What starts the confined process of diff and show, confined itself: to the store, the files that
 * the user named, and hosts where there is need of them. */
#ifndef DIFFOCI_CLI_BROKERING_H
#define DIFFOCI_CLI_BROKERING_H

#include "base/confine/confine.h"
#include "base/starter.h"
#include "cli/pager.h"
#include "net/auth/credentials.h"
#include "source/places.h"

/* What it will have to do. All is borrowed. */
struct brokering {
  const struct argument *arguments;
  size_t n_arguments;
  const struct source_options *options;
  struct places *places;      /* its stores are open, if an argument is looked up there, and its
                                 registries are not */
  bool fetches;               /* also from urls in an image */
  const struct pager *pager;  /* that may be wanted; NULL: none is */
  const char *const *outputs; /* paths that are written; "-" is allowed */
  size_t n_outputs;
  const pid_t *children;
  size_t n_children; /* with looker at most CONFINE_CHILDREN_MAX */
  pid_t looker;      /* one more child; 0: none */
};

/* Confines this process, for good, before it has threads. held gets the credentials that may be
 * needed. Programs that may have to be started (a container engine's, a pager, a credential helper)
 * are started by another process, which begins here, connects to containerd, and lists a directory
 * that is read as a root file system: starter gets all that, and is begun if there is any. */
MUST_CHECK int brokering_confine(const struct brokering *brokering,
                                 const struct confine_support *support,
                                 struct credentials_held *held, struct starter *starter,
                                 struct error *err);

#endif
