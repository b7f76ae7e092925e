/* Root file systems, without an image around them: what docker export and buildx -o type=tar or
 * type=local write, or a directory that somebody runs containers from. They are taken for an image
 * of one layer, whose config tells nothing. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_ROOT_H
#define DIFFOCI_SOURCE_ARCHIVE_ROOT_H

#include "base/starter.h"
#include "source/archive/members.h"
#include "source/kinds.h"

/* Whether the members look like one: a directory at the top that they nearly all have, as etc or
 * usr. */
bool root_is_likely(struct members *members);
/* A directory as a tar stream: entries in the order of their names, each with mode, owner, time and
 * xattrs, further names of a file as hard links, file systems that are mounted in it included.
 * Without the root itself. xattrs are user.*, trusted.* (which only root sees), security.capability
 * and POSIX ACLs, as SCHILY.xattr.NAME with the value that the system has. Sockets, other xattrs,
 * and what lies in file systems that the kernel makes (proc, sysfs, …) are left out, which
 * root_list_unseen tells; such a file system itself is ERROR_UNSUPPORTED. Files of who runs this,
 * other than root, are root's: nobody else can unpack a root file system with its owners; unless
 * something is root's already, as two owners would become one (groups likewise). Times are whole,
 * nanoseconds and those before 1970 included. A file with more xattrs than a PAX header of
 * LIMIT_PAX_BYTES holds is ERROR_LIMIT, an xattr with a '=' in its name ERROR_UNSUPPORTED. fd: of
 * the directory, owned by the list, also on failure. path: its own, as it was given. Where a
 * starter has begun that was told of this path, the list is made there; fd has to be the same
 * directory. */
struct root_list;
struct root_list *root_list_new(int fd, const char *path, struct error *err);
/* Has the starter make the lists of this directory, which takes rights that this process is to
 * lose: trusted.* are seen with CAP_SYS_ADMIN alone, and xattrs of what cannot be opened are read
 * by its name. Contents are read where root_list_new is called. Returns a descriptor, for the
 * caller to close once the starter has begun; -1: there is no such directory, and it was told
 * nothing. */
int root_list_allow(struct starter *starter, const char *path);
void root_list_free(struct root_list *list); /* NULL allowed */
/* What was left out, for the user: how many of each kind, and the first one. Unescaped; to be
 * freed. NULL: nothing. */
char *root_list_unseen(const struct root_list *list);
/* Several may be read at the same time; the list lives longer. A file that is changed meanwhile, or
 * that holds more than it says, is ERROR_CORRUPT. */
struct stream *root_list_stream(struct root_list *list);

#endif
