/* A page without a script, in the style of the reports: for what has no differences to look
 * through. */
#ifndef DIFFOCI_REPORT_HTML_HTML_PLAIN_H
#define DIFFOCI_REPORT_HTML_HTML_PLAIN_H

#include "base/str.h"
#include "report/writer.h"

/* Writes all up to the contents of <main>: the style, a policy that allows this style and nothing
 * else (Content Security Policy Level 3, "hash-source"), the title as <title> and as <h1>. title is
 * escaped for a terminal. */
void html_plain_open(struct writer *writer, struct str title);
/* Writes the rest, with the program's version. */
void html_plain_close(struct writer *writer);

/* Text as the content of an element or of an attribute in double quotes (HTML Living Standard,
 * 13.1.3 and 13.1.2.3). Bytes that are no UTF-8 become U+FFFD. */
void html_text(struct writer *writer, struct str text);
/* The same in an element of the class "text", which keeps it from reordering or widening what
 * stands around it. */
void html_image_text(struct writer *writer, struct str text);
/* The hash-source that allows one inline element: of the bytes between its tags. */
void html_hash(struct writer *writer, struct str content);

#endif
