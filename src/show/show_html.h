/* What is in an image, as a page to look at: one file that makes no request and has no script. */
#ifndef DIFFOCI_SHOW_SHOW_HTML_H
#define DIFFOCI_SHOW_SHOW_HTML_H

#include "report/writer.h"
#include "show/contents.h"

/* Writes the page. name: of the image, as it was asked for. */
void show_html(const struct contents *contents, const char *name, struct writer *writer);

#endif
