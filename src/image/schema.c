#include "image/schema.h"

#include <stddef.h>

static const struct json_field platform_members[] = {
  { "os", JSON_KIND_SCALAR, NULL },         { "architecture", JSON_KIND_SCALAR, NULL },
  { "variant", JSON_KIND_SCALAR, NULL },    { "os.version", JSON_KIND_SCALAR, NULL },
  { "os.features", JSON_KIND_ARRAY, NULL }, { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_descriptor[] = {
  { "mediaType", JSON_KIND_SCALAR, NULL },    { "digest", JSON_KIND_SCALAR, NULL },
  { "size", JSON_KIND_SCALAR, NULL },         { "urls", JSON_KIND_ARRAY, NULL },
  { "data", JSON_KIND_SCALAR, NULL },         { "platform", JSON_KIND_OBJECT, platform_members },
  { "artifactType", JSON_KIND_SCALAR, NULL }, { NULL, JSON_KIND_ANY, NULL },
};

/* A descriptor inside another document, where its annotations are part of that document. */
static const struct json_field nested_descriptor[] = {
  { "mediaType", JSON_KIND_SCALAR, NULL },
  { "digest", JSON_KIND_SCALAR, NULL },
  { "size", JSON_KIND_SCALAR, NULL },
  { "urls", JSON_KIND_ARRAY, NULL },
  { "annotations", JSON_KIND_MAP, NULL },
  { "data", JSON_KIND_SCALAR, NULL },
  { "platform", JSON_KIND_OBJECT, platform_members },
  { "artifactType", JSON_KIND_SCALAR, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_index[] = {
  { "schemaVersion", JSON_KIND_SCALAR, NULL },
  { "mediaType", JSON_KIND_SCALAR, NULL },
  { "artifactType", JSON_KIND_SCALAR, NULL },
  { "manifests", JSON_KIND_ARRAY, nested_descriptor },
  { "subject", JSON_KIND_OBJECT, nested_descriptor },
  { "annotations", JSON_KIND_MAP, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_manifest[] = {
  { "schemaVersion", JSON_KIND_SCALAR, NULL },
  { "mediaType", JSON_KIND_SCALAR, NULL },
  { "artifactType", JSON_KIND_SCALAR, NULL },
  { "config", JSON_KIND_OBJECT, nested_descriptor },
  { "layers", JSON_KIND_ARRAY, nested_descriptor },
  { "subject", JSON_KIND_OBJECT, nested_descriptor },
  { "annotations", JSON_KIND_MAP, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_statement[] = {
  { "_type", JSON_KIND_SCALAR, NULL },
  { "subject", JSON_KIND_ANY, NULL },
  { "predicateType", JSON_KIND_SCALAR, NULL },
  { "predicate", JSON_KIND_ANY, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_healthcheck[] = {
  { "Test", JSON_KIND_ARRAY, NULL },
  { "Interval", JSON_KIND_SCALAR, NULL },
  { "Timeout", JSON_KIND_SCALAR, NULL },
  { "StartPeriod", JSON_KIND_SCALAR, NULL },
  { "StartInterval", JSON_KIND_SCALAR, NULL },
  { "Retries", JSON_KIND_SCALAR, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

static const struct json_field run_config[] = {
  { "User", JSON_KIND_SCALAR, NULL },
  { "ExposedPorts", JSON_KIND_SET, NULL },
  { "Env", JSON_KIND_ARRAY, NULL },
  { "Entrypoint", JSON_KIND_ARRAY, NULL },
  { "Cmd", JSON_KIND_ARRAY, NULL },
  { "Volumes", JSON_KIND_SET, NULL },
  { "WorkingDir", JSON_KIND_SCALAR, NULL },
  { "Labels", JSON_KIND_MAP, NULL },
  { "StopSignal", JSON_KIND_SCALAR, NULL },
  { "ArgsEscaped", JSON_KIND_SCALAR, NULL },
  { "Healthcheck", JSON_KIND_OBJECT, schema_healthcheck },
  { "OnBuild", JSON_KIND_ARRAY, NULL },
  { "Shell", JSON_KIND_ARRAY, NULL },
  { "Hostname", JSON_KIND_UNSEEN, NULL },
  { "Domainname", JSON_KIND_UNSEEN, NULL },
  { "AttachStdin", JSON_KIND_UNSEEN, NULL },
  { "AttachStdout", JSON_KIND_UNSEEN, NULL },
  { "AttachStderr", JSON_KIND_UNSEEN, NULL },
  { "Tty", JSON_KIND_UNSEEN, NULL },
  { "OpenStdin", JSON_KIND_UNSEEN, NULL },
  { "StdinOnce", JSON_KIND_UNSEEN, NULL },
  { "Image", JSON_KIND_UNSEEN, NULL },
  { "NetworkDisabled", JSON_KIND_UNSEEN, NULL },
  { "MacAddress", JSON_KIND_UNSEEN, NULL },
  { "StopTimeout", JSON_KIND_UNSEEN, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

static const struct json_field rootfs_members[] = {
  { "type", JSON_KIND_SCALAR, NULL },
  { "diff_ids", JSON_KIND_ARRAY, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_history[] = {
  { "created", JSON_KIND_TIME, NULL },       { "created_by", JSON_KIND_SCALAR, NULL },
  { "author", JSON_KIND_SCALAR, NULL },      { "comment", JSON_KIND_SCALAR, NULL },
  { "empty_layer", JSON_KIND_SCALAR, NULL }, { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field schema_config[] = {
  { "os", JSON_KIND_SCALAR, NULL },
  { "architecture", JSON_KIND_SCALAR, NULL },
  { "variant", JSON_KIND_SCALAR, NULL },
  { "os.version", JSON_KIND_SCALAR, NULL },
  { "os.features", JSON_KIND_ARRAY, NULL },
  { "config", JSON_KIND_OBJECT, run_config },
  { "author", JSON_KIND_SCALAR, NULL },
  { "created", JSON_KIND_TIME, NULL },
  { "rootfs", JSON_KIND_OBJECT, rootfs_members },
  { "history", JSON_KIND_ARRAY, schema_history },
  { "id", JSON_KIND_UNSEEN, NULL },
  { "parent", JSON_KIND_UNSEEN, NULL },
  { "comment", JSON_KIND_UNSEEN, NULL },
  { "container", JSON_KIND_UNSEEN, NULL },
  { "container_config", JSON_KIND_UNSEEN, run_config },
  { "docker_version", JSON_KIND_UNSEEN, NULL },
  { "Size", JSON_KIND_UNSEEN, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

/* Both, since what has the members of both has to be refused. */
static const struct json_field index_and_manifest[] = {
  { "schemaVersion", JSON_KIND_SCALAR, NULL },
  { "mediaType", JSON_KIND_SCALAR, NULL },
  { "artifactType", JSON_KIND_SCALAR, NULL },
  { "manifests", JSON_KIND_ARRAY, nested_descriptor },
  { "config", JSON_KIND_OBJECT, nested_descriptor },
  { "layers", JSON_KIND_ARRAY, nested_descriptor },
  { "fsLayers", JSON_KIND_ANY, NULL }, /* of Docker's schema 1 */
  { "subject", JSON_KIND_OBJECT, nested_descriptor },
  { "annotations", JSON_KIND_MAP, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

static const struct json_field layout_members[] = {
  { "imageLayoutVersion", JSON_KIND_SCALAR, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

static const struct json_field docker_archive_members[] = {
  { "Config", JSON_KIND_SCALAR, NULL },
  { "RepoTags", JSON_KIND_ARRAY, NULL },
  { "Layers", JSON_KIND_ARRAY, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

const struct json_field document_index_or_manifest = { NULL, JSON_KIND_OBJECT, index_and_manifest };
const struct json_field document_config = { NULL, JSON_KIND_OBJECT, schema_config };
const struct json_field document_statement = { NULL, JSON_KIND_OBJECT, schema_statement };
const struct json_field document_layout = { NULL, JSON_KIND_OBJECT, layout_members };
const struct json_field document_docker_archive = { NULL, JSON_KIND_ARRAY, docker_archive_members };
