/* Two contents that differ, as a person reads it: a difference of their lines in the unified format
 * (POSIX.1-2024, diff(1p), "Diff -u or -U Output Format", without its two lines of file names); of
 * what is no text the strings or the bytes that differ. */
#ifndef DIFFOCI_EVIDENCE_PATCH_H
#define DIFFOCI_EVIDENCE_PATCH_H

#include "base/budget.h"
#include "base/buf.h"

enum patch_kind {
  PATCH_NONE,    /* there is nothing to show */
  PATCH_TEXT,    /* of the contents as they are: patch(1) makes the second of the first by it,
                    unless lines are missing or shortened */
  PATCH_JSON,    /* of both with a member a line */
  PATCH_XML,     /* of both with a tag a line */
  PATCH_STRINGS, /* of the strings in two programs */
  PATCH_BYTES,   /* the bytes from the first that differs on, in hexadecimal */
  PATCH_LARGE,   /* the same of texts, whose lines would take too much memory */
  PATCH_UNREAD,  /* nothing: the contents could not be read again, or are too large for that */
  PATCH_DROPPED, /* nothing: there is too much that differs in one file */
  PATCH_BEYOND,  /* nothing: there is too much in all files together */
  N_PATCH_KINDS,
};

struct patch_limits {
  uint64_t lines;        /* of the difference that are shown, those around it too; 0: all */
  uint64_t *work;        /* steps of aligning lines that are left, a few nanoseconds each: what is
                            done is taken off; when nothing is left more lines may be shown than
                            need be */
  struct budget *memory; /* what is needed on the way is taken from it; NULL: no limit */
  bool is_program;       /* the contents are parts of a program, so that strings are looked for */
};

enum {
  PATCH_LINES = 200,      /* that are shown where nobody says how many */
  PATCH_BYTES_SHOWN = 64, /* of a side, of what is no text */
  PATCH_LINE_MAX = 2000,  /* bytes of a line that are shown */
  PATCH_STRING_MIN = 4,   /* characters of a string, as of strings(1) */
};

struct patch {
  enum patch_kind kind;
  uint64_t more;   /* lines that differ and are not shown */
  struct str text; /* lines that begin with '@', ' ', '-', '+' or '\\', each with its newline; the
                      bytes of the contents as they are */
};

/* Fills *out, and text with what out->text is then a view of. Takes time in proportion to the
 * sizes, and a second at most to align lines. */
void patch_make(const struct str content[2], const struct patch_limits *limits, struct buf *text,
                struct patch *out);

/* Whether it is a program, a library or the like (ELF). */
bool patch_is_program(struct str content);

/* "text", "json", "xml", "strings", "bytes", "large", "unread", "dropped", "beyond"; "" for
 * PATCH_NONE. */
const char *patch_kind_name(enum patch_kind kind);

#endif
