/* An image argument taken apart (diffoci(1), IMAGE ARGUMENTS). */
#ifndef DIFFOCI_SOURCE_ARGUMENT_H
#define DIFFOCI_SOURCE_ARGUMENT_H

#include "source/kinds.h"

enum source_shape { SHAPE_ANY, SHAPE_DIRECTORY, SHAPE_FILE };

/* A kind of image that is read from files. */
struct source_kind {
  const char *scheme; /* before the ':' */
  const char *form;   /* for messages and help */
  enum source_shape shape;
  struct source *(*open)(struct members *members, const char *ref,
                         const struct source_options *options, struct error *err);
};

struct argument {
  const struct source_kind *kind;
  char *path; /* "~/" expanded; owned */
  char *ref;  /* owned; NULL: none */
};

/* ERROR_USAGE for what cannot be understood, ERROR_UNSUPPORTED for images that do not lie in files;
 * both say what can be given instead. */
MUST_CHECK int argument_parse(struct argument *out, const char *text, struct error *err);
void argument_release(struct argument *argument);

#endif
