/* What package managers say is installed: names and versions, and which files belong to them. */
#ifndef DIFFOCI_PACKAGES_LIST_H
#define DIFFOCI_PACKAGES_LIST_H

#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/map.h"

enum {
  PACKAGES_MAX = 200000,      /* of one image; what comes then is not listed */
  PACKAGE_MAX_TEXT = 1024,    /* bytes of a name or version; longer ones are none */
  PACKAGE_MAX_FILES = 4000000 /* that belong to packages, of one image */
};

struct package {
  const char *type; /* as package URLs name it: "deb", "apk", "pypi", "npm"; a literal */
  struct str name, version, architecture; /* bytes as in the image, of a Python project its
                                             normalized name; architecture may be empty */
  struct str place; /* the path below or in which it is installed; empty: there is one for all */
  size_t n_places;  /* at which it is, if package_list_sort made one of several; else 0 or 1 */
};

/* Those of one image; all text is copied. */
struct package_list {
  struct package *items; /* owned */
  size_t n, cap;
  struct map owners; /* path without leading "/" or "./" -> struct package_owner * */
  bool cut;          /* there were more than fit, or than there is memory for */
  struct arena arena;
  struct budget *memory; /* what it takes is taken from here; NULL: no limit. Lives longer */
  uint64_t taken;
};

/* Whom a file belongs to. The version is that of whatever package of the name there is at the
 * place. */
struct package_owner {
  const char *type;
  struct str name, place;
};

#define PACKAGE_LIST_INIT ((struct package_list) { 0 })

/* Gives back what was taken; the list is then as PACKAGE_LIST_INIT. */
void package_list_release(struct package_list *list);
/* Adds a package. A name or version that is empty, too long or holds a NUL or newline is none. */
void package_list_add(struct package_list *list, const struct package *package);
/* Whether so many more bytes can be had; if not, the list is cut. */
MUST_CHECK bool package_list_has_room(struct package_list *list, uint64_t bytes);
/* Files belong to a package, which need not be in the list; the last one to say so of a file
 * counts. The owner is made once for all of its files, and lives as long as the list; NULL, which
 * owns nothing, where there is no room. */
const struct package_owner *package_list_owner(struct package_list *list, const char *type,
                                               struct str name, struct str place);
/* A path that no system has (LIMIT_PATH_BYTES) is none. */
void package_list_own_by(struct package_list *list, struct str path,
                         const struct package_owner *owner);

/* The order of packages: by type, name, architecture (the keys), then version, numbers by their
 * value; or by keys, place, version. */
int package_compare_keys(const struct package *a, const struct package *b);
int package_compare(const struct package *a, const struct package *b);
int package_compare_places(const struct package *a, const struct package *b);
/* Puts the list in the first of these orders, each package once, with the number of its places and
 * the first of them. */
void package_list_sort(struct package_list *list);
/* Puts it in the second, each package once for each place. */
void package_list_sort_places(struct package_list *list);

/* A path without what makes no other one: "/" and "./" before it, "/" behind it. */
struct str package_path(struct str path);

#endif
