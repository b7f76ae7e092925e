/* Images of container engines: what `docker save` and the like write. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_H

#include "base/starter.h"
#include "source/source.h"

struct engine_kind {
  const char *prefix;   /* "docker://" */
  const char *program;  /* "docker" */
  const char *variable; /* the environment variable that names another program */
};

/* The engine with this program, "docker", "podman" or "nerdctl"; NULL: it is none. */
const struct engine_kind *engine_kind_of(const char *program);

/* The image NAME, a name, an ID or NAME@DIGEST, of that engine. Starts to look it up; it is saved
 * when it is first resolved, once, to a file without a name. ERROR_NOT_FOUND: there is no such
 * program. ERROR_USAGE: no NAME. */
struct source *source_engine_open(const struct engine_kind *kind, const char *name,
                                  const struct source_options *options, struct error *err);

/* Tells who will start them of the programs that such a source starts. Name and options are
 * borrowed until the starter is freed. */
void source_engine_allow(const struct engine_kind *kind, const char *name,
                         const struct source_options *options, struct starter *starter);

/* Tells that the two sources are compared with each other. If both are images of engines, layers
 * that both have are stored only once. Else does nothing. To be called before either is resolved;
 * one thread resolves both. */
void source_engine_pair(struct source *a, struct source *b);

#endif
