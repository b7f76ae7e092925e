/* What the script reads (page/model.js), in elements of JSON: "data" holds what every row shows,
 * "details-0", "details-1", … what HTML_CHUNK rows each open to, read when one of them is opened.
 * Private to src/report/html. */
#ifndef DIFFOCI_REPORT_HTML_HTML_DATA_H
#define DIFFOCI_REPORT_HTML_HTML_DATA_H

#include "base/arena.h"
#include "base/map.h"
#include "report/changes/listing.h"
#include "report/json/json_writer.h"

enum {
  HTML_CHUNK = 256,             /* rows whose details are read at once */
  HTML_VALUE_BYTES = 16 * 1024, /* of a value that is shown; what is longer is cut, and says so */
};

/* The causes by the numbers that the page knows them by. */
struct html_causes {
  size_t *number;             /* by cause_index; HTML_NO_CAUSE where it has none */
  const struct cause **items; /* by number */
  size_t n;
};

#define HTML_NO_CAUSE SIZE_MAX

/* Opens and closes an element that holds JSON. The id is a plain text of ours. */
void html_json_open(struct json_writer *json, struct writer *writer, const char *id);
void html_json_close(struct json_writer *json);

/* The elements of details, for all items of the listing. */
void html_details(const struct listing *listing, const struct html_causes *causes,
                  struct writer *writer);

#endif
