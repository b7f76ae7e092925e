/* Hard links of two merged images: which paths are names of one file on each side, whichever of
 * them is the file and which the link. Private to src/diff.
 *
 * A file of one side and a file of the other belong together if a path is a name of both. Where
 * every file belongs to at most one of the other side, the links are the same. The first name of
 * each further pair of files is a difference, so that one link more or less is one difference. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_LINKS_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_LINKS_H

#include "base/arena.h"
#include "base/map.h"
#include "layer/overlay/overlay.h"

struct effective_links {
  struct map files[2]; /* with several names -> struct linked_file */
  struct map pairs;    /* of these */
  struct arena arena;
  struct paged *paged;
};

/* memory: NULL: no limit. Borrowed, lives longer. */
void effective_links_init(struct effective_links *links, struct budget *memory);
/* ERROR_IO where there is no room for what there was to be kept. */
MUST_CHECK int effective_links_check(const struct effective_links *links, struct error *err);
void effective_links_release(struct effective_links *links);

enum links_meeting {
  LINKS_NEW,   /* the first name of two files that belong together */
  LINKS_KNOWN, /* a further name of the same two */
  LINKS_SPLIT, /* the first name of two files one of which belongs to another one as well */
};

/* Takes a path that both sides have; to be called in the order of the walk. names, for LINKS_SPLIT:
 * the first name of the file on each side; ptr NULL if that is the path itself. */
enum links_meeting effective_links_meet(struct effective_links *links,
                                        const struct overlay_item *const items[2],
                                        struct str names[2]);
/* Takes a path that only one side has. */
void effective_links_lone(struct effective_links *links, int side, const struct overlay_item *item);

#endif
