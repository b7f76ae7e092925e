/* What is in an image, for people. */
#ifndef DIFFOCI_SHOW_SHOW_TEXT_H
#define DIFFOCI_SHOW_SHOW_TEXT_H

#include "report/writer.h"
#include "show/contents.h"

struct show_style {
  const char *name; /* of the image, as it was asked for */
  bool colour;
  size_t columns; /* of the terminal; 0: as wide as it gets */
};

/* Writes it. Everything from the image is escaped. */
void show_text(const struct contents *contents, const struct show_style *style,
               struct writer *writer);

#endif
