/* Files of lines "Key: value", as RFC 822 made them and package managers write them. Private to
 * packages/. */
#ifndef DIFFOCI_PACKAGES_STANZA_H
#define DIFFOCI_PACKAGES_STANZA_H

#include "base/str.h"

/* Takes a line off the text, without its newline; false at the end. */
bool stanza_line(struct str *text, struct str *line);
/* The value of a line "KEY: value", in whatever case the key stands, without the spaces around it;
 * ptr NULL if it is another line. */
struct str stanza_value(struct str line, struct str key);
/* Whether the line has nothing but spaces. */
bool stanza_is_blank(struct str line);

#endif
