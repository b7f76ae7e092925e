/* What differs, in a few words that people use. Private to src/report. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGE_WORDS_H
#define DIFFOCI_REPORT_CHANGES_CHANGE_WORDS_H

#include "base/buf.h"
#include "diff/event.h"
#include "report/changes/changes.h"

/* Appends what of an entry differs: "content, 1.2 MB → 1.3 MB; mode 0755 → 04755", at most three
 * things and then how many more there are; records only where nothing else differs. Escaped for a
 * terminal. */
void change_words_entry(struct buf *out, const struct event *event);
/* Appends what an entry that one side lacks is: "25 B", "directory", "symlink to x". Escaped. */
void change_words_lone(struct buf *out, const struct tar_entry *entry);
/* How much a pair of entries that differ weighs, and whether it is its content (or what else the
 * path leads to) that does. */
enum change_weight change_weight_entry(const struct event *event, bool *content);
/* How much it weighs that only one side has the entry. */
enum change_weight change_weight_lone(const struct tar_entry *entry);
/* How much a field of a document weighs. type: the document's kind of event. WEIGHT_CONSEQUENCE: it
 * refers to something by its digest (change_refers_to). */
enum change_weight change_weight_field(enum event_type type, const char *field);

/* Whether a field of a manifest or an index, whose whole text is compared in this context, has an
 * event of its own beside it: an annotation, or an item of a list that one side lacks. It then
 * refers to that (change_refers_to). */
bool change_is_told_again(enum event_type type, const char *context,
                          const struct event_field *field);

/* Where, beside the document's own context, that stands which a field of WEIGHT_CONSEQUENCE refers
 * to: "layers-1" for layers[1].digest and rootfs.diff_ids[1], "" for what the document itself
 * stands for. */
void change_refers_to(struct buf *out, const char *field);

#endif
