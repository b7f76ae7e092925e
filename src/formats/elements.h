/* A document that is a tree of elements, XML's or HTML's: each element's text is a member under the
 * names that lead to it, those of one name counted from the second on ("feed/entry[2]/title"); so
 * is each attribute ("feed/entry@id"). Private to formats/. */
#ifndef DIFFOCI_FORMATS_ELEMENTS_H
#define DIFFOCI_FORMATS_ELEMENTS_H

#include "base/buf.h"
#include "base/map.h"
#include "formats/format.h"

enum { ELEMENTS_DEEP = 256, ELEMENTS_PATH_MAX = 16 * 1024 };

struct elements {
  struct format_parts *parts;
  struct buf path;
  size_t behind[ELEMENTS_DEEP];    /* the length of the path without the element */
  struct str names[ELEMENTS_DEEP]; /* of the elements that are open */
  struct buf texts[ELEMENTS_DEEP];
  size_t depth;
  struct map counts; /* of elements by their paths; keys in the arena */
};

void elements_init(struct elements *elements, struct format_parts *parts);
void elements_release(struct elements *elements);

/* name lives as long as the parts. 0/-1: they lie too deep, or their names are too long. */
MUST_CHECK int elements_open(struct elements *elements, struct str name, struct error *err);
/* The one that was opened last, of which there has to be one. */
MUST_CHECK int elements_close(struct elements *elements, struct error *err);
/* Of that one. name is copied; value and text are pieces of the file. */
MUST_CHECK int elements_attribute(struct elements *elements, struct str name, struct str value,
                                  struct error *err);
/* Adds to its text. Outside of all elements it is nobody's. Where other elements lie between two
 * pieces of it a line ends. */
void elements_text(struct elements *elements, struct str text);
/* A comment, which is an element "#comment" (DOM Standard, nodeName). */
MUST_CHECK int elements_comment(struct elements *elements, struct str text, struct error *err);

/* Spaces as XML and HTML have them (XML adds none, HTML a form feed). */
bool elements_is_space(char c);
struct str elements_trim(struct str s);

#endif
