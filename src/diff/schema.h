/* The members that the specifications give to the JSON documents of an image, as tables for
 * json_diff(). Private to src/diff. */
#ifndef DIFFOCI_DIFF_SCHEMA_H
#define DIFFOCI_DIFF_SCHEMA_H

#include "diff/json_diff.h"

extern const struct json_field schema_descriptor[];  /* OCI descriptor.md; without annotations */
extern const struct json_field schema_index[];       /* OCI image-index.md */
extern const struct json_field schema_manifest[];    /* OCI manifest.md */
extern const struct json_field schema_config[];      /* OCI config.md, Docker image spec v1.3 */
extern const struct json_field schema_healthcheck[]; /* Docker image spec v1.3 */
extern const struct json_field schema_statement[];   /* in-toto's Statement */
extern const struct json_field schema_history[];     /* one item of a config's history */

#endif
