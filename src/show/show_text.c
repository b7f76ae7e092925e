#include "show/show_text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/amount.h"
#include "base/escape.h"
#include "image/history.h"
#include "report/text/columns.h"

enum {
  SHORT_LABEL = 9, /* of what leaves room for a digest in 80 columns, so that it can be copied */
  LABEL = 14,      /* columns of a field's name and the gap behind it */
  NUMBER = 10,     /* of an amount, and the gap */
  SHORT_ID = 12,   /* digits of a digest */
  MOST_LISTED = 40,
  MOST_HIDDEN = 5,
  LEAST_COLUMNS = 60,
};

struct page {
  const struct contents *contents;
  const struct show_style *style;
  struct writer *writer;
  size_t columns;
};

static void heading(const struct page *page, const char *text)
{
  writer_putc(page->writer, '\n');
  columns_coloured(page->writer, page->style->colour, SGR_BOLD, text);
  writer_putc(page->writer, '\n');
}

/* A name on the left (where it is not that of the line above) and a value of any length. */
static void field(const struct page *page, const char *name, struct str value, int label)
{
  writer_printf(page->writer, "%-*s", label, name);
  columns_wrapped(page->writer, value, page->columns, (size_t)label);
}

static void field_of(const struct page *page, const char *name, const char *value)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  escape_terminal(&text, str_of(value));
  field(page, name, buf_str(&text), LABEL);
}

/* ---- the documents ---- */

static void write_platform(const struct page *page)
{
  const struct contents *contents = page->contents;
  const struct platform *platform = &contents->config.platform;
  AUTO_BUF line = BUF_INIT(INT_MAX);
  char text[PLATFORM_MAX_TEXT];
  const char *separator = "; the index has ";
  const char *ignored;

  if (!contents->has_config || !(*platform->os || *platform->architecture))
    return; /* a tree of files is of none */
  escape_terminal(&line, str_of(platform_format(platform, text)));
  for (size_t i = 0; contents->has_index && i < contents->index.n_manifests; i++) {
    const struct descriptor *other = &contents->index.manifests[i];

    if (!other->has_platform || descriptor_is_attestation(other, &ignored) ||
        digest_equal(&other->digest, &contents->descriptor.digest))
      continue;
    buf_puts(&line, separator);
    escape_terminal(&line, str_of(platform_format(&other->platform, text)));
    separator = ", ";
  }
  if (*separator == ',')
    buf_puts(&line, ", too");
  field(page, "platform", buf_str(&line), SHORT_LABEL);
}

static void write_size(const struct page *page)
{
  const struct contents *contents = page->contents;
  AUTO_BUF line = BUF_INIT(INT_MAX);
  char text[AMOUNT_MAX];

  buf_printf(&line, "%s stored, in %zu %s%s", amount_bytes(contents->stored_bytes, text),
             contents->manifest.n_layers, contents->manifest.is_artifact ? "blob" : "layer",
             contents->manifest.n_layers == 1 ? "" : "s");
  if (contents->has_files)
    buf_printf(&line, "; %s in %" PRIu64 " file%s", amount_bytes(contents->bytes, text),
               contents->files, contents->files == 1 ? "" : "s");
  field(page, "size", buf_str(&line), SHORT_LABEL);
}

static void show_text_write_identity(const struct page *page)
{
  const struct contents *contents = page->contents;
  AUTO_BUF name = BUF_INIT(INT_MAX);
  char digest[DIGEST_MAX_TEXT];
  const json_t *created = json_object_get(contents->config.json, "created");

  escape_terminal(&name, str_of(page->style->name));
  columns_coloured(page->writer, page->style->colour, SGR_BOLD, name.ptr ? name.ptr : "");
  writer_putc(page->writer, '\n');
  if (contents->has_index)
    field(page, "index", str_of(digest_format(&contents->root.digest, digest)), SHORT_LABEL);
  field(page, "digest", str_of(digest_format(&contents->descriptor.digest, digest)), SHORT_LABEL);
  write_platform(page);
  if (json_is_string(created))
    field(page, "created", str_of(json_string_value(created)), SHORT_LABEL); /* a time: checked */
  write_size(page);
}

/* ["nginx","-g","daemon off;"], as a Dockerfile has it */
static void write_json(const struct page *page, const char *name, const json_t *value)
{
  AUTO_FREE char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

  if (text && !json_is_null(value) &&
      (json_array_size(value) || json_object_size(value) || json_is_string(value)))
    field_of(page, name, text);
}

static void write_list(const struct page *page, const char *name, const json_t *list)
{
  size_t i;
  json_t *item;

  json_array_foreach((json_t *)list, i, item)
  {
    field_of(page, i ? "" : name, json_string_value(item));
  }
}

