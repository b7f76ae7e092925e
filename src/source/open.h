/* Opens what an image argument means where neither a store nor a registry is needed for it. */
#ifndef DIFFOCI_SOURCE_OPEN_H
#define DIFFOCI_SOURCE_OPEN_H

#include "base/starter.h"
#include "source/argument.h"

/* An argument of kind ARGUMENT_ENGINE or ARGUMENT_FILE, which is not kept. Errors name it. */
struct source *source_open(const struct argument *argument, const struct source_options *options,
                           struct error *err);

/* Whether it is a directory that is read as a root file system. */
bool source_lists_root(const struct argument *argument);
/* Has the starter do what opening such a one takes rights for. What source_open then reads is below
 * the directory. A descriptor, for the caller to close once the starter has begun, or -1. */
int source_allow_root(const struct argument *argument, struct starter *starter);

/* The two steps of it for an ARGUMENT_FILE, whose bytes may be read in another process. A
 * descriptor of the archive or the directory, or -1; nothing of it was read. */
MUST_CHECK int source_open_place(const struct argument *argument, bool *is_directory,
                                 struct error *err);
/* The image in these members, which are owned, also on failure. NULL: *err says why there are none.
 */
struct source *source_open_members(const struct argument *argument, struct members *members,
                                   const struct source_options *options, struct error *err);

#endif
