#include "source/source.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/verify.h"
#include "image/json.h"
#include "source/argument.h"
#include "source/engine.h"
#include "source/external.h"

/* 1: there, 0: not, -1: failed. */
static int is_dir_transport(struct members *members, struct error *err)
{
  int has_version = members_has(members, STR("version"), err);

  return has_version > 0 ? members_has(members, STR("manifest.json"), err) : has_version;
}

/* What cannot be read is for whoever reads it to complain about. */
static bool names_no_image(struct members *members, const struct limits *limits)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  AUTO_JSON json = NULL;
  struct error ignored;
  json_t *manifests;

  if (members_read(members, STR("index.json"), limits->json_bytes, &text, &ignored) < 0)
    return false;
  json = json_parse(buf_str(&text), &ignored);
  return json_is_object(json) && json_get_array(json, "manifests", &manifests, &ignored) == 0 &&
         json_array_size(manifests) == 0;
}

int source_is_oci_layout(struct members *members, const struct limits *limits, struct error *err)
{
  int found = members_has(members, STR("oci-layout"), err);
  int docker;

  if (found <= 0 || !names_no_image(members, limits))
    return found;
  docker = members_has(members, STR("manifest.json"), err);
  return docker < 0 ? -1 : !docker;
}

struct source *source_detect(struct members *members, const char *ref,
                             const struct source_options *options, struct error *err)
{
  int found = source_is_oci_layout(members, options->limits, err);

  if (found > 0)
    return source_of_oci_layout(members, ref, options, err);
  found = found < 0 ? -1 : is_dir_transport(members, err);
  if (found > 0)
    return source_of_dir_transport(members, ref, options, err);
  found = found < 0 ? -1 : members_has(members, STR("manifest.json"), err);
  if (found > 0)
    return source_of_docker_archive(members, ref, options, err);
  found = found < 0 ? -1 : members_has(members, STR("repositories"), err);
  if (found > 0)
    error_set(err, ERROR_UNSUPPORTED, "written by Docker before 1.10: its format is not read");
  else if (found == 0)
    error_set(err, ERROR_UNSUPPORTED,
              "neither an OCI image layout (it has no \"oci-layout\") nor a Docker archive (it has "
              "no \"manifest.json\")");
  members_free(members);
  return NULL;
}

static int check_shape(const struct argument *argument, struct error *err)
{
  struct stat st;

  if (argument->kind->shape == SHAPE_ANY || stat(argument->path, &st) < 0)
    return 0;
  if (argument->kind->shape == SHAPE_DIRECTORY && !S_ISDIR(st.st_mode))
    return error_set(err, ERROR_USAGE, "not a directory (expected %s)", argument->kind->form);
  if (argument->kind->shape == SHAPE_FILE && S_ISDIR(st.st_mode))
    return error_set(err, ERROR_USAGE, "a directory (expected %s)", argument->kind->form);
  return 0;
}

static struct source *open_argument(const struct argument *argument,
                                    const struct source_options *options, struct error *err)
{
  struct members *members;

  if (check_shape(argument, err) < 0)
    return NULL;
  members = members_of_path(argument->path, options->limits, err);
  if (!members)
    return NULL;
  return argument->kind->open(members, argument->ref, options, err);
}

static struct source *open_file_argument(const char *text, const struct source_options *options,
                                         struct error *err)
{
  struct argument argument;
  struct source *source;

  if (argument_parse(&argument, text, err) < 0)
    return NULL;
  source = open_argument(&argument, options, err);
  argument_release(&argument);
  return source;
}

struct source *source_open(const char *argument, const struct source_options *options,
                           struct error *err)
{
  const char *name;
  const struct engine_kind *engine = engine_kind_of(argument, &name);
  struct source *source = engine ? source_engine_open(engine, name, options, err)
                                 : open_file_argument(argument, options, err);

  if (!source) {
    error_wrap(err, "%s", argument);
    return NULL;
  }
  source->label = xstrdup(argument);
  source->net = options->net;
  source->net_context = options->net_context;
  return source;
}

int source_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  return source->ops->resolve(source, out, err);
}

int source_wrap(const struct source *source, const struct descriptor *blob, struct error *err)
{
  char text[DIGEST_MAX_TEXT];

  if (!blob)
    return error_wrap(err, "%s", source->label);
  return error_wrap(err, "%s: blob %s", source->label, digest_format(&blob->digest, text));
}

/* *err says that the source has it not. */
static struct stream *open_elsewhere(struct source *source, const struct descriptor *blob,
                                     struct error *err)
{
  void *data = descriptor_data(blob);
  struct net *net;

  if (data)
    return stream_of_owned(data, (size_t)blob->size);
  if (!source->net || !external_has(blob))
    return NULL;
  net = source->net(source->net_context, err);
  return net ? external_open(net, blob, err) : NULL;
}

struct stream *source_blob(struct source *source, const struct descriptor *blob, struct error *err)
{
  struct stream *stored = source->ops->open(source, blob, err);

  if (!stored && err->code == ERROR_NOT_FOUND)
    stored = open_elsewhere(source, blob, err);
  return stored ? stream_verified(stored, &blob->digest, (uint64_t)blob->size) : NULL;
}

struct stream *source_blob_again(struct source *source, const struct descriptor *blob,
                                 struct error *err)
{
  struct stream *stored = NULL;

  if (source_at_hand(source, blob))
    stored = source->ops->open(source, blob, err);
  return stored ? stored : source_blob(source, blob, err);
}

int source_read(struct source *source, const struct descriptor *blob, uint64_t max, struct buf *out,
                struct error *err)
{
  AUTO_STREAM stream = NULL;

  if ((uint64_t)blob->size > max)
    return error_set(err, ERROR_LIMIT, "%lld bytes, at most %llu allowed (see --max-scale)",
                     (long long)blob->size, (unsigned long long)max);
  stream = source_blob(source, blob, err);
  if (!stream)
    return -1;
  return stream_read_checked(stream, (uint64_t)blob->size, out, err);
}

bool source_at_hand(struct source *source, const struct descriptor *blob)
{
  if (source->net && external_has(blob)) /* it may be one that is fetched from its urls */
    return false;
  return source->at_hand ? source->at_hand(source, blob) : !source->fetches_again;
}

void source_free(struct source *source)
{
  if (!source)
    return;
  free(source->label);
  source->ops->free(source);
}
