/* Image names. What parses, formats to a name that parses to the same, in full and as Docker shows
 * it; and choosing by it finds it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/reference.h"
#include "source/archive/choose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
  if (!holds)
    abort();
}

static void parse_again(const char *text, const char *full)
{
  struct reference again;
  struct error err;
  AUTO_FREE char *formatted = NULL;

  check(reference_parse(&again, str_of(text), &err) == 0);
  formatted = reference_format(&again);
  check(strcmp(formatted, full) == 0);
  reference_release(&again);
}

/* A ref that is a digest is looked for among digests, not among names. */
static void choose(const char *text, const char *full)
{
  const struct candidate candidate = { .name = full, .digest = digest_of(DIGEST_SHA256, "", 0) };
  struct digest digest;
  struct error err;
  size_t chosen;

  if (!choose_by_digest(text, &digest))
    check(choose_candidate(&candidate, 1, text, &chosen, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str text = { (const char *)data, size };
  struct reference reference;
  struct error err = { 0 };
  AUTO_FREE char *full = NULL;
  AUTO_FREE char *familiar = NULL;
  AUTO_FREE char *copy = NULL;

  if (reference_parse(&reference, text, &err) < 0) {
    check(err.code == ERROR_USAGE && err.message[0]);
    return 0;
  }
  full = reference_format(&reference);
  familiar = reference_familiar(&reference);
  copy = str_dup(text);
  check(strlen(copy) == size); /* no grammar allows a NUL byte */
  parse_again(full, full);
  parse_again(familiar, full);
  choose(copy, full);
  reference_release(&reference);
  return 0;
}
