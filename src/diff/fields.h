/* The list of fields in which two things differ, built up for one event and then used again.
 * Private to src/diff. */
#ifndef DIFFOCI_DIFF_FIELDS_H
#define DIFFOCI_DIFF_FIELDS_H

#include "base/arena.h"
#include "diff/event.h"

struct fields {
  struct event_field *items; /* owned */
  size_t n, cap;
  bool ignored;       /* what is added now differs but does not count */
  struct arena arena; /* what items point to */
};

#define FIELDS_INIT ((struct fields) { 0 })
#define AUTO_FIELDS CLEANUP(fields_release) struct fields

void fields_release(struct fields *fields);
void fields_reset(struct fields *fields);
/* Appends. name and label are not copied; the values are (ptr NULL: absent). */
void fields_add(struct fields *fields, const char *name, const char *label, struct str value0,
                struct str value1);
/* The same with values that already live in fields->arena, or for ever. */
void fields_add_kept(struct fields *fields, const char *name, const char *label, struct str value0,
                     struct str value1);

#endif
