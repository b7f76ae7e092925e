/* The differences of a comparison as a person thinks of them: files that were added, removed or
 * changed, settings of the image that have other values; weighed, so that what decides a release
 * comes first. What the summary, Markdown, HTML, JUnit and SARIF are made of. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGES_H
#define DIFFOCI_REPORT_CHANGES_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/map.h"
#include "diff/event.h"
#include "policy/causes.h"

enum change_kind {
  CHANGE_ADDED,    /* a file that only input 1 has, or has more often */
  CHANGE_REMOVED,  /* a file that only input 0 has, or has more often */
  CHANGE_CONTENT,  /* a file of which the content, the type or the link target differs */
  CHANGE_METADATA, /* a file of which anything else differs */
  CHANGE_IMAGE,    /* a field of a descriptor, an index, a manifest or a config */
  N_CHANGE_KINDS,
};

/* How much a difference weighs, the least first. */
enum change_weight {
  WEIGHT_CONSEQUENCE, /* follows from another difference: digests of what differs below */
  WEIGHT_RECORD,      /* times, order, format, history, what says how the image was made */
  WEIGHT_METADATA,    /* modes and owners, xattrs, user names */
  WEIGHT_CONTENT,
  WEIGHT_EXECUTABLE, /* a file that can be run */
  WEIGHT_CONFIG,     /* what decides how a container is run */
  WEIGHT_PRIVILEGE,  /* setuid, setgid, file capabilities: who gets which rights */
};

/* One field that counts. All text is escaped for a terminal (base/escape.h). */
struct change_field {
  const char *name;     /* as --ignore-fields calls it where that has a name for it */
  const char *value[2]; /* NULL: absent on that side */
};

struct change {
  enum change_kind kind;
  enum change_weight weight;
  enum event_type type;
  const char *context;  /* where in the comparison: "/layers-1/layer/tarentry" */
  const char *platform; /* of the image that it is in: "linux/arm64", escaped; NULL: there is but
                           one, or it is in none */
  struct str path;      /* of a file, as in the image; empty for CHANGE_IMAGE */
  const char *name;     /* of the file or the field, escaped for a terminal */
  const char *title;    /* the same as people call it: of a field "User", "Env PATH"; of several
                           images with the platform: "etc/passwd (linux/arm64)"; escaped */
  const char *words; /* what differs: "content, 1.2 MB → 1.3 MB; mode 0755 → 04755"; escaped */
  int64_t size[2];   /* bytes of a regular file's content; -1 where there is none */
  int32_t layer[2];  /* the number of the layer that the file stands in; -1: not known */
  const char *created_by[2]; /* the command that made that layer, as in the image; borrowed as long
                                as the comparison; NULL: not known */
  unsigned explanation, patch_number; /* as in struct event */
  /* Of a field of a config, whose event has the causes of all its fields: its own alone, of which
   * cause is NULL where none is known. */
  const struct cause *own_cause;
  uint8_t own_evidence; /* enum cause_evidence */
  bool has_own_cause;
  bool is_directory; /* on one side at least */
  /* Of WEIGHT_CONSEQUENCE, and of what may turn out to be: the context of what it says that it
   * differs, such as "/layers-1"; else NULL. */
  const char *refers_to;
  size_t suspect; /* of these: the how manieth, from 1; else 0 */
  const struct change_field *fields;
  size_t n_fields;
};

/* How many there are and what they come to, those that were not kept included. */
struct change_totals {
  uint64_t by_kind[N_CHANGE_KINDS];    /* once sorted, without consequences */
  uint64_t consequences;               /* once sorted */
  uint64_t directories;                /* that were added or removed */
  uint64_t bytes_added, bytes_removed; /* of regular files: what input 1 has more, and less */
};

struct change_size { /* how the sizes of files changed below a directory, or in a layer */
  const char *name;  /* the directory, escaped, "/" at its end; or "layer 3" */
  int64_t bytes;
  uint64_t files;
};

/* The histories of two configs, where they differ; as long as the comparison. */
struct change_histories {
  const json_t *history[2];
};

/* Where something differs. */
struct change_context {
  const char *name;     /* as in struct change */
  const char *platform; /* the same */
};

