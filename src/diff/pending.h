/* Entries of one side that wait for their partner on the other, and how often each name was met.
 * Private to src/diff. */
#ifndef DIFFOCI_DIFF_PENDING_H
#define DIFFOCI_DIFF_PENDING_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/map.h"
#include "tar/entry.h"

/* An entry that waits: a copy of its header, and the digest of its content. */
struct pending {
  struct pending *next; /* the next one of its name, in the order of the layer */
  struct tar_entry entry;
  bool hashed; /* content is set; not where nobody wants to know it */
  struct digest content;
};

/* A name and those that wait under it. */
struct pending_name {
  struct pending *first[2]; /* by side; at most one side has any */
  struct pending *last[2];
};

struct pending_table {
  struct map names;   /* key -> struct pending_name; keys live in arena */
  struct arena arena; /* names */
  size_t waiting;     /* entries that wait, both sides together */
};

#define PENDING_INIT ((struct pending_table) { 0 })

void pending_release(struct pending_table *table);
/* The name's record if any entry has ever waited under it, else NULL. */
struct pending_name *pending_find(const struct pending_table *table, struct str key);
/* Puts a copy of entry behind those that wait under key. Returns it, to have its content set. */
struct pending *pending_add(struct pending_table *table, int side, struct str key,
                            const struct tar_entry *entry);
/* Takes the first one that waits out of the table; to be released with pending_free. */
struct pending *pending_take(struct pending_table *table, struct pending_name *name, int side);
void pending_free(struct pending *pending);

#endif
