#include "image/platform.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "image/json.h"
#include "image/platform_match.h"

enum { PARTS = 3 };

static void set_part(char part[PLATFORM_PART_MAX + 1], const char *value)
{
  snprintf(part, PLATFORM_PART_MAX + 1, "%s", value);
}

static void platform_lower(char *text)
{
  for (; *text; text++)
    *text = (char)tolower((unsigned char)*text);
}

static bool is_known(const char *const *names, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++) {
    if (strcmp(names[i], name) == 0)
      return true;
  }
  return false;
}

static bool is_known_os(const char *os)
{
  static const char *const names[] = { "linux",     "windows", "darwin",  "freebsd", "netbsd",
                                       "openbsd",   "solaris", "illumos", "aix",     "android",
                                       "dragonfly", "plan9",   "js",      "wasip1",  "zos" };

  return is_known(names, ARRAY_LEN(names), os);
}

static bool is_known_architecture(const char *architecture)
{
  static const char *const names[] = { "386",     "amd64",   "arm",    "arm64",    "loong64",
                                       "mips",    "mipsle",  "mips64", "mips64le", "ppc64",
                                       "ppc64le", "riscv64", "s390x",  "wasm",     "ppc",
                                       "riscv",   "s390",    "sparc64" };

  return is_known(names, ARRAY_LEN(names), architecture);
}

/* Both parts are in lower case. */
static void normalize_architecture(struct platform *p)
{
  static const struct {
    const char *from;
    const char *to;
    const char *variant; /* NULL: as it is */
  } aliases[] = {
    { "x86_64", "amd64", NULL },  { "x86-64", "amd64", NULL }, { "i386", "386", "" },
    { "aarch64", "arm64", NULL }, { "armhf", "arm", "v7" },    { "armel", "arm", "v6" },
  };

  for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
    if (strcmp(p->architecture, aliases[i].from) != 0)
      continue;
    set_part(p->architecture, aliases[i].to);
    if (aliases[i].variant)
      set_part(p->variant, aliases[i].variant);
    break;
  }
  if (strcmp(p->architecture, "arm") == 0) {
    char digit = p->variant[0];

    if (!digit)
      set_part(p->variant, "v7");
    else if (isdigit((unsigned char)digit) && !p->variant[1])
      snprintf(p->variant, sizeof(p->variant), "v%c", digit);
  } else if ((strcmp(p->architecture, "arm64") == 0 &&
              (strcmp(p->variant, "8") == 0 || strcmp(p->variant, "v8") == 0)) ||
             (strcmp(p->architecture, "amd64") == 0 && strcmp(p->variant, "v1") == 0)) {
    set_part(p->variant, "");
  }
}

struct platform platform_normalize(const struct platform *platform)
{
  struct platform p = *platform;

  platform_lower(p.os);
  platform_lower(p.architecture);
  platform_lower(p.variant);
  if (!p.os[0])
    set_part(p.os, "linux");
  else if (strcmp(p.os, "macos") == 0)
    set_part(p.os, "darwin");
  normalize_architecture(&p);
  return p;
}

struct platform platform_host(void)
{
  static const struct {
    const char *machine;
    struct platform platform;
  } machines[] = {
    { "i686", { "linux", "386", "", "" } },
    { "i586", { "linux", "386", "", "" } },
    { "armv7l", { "linux", "arm", "v7", "" } },
    { "armv8l", { "linux", "arm", "v8", "" } },
    { "armv6l", { "linux", "arm", "v6", "" } },
    { "armv5tel", { "linux", "arm", "v5", "" } },
    { "mips64el", { "linux", "mips64le", "", "" } },
    { "mipsel", { "linux", "mipsle", "", "" } },
    { "loongarch64", { "linux", "loong64", "", "" } },
  };
  struct platform host = { "linux", "", "", "" };
  struct utsname name;

  if (uname(&name) < 0)
    return host;
  for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
    if (strcmp(machines[i].machine, name.machine) == 0)
      return machines[i].platform;
  }
  snprintf(host.architecture, sizeof(host.architecture), "%.*s", PLATFORM_PART_MAX, name.machine);
  return platform_normalize(&host);
}

static bool is_valid_part(struct str part)
{
  for (size_t i = 0; i < part.len; i++) {
    unsigned char c = (unsigned char)part.ptr[i];

    if (!(isalnum(c) && c < 0x80) && c != '_' && c != '.' && c != '-')
      return false;
  }
  return part.len > 0 && part.len <= PLATFORM_PART_MAX;
}

static int bad_platform(struct str text, struct error *err)
{
  return error_set(err, ERROR_USAGE,
                   "\"%.*s\" is no platform (expected OS/ARCHITECTURE[/VARIANT], such as "
                   "linux/arm64/v8)",
                   (int)MIN_OF(text.len, (size_t)200), text.ptr ? text.ptr : "");
}

