/* The comparison of two tar entries, their contents apart. Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_ENTRY_H
#define DIFFOCI_DIFF_LAYERS_ENTRY_H

#include "base/digest.h"
#include "diff/diff.h"
#include "diff/fields.h"
#include "tar/entry.h"

struct entry_rules {
  uint32_t ignore; /* IGNORE_… */
  bool skip_security_xattrs;
  bool ignore_position; /* positions mean nothing, whatever the flags (squashed layers) */
};

/* A name or link target as the rules compare it: with --treat-canonical-paths-equal, without one
 * leading "/", then one leading "./". */
struct str entry_canonical(const struct entry_rules *rules, struct str path);

/* Whether any field but the content differs. What IGNORE_BEYOND_SEMANTIC tells of the rules is not
 * heeded: verdicts count it. */
bool entry_headers_differ(const struct entry_rules *rules, const struct tar_entry *e0,
                          const struct tar_entry *e1);

/* Appends every field that differs, in the order in which the table wants the first of them
 * (docs/behaviour.md, "The table"). contents: the digests of both contents where they differ, else
 * NULL. */
void entry_fields(const struct entry_rules *rules, const struct tar_entry *e0,
                  const struct tar_entry *e1, const struct digest *const contents[2],
                  struct fields *fields);

#endif
