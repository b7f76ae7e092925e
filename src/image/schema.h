/* The members that the specifications give to the JSON documents of an image, as tables: the one
 * place that knows them, for reading (image/json.h) and for comparing (diff/documents/json_diff.h).
 */
#ifndef DIFFOCI_IMAGE_SCHEMA_H
#define DIFFOCI_IMAGE_SCHEMA_H

enum json_kind {
  JSON_KIND_SCALAR, /* absent, null, "", 0 and false are the same, as for Go's omitempty */
  JSON_KIND_TIME,   /* RFC 3339: the same moment written in another way is the same */
  JSON_KIND_OBJECT, /* of the known members below; absent is {} */
  JSON_KIND_ARRAY,  /* of objects with the known members below, or, without any, of anything */
  JSON_KIND_LIST,   /* an array that is one value: where anything differs, all of it does */
  JSON_KIND_MAP,    /* any members; order does not count */
  JSON_KIND_SET,    /* a map whose values mean nothing (Go's map[string]struct{}) */
  JSON_KIND_ANY,    /* present or absent, compared in depth */
  JSON_KIND_UNSEEN, /* read, since an engine refuses what is of another type; never compared */
};

struct json_field { /* a table ends with a NULL key */
  const char *key;
  enum json_kind kind;
  const struct json_field *members; /* for OBJECT, ARRAY and, where it is an object, UNSEEN */
};

extern const struct json_field schema_descriptor[];  /* OCI descriptor.md; without annotations */
extern const struct json_field schema_index[];       /* OCI image-index.md */
extern const struct json_field schema_manifest[];    /* OCI manifest.md */
extern const struct json_field schema_config[];      /* OCI config.md, Docker image spec v1.3 */
extern const struct json_field schema_healthcheck[]; /* Docker image spec v1.3 */
extern const struct json_field schema_statement[];   /* in-toto's Statement */
extern const struct json_field schema_history[];     /* one item of a config's history */

/* Whole documents, for json_decode. */
extern const struct json_field document_index_or_manifest; /* the members of both */
extern const struct json_field document_config;
extern const struct json_field document_statement;
extern const struct json_field document_layout;         /* oci-layout (OCI image-layout.md) */
extern const struct json_field document_docker_archive; /* manifest.json of docker save */

#endif
