#include <string.h>
#include <unistd.h>

#include "base/confine/confine.h"
#include "base/macros.h"

void confine_forget_environment(void)
{
  static const char *const kept[] = { "CLICOLOR_FORCE", "COLUMNS", "NO_COLOR", "SOURCE_DATE_EPOCH",
                                      "TERM",           "TMPDIR",  "TZ" };

  for (char **at = environ; at && *at; at++) {
    const size_t name = strcspn(*at, "=");
    bool keep = false;

    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
      keep = keep || (strlen(kept[i]) == name && strncmp(*at, kept[i], name) == 0);
    if (!keep && (*at)[name])
      explicit_bzero(*at + name + 1, strlen(*at + name + 1));
  }
}
