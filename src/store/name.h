/* What a user's name for a stored image means (see store_find). */
#ifndef DIFFOCI_STORE_NAME_H
#define DIFFOCI_STORE_NAME_H

#include <stdbool.h>

#include "base/digest.h"

struct wanted_name {
  char *full; /* owned; NULL: a digest alone */
  bool has_digest;
  struct digest digest;
  char *repository; /* owned: the full name without tag and digest, where there is a digest */
  char *short_id;   /* owned: the beginning of a digest in hexadecimal, at least as long as `images`
                       prints it; a name that looks so is a name as well. NULL: none */
};

enum { NAME_SHORT_ID = 12 }; /* digits that `images` prints, as docker and podman do */

void wanted_name_init(struct wanted_name *wanted, const char *name);
void wanted_name_release(struct wanted_name *wanted);
/* Whether an image of that name (NULL: none) and digest is meant. */
bool wanted_name_fits(const struct wanted_name *wanted, const char *name,
                      const struct digest *digest);

#endif