/* Splits at '/'; the number of parts, or 0 if there are too many or one is none. */
static size_t platform_split(struct str text, struct str parts[PARTS])
{
  size_t n = 0;

  for (;;) {
    const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
    struct str part = { text.ptr, slash ? (size_t)(slash - text.ptr) : text.len };

    if (n == PARTS || part.len == 0)
      return 0;
    parts[n++] = part;
    if (!slash)
      return n;
    text = str_skip(text, part.len + 1);
  }
}

/* Takes "(VERSION)" off the end of an os, as in windows(10.0.17763). */
static bool split_os_version(struct str *os, struct str *version)
{
  const char *open = memchr(os->ptr, '(', os->len);

  *version = (struct str) { NULL, 0 };
  if (!open)
    return true;
  *version = str_skip(*os, (size_t)(open - os->ptr) + 1);
  os->len = (size_t)(open - os->ptr);
  if (!str_has_suffix(*version, STR(")")))
    return false;
  version->len--;
  return is_valid_part(*version);
}

int platform_parse(struct platform *out, struct str text, struct error *err)
{
  struct platform p = { "", "", "", "" };
  struct str parts[PARTS];
  struct str version;
  size_t n = platform_split(text, parts);

  if (n == 0 || !split_os_version(&parts[0], &version))
    return bad_platform(text, err);
  for (size_t i = 0; i < n; i++) {
    if (!is_valid_part(parts[i]))
      return bad_platform(text, err);
  }
  snprintf(p.os, sizeof(p.os), "%.*s", STR_ARGS(parts[0]));
  snprintf(p.os_version, sizeof(p.os_version), "%.*s", STR_ARGS(version));
  if (n > 1)
    snprintf(p.architecture, sizeof(p.architecture), "%.*s", STR_ARGS(parts[1]));
  if (n > 2)
    snprintf(p.variant, sizeof(p.variant), "%.*s", STR_ARGS(parts[2]));
  if (n == 1) { /* an architecture for this OS, or an OS with this architecture */
    struct platform host = platform_host();

    p = platform_normalize(&p);
    if (is_known_os(p.os)) {
      set_part(p.architecture, host.architecture);
      set_part(p.variant, host.variant);
    } else {
      set_part(p.architecture, p.os);
      set_part(p.os, host.os);
      p = platform_normalize(&p);
      if (version.len || !is_known_architecture(p.architecture))
        return bad_platform(text, err);
    }
  }
  *out = platform_normalize(&p);
  return 0;
}

static int part_from_json(char out[PLATFORM_PART_MAX + 1], const json_t *object, const char *key,
                          struct error *err)
{
  const char *value;

  if (json_get_string(object, key, &value, err) < 0)
    return -1;
  if (strlen(value) > PLATFORM_PART_MAX)
    return error_set(err, ERROR_CORRUPT, "field \"%s\": longer than %d bytes", key,
                     PLATFORM_PART_MAX);
  set_part(out, value);
  return 0;
}

int platform_from_json(struct platform *out, const json_t *object, struct error *err)
{
  struct platform p;
  json_t *features;

  if (part_from_json(p.os, object, "os", err) < 0 ||
      part_from_json(p.architecture, object, "architecture", err) < 0 ||
      part_from_json(p.variant, object, "variant", err) < 0 ||
      part_from_json(p.os_version, object, "os.version", err) < 0 ||
      json_get_string_array(object, "os.features", &features, err) < 0)
    return -1;
  *out = p;
  return 0;
}

bool platform_equal(const struct platform *a, const struct platform *b)
{
  struct platform x = platform_normalize(a);
  struct platform y = platform_normalize(b);

  return strcmp(x.os, y.os) == 0 && strcmp(x.architecture, y.architecture) == 0 &&
         strcmp(x.variant, y.variant) == 0;
}

bool platform_is_unknown(const struct platform *platform)
{
  return strcmp(platform->os, "unknown") == 0 && strcmp(platform->architecture, "unknown") == 0;
}

const char *platform_format(const struct platform *platform, char text[PLATFORM_MAX_TEXT])
{
  snprintf(text, PLATFORM_MAX_TEXT, "%s/%s%s%s", platform->os, platform->architecture,
           platform->variant[0] ? "/" : "", platform->variant);
  return text;
}

void platform_set_release(struct platform_set *set)
{
  free(set->items);
  *set = (struct platform_set) { 0 };
}

int platform_set_add(struct platform_set *set, struct str text, struct error *err)
{
  for (;;) {
    const char *comma = text.len ? memchr(text.ptr, ',', text.len) : NULL;
    struct str item = { text.ptr, comma ? (size_t)(comma - text.ptr) : text.len };
    struct platform platform;

    if (platform_parse(&platform, item, err) < 0)
      return -1;
    if (!platform_set_has(set, &platform)) {
      set->items = xreallocarray(set->items, set->n + 1, sizeof(*set->items));
      set->items[set->n++] = platform;
    }
    if (!comma)
      return 0;
    text = str_skip(text, item.len + 1);
  }
}

bool platform_set_has(const struct platform_set *set, const struct platform *platform)
{
  for (size_t i = 0; i < set->n; i++) {
    if (platform_equal(&set->items[i], platform) && platform_same_build(&set->items[i], platform))
      return true;
  }
  return set->all;
}
