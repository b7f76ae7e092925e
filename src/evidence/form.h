/* How two files are packed, where what is in them is the same: headers and the compressed form.
 * Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_FORM_H
#define DIFFOCI_EVIDENCE_FORM_H

#include "evidence/content.h"
#include "formats/format.h"

/* What is known of two files of a format that may be equal. */
struct form_pair {
  const struct format *format;
  struct format_parts *const *parts; /* of both */
  const char *packed;                /* the cause of all that packing does, or NULL */
  bool recompressed; /* a member is compressed in another way, and what comes out is the same */
  bool found;        /* something was found already that differs */
};

/* The cause of another way to write the same in this format. */
const char *form_cause(const struct format *format, const char *packed);
/* Adds the causes of what differs in the form. */
void form_look(const struct form_pair *pair, struct arena *arena, struct content_evidence *out);

#endif
