/* Makes files from the parts of a fuzz target's input (tests/common/sections.h), below one
 * directory and nowhere else, whatever the input says:
 *
 *   file PATH            a file with these bytes
 *   blob NAME            the same at blobs/sha256/HEX
 *   layer NAME           a tar stream of these lines (layer_maker.h), as a blob
 *   packed NAME          the blob that these bytes name, compressed with zstd, as a blob
 *   archive PATH         a tar archive of all files so far
 *   dir, fifo, socket PATH
 *   link PATH            a symbolic link to these bytes
 *   hard PATH            a hard link to the file that these bytes name
 *   mode PATH            an octal number
 *   time PATH            seconds, and nanoseconds after a '.'
 *   xattr PATH           NAME=VALUE, of user. and trusted. alone
 *
 * In the bytes and paths, {NAME} stands for the digest of the part "blob NAME" or "file NAME" that
 * came before, {NAME.} for its digits, {NAME#} for its size. Directories above a path are made.
 * What cannot be made is left out. */
#ifndef DIFFOCI_TESTS_TREE_MAKER_H
#define DIFFOCI_TESTS_TREE_MAKER_H

#include "base/buf.h"

enum { TREE_BYTES_MAX = 256 * 1024 };

/* dir: the directory, which is there and empty. */
void tree_make(struct str input, const char *dir);
/* Removes all that is in the directory. */
void tree_remove(const char *dir);

#endif