/* The keys of an object, each a line; with what they are set to where that says something. */
static void write_map(const struct page *page, const char *name, const json_t *map)
{
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)map, key, value)
  {
    AUTO_BUF line = BUF_INIT(INT_MAX);

    buf_puts(&line, key);
    if (json_is_string(value)) {
      buf_putc(&line, '=');
      buf_add(&line, json_string_value(value), json_string_length(value));
    }
    field_of(page, name, line.ptr ? line.ptr : "");
    name = "";
  }
}

static void write_config(const struct page *page)
{
  const json_t *config = json_object_get(page->contents->config.json, "config");
  const char *user = json_string_value(json_object_get(config, "User"));
  const char *directory = json_string_value(json_object_get(config, "WorkingDir"));
  const char *signal = json_string_value(json_object_get(config, "StopSignal"));

  if (!page->contents->has_config)
    return;
  heading(page, "config");
  field_of(page, "User", user && *user ? user : "root (none is set)");
  write_json(page, "Entrypoint", json_object_get(config, "Entrypoint"));
  write_json(page, "Cmd", json_object_get(config, "Cmd"));
  write_list(page, "Env", json_object_get(config, "Env"));
  if (directory && *directory)
    field_of(page, "WorkingDir", directory);
  write_map(page, "ExposedPorts", json_object_get(config, "ExposedPorts"));
  write_map(page, "Volumes", json_object_get(config, "Volumes"));
  if (signal && *signal)
    field_of(page, "StopSignal", signal);
  write_json(page, "Healthcheck", json_object_get(config, "Healthcheck"));
  write_json(page, "Shell", json_object_get(config, "Shell"));
  write_list(page, "OnBuild", json_object_get(config, "OnBuild"));
  write_map(page, "Labels", json_object_get(config, "Labels"));
}

/* ---- layers ---- */

/* Of a layer the command, of an artifact's blob its name or type. */
static void layer_words(const struct page *page, size_t number, struct buf *out)
{
  const struct contents_layer *layer = &page->contents->layers[number];
  const char *command = history_created_by(layer->history);
  const char *title = descriptor_annotation(layer->descriptor, "org.opencontainers.image.title");
  AUTO_BUF line = BUF_INIT(INT_MAX);

  if (command)
    history_instruction(&line, command);
  else if (!page->contents->has_config)
    buf_puts(&line, title ? title : layer->descriptor->media_type);
  escape_terminal(out, buf_str(&line));
}

static void show_text_write_layer(const struct page *page, size_t number)
{
  const struct contents_layer *layer = &page->contents->layers[number];
  char digest[DIGEST_MAX_TEXT];
  char amount[AMOUNT_MAX];
  AUTO_BUF words = BUF_INIT(INT_MAX);
  AUTO_BUF line = BUF_INIT(INT_MAX);

  digest_format(&layer->descriptor->digest, digest);
  buf_printf(&line, "%3zu  %.*s  %*s", number, SHORT_ID, strchr(digest, ':') + 1, NUMBER - 2,
             amount_bytes((uint64_t)layer->descriptor->size, amount));
  if (page->contents->has_files)
    buf_printf(&line, "  %*s  %7" PRIu64, NUMBER - 2, amount_bytes(layer->bytes, amount),
               layer->entries);
  buf_puts(&line, "  ");
  writer_str(page->writer, buf_str(&line));
  layer_words(page, number, &words);
  columns_beginning(page->writer, buf_str(&words),
                    page->columns ? page->columns - line.len : SIZE_MAX);
  writer_putc(page->writer, '\n');
}

static void write_layers(const struct page *page)
{
  heading(page, page->contents->has_config ? "layers" : "blobs");
  writer_printf(page->writer, "%3s  %-*s  %*s", "#", SHORT_ID, "digest", NUMBER - 2, "stored");
  if (page->contents->has_files)
    writer_printf(page->writer, "  %*s  %7s", NUMBER - 2, "unpacked", "entries");
  writer_printf(page->writer, "  %s\n", page->contents->has_config ? "made by" : "what");
  for (size_t i = 0; i < page->contents->manifest.n_layers; i++)
    show_text_write_layer(page, i);
}

/* ---- files ---- */

static void sized_path(const struct page *page, uint64_t bytes, size_t indent, struct str path)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);
  char amount[AMOUNT_MAX];

  escape_terminal(&text, path);
  writer_printf(page->writer, "%*s  ", NUMBER - 2, amount_bytes(bytes, amount));
  writer_pad(page->writer, indent);
  columns_path(page->writer, buf_str(&text),
               page->columns ? page->columns - NUMBER - indent : SIZE_MAX);
  writer_putc(page->writer, '\n');
}

/* "x86_64-linux-gnu/" of "usr/lib/x86_64-linux-gnu/" */
static struct str show_text_last_part(struct str path)
{
  size_t at = path.len - 1;

  while (at > 0 && path.ptr[at - 1] != '/')
    at--;
  return str_skip(path, at);
}

