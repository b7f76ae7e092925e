/* A comparison inside two files: the state that goes from place to place, and how what differs is
 * told. Private to the files inside_*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_LOOKING_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_LOOKING_H

#include "diff/inside/inside_compare.h"
#include "diff/layers/entry.h"
#include "formats/format.h"

struct looking {
  const struct inside_input *input;
  struct inside_result *result;
  struct format_budget budgets[2]; /* bytes that may still come out of each file */
  struct entry_rules rules;        /* for the members that are compared */
  bool order_counts;               /* what is unpacked of these hangs on their order */
  struct buf path;                 /* of the place that is compared */
  uint64_t patch_work;             /* steps of aligning lines that are left */
  struct budget patch_memory;
  struct buf patch_text;
  struct patch patch;  /* of the contents compared last, for the row that tells of them */
  struct buf heads[2]; /* the same: their beginnings */
  bool has_heads;
};

/* Adds a word to one of the result's lists, unless it stands there. A list that is full
 * (INSIDE_PROOF_MAX) stays as it is. */
void looking_add_word(char *list, const char *word);

/* Why a side could not be looked into; cut at 500 bytes. looking_clear_reasons forgets both
 * sides' reasons, looking_add_reasons moves them into a member's fields, if there are any. */
void looking_set_reason(struct looking *looking, int side, const char *reason);
void looking_clear_reasons(struct looking *looking);
void looking_add_reasons(struct looking *looking, struct fields *fields);

/* Whether what is of this class counts under the ignore flags given. */
bool looking_counts(const struct looking *looking, enum format_class class);

/* Keeps the beginnings of two contents for the next row, where rows have beginnings. */
void looking_keep_heads(struct looking *looking, const struct str content[2]);

/* Tells of the place at looking->path: an entry of each side (NULL: that side has none; both: a
 * field of the file), the digests of its contents (NULL: not known, or the same) and its fields.
 * The patch and the beginnings that were kept go with it, and are forgotten. */
void looking_tell_member(struct looking *looking, const struct tar_entry *const entries[2],
                         const struct digest *const contents[2], struct fields *fields);

/* Tells of one field of the file at looking->path; a value whose ptr is NULL is absent. */
void looking_tell_field(struct looking *looking, const char *name, struct str value0,
                        struct str value1);

#endif
