/* apk's database. Private to packages/. */
#ifndef DIFFOCI_PACKAGES_APK_H
#define DIFFOCI_PACKAGES_APK_H

#include "packages/list.h"

/* lib/apk/db/installed (apk-package(5) and apk's INSTALLED database): stanzas of lines "X:value", P
 * the name, V the version, A the architecture, F a directory and R a file in the last one. */
void apk_read_installed(struct package_list *list, struct str path, struct str bytes);

#endif