struct changes {
  struct arena arena;   /* of the items' text */
  struct arena names;   /* of contexts, directories and layers, which stay */
  struct change *items; /* as they came; sorted by changes_sort */
  size_t n, cap;
  /* What refers to something by its digest, until it is settled whether that is told otherwise.
   * Their text is among the names. */
  struct change *suspects;
  size_t n_suspects, cap_suspects;
  size_t keep;                   /* no more than this many are kept: those that weigh the most */
  struct changes_stream *stream; /* where all are kept: they are here and not among the items */
  uint64_t dropped;              /* that were not kept */
  struct change_totals totals;
  struct map directories; /* name -> struct change_size */
  struct map layers;
  struct change_histories *histories;
  size_t n_histories, cap_histories;
  bool tell_platforms; /* set before the first event: several images are compared */
  struct map contexts; /* name -> struct change_context, among the names */
  struct map above;    /* contexts that something stands below which is no consequence */
  const struct change_context *last_context;
  struct budget *memory;
  uint64_t taken; /* of the budget */
  bool failed;    /* it had no more: nothing is added any more */
  struct error err;
};

enum { CHANGES_KEEP = 200000 };
/* All of them, whatever they weigh; beyond the memory budget in a temporary file. They are given
 * out by changes_take in the order CHANGE_ORDER_TABLE. */
#define CHANGES_ALL SIZE_MAX

/* keep: the most that are kept, at least 1, or CHANGES_ALL. memory: what is taken for them; NULL:
 * no limit. Borrowed, lives longer. */
void changes_init(struct changes *changes, size_t keep, struct budget *memory);
void changes_release(struct changes *changes);
/* Takes one event; a document's event gives one change for each field that counts. */
void changes_add(struct changes *changes, const struct event *event);

enum change_order {
  CHANGE_ORDER_WEIGHT, /* the weightiest first, then by context and name */
  CHANGE_ORDER_NAME,   /* by path, documents first */
  CHANGE_ORDER_SIZE,   /* by how many bytes were added or removed, the most first */
  CHANGE_ORDER_TABLE,  /* as the table has them: by context, then by name; consequences too */
};

/* To be called once, after the last changes_add. Puts the items in order, the same for the same
 * differences, in whatever order they came. What refers to something by its digest, where what
 * differs in that is listed too, is a consequence: these stand at the end. Returns how many items
 * come before them. */
size_t changes_sort(struct changes *changes, enum change_order order);

/* -1 where some could not be taken or, with CHANGES_ALL, read back: ERROR_LIMIT, ERROR_IO. */
MUST_CHECK int changes_check(const struct changes *changes, struct error *err);

/* With CHANGES_ALL: begins to give out those that were added and stand before this context (NULL:
 * all), each of which is given out once, and goes to the next. What may be a consequence is of
 * WEIGHT_CONSEQUENCE then: whether it is, is known after changes_settle alone. False after the last
 * one and where something fails, which changes_check tells. What *out points to is valid until the
 * next call. */
bool changes_take(const struct changes *changes, const char *before);
bool changes_next(const struct changes *changes, struct change *out);
/* With CHANGES_ALL, after the last changes_add, once, in place of changes_sort: completes the
 * totals; the suspects that are no consequences are not of WEIGHT_CONSEQUENCE any more. */
void changes_settle(struct changes *changes);

/* The directories (two levels deep), or the layers, whose files changed in size the most; at most
 * max. Returns how many. Valid until the next changes_add. */
size_t changes_directories(const struct changes *changes, struct change_size *out, size_t max);
size_t changes_layers(const struct changes *changes, struct change_size *out, size_t max);

/* Whether it is about the history, and so about how the image was made. */
bool change_is_history(const struct change *change);
/* "A", "D", "M", "m", "C": what stands before a change's name in a list. */
char change_mark(const struct change *change);
/* "added", "removed", "changed", "metadata changed", "image": how a kind is counted in words. */
const char *change_kind_word(enum change_kind kind);
/* The change in bytes of a regular file's size; what one side lacks counts as nothing. */
int64_t change_bytes(const struct change *change);

#endif
