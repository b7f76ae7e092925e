#include "show/show_json.h"

#include <stdio.h>

#include "base/version.h"
#include "image/history.h"
#include "report/json/json_writer.h"
#include "report/json/jsonout.h"

enum { SHOW_FORMAT_VERSION = 1 };

static void show_json_write_identity(struct json_writer *json, const struct contents *contents,
                                     const char *name)
{
  char digest[DIGEST_MAX_TEXT];
  char platform[PLATFORM_MAX_TEXT];
  const char *ignored;

  json_write_text(json, "image", name);
  if (contents->has_index) {
    json_object_open(json, "index");
    json_write_text(json, "digest", digest_format(&contents->root.digest, digest));
    json_write_text(json, "mediaType", contents->root.media_type);
    json_array_open(json, "platforms");
    for (size_t i = 0; i < contents->index.n_manifests; i++) {
      const struct descriptor *manifest = &contents->index.manifests[i];

      if (manifest->has_platform && !descriptor_is_attestation(manifest, &ignored))
        json_write_text(json, NULL, platform_format(&manifest->platform, platform));
    }
    json_array_close(json);
    json_object_close(json);
  }
  json_object_open(json, "manifest");
  json_write_text(json, "digest", digest_format(&contents->descriptor.digest, digest));
  json_write_text(json, "mediaType", contents->descriptor.media_type);
  json_write_number(json, "size", contents->descriptor.size);
  json_object_close(json);
  if (contents->has_config &&
      (*contents->config.platform.os || *contents->config.platform.architecture))
    json_write_text(json, "platform", platform_format(&contents->config.platform, platform));
  json_write_number(json, "storedBytes", (int64_t)contents->stored_bytes);
}

static void show_json_write_layer(struct json_writer *json, const struct contents *contents,
                                  size_t number)
{
  const struct contents_layer *layer = &contents->layers[number];
  const char *created_by = history_created_by(layer->history);
  const json_t *created = json_object_get(layer->history, "created");
  char digest[DIGEST_MAX_TEXT];

  json_object_open(json, NULL);
  json_write_number(json, "number", (int64_t)number);
  json_write_text(json, "digest", digest_format(&layer->descriptor->digest, digest));
  json_write_text(json, "mediaType", layer->descriptor->media_type);
  json_write_number(json, "size", layer->descriptor->size);
  if (created_by) {
    AUTO_BUF command = BUF_INIT(INT32_MAX);

    history_instruction(&command, created_by);
    json_write_text(json, "createdBy", created_by);
    json_write_str(json, "command", buf_str(&command));
  }
  if (json_is_string(created))
    json_write_text(json, "created", json_string_value(created));
  if (contents->has_files) {
    json_write_number(json, "entries", (int64_t)layer->entries);
    json_write_number(json, "bytes", (int64_t)layer->bytes);
    json_write_number(json, "hiddenBytes", (int64_t)layer->hidden_bytes);
  }
  json_object_close(json);
}

static void write_counts(struct json_writer *json, const struct contents *contents)
{
  json_object_open(json, "files");
  json_write_number(json, "files", (int64_t)contents->files);
  json_write_number(json, "bytes", (int64_t)contents->bytes);
  json_write_number(json, "directories", (int64_t)contents->directories);
  json_write_number(json, "symlinks", (int64_t)contents->links);
  json_write_number(json, "others", (int64_t)contents->others);
  if (contents->refused)
    json_write_text(json, "notUnpacked", contents->refused);
  json_object_close(json);
}

static void show_json_write_directories(struct json_writer *json, const struct contents *contents)
{
  json_array_open(json, "largestDirectories");
  for (size_t i = 0; i < contents->n_largest; i++) {
    json_object_open(json, NULL);
    json_write_str(json, "path", contents->largest[i].path);
    json_write_number(json, "bytes", (int64_t)contents->largest[i].bytes);
    json_write_number(json, "files", (int64_t)contents->largest[i].files);
    json_object_close(json);
  }
  json_array_close(json);
}

static void show_json_write_privileged(struct json_writer *json, const struct contents *contents)
{
  json_array_open(json, "privileged");
  for (size_t i = 0; i < contents->n_privileged; i++) {
    const struct contents_privileged *file = &contents->privileged[i];
    char mode[16];

    snprintf(mode, sizeof(mode), "0%04o", file->mode);
    json_object_open(json, NULL);
    json_write_str(json, "path", file->path);
    json_write_text(json, "mode", mode);
    json_write_number(json, "uid", file->uid);
    json_write_number(json, "gid", file->gid);
    json_write_bool(json, "capabilities", file->capabilities);
    json_write_number(json, "bytes", (int64_t)file->bytes);
    json_write_number(json, "layer", file->layer);
    json_object_close(json);
  }
  json_array_close(json);
}

static void show_json_write_hidden(struct json_writer *json, const struct contents *contents)
{
  json_object_open(json, "hidden");
  json_write_number(json, "files", (int64_t)contents->hidden_files);
  json_write_number(json, "bytes", (int64_t)contents->hidden_bytes);
  json_array_open(json, "largest");
  for (size_t i = 0; i < contents->n_hidden; i++) {
    json_object_open(json, NULL);
    json_write_str(json, "path", contents->hidden[i].path);
    json_write_number(json, "bytes", (int64_t)contents->hidden[i].bytes);
    json_write_number(json, "layer", contents->hidden[i].layer);
    json_object_close(json);
  }
  json_array_close(json);
  json_object_close(json);
}

static void show_json_write_packages(struct json_writer *json, const struct package_list *packages)
{
  json_array_open(json, "packages");
  for (size_t i = 0; i < packages->n; i++) {
    const struct package *package = &packages->items[i];

    json_object_open(json, NULL);
    json_write_text(json, "type", package->type);
    json_write_str(json, "name", package->name);
    json_write_str(json, "version", package->version);
    if (package->architecture.len)
      json_write_str(json, "architecture", package->architecture);
    if (package->n_places > 1)
      json_write_number(json, "places", (int64_t)package->n_places);
    json_object_close(json);
  }
  json_array_close(json);
}

void show_json(const struct contents *contents, const char *name, struct writer *writer)
{
  struct json_writer json;

  json_writer_init(&json, writer, true);
  json_object_open(&json, NULL);
  json_write_number(&json, "formatVersion", SHOW_FORMAT_VERSION);
  json_object_open(&json, "tool");
  json_write_text(&json, "name", "diffoci");
  json_write_text(&json, "version", diffoci_version);
  json_object_close(&json);
  show_json_write_identity(&json, contents, name);
  json_write_document(&json, "config", contents->config.json);
  json_write_document(&json, "annotations",
                      json_object_get(contents->manifest.json, "annotations"));
  json_array_open(&json, "layers");
  for (size_t i = 0; i < contents->manifest.n_layers; i++)
    show_json_write_layer(&json, contents, i);
  json_array_close(&json);
  if (contents->has_files) {
    write_counts(&json, contents);
    show_json_write_directories(&json, contents);
    show_json_write_privileged(&json, contents);
    show_json_write_hidden(&json, contents);
    show_json_write_packages(&json, &contents->packages);
  }
  json_object_close(&json);
  writer_putc(writer, '\n');
}
