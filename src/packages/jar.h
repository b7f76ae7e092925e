/* Java's archives. Private to packages/. */
#ifndef DIFFOCI_PACKAGES_JAR_H
#define DIFFOCI_PACKAGES_JAR_H

#include "packages/list.h"

/* What Maven notes in META-INF/maven/…/pom.properties; else what the manifest says of the
 * implementation (JAR File Specification, "Main Attributes") or of the bundle (OSGi Core, 3.2.1).
 * The archive belongs to the first. */
void jar_read(struct package_list *list, struct str path, struct str bytes);

#endif
