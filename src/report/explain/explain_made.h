/* Directories that builders make by themselves, so that only one side has an entry for them: the
 * one that WORKDIR names, and buildah's /run. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_MADE_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_MADE_H

#include "report/explain/explain_draft.h"

enum { MADE_PATH_MAX = 16 * 1024 };
enum { MADE_MAX = 4096 }; /* directories that are looked up; more are not WORKDIRs' alone */

struct made_item {
  size_t record;
  struct str path; /* without slashes around it */
  bool plain;      /* 0755, root's, no attributes: as a runtime would make it */
  const struct descriptor *manifests[2]; /* NULL: that of the image itself */
};

struct explain_made {
  struct made_item *items; /* owned */
  size_t n, cap;
  struct arena arena;
};

void explain_made_release(struct explain_made *made);
/* Whether the event is about a directory on one side only that WORKDIR may have made. */
bool explain_made_wants(const struct explain_made *made, const struct event *event);
void explain_made_add(struct explain_made *made, const struct event *event, size_t record);
/* Adds the cause of a directory that buildah leaves. */
bool explain_made_buildah(const struct event *event, struct draft *draft);
/* Adds the cause of what a symbolic link on one side points to, if a hash is in the link's name and
 * the table knows what it points to by its path: links by the hashes of certificates. */
bool explain_made_link(const struct event *event, struct draft *draft);
/* Looks into the configs; those that are a WORKDIR get their cause. */
void explain_made_resolve(struct explain_made *made, const struct diff_options *options,
                          void (*set)(void *context, size_t record, struct explanation found),
                          void *context);

#endif
