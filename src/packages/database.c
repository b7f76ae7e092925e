#include "packages/database.h"

#include <string.h>

#include "packages/apk.h"
#include "packages/dpkg.h"
#include "packages/jar.h"
#include "packages/language.h"
#include "packages/rpm.h"

struct kind {
  const char *before, *after; /* of the path, relative to the root; "*": of any directory */
  void (*read)(struct package_list *list, struct str path, struct str bytes);
};

static const struct kind kinds[] = {
  { "var/lib/dpkg/status", "", dpkg_read_status },
  { "var/lib/dpkg/status.d/", ".md5sums", dpkg_read_files },
  { "var/lib/dpkg/status.d/", "", dpkg_read_status },
  { "var/lib/dpkg/info/", ".list", dpkg_read_files },
  { "var/lib/dpkg/info/", ".md5sums", dpkg_read_files },
  { "lib/apk/db/installed", "", apk_read_installed },
  { "usr/lib/apk/db/installed", "", apk_read_installed },
  { "var/lib/rpm/rpmdb.sqlite", "", rpm_read_sqlite },
  { "var/lib/rpm/Packages.db", "", rpm_read_ndb },
  { "usr/lib/sysimage/rpm/rpmdb.sqlite", "", rpm_read_sqlite },
  { "usr/lib/sysimage/rpm/Packages.db", "", rpm_read_ndb },
  { "usr/share/rpm/rpmdb.sqlite", "", rpm_read_sqlite },
  { "usr/share/rpm/Packages.db", "", rpm_read_ndb },
  { "*", ".jar", jar_read },
  { "*", ".dist-info/METADATA", python_read_metadata },
  { "*", ".egg-info/PKG-INFO", python_read_metadata },
  { "*", ".dist-info/RECORD", python_read_record },
  { "*", "/package.json", npm_read_package },
};

static const struct kind *kind_of(struct str path)
{
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    const struct str before = str_of(kinds[i].before);
    const struct str after = str_of(kinds[i].after);

    if (!str_has_suffix(path, after))
      continue;
    if (str_equal(before, STR("*")))
      return kinds[i].read != npm_read_package || npm_is_installed(path) ? &kinds[i] : NULL;
    if (str_has_suffix(before, STR("/"))
            ? str_has_prefix(path, before) && path.len > before.len + after.len &&
                  !memchr(path.ptr + before.len, '/', path.len - before.len)
            : str_equal(path, before))
      return &kinds[i];
  }
  return NULL;
}

const char *package_database_lists(struct str path)
{
  static const struct {
    const char *path, *type;
  } lists[] = {
    { "var/lib/dpkg/status", "deb" },
    { "var/lib/dpkg/status-old", "deb" },
    { "var/lib/dpkg/diversions", "deb" },
    { "var/lib/dpkg/available", "deb" },
    { "lib/apk/db/installed", "apk" },
    { "lib/apk/db/scripts.tar", "apk" },
    { "lib/apk/db/triggers", "apk" },
    { "lib/apk/db/scripts.tar.gz", "apk" },
    { "usr/lib/apk/db/installed", "apk" },
    { "usr/lib/apk/db/scripts.tar", "apk" },
    { "usr/lib/apk/db/scripts.tar.gz", "apk" },
    { "etc/apk/world", "apk" },
    { "var/lib/rpm/rpmdb.sqlite", "rpm" },
    { "var/lib/rpm/Packages.db", "rpm" },
    { "var/lib/rpm/Index.db", "rpm" },
    { "usr/lib/sysimage/rpm/Index.db", "rpm" },
    { "usr/share/rpm/Index.db", "rpm" },
    { "usr/share/rpm/Packages.db", "rpm" },
    { "usr/share/rpm/rpmdb.sqlite", "rpm" },
    { "usr/lib/sysimage/rpm/Packages.db", "rpm" },
    { "usr/lib/sysimage/rpm/rpmdb.sqlite", "rpm" },
  };
  const struct str plain = package_path(path);

  for (size_t i = 0; i < ARRAY_LEN(lists); i++)
    if (str_equal(plain, str_of(lists[i].path)))
      return lists[i].type;
  return NULL;
}

bool package_database_is(struct str path)
{
  return kind_of(package_path(path)) != NULL;
}

void package_database_read(struct package_list *list, struct str path, struct str bytes)
{
  const struct str plain = package_path(path);
  const struct kind *kind = kind_of(plain);

  if (kind && bytes.len <= PACKAGE_DATABASE_MAX)
    kind->read(list, plain, bytes);
}
