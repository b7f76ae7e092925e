/* Images that an argument names: from the store, from a registry, from one through the other. */
#ifndef DIFFOCI_SOURCE_NAMED_H
#define DIFFOCI_SOURCE_NAMED_H

#include "source/argument.h"
#include "source/registry/registry.h"
#include "store/store.h"

enum named_pull { /* in the order of the choices of --pull */
                  NAMED_PULL_ALWAYS,
                  NAMED_PULL_MISSING,
                  NAMED_PULL_NEVER,
};

/* Where names lead to; everything must outlive the sources. */
struct named_options {
  struct store *first; /* looked into before, and never written to; NULL: none */
  struct store *store; /* NULL: none */
  struct net *net;     /* NULL: no registries */
  enum named_pull pull;
  void (*warn)(void *context, const struct error *err); /* as for source_cached */
  void *warn_context;
};

/* The image that an argument of kind ARGUMENT_NAME or ARGUMENT_ID means. ERROR_NOT_FOUND says where
 * it is not, where that is known without asking a registry; none is asked for an ID. */
struct source *source_of_name(const struct argument *argument, const struct named_options *named,
                              const struct limits *limits, struct error *err);

#endif
