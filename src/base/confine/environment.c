#include <string.h>
#include <unistd.h>

#include "base/confine/confine.h"
#include "base/macros.h"

static bool environment_names(const char *const *names, size_t n, const char *variable, size_t len)
{
  for (size_t i = 0; i < n; i++)
    if (strlen(names[i]) == len && strncmp(variable, names[i], len) == 0)
      return true;
  return false;
}

void confine_forget_environment(const char *const *needed, size_t n)
{
  static const char *const kept[] = { "CLICOLOR_FORCE", "COLUMNS", "NO_COLOR", "SOURCE_DATE_EPOCH",
                                      "TERM",           "TMPDIR",  "TZ" };

  for (char **at = environ; at && *at; at++) {
    const size_t name = strcspn(*at, "=");
    const bool keep = environment_names(kept, ARRAY_LEN(kept), *at, name) ||
                      environment_names(needed, n, *at, name) ||
                      (n && strncmp(*at, "DIFFOCI_", 8) == 0);

    if (!keep && (*at)[name])
      explicit_bzero(*at + name + 1, strlen(*at + name + 1));
  }
}