static void show_text_write_directories(const struct page *page)
{
  const struct contents *contents = page->contents;

  if (!contents->n_largest)
    return;
  heading(page, "largest directories");
  for (size_t i = 0; i < contents->n_largest && i < MOST_LISTED; i++) {
    const struct contents_directory *directory = &contents->largest[i];

    sized_path(page, directory->bytes, (directory->depth - 1) * 2,
               show_text_last_part(directory->path));
  }
}

static void show_text_write_privileged(const struct page *page)
{
  const struct contents *contents = page->contents;

  if (!contents->n_privileged)
    return;
  heading(page, "files with setuid, setgid or capabilities");
  for (size_t i = 0; i < contents->n_privileged && i < MOST_LISTED; i++) {
    const struct contents_privileged *file = &contents->privileged[i];
    AUTO_BUF line = BUF_INIT(INT_MAX);
    AUTO_BUF path = BUF_INIT(INT_MAX);

    buf_printf(&line, "  0%04o  %" PRId64 ":%" PRId64 "  %s", file->mode, file->uid, file->gid,
               file->capabilities ? "capabilities  " : "");
    escape_terminal(&path, file->path);
    writer_str(page->writer, buf_str(&line));
    columns_path(page->writer, buf_str(&path), page->columns ? page->columns - line.len : SIZE_MAX);
    writer_putc(page->writer, '\n');
  }
  if (contents->n_privileged > MOST_LISTED)
    writer_printf(page->writer, "  and %zu more\n", contents->n_privileged - MOST_LISTED);
}

/* "105 packages: 93 deb, 12 pypi", then a line for each. */
static void show_text_write_packages(const struct page *page)
{
  const struct package_list *packages = &page->contents->packages;
  const char *between = "";
  AUTO_BUF title = BUF_INIT(INT_MAX);

  if (!packages->n)
    return;
  buf_printf(&title, "%zu package%s: ", packages->n, packages->n == 1 ? "" : "s");
  for (size_t i = 0; i < packages->n;) {
    size_t end = i;

    while (end < packages->n && strcmp(packages->items[end].type, packages->items[i].type) == 0)
      end++;
    buf_printf(&title, "%s%zu %s", between, end - i, packages->items[i].type);
    between = ", ";
    i = end;
  }
  heading(page, title.ptr);
  for (size_t i = 0; i < packages->n; i++) {
    AUTO_BUF line = BUF_INIT(INT_MAX);

    buf_puts(&line, "  ");
    escape_terminal(&line, packages->items[i].name);
    buf_putc(&line, ' ');
    escape_terminal(&line, packages->items[i].version);
    if (packages->items[i].n_places > 1)
      buf_printf(&line, ", in %zu places", packages->items[i].n_places);
    columns_beginning(page->writer, buf_str(&line), page->columns ? page->columns : SIZE_MAX);
    writer_putc(page->writer, '\n');
  }
  if (packages->cut)
    writer_puts(page->writer, "  and more\n");
}

static void show_text_write_hidden(const struct page *page)
{
  const struct contents *contents = page->contents;
  char amount[AMOUNT_MAX];
  char title[128];

  if (!contents->hidden_bytes)
    return;
  snprintf(title, sizeof(title),
           "hidden: %s in %" PRIu64 " file%s that later layers replace or remove",
           amount_bytes(contents->hidden_bytes, amount), contents->hidden_files,
           contents->hidden_files == 1 ? "" : "s");
  heading(page, title);
  for (size_t i = 0; i < contents->n_hidden && i < MOST_HIDDEN; i++)
    sized_path(page, contents->hidden[i].bytes, 0, contents->hidden[i].path);
}

static void show_text_write_files(const struct page *page)
{
  const struct contents *contents = page->contents;
  char amount[AMOUNT_MAX];

  heading(page, "files");
  writer_printf(page->writer, "%" PRIu64 " file%s, %s; %" PRIu64 " %s, %" PRIu64 " symbolic link%s",
                contents->files, contents->files == 1 ? "" : "s",
                amount_bytes(contents->bytes, amount), contents->directories,
                contents->directories == 1 ? "directory" : "directories", contents->links,
                contents->links == 1 ? "" : "s");
  if (contents->others)
    writer_printf(page->writer, ", %" PRIu64 " other%s", contents->others,
                  contents->others == 1 ? "" : "s");
  writer_putc(page->writer, '\n');
  if (contents->refused)
    field_of(page, "not unpacked", contents->refused);
  show_text_write_directories(page);
  show_text_write_privileged(page);
  show_text_write_hidden(page);
  show_text_write_packages(page);
}

void show_text(const struct contents *contents, const struct show_style *style,
               struct writer *writer)
{
  const struct page page = {
    .contents = contents,
    .style = style,
    .writer = writer,
    .columns = style->columns ? MAX_OF(style->columns, (size_t)LEAST_COLUMNS) : 0,
  };

  show_text_write_identity(&page);
  write_config(&page);
  write_layers(&page);
  if (contents->has_files)
    show_text_write_files(&page);
}
