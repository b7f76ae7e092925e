/* A source whose blobs lie in memory, for unit tests and fuzz targets. */
#ifndef DIFFOCI_TESTS_MEMORY_SOURCE_H
#define DIFFOCI_TESTS_MEMORY_SOURCE_H

#include "source/source.h"

struct source *memory_source_new(const char *label);
/* Adds a blob (copied). Returns its digest. */
struct digest memory_source_add(struct source *source, const void *bytes, size_t len);
/* Adds an image of uncompressed layers, with a config that lists them, and makes it the one that
 * resolve gives. config_extra: members to add to the config, "" or ",\"author\":\"x\"". */
void memory_source_image(struct source *source, const struct str *layers, size_t n_layers,
                         const char *config_extra);

/* An event sink that writes one line per event to a buffer: "CONTEXT TYPE NOTE | FIELD=V0/V1 …",
 * sorted by memory_sink_text. */
struct memory_sink;
struct memory_sink *memory_sink_new(bool wants_content_digests);
struct event_sink *memory_sink_sink(struct memory_sink *sink);
/* All lines, sorted, each with a newline; to be freed. */
char *memory_sink_text(struct memory_sink *sink);
void memory_sink_free(struct memory_sink *sink);

#endif
