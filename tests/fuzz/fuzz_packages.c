/* A package manager's file: the first byte says which, the rest is read as both sides' and cut in
 * two; then questions to what came of it. */
#include <stdint.h>

#include "packages/changes.h"
#include "packages/database.h"
#include "packages/go.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {
  "var/lib/dpkg/status",         "var/lib/dpkg/info/a:b.list",
  "var/lib/dpkg/info/a.md5sums", "lib/apk/db/installed",
  "p/a-1.dist-info/METADATA",    "p/a-1.dist-info/RECORD",
  "node_modules/a/package.json", "var/lib/rpm/rpmdb.sqlite",
  "var/lib/rpm/Packages.db",     "a/x.jar",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct package_changes changes = PACKAGE_CHANGES_INIT;
  const char *path = paths[size ? data[0] % (sizeof(paths) / sizeof(paths[0])) : 0];
  const struct str text = str_skip((struct str) { (const char *)data, size }, 1);
  const struct str half = { text.ptr, text.len / 2 };

  package_database_read(&changes.lists[0], str_of(path), half);
  package_database_read(&changes.lists[1], str_of(path), text);
  if (package_program_begins(text))
    package_program_read(&changes.lists[1], STR("bin/x"), text);
  package_changes_find(&changes);
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < changes.lists[side].owners.n; i++)
      (void)package_changes_owner(&changes, changes.lists[side].owners.entries[i].key);
  for (size_t i = 0; i < changes.n; i++)
    if (!changes.items[i].version[0].ptr && !changes.items[i].version[1].ptr)
      __builtin_trap();
  package_changes_release(&changes);
  return 0;
}
