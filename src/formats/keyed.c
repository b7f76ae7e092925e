#include "formats/keyed.h"

#include <strings.h>

bool keyed_ends_in(struct str name, const char *const *suffixes, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const size_t len = strlen(suffixes[i]);

    if (name.len >= len && strncasecmp(name.ptr + name.len - len, suffixes[i], len) == 0)
      return true;
  }
  return false;
}

int keyed_add(struct format_parts *parts, struct str name, struct str value, struct error *err)
{
  char *bytes;

  if (memchr(name.ptr, '\0', name.len))
    return error_set(err, ERROR_UNSUPPORTED, "a name has a NUL in it");
  bytes = format_memory(parts, name.len + value.len + 1, err);
  if (!bytes)
    return -1;
  memcpy(bytes, name.ptr, name.len);
  if (value.len)
    memcpy(bytes + name.len, value.ptr, value.len);
  return format_add_file(parts, (struct str) { bytes, name.len },
                         (struct str) { bytes + name.len, value.len }, err)
             ? 0
             : -1;
}
