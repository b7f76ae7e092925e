/* JSON written member by member, with the commas where they belong. Private to src/report. */
#ifndef DIFFOCI_REPORT_JSON_JSON_WRITER_H
#define DIFFOCI_REPORT_JSON_JSON_WRITER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "report/writer.h"

enum { JSON_WRITER_DEPTH = 32 };

struct json_writer {
  struct writer *out;
  bool lines;     /* the members of the outermost two levels stand on lines of their own */
  bool in_script; /* texts are fit for a script element of HTML; false at first */
  unsigned depth;
  bool more[JSON_WRITER_DEPTH]; /* at each depth: something was written already */
};

/* Writes to out, which keeps the errors. */
void json_writer_init(struct json_writer *json, struct writer *out, bool lines);

/* The same inside of an object that has members already and that the caller closes. */
void json_writer_resume(struct json_writer *json, struct writer *out, bool lines);

/* key: the member's name, a plain ASCII text of ours; NULL in an array and for the outermost value.
 * Objects and arrays are opened and closed in turn, at most JSON_WRITER_DEPTH deep. */
void json_object_open(struct json_writer *json, const char *key);
void json_object_close(struct json_writer *json);
void json_array_open(struct json_writer *json, const char *key);
void json_array_close(struct json_writer *json);
/* Bytes that are no UTF-8 become U+FFFD. */
void json_write_str(struct json_writer *json, const char *key, struct str value);
/* NULL gives null. */
void json_write_text(struct json_writer *json, const char *key, const char *value);
void json_write_number(struct json_writer *json, const char *key, int64_t value);
/* A document as it stands, on one line; NULL gives null. */
void json_write_document(struct json_writer *json, const char *key, const json_t *value);
void json_write_bool(struct json_writer *json, const char *key, bool value);

#endif
