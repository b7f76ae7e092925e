/* Image names: [HOST[:PORT]/]PATH[:TAG][@DIGEST], Docker's grammar and defaults (distribution's
 * reference package, reference.go, the grammar in its header). */
#ifndef DIFFOCI_IMAGE_REFERENCE_H
#define DIFFOCI_IMAGE_REFERENCE_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/str.h"

struct reference {
  char *domain;    /* "docker.io", "localhost:5000", "[::1]:5000"; owned */
  char *path;      /* "library/alpine"; owned */
  char *tag;       /* owned; NULL if there is none */
  bool has_digest; /* a digest was given */
  struct digest digest;
};

/* Parses and normalises ("alpine" -> docker.io/library/alpine:latest; no tag is added where there
 * is a digest). ERROR_USAGE says which rule is broken: upper case, too long (255 bytes), bad tag,
 * …. */
MUST_CHECK int reference_parse(struct reference *out, struct str text, struct error *err);
void reference_release(struct reference *reference);
/* The full name: DOMAIN/PATH[:TAG][@DIGEST]; to be freed. */
char *reference_format(const struct reference *reference);
/* The full form of a name, to be freed; NULL if it is none, or NULL. */
char *reference_full_name(const char *name);
/* The short name that Docker shows: docker.io/ and library/ left out; to be freed. */
char *reference_familiar(const struct reference *reference);

#endif
