/* What is in an image, as JSON: docs/show.schema.json is the contract. */
#ifndef DIFFOCI_SHOW_SHOW_JSON_H
#define DIFFOCI_SHOW_SHOW_JSON_H

#include "report/writer.h"
#include "show/contents.h"

/* Writes one object and a line feed. name: of the image, as it was asked for. Bytes that are no
 * UTF-8 become U+FFFD. */
void show_json(const struct contents *contents, const char *name, struct writer *writer);

#endif
