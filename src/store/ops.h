/* What a kind of store has to do, and what store.h promises of it. */
#ifndef DIFFOCI_STORE_OPS_H
#define DIFFOCI_STORE_OPS_H

#include "store/store.h"

/* Each as the function of store.h that is named alike. */
struct store_ops {
  void (*close)(struct store *store);
  int (*directory)(const struct store *store);                       /* NULL: it is in none */
  int (*keep_open)(struct store *store, struct error *err);          /* NULL: nothing to do */
  void (*allow)(const struct store *store, struct starter *starter); /* NULL: nothing to tell */
  void (*set_limit)(struct store *store, uint64_t bytes);            /* NULL: has no effect, */
  void (*set_patience)(struct store *store, unsigned milliseconds);  /* nor has this, */
  void (*set_notice)(struct store *store, void (*notice)(void *context, const char *line),
                     void *context);                                             /* nor this, */
  void (*set_origin)(struct store *store, const char *domain, const char *path); /* nor this */
  int (*has)(struct store *store, const struct descriptor *blob, struct error *err);
  struct stream *(*open_blob)(struct store *store, const struct descriptor *blob,
                              struct error *err);
  /* Removes a blob if it is damaged still. */
  int (*discard)(struct store *store, const struct descriptor *blob, struct error *err);
  int (*open_writer)(struct blob_writer **out, struct store *store, const struct descriptor *blob,
                     enum store_wait wait, struct error *err);
  struct blob_writer *(*open_writer_unknown)(struct store *store, struct error *err);
  int (*list)(struct store *store, struct store_images *out, struct error *err);
  int (*find)(struct store *store, const char *name, struct descriptor *out, struct error *err);
  int (*put_image)(struct store *store, const char *name, const struct descriptor *root,
                   bool cached, struct error *err);
  int (*remove)(struct store *store, const char *name, struct buf *removed, struct error *err);
};

struct store { /* the first member of every kind of store */
  const struct store_ops *ops;
};

struct blob_writer_ops {
  int (*add)(struct blob_writer *writer, const void *bytes, size_t len, struct error *err);
  int (*commit)(struct blob_writer *writer, struct digest *digest, uint64_t *size,
                struct error *err);
  void (*abort)(struct blob_writer *writer);
  void (*keep)(struct blob_writer *writer);
  /* NULL: what is done cannot be read. */
  struct stream *(*read_done)(struct blob_writer *writer, struct error *err);
  int (*restart)(struct blob_writer *writer, struct error *err);
};

struct blob_writer { /* the first member of every kind of writer */
  const struct blob_writer_ops *ops;
  uint64_t done; /* bytes that were there when it was opened */
};

enum {
  STORE_MANIFEST_MAX = 32 * 1024 * 1024
}; /* bytes of an index or manifest that is looked into */

#endif
