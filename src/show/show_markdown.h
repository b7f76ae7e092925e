/* What is in an image, in GitHub Flavored Markdown: for the page of a job or a comment. */
#ifndef DIFFOCI_SHOW_SHOW_MARKDOWN_H
#define DIFFOCI_SHOW_SHOW_MARKDOWN_H

#include "report/writer.h"
#include "show/contents.h"

/* Writes at most MARKDOWN_MAX bytes, with a line that counts the rows which that leaves out.
 * Nothing from the image is markup. name: of the image, as it was asked for. */
void show_markdown(const struct contents *contents, const char *name, struct writer *writer);

#endif
