/* The image that the registry of the fuzz target `registry` holds, and its sound answers. */
#ifndef DIFFOCI_TESTS_REGISTRY_IMAGE_H
#define DIFFOCI_TESTS_REGISTRY_IMAGE_H

#include "base/str.h"

struct sound { /* borrowed, all of it */
  unsigned status;
  struct str body;
  const char *type, *digest;
  unsigned long long from; /* of a part */
};

/* Makes the image, the first time. */
void registry_image_make(void);
/* What the path of a request, and the first byte of a Range (0: none), are answered with. */
struct sound registry_image_answer(struct str path, unsigned long long from);
/* The descriptor of the layer that is elsewhere, as JSON; to be freed. Once it is made. */
char *registry_image_foreign(void);

#endif
