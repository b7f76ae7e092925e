/* A JSON text a line (RFC 8259): first what is compared, then the differences of each layer as soon
 * as it has been compared, in the order of the table, last the packages, the totals and the
 * verdict. docs/ndjson.schema.json is the contract. */
#ifndef DIFFOCI_REPORT_JSON_NDJSON_H
#define DIFFOCI_REPORT_JSON_NDJSON_H

#include "report/output.h"

/* As struct output_format has it. */
struct report *report_ndjson_make(const char *path, const struct diff_options *options,
                                  const struct output_style *style);

#endif
