#include "layer_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"

enum { NAME_MAX_LEN = 100, TEXT_MAX = 64 * 1024 };

struct layer {
  struct buf *out;
  struct tar_item item; /* what is set for the entries to come */
  char user[32], group[32];
  struct buf records; /* of the next entry */
};

static struct str take_word(struct str *rest)
{
  const char *space = rest->len ? memchr(rest->ptr, ' ', rest->len) : NULL;
  struct str word = { rest->ptr, space ? (size_t)(space - rest->ptr) : rest->len };

  *rest = str_skip(*rest, word.len + 1);
  return word;
}

static void unescape(struct str text, struct buf *out)
{
  for (; text.len; text = str_skip(text, 1)) {
    if (str_has_prefix(text, STR("\\n")) || str_has_prefix(text, STR("\\0"))) {
      buf_putc(out, text.ptr[1] == 'n' ? '\n' : '\0');
      text = str_skip(text, 1);
    } else {
      buf_putc(out, text.ptr[0]);
    }
  }
}

static void put(struct layer *layer, char type, const char *name, const char *target,
                struct str content)
{
  struct tar_item item = layer->item;

  if (strlen(name) > NAME_MAX_LEN)
    tar_make_record(&layer->records, STR("path"), str_of(name));
  if (strlen(target) > NAME_MAX_LEN)
    tar_make_record(&layer->records, STR("linkpath"), str_of(target));
  if (layer->records.len)
    tar_make_pax_body(layer->out, 'x', buf_str(&layer->records));
  buf_clear(&layer->records);
  item.name = strlen(name) > NAME_MAX_LEN ? "long" : name;
  item.link_name = strlen(target) > NAME_MAX_LEN ? "long" : target;
  item.type = type;
  item.content = content;
  item.user_name = layer->user;
  item.group_name = layer->group;
  tar_make(layer->out, &item);
}

static void put_whiteout(struct layer *layer, const char *path, bool opaque)
{
  const char *slash = strrchr(path, '/');
  AUTO_FREE char *name = opaque ? xasprintf("%s/.wh..wh..opq", path)
                                : xasprintf("%.*s.wh.%s", slash ? (int)(slash - path) + 1 : 0, path,
                                            slash ? slash + 1 : path);

  put(layer, '0', name, "", STR(""));
}

static bool put_setting(struct layer *layer, char kind, const char *value)
{
  switch (kind) {
  case 'm':
    layer->item.mode = strtoul(value, NULL, 8) & 07777;
    return true;
  case 'u':
    layer->item.uid = strtoul(value, NULL, 10) & 07777777;
    return true;
  case 'g':
    layer->item.gid = strtoul(value, NULL, 10) & 07777777;
    return true;
  case 't':
    layer->item.mtime = strtoull(value, NULL, 10) & 077777777777;
    return true;
  case 'U':
    snprintf(layer->user, sizeof(layer->user), "%s", value);
    return true;
  case 'G':
    snprintf(layer->group, sizeof(layer->group), "%s", value);
    return true;
  default:
    return false;
  }
}

static void put_line(struct layer *layer, struct str line)
{
  static const char types[][2] = { "f0", "d5", "l2", "h1", "c3", "b4", "p6" };
  const char kind = *(line.len ? line.ptr : "");
  struct str rest = str_skip(line, 2);
  AUTO_FREE char *all = str_dup(rest);
  AUTO_FREE char *path = str_dup(take_word(&rest));
  AUTO_FREE char *target = str_dup(rest);
  AUTO_BUF content = BUF_INIT(TEXT_MAX);

  if (put_setting(layer, kind, all))
    return;
  if (kind == 'x' && strchr(all, '='))
    tar_make_record(&layer->records, (struct str) { all, strcspn(all, "=") },
                    str_of(strchr(all, '=') + 1));
  else if (kind == 'w' || kind == 'o')
    put_whiteout(layer, path, kind == 'o');
  else if (kind == 'z')
    tar_make_end(layer->out);
  else if (kind == 'f')
    unescape(rest, &content);
  for (size_t i = 0; i < ARRAY_LEN(types); i++)
    if (types[i][0] == kind)
      put(layer, types[i][1], path, kind == 'l' || kind == 'h' ? target : "", buf_str(&content));
}

void layer_make(struct str lines, struct buf *out)
{
  struct layer layer = { .out = out, .records = BUF_INIT(TEXT_MAX) };

  while (lines.len) {
    const char *end = memchr(lines.ptr, '\n', lines.len);
    const struct str line = { lines.ptr, end ? (size_t)(end - lines.ptr) : lines.len };

    put_line(&layer, line);
    lines = str_skip(lines, line.len + 1);
  }
  tar_make_end(out);
  buf_release(&layer.records);
}
