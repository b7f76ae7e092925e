/* Which packages differ between two images. */
#ifndef DIFFOCI_PACKAGES_CHANGES_H
#define DIFFOCI_PACKAGES_CHANGES_H

#include "packages/list.h"

/* A package that only one image has, or each in another version. Bytes as in the images: escape
 * before showing. */
struct package_change {
  const char *type; /* "deb", "apk", "pypi", "npm" */
  struct str name, architecture;
  struct str version[2]; /* ptr NULL: that image does not have it */
  struct str place;      /* of the later one; empty: there is one for all packages of the type */
  size_t n_places;       /* at which it changed in this way; `place` is the first */
  bool several;          /* another change is about the same name */
};

enum package_change_kind { PACKAGE_ADDED, PACKAGE_REMOVED, PACKAGE_CHANGED, N_PACKAGE_CHANGES };

struct package_changes {
  struct package_change *items; /* owned; sorted by type, name, architecture, versions */
  size_t n, cap;
  uint64_t by_kind[N_PACKAGE_CHANGES];
  struct package_list lists[2]; /* what the items point to */
  struct map by_name;           /* type, name, place -> the position of an item, plus one */
  struct arena arena;
};

#define PACKAGE_CHANGES_INIT ((struct package_changes) { 0 })

/* Compares the two lists in *changes, which were filled. A package that stands several times is
 * compared at each place: what both sides have there in the same version is none of the changes,
 * other versions there are paired in their order. Of what is left, the same version at another
 * place has moved and is none of the changes either, and the others are paired in their order.
 * Changes that say the same are one, with the number of places. */
void package_changes_find(struct package_changes *changes);
void package_changes_release(struct package_changes *changes);

enum package_change_kind package_change_kind(const struct package_change *change);

/* The change of the package that the file at this path of an image belongs to, as the package
 * managers' own files tell, the ones about the package among them; NULL where it belongs to none
 * that differs. */
const struct package_change *package_changes_owner(const struct package_changes *changes,
                                                   struct str path);
/* Whether the file is one in which a package manager lists its packages, and some of its differ. */
bool package_changes_recorded(const struct package_changes *changes, struct str path);

#endif
