/* index.json of the store: read, changed, written again; what this program does not know stays as
 * it is. */
#ifndef DIFFOCI_STORE_LOCAL_INDEX_JSON_H
#define DIFFOCI_STORE_LOCAL_INDEX_JSON_H

#include "base/buf.h"
#include "image/descriptor.h"

enum { INDEX_JSON_MAX = 64 * 1024 * 1024 }; /* bytes of index.json */

struct index_entry {
  json_t *json;             /* borrowed: the descriptor as it stands */
  struct descriptor target; /* the same, parsed */
  char *name;               /* NULL: none; the full name where it is one, else as it stands */
  bool cached;
};

struct index_json {
  json_t *json; /* owned: the whole document */
  struct index_entry *entries;
  size_t n;
};

/* An index without images. */
void index_json_init(struct index_json *index);
/* Parses and checks: an object, schemaVersion 2 (or none), manifests an array of descriptors. */
MUST_CHECK int index_json_parse(struct index_json *out, struct str text, struct error *err);
void index_json_release(struct index_json *index);

/* Position of the entry from `from` on that name means (see store_find), or index->n. */
size_t index_json_find(const struct index_json *index, const char *name, size_t from);
/* Removes an entry; those behind it move up. */
void index_json_remove(struct index_json *index, size_t position);
/* Appends an entry. name is NULL or a full name. */
MUST_CHECK int index_json_append(struct index_json *index, const char *name,
                                 const struct descriptor *root, bool cached, struct error *err);
/* The text to write. */
MUST_CHECK int index_json_format(const struct index_json *index, struct buf *out,
                                 struct error *err);
/* The descriptor without the annotations that mark it as ours; a new one. */
MUST_CHECK int index_entry_target(const struct index_entry *entry, struct descriptor *out,
                                  struct error *err);

#endif
