/* What an image argument means, found out once, where it is given (docs: diffoci(1), IMAGE
 * ARGUMENTS). All that opens images takes it from here and never looks at the text again. */
#ifndef DIFFOCI_SOURCE_ARGUMENT_H
#define DIFFOCI_SOURCE_ARGUMENT_H

#include "source/kinds.h"

enum argument_kind {
  ARGUMENT_NAME,       /* [HOST/]NAME[:TAG][@DIGEST]: in the store or a registry */
  ARGUMENT_ID,         /* a digest, or at least 12 digits of its beginning: in the store */
  ARGUMENT_CONTAINERD, /* containerd://NAME: in containerd, whatever the store is */
  ARGUMENT_ENGINE,     /* docker://NAME and the like: what that engine's program saves */
  ARGUMENT_FILE,       /* an image in a file or a directory */
};

enum source_shape { SHAPE_ANY, SHAPE_DIRECTORY, SHAPE_FILE };

/* A kind of image that is read from files. */
struct source_kind {
  const char *scheme; /* before the ':' */
  const char *form;   /* for messages and help */
  enum source_shape shape;
  bool is_root; /* a root file system; in a directory its open is NULL */
  struct source *(*open)(struct members *members, const char *ref,
                         const struct source_options *options, struct error *err);
};

struct argument {
  enum argument_kind kind;
  char *text; /* as it was given, for messages; owned */
  /* ARGUMENT_NAME, _CONTAINERD and _ENGINE: what is looked up there. ARGUMENT_ID: "sha256:HEX",
   * with 12 to 64 digits. Owned; else NULL. */
  char *name;
  const struct engine_kind *engine; /* ARGUMENT_ENGINE; else NULL */
  const struct source_kind *file;   /* ARGUMENT_FILE, as the two below; else NULL */
  char *path;                       /* "~/" expanded; owned */
  char *ref;                        /* which image in it; owned; NULL: the only one */
};

/* Looks at the file system where the text may name a file; a file that is there, but written
 * without "./", is ERROR_USAGE that says how to write it, as is what cannot be understood. *out is
 * released by the caller, also on failure. */
MUST_CHECK int argument_parse(struct argument *out, const char *text, struct error *err);
void argument_release(struct argument *argument);

#endif
