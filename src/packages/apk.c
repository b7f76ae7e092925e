#include "packages/apk.h"

#include <limits.h>

#include "base/buf.h"
#include "base/limits.h"
#include "packages/stanza.h"

static const char apk[] = "apk";

struct reading {
  struct package_list *list;
  struct package package;
  const struct package_owner *owner; /* made with the first file */
  struct str directory;
  struct buf path;
};

static void apk_take_file(struct reading *reading, struct str name)
{
  if (!reading->package.name.len || reading->package.name.len > PACKAGE_MAX_TEXT || !name.len)
    return;
  if (reading->directory.len + name.len > LIMIT_PATH_BYTES)
    return;
  if (!reading->owner)
    reading->owner = package_list_owner(reading->list, apk, reading->package.name, STR(""));
  buf_clear(&reading->path);
  buf_add_str(&reading->path, reading->directory);
  buf_puts(&reading->path, reading->directory.len ? "/" : "");
  buf_add_str(&reading->path, name);
  if (!reading->path.overflow)
    package_list_own_by(reading->list, buf_str(&reading->path), reading->owner);
}

static void apk_take_line(struct reading *reading, struct str line)
{
  const struct str value = str_skip(line, 2);

  switch (line.ptr[0]) {
  case 'P':
    reading->package.name = value;
    break;
  case 'V':
    reading->package.version = value;
    break;
  case 'A':
    reading->package.architecture = value;
    break;
  case 'F':
    reading->directory = value;
    break;
  case 'R':
    apk_take_file(reading, value);
    break;
  default:
    break;
  }
}

static void apk_finish(struct reading *reading)
{
  package_list_add(reading->list, &reading->package);
  reading->package = (struct package) { .type = apk };
  reading->owner = NULL;
  reading->directory = STR("");
}

void apk_read_installed(struct package_list *list, struct str path, struct str bytes)
{
  struct reading reading = {
    .list = list,
    .package.type = apk,
    .directory = STR(""),
    .path = BUF_INIT(64 * 1024),
  };
  struct str line;

  (void)path;
  while (stanza_line(&bytes, &line)) {
    if (!line.len)
      apk_finish(&reading);
    else if (line.len >= 2 && line.ptr[1] == ':')
      apk_take_line(&reading, line);
  }
  apk_finish(&reading);
  buf_release(&reading.path);
}
