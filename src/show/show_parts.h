/* What is told of one image, as tables: what Markdown and the page are made of. Private to
 * src/show. */
#ifndef DIFFOCI_SHOW_SHOW_PARTS_H
#define DIFFOCI_SHOW_SHOW_PARTS_H

#include "show/contents.h"

enum { SHOW_COLUMNS_MAX = 6 };

struct show_part {
  const char *title;
  /* Of the columns, "" where a name would say nothing; those of numbers are known by the '#' before
   * it, which is no part of it. NULL behind the last. */
  const char *columns[SHOW_COLUMNS_MAX + 1];
  bool is_long; /* most readers want no more of it than its title */
};

/* Who writes them. The cells of a row are as many as the part has columns, escaped for a terminal
 * (base/escape.h), and gone when row returns. */
struct show_teller {
  void (*open)(struct show_teller *teller, const struct show_part *part);
  void (*row)(struct show_teller *teller, const struct str *cells);
  void (*close)(struct show_teller *teller);
};

/* Tells all parts that there is something to tell of, in their order. name: of the image, as it was
 * asked for. */
void show_parts(const struct contents *contents, const char *name, struct show_teller *teller);

#endif
