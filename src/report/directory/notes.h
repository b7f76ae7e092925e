/* What could not be written as it is, a line each, for whoever reads the result. */
#ifndef DIFFOCI_REPORT_DIRECTORY_NOTES_H
#define DIFFOCI_REPORT_DIRECTORY_NOTES_H

#include <stdarg.h>

#include "base/arena.h"

enum { NOTES_MAX = 10000, NOTES_MAX_NAME = 256 };

struct notes {
  char **lines; /* `/DIRECTORY: "NAME": why`, escaped for a terminal, in the order they came */
  size_t n;     /* at most NOTES_MAX */
  size_t cap;
  size_t more; /* that came after NOTES_MAX and were dropped */
  struct arena arena;
};

void notes_release(struct notes *notes);
/* Nothing has to be escaped by the caller; names over NOTES_MAX_NAME bytes are cut. */
void notes_add(struct notes *notes, struct str directory, struct str name, const char *fmt,
               va_list args) __attribute__((format(printf, 4, 0)));

#endif
