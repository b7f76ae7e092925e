/* What is in one image: its documents, its layers, and the files that they make when they are
 * merged as engines merge them. What `diffoci show` tells. */
#ifndef DIFFOCI_SHOW_CONTENTS_H
#define DIFFOCI_SHOW_CONTENTS_H

#include "base/arena.h"
#include "image/config.h"
#include "image/index.h"
#include "image/manifest.h"
#include "packages/list.h"
#include "source/source.h"

struct contents_options {
  const struct limits *limits; /* borrowed; the memory budget and the totals count, too */
  /* Which image of an index. NULL: that for this machine, or the only one. */
  const struct platform *platform;
  bool files; /* the layers are read; without it only the documents are */
};

struct contents_layer {
  const struct descriptor *descriptor;
  const json_t *history; /* the item of the config's history that made it; NULL: not known */
  /* Where layers are read, else 0: entries of the tar stream, bytes in regular files, and those of
   * them that no path of the image shows, since a later entry replaces or removes them. */
  uint64_t entries, bytes, hidden_bytes;
};

/* A directory that holds much of an image. */
struct contents_directory {
  struct str path;       /* as in the image, "/" at its end: "usr/lib/" */
  unsigned depth;        /* 1: it lies in the root */
  uint64_t bytes, files; /* in all below it; what has several names counts once, in the first */
};

/* A regular file that gives who runs it rights of others. */
struct contents_privileged {
  struct str path; /* as in the image */
  unsigned mode;   /* the low 12 bits */
  int64_t uid, gid;
  bool capabilities; /* it has the xattr security.capability */
  uint64_t bytes;
  uint32_t layer; /* that it comes from, from 0 */
};

/* A content that is stored and that no path shows. */
struct contents_hidden {
  struct str path; /* that its entry had */
  uint64_t bytes;
  uint32_t layer;
};

struct contents {
  struct descriptor root; /* what the argument means */
  bool has_index;
  struct index index;           /* that stands at the root, where has_index */
  struct descriptor descriptor; /* of the manifest */
  struct manifest manifest;
  bool has_config; /* false: the config is of no image's type, or there are no layers to run */
  struct config config;
  struct contents_layer *layers; /* manifest.n_layers of them */
  uint64_t stored_bytes;         /* of manifest, config and layers */

  bool has_files; /* all below was found out */
  /* Paths, by what they are. Names of one file count each; their bytes once. */
  uint64_t files, directories, links, others, bytes;
  /* Those with a twentieth of the bytes or more, at most CONTENTS_DEPTH deep: a directory before
   * what is in it, the largest first. */
  struct contents_directory *largest;
  size_t n_largest;
  struct contents_privileged *privileged; /* by path */
  size_t n_privileged;
  uint64_t hidden_files, hidden_bytes;
  struct contents_hidden *hidden; /* of HIDDEN_LEAST bytes or more, the largest first */
  size_t n_hidden;
  struct package_list packages; /* sorted; their owners mean nothing here */
  const char *refused;          /* why an engine does not unpack the layers; NULL: it does */
  struct arena arena;           /* of all text here */
};

enum { CONTENTS_DEPTH = 4, CONTENTS_HIDDEN_LEAST = 64 * 1024 };

/* Reads the image. Every blob is checked against its digest; a layer whose type is no tar stream's
 * is an error where files are asked for, but for artifacts, whose layers are listed only. The error
 * names the source and the blob. *out is to be released, also after an error. */
MUST_CHECK int contents_read(struct contents *out, struct source *source,
                             const struct contents_options *options, struct error *err);
void contents_release(struct contents *contents);

#endif
