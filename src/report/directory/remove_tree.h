/* Removal of whole trees. */
#ifndef DIFFOCI_REPORT_DIRECTORY_REMOVE_TREE_H
#define DIFFOCI_REPORT_DIRECTORY_REMOVE_TREE_H

/* Removes what stands at a name in a directory, of whatever kind, with all below it. Follows no
 * symlink, needs little memory and few descriptors however deep the tree is, and makes directories
 * of its owner writable where they are not. Nothing there is no failure. Returns 0, or -1 with
 * errno; then part of it may be gone. */
int remove_tree(int dir, const char *name);

#endif
