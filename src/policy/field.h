/* What can differ, by the names that --ignore-fields, policy files and the table of causes use. */
#ifndef DIFFOCI_POLICY_FIELD_H
#define DIFFOCI_POLICY_FIELD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* The order is that of how much a difference tells: where content and mtime differ, the content is
 * to be explained. */
enum policy_field_kind {
  FIELD_PRESENCE, /* the entry exists on one side only */
  FIELD_TYPE,
  FIELD_CONTENT, /* the bytes of a file, and so its size */
  FIELD_SIZE,
  FIELD_LINKNAME,
  FIELD_DEV,
  FIELD_MODE,
  FIELD_UID,
  FIELD_GID,
  FIELD_UNAME,
  FIELD_GNAME,
  FIELD_XATTR,  /* all, or the one called name */
  FIELD_PAX,    /* records that are no xattrs: all, or the one called name */
  FIELD_MEMBER, /* what a format that is not tar says of a member of a file besides: likewise */
  FIELD_MTIME,  /* with the PAX record that says it better; so have the next two */
  FIELD_ATIME,
  FIELD_CTIME,
  FIELD_ORDER, /* the position in the layer */
  FIELD_FORMAT,
  FIELD_CONFIG, /* of the image configuration, by its path: "config.Env", "history[2].comment" */
  FIELD_ANNOTATION, /* of a descriptor, index or manifest: all, or the one called name */
  FIELD_DOCUMENT,   /* of a descriptor, index or manifest, by its path: "mediaType" */
  N_FIELD_KINDS,
};

struct policy_field {
  enum policy_field_kind kind;
  struct str name; /* empty: all of the kind */
};

/* Whether it belongs to an entry of a layer, which has a path. */
bool field_is_of_entry(enum policy_field_kind kind);

/* The i-th of the names that field_parse takes; NULL behind the last. Some take a suffix. */
const char *field_name_at(size_t i);

/* The field that a user calls TEXT: "mtime", "xattr.user.x", "config.Labels.KEY", …. A name that is
 * not known is ERROR_USAGE and lists those that are. out->name points into text. */
MUST_CHECK int field_parse(struct policy_field *out, struct str text, struct error *err);
/* "mtime", "xattr.user.x": what field_parse takes. In the arena. */
const char *field_format(const struct policy_field *field, struct arena *arena);

/* Whether a rule or cause for `named` is about `differing`: it is the same, or "config.Labels" and
 * "config.Labels.x", "content" and the size, "uid" and a PAX record that says the uid again. */
bool field_covers(const struct policy_field *named, const struct policy_field *differing);

/* Which field of an entry's header the PAX record KEY says again, or better: "mtime", "uid",
 * "size", …; false if none (pax(1), "extended header keywords"). */
bool field_of_record(struct str key, enum policy_field_kind *kind);

/* Whether there are fields of these kinds of which the one covers the other. */
bool field_may_cover(enum policy_field_kind named, enum policy_field_kind differing);

/* Which part of an image a difference is in, for the names that events give to fields. */
enum field_place { PLACE_ENTRY, PLACE_CONFIG, PLACE_ANNOTATIONS, PLACE_DOCUMENT };
/* The field that an event calls NAME ("ModTime", "Xattr user.x", "config.Env[1]"); false if it is
 * none that rules and causes know ("Name"). out->name points into name. */
bool field_of_event(struct policy_field *out, enum field_place place, struct str name);

#endif
