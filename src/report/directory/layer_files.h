/* Which entries of which layers are to be extracted. */
#ifndef DIFFOCI_REPORT_DIRECTORY_LAYER_FILES_H
#define DIFFOCI_REPORT_DIRECTORY_LAYER_FILES_H

#include "base/arena.h"
#include "base/budget.h"
#include "base/map.h"
#include "diff/event.h"

struct layer_file {
  uint64_t position;            /* of the entry in its layer */
  const struct digest *content; /* as the comparison found it; NULL where it was not hashed */
};

struct layer_files {
  int side;
  const char *directory; /* where they belong, relative: "manifests-0/layers-1", "" */
  const char *context;   /* of the first event that was about one of them */
  const struct descriptor *layer;
  struct layer_file *files; /* owned */
  size_t n, cap;
  uint64_t *positions; /* theirs, once sorted; owned */
};

struct layer_file_list {
  struct layer_files **items; /* owned */
  size_t n, cap;
  struct map by_key;
  struct arena arena;
  struct layer_files *last[2]; /* most events are of the layer of the one before */
  struct budget *memory;       /* what is taken for it; NULL: no limit; borrowed */
  uint64_t taken;
  uint64_t files; /* in all */
  bool failed;    /* it had no more: some were not noted */
};

#define LAYER_FILE_LIST_INIT ((struct layer_file_list) { 0 })

void layer_file_list_release(struct layer_file_list *list);
/* Notes the entries that an event is about; those without a layer do not count. */
void layer_file_list_add(struct layer_file_list *list, const struct event *event);
/* Puts layers in the order of their directories, positions in theirs, without doubles. ERROR_LIMIT
 * where there were more than the memory budget allows. */
MUST_CHECK int layer_file_list_sort(struct layer_file_list *list, struct error *err);

#endif
